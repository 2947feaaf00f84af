"""The intervals there were to choose from for a mean difference, measured side by side on thousands of samples at once.

Not what the product calls (that is `scores`): a plain second implementation, in which one matrix of resampling weights meets all samples.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtrit

from benchmarks.simulation.cells import DRAWS, Cell
from benchmarks.simulation.truths import CONTINUOUS, Truth, seed_of

Floats = NDArray[Any]
Bounds = tuple[Floats, Floats]
RESAMPLES = 1_999
GROUPS = 8  # fresh weights for every eighth of the draws: chance in the weights averages out
FLAT = 1e-5  # of the variance: such a resample holds one value only
_MOST_FLAT = 0.005


def coverage(sizes: tuple[int, ...], draws: int = DRAWS, truths: tuple[Truth, ...] = CONTINUOUS) -> Iterator[tuple[Cell, float]]:
    """The coverage of every candidate, and its median width in widths of Student's."""
    for n in sizes:
        for truth in truths:
            draw = np.random.default_rng(seed_of("candidates", truth.name, n))
            found: dict[str, list[Floats]] = {}
            for _ in range(GROUPS):
                weights = (draw.multinomial(n, np.full(n, 1 / n), size=RESAMPLES) / n).astype(np.float32)
                samples = truth.draw(draw, (n, draws // GROUPS))
                mean, spread = samples.mean(axis=0), samples.std(axis=0, ddof=1)
                off = (truth.mean - mean) / spread
                for name, (low, high) in bounds((samples - mean) / spread, weights).items():
                    found.setdefault(name, []).append(np.stack([(low <= off) & (off <= high), (high - low) * spread]))
            rows = {name: np.concatenate(parts, axis=1) for name, parts in found.items()}
            width = float(np.median(rows["student"][1]))
            for name, (held, widths) in rows.items():
                yield Cell(name, n, truth.name, float(held.mean())), float(np.median(widths)) / width


def bounds(samples: Floats, weights: Floats) -> dict[str, Bounds]:
    """Every candidate's bounds of the mean of samples (one a column) whose mean is 0 and standard deviation 1."""
    n, many = samples.shape
    scaled = samples.astype(np.float32)
    means = weights @ scaled
    spreads = np.maximum(weights @ (scaled * scaled) - means * means, 0)
    reach = float(stdtrit(n - 1, 0.975)) / np.sqrt(n)
    student = (np.full(many, -reach), np.full(many, reach))
    ordered = np.sort(means, axis=0)
    tails = np.full(many, 0.025), np.full(many, 0.975)
    found = {
        "student": student,
        "percentile": (_at(ordered, tails[0]), _at(ordered, tails[1])),
        "bca": _bca(scaled, means, ordered),
        "bootstrap_t": _bootstrap_t(means, spreads, n, student),
    }
    low, high = found["bootstrap_t"]
    return found | {"envelope": (np.minimum(low, student[0]), np.maximum(high, student[1]))}


def _bca(samples: Floats, means: Floats, ordered: Floats) -> Bounds:
    below = (means < -1e-6).mean(axis=0) + (abs(means) <= 1e-6).mean(axis=0) / 2
    bias = ndtri(np.clip(below, 0.5 / RESAMPLES, 1 - 0.5 / RESAMPLES))
    pull = (samples**3).sum(axis=0) / (6 * (samples**2).sum(axis=0) ** 1.5)
    low, high = (_at(ordered, ndtr(bias + (bias + z) / (1 - pull * (bias + z)))) for z in (-1.959964, 1.959964))
    return low, high


def _bootstrap_t(means: Floats, spreads: Floats, n: int, student: Bounds) -> Bounds:
    flat = spreads <= FLAT
    signed = np.where(abs(means) <= 1e-6, 0.0, np.copysign(np.inf, means))
    ratios = np.sort(np.where(flat, signed, means / np.sqrt(np.where(flat, 1, spreads) / (n - 1))), axis=0)
    edge = round((RESAMPLES + 1) * 0.025)
    error = 1 / np.sqrt(n)
    usable = (flat.mean(axis=0) <= _MOST_FLAT) & np.isfinite(ratios[edge - 1]) & np.isfinite(ratios[-edge])
    return np.where(usable, -ratios[-edge] * error, student[0]), np.where(usable, -ratios[edge - 1] * error, student[1])


def _at(ordered: Floats, shares: Floats) -> Floats:
    """The order statistics below which `shares` of the rows lie, between two of them where none does."""
    place = np.clip((RESAMPLES + 1) * shares - 1, 0, RESAMPLES - 1)
    below = np.floor(place).astype(int)
    above, columns = np.minimum(below + 1, RESAMPLES - 1), np.arange(ordered.shape[1])
    found: Floats = ordered[below, columns] * (1 - (place - below)) + ordered[above, columns] * (place - below)
    return found
