"""Draws of a future total out of units of time that are there: weights of units, whatever is summed in them. Refuses to know values."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HOUR_MS, _DAY_MS = 3_600_000, 86_400_000


def weights(units: int, horizon: float, *, draws: int = 10_000, seed: int = 0, unit_ms: int = 0) -> "NDArray[Any]":
    """`draws` rows of `units` weights, none negative, each row's sum `horizon`: `weights @ values` are draws of the total of `horizon`
    units of time. The array is kept and cannot be written to. `unit_ms`, the length of a unit, tells days (that repeat every 7) and
    hours (every 24) apart from the rest. One unit says nothing of its neighbours: its weight is `horizon` everywhere.
    """
    if units < 1 or draws < 1 or not 0 < horizon < float("inf"):
        raise InputError(f"{units} units, {draws} draws and a horizon of {horizon} give no range", place="bootstrap")
    period = {_HOUR_MS: 24, _DAY_MS: 7}.get(unit_ms, 1)
    return _weights(units, float(horizon), draws, seed, period)


@lru_cache(maxsize=8)
def _weights(units: int, horizon: float, draws: int, seed: int, period: int) -> "NDArray[Any]":
    import numpy as np

    chance = np.random.default_rng(seed)
    span = _whole(units / 3, period, units)  # the part of the past whose level a draw goes on with
    length = min(_whole(units ** (1 / 3), period, units), max(1, int(horizon)))
    blocks = max(1, round(min(horizon, 8 * units) / length))
    begins = chance.integers(0, units, size=(draws, 1))
    starts = (begins + chance.integers(0, max(1, span - length + 1), size=(draws, blocks))) % units
    rows = np.arange(draws)[:, None] * units
    taken = np.bincount((rows + starts).ravel(), minlength=draws * units).reshape(draws, units)
    summed = np.concatenate([taken[:, units - length + 1 :], taken], axis=1).cumsum(axis=1, dtype=np.float64)
    summed[:, length:] -= summed[:, :-length].copy()
    weighed: NDArray[Any] = summed[:, length - 1 :] * (horizon / (blocks * length))
    weighed.setflags(write=False)
    return weighed


def _whole(units: float, period: int, most: int) -> int:
    """`units` in whole periods where one fits, at least 1 and at most `most`."""
    periods = round(units / period) * period
    return max(1, min(most, periods or (period if 2 * period <= most else round(units))))
