"""Draws of a future total out of the units of time that are there: weights of units, whatever is summed in them. Knows no values.

A row of weights is normal around `horizon / units` (a weighted bootstrap: Præstgaard and Wellner, Annals of Probability 21 (1993) 2053) and
has two parts. The quick one moves blocks of neighbouring units together (Künsch, Annals of Statistics 17 (1989) 1217), whole weeks of days
and whole days of hours where there are two of them, so that a quiet Sunday is no surprise; it holds what the past leaves open of its own
level and what the future adds. The slow one moves the level along the four lowest cosines of the past, the lower the further, as Müller and
Watson (Review of Economic Studies 83 (2016) 1711) forecast over long horizons. It costs width where nothing drifts, but traffic does. Both
are widened by Student's factor for how few of these movements a short past shows.

Measured: per cent of actual totals inside p5..p95 (90 would be right), in brackets the half width in per cent of the actual; 3,000
simulated series each, n days of the past -> days of the future. A resampling of days or of blocks alone gives 65..82 % for independent
days over 30 -> 30.

                             30 -> 30   90 -> 30    28 -> 7   14 -> 30    7 -> 30    3 -> 30    2 -> 30
    independent, 20 %         98 (14)     94 (8)    93 (17)    99 (29)    99 (37)    98 (69)   95 (119)
    independent, lognormal    93 (77)    92 (51)    91 (97)   95 (121)   94 (127)   91 (159)   91 (255)
    quiet weekends           100 (14)     89 (5)    97 (12)    97 (15)  100 (103)   90 (139)   78 (108)
    neighbours alike, 0.5     95 (21)    92 (13)    91 (26)    96 (39)    95 (38)    93 (52)    92 (92)
    neighbours alike, 0.8     89 (26)    86 (18)    88 (30)    90 (39)    84 (30)    83 (35)    86 (61)
    neighbours alike, 0.95    75 (21)    72 (20)    83 (22)    77 (24)    68 (17)    69 (18)    79 (30)
    random walk, 3 % a day    71 (14)    63 (16)    84 (15)    83 (19)    89 (20)    92 (35)    92 (70)
    trend, 0.5 % a day        56 (13)    30 (18)    83 (15)    86 (20)    96 (26)    96 (48)    95 (93)
    trend, 1 % a day          38 (19)    16 (25)    78 (20)    61 (20)    82 (24)    92 (45)    91 (86)

So: right or wide where the level stays, short where it wanders, and not to be trusted where it climbs steadily: that is what growth is for.
On the Azure conversation trace (58 minutes whose level nearly doubles and falls back) the first half holds the second one's calls, input,
output and cost; over 92 splits into equal neighbours of 8 to 29 minutes 60, 73, 73 and 70 % are inside (a plain resampling: 16..41 %).
"""

import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PERIODS = {3_600_000: 24, 86_400_000: 7}  # hours of a day, days of a week
_P95 = 1.6448536269514722  # standard deviations
_SLOW = 2.0  # the variance of the slow part in units of that of a mean of independent units; 0 covers 33..55 % on the Azure trace
_COSINES = 4
_MOST_BYTES = 96 * 2**20  # of rows that are kept: thirteen of 90 days by 10,000 draws, three of 400 units
_FARTHEST = 3.0  # horizons of the past beyond which the slow part grows no more: an hour does not show how a month drifts

_kept: "dict[tuple[int, float, int, int, int], NDArray[Any]]" = {}
_lock = threading.Lock()


def weights(units: int, horizon: float, *, draws: int = 10_000, seed: int = 0, unit_ms: int = 0) -> "NDArray[Any]":
    """`draws` rows of `units` weights (float64): `weights @ values` are draws of the total over `horizon` units of time.

    Each row's sum is `horizon`, and so is, unit by unit, the mean of the rows: the middle draw is the past's mean times `horizon`.
    Weights may be below 0 (what fell may go on falling): where a total cannot, cut it off there, as `totals` does. `unit_ms`, how long a
    unit is, tells days and hours from the rest. One unit says nothing of the next: its weight is `horizon` in every row. The array is
    kept for the next who asks and cannot be written to. Raises InputError.
    """
    if units < 1 or draws < 1 or not 0 < horizon < float("inf"):
        raise InputError(f"{units} units, {draws} draws and a horizon of {horizon} give no range", place="bootstrap")
    return _weights(units, float(horizon), draws, seed, _PERIODS.get(unit_ms, 1))


