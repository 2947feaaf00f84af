"""Data whose truth is known: how differences between two variants may be spread, with their mean and median."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
STEPS = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
_GOOD, _BETTER = np.array([0.1, 0.1, 0.2, 0.2, 0.4]), np.array([0.05, 0.05, 0.15, 0.25, 0.5])
_TOP = np.array([0.04, 0.04, 0.04, 0.04, 0.84])
_SHIFT = 0.3


@dataclass(frozen=True)
class Truth:
    """`draw(rng, shape)` gives differences; `mean` and `median` (None: not known exactly) are the truth about them.

    `null`: the two variants behave alike, so that a test that finds a difference errs. `limits` are those of scores. The lognormal has
    its mean at 0 without being null: more cases fall than rise.
    """

    name: str
    draw: Callable[[np.random.Generator, tuple[int, int]], Floats]
    mean: float = 0.0
    median: float | None = 0.0
    null: bool = True
    limits: tuple[float, float] | None = None


def seed_of(*names: object) -> list[int]:
    """A seed of its own for every experiment, the same in every process."""
    return [zlib.crc32(str(name).encode()) for name in names]


def _two_lognormals(shift: float) -> Callable[[np.random.Generator, tuple[int, int]], Floats]:
    def draw(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
        shared, first, second = (rng.standard_normal(shape) * np.sqrt(0.5) for _ in range(3))
        return np.exp(shift + shared + second) - np.exp(shared + first)

    return draw


def _steps(tied: float, first: Floats, second: Floats) -> Callable[[np.random.Generator, tuple[int, int]], Floats]:
    """Scores of five steps: a share of the cases gets the same score from both, the rest are scored independently."""

    def draw(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
        a = rng.choice(STEPS, p=first, size=shape)
        b = rng.choice(STEPS, p=second, size=shape)
        kept: Floats = np.where(rng.random(shape) < tied, 0.0, b - a)
        return kept

    return draw


def _stepped(name: str, tied: float, first: Floats, second: Floats) -> Truth:
    mean = (1 - tied) * float(STEPS @ (second - first))
    return Truth(name, _steps(tied, first, second), mean, 0.0, null=first is second, limits=(-1.0, 1.0))


NORMAL = Truth("normal", lambda rng, shape: rng.standard_normal(shape))
T3 = Truth("t3", lambda rng, shape: rng.standard_t(3, shape))
ALIKE = Truth("two lognormals alike", _two_lognormals(0.0))
LARGER = Truth("two lognormals, one larger", _two_lognormals(_SHIFT), float(np.exp(_SHIFT + 0.5) - np.exp(0.5)), None, null=False)
LOGNORMAL = Truth("lognormal", lambda rng, shape: rng.lognormal(0, 1, shape) - np.exp(0.5), 0.0, float(1 - np.exp(0.5)), null=False)
CONTINUOUS = (NORMAL, T3, LARGER, LOGNORMAL)
STEPPED = (
    _stepped("five steps, 60 % tied", 0.6, _GOOD, _BETTER),
    _stepped("five steps, 85 % tied", 0.85, _GOOD, _BETTER),
    _stepped("five steps, 90 % tied, falling", 0.9, _TOP, np.full(5, 0.2)),
    _stepped("five steps, 95 % tied, falling", 0.95, _TOP, np.full(5, 0.2)),
    _stepped("five steps alike, 60 % tied", 0.6, _GOOD, _GOOD),
    _stepped("five steps alike, 85 % tied", 0.85, _GOOD, _GOOD),
)
TRUTHS = {truth.name: truth for truth in (NORMAL, T3, ALIKE, LARGER, LOGNORMAL, *STEPPED)}