def totals(values: "NDArray[Any]", horizon: float, *, draws: int = 10_000, seed: int = 0, unit_ms: int = 0) -> "NDArray[Any]":
    """Draws of the total of `values` [units] or [units, columns] over `horizon` units, none below 0: [draws] or [draws, columns]."""
    import numpy as np

    drawn: NDArray[Any] = np.maximum(weights(len(values), horizon, draws=draws, seed=seed, unit_ms=unit_ms) @ values, 0)
    return drawn


def limits(values: "NDArray[Any]", horizon: float, *, unit_ms: int = 0) -> tuple[float, float]:
    """The p5 and p95 that endlessly many draws of `totals` of `values` [units] would have."""
    import numpy as np

    if len(values) < 1 or not 0 < horizon < float("inf"):
        raise InputError(f"{len(values)} units and a horizon of {horizon} give no range", place="bootstrap")
    middle = float(np.mean(values)) * horizon
    if len(values) == 1:
        return middle, middle
    moved = np.asarray(values, dtype=np.float64) @ _root(len(values), float(horizon), _PERIODS.get(unit_ms, 1))
    reach = _P95 * horizon * float(np.linalg.norm(moved))
    return max(0.0, middle - reach), max(0.0, middle + reach)


def _weights(units: int, horizon: float, draws: int, seed: int, period: int) -> "NDArray[Any]":
    """The rows, of those kept or drawn; of all that is kept the latest used stay, as many as _MOST_BYTES hold."""
    key = units, horizon, draws, seed, period
    with _lock:
        rows = _kept.pop(key, None)
    if rows is None:
        rows = _drawn(*key)
    with _lock:
        _kept[key] = rows
        while sum(each.nbytes for each in _kept.values()) > _MOST_BYTES and len(_kept) > 1:
            del _kept[next(iter(_kept))]
    return rows


def _drawn(units: int, horizon: float, draws: int, seed: int, period: int) -> "NDArray[Any]":
    import numpy as np

    if units == 1:
        rows = np.full((draws, 1), horizon)
    else:
        pairs = (draws + 1) // 2  # each row and its opposite: the mean is exact
        moved = np.random.default_rng(seed).standard_normal((pairs, units)) @ (horizon * _root(units, horizon, period))
        rows = np.empty((draws, units))
        np.add(horizon / units, moved, out=rows[:pairs])
        np.subtract(horizon / units, moved[: draws - pairs], out=rows[pairs:])
    rows.setflags(write=False)
    return rows


@lru_cache(maxsize=64)
def _root(units: int, horizon: float, period: int) -> "NDArray[Any]":
    """The symmetric root [units, units] of how the weights of a mean vary together."""
    import numpy as np
    from scipy.special import stdtrit

    whole = period if horizon >= period and units >= 2 * period else 1
    length = whole if period > 1 or units < 8 else min(round(units ** (1 / 3)), max(1, int(horizon)))
    away = np.arange(units)[:, None] - np.arange(units)[None, :]
    blocks = (away % units < length) / length - 1 / units
    quick = blocks.T @ blocks
    quick *= (1 / units + 1 / horizon) / np.trace(quick)
    orders = np.arange(1, max(1, min(_COSINES, units - 1, 2 * units // whole - 1)) + 1)
    waves = np.cos(np.pi * np.outer(orders, np.arange(units) + 0.5) / units)
    if whole > 1 and units < 4 * whole:
        waves = waves @ blocks  # over so few weeks a wave would take their pattern for a drift
    waves *= 1 / (orders * np.linalg.norm(waves, axis=1))[:, None]
    slow = waves.T @ waves
    slow *= _SLOW / units * (1 + min(horizon / units, _FARTHEST)) / 2 / np.trace(slow)
    varies = quick + slow
    movements = np.trace(varies) ** 2 / np.sum(varies * varies)  # Satterthwaite's degrees of freedom of the variance that values give
    values, vectors = np.linalg.eigh(varies)
    scales = np.sqrt(np.where(values > 1e-12 * values[-1], values, 0))  # the sum of a row does not vary at all
    root: NDArray[Any] = (vectors * scales) @ vectors.T
    return root * float(stdtrit(max(movements, 1.0), 0.95)) / _P95
