"""Ranges: draws of a month's total, before and after the levers, from everything that is unsure. Owns the random numbers of a scenario.

Recorded traffic varies as its own units of time do (`bootstrap.weights`), typed traffic by stated relative standard deviations: queries
and tokens lognormal, the mix as shares that are drawn anew and sum to the same, hit rates of caches as beta, growth as normal. The
total is linear in each of them, so that levers are pulled once with and once without the hits of every cache, and a draw is a weighted sum:
ten thousand draws cost a few products of matrices. Before and after share every draw, so that the saving has a range of its own.
"""

import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

from workbench.cost import billing, bootstrap
from workbench.cost import levers as pulled
from workbench.cost.billing import SIDES
from workbench.cost.flow import Base
from workbench.cost.model import ExactCache, Growth, Lever, PromptCaching, Routing, Scenario, SemanticCache, Unsure
from workbench.cost.outcome import Figure
from workbench.cost.rates import Book

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOW, HIGH = 5.0, 95.0
_SAME = 1e-12  # draws as close as that differ by the rounding of floats
_DAY_MS = 86_400_000


@dataclass(frozen=True)
class Totals:
    """Dollars [U, R, side, 2, ...] of a month's traffic: U units of time (typed: streams), R routes of the routing (0: not routed), and
    an axis for each of `caches`: without it, and with it as the scenario has it.
    """

    usd: "NDArray[Any]"
    caches: tuple[str, ...]


@dataclass(frozen=True)
class Unknowns:
    """What is drawn, by name: `weights` [D, T] of units of recorded traffic, and multipliers with a mean of 1: `queries` [D], `mix` [D, S]
    of typed streams, `routes` [D, R], `input` and `output` tokens [D], caches by kind [D]. `growth` [D] is drawn a month ahead.
    `whole` is what a sum over the units is multiplied by for a month.
    """

    drawn: Mapping[str, "NDArray[Any]"]
    growth: "NDArray[Any] | None" = None
    whole: float = 1.0

    def only(self, *names: str) -> "Unknowns":
        """Nothing but these varies."""
        return replace(self, drawn={name: draws for name, draws in self.drawn.items() if name in names}, growth=None)


def figure(value: Decimal, draws: "NDArray[Any] | None") -> Figure:
    """The value with p5 and p95 of its draws, to the nano-dollar; without a range where the draws are all the same."""
    import numpy as np

    if draws is None or len(draws) == 1:
        return Figure(billing.nano(value))
    low, high = np.percentile(draws, (LOW, HIGH))
    if high - low <= _SAME * max(abs(low), abs(high)):
        return Figure(billing.nano(value))
    return Figure(billing.nano(value), billing.nano(Decimal(float(low))), billing.nano(Decimal(float(high))))


def totals(base: Base, levers: Sequence[Lever], book: Book, caches: Sequence[str] = ()) -> Totals:
    """The base's dollars with the levers pulled, taken apart by what is drawn. `caches` are those whose hits are unsure."""
    import numpy as np

    routing = next((lever for lever in levers if isinstance(lever, Routing)), None)
    routes = 1 + len(pulled.routes(routing, pulled.setting_of(base, levers)))
    units = len(base.streams) if base.typed else len(base.calls)
    usd = np.zeros((units, routes, len(SIDES), *(2 for _ in caches)))
    for corner in product((0, 1), repeat=len(caches)):
        billed = billing.work(base, levers, book, dict(zip(caches, map(float, corner), strict=True)), exact=False)
        for at, (origin, route) in enumerate(zip(billed.flow.origin, billed.flow.route, strict=True)):
            place = origin if base.typed else slice(None)
            usd[(place, route, slice(None), *corner)] += billed.usd[0, at] if base.typed else billed.usd[:, at]
    return Totals(usd, tuple(caches))


def draw(of: Totals, known: Unknowns) -> "NDArray[Any]":
    """Draws [D] of the month's dollars, without components; [1] where nothing varies."""
    usd = of.usd
    drawn = {name: draws for name, draws in known.drawn.items() if name != "routes" or usd.shape[1] > 1}
    # What does not vary goes first, so that what is multiplied by draws is small.
    for place in reversed(range(len(of.caches))):
        usd = usd if of.caches[place] in drawn else usd.take(1, axis=3 + place)
    usd = usd if {"input", "output"} & drawn.keys() else usd.sum(axis=2, keepdims=True)
    usd = usd if "routes" in drawn else usd.sum(axis=1, keepdims=True)
    units = drawn.get("weights", drawn.get("mix"))
    flat = usd.reshape(len(usd), -1)
    found = (units @ flat if units is not None else flat.sum(axis=0, keepdims=True) * known.whole).reshape(-1, *usd.shape[1:])
    for kind in reversed([kind for kind in of.caches if kind in drawn]):
        off, on = found[..., 0], found[..., 1]
        found = off + (on - off) * drawn[kind].reshape(-1, *(1 for _ in off.shape[1:]))
    return _summed(found, drawn)


def _summed(found: "NDArray[Any]", drawn: Mapping[str, "NDArray[Any]"]) -> "NDArray[Any]":
    """[D, R, side] with the sides, the routes and the number of queries as drawn; a total that fell goes no lower than 0."""
    if found.shape[2] > 1:
        parts = [found[:, :, at] * drawn[side][:, None] if side in drawn else found[:, :, at] for at, side in enumerate(SIDES)]
        found = parts[0] + parts[1] + parts[2]
    else:
        found = found[:, :, 0]
    found = (found * drawn["routes"]).sum(axis=1) if "routes" in drawn else found.sum(axis=1)
    return (found * drawn["queries"] if "queries" in drawn else found).clip(min=0.0)


def unknowns(scenario: Scenario, base: Base, *, draws: int, seed: int) -> Unknowns:
    """What is unsure of a scenario. Recorded traffic brings its own range: queries, tokens and mix count there only where they are
    stated otherwise than they stand by default.
    """
    stated = spreads(scenario.unsure, typed=base.typed)
    drawn: dict[str, NDArray[Any] | None] = {
        "queries": _lognormal("queries", stated["queries"], draws, seed),
        "input": _lognormal("input", stated["tokens"], draws, seed),
        "output": _lognormal("output", stated["tokens"], draws, seed),
        "mix": _mix(base, stated["mix"], draws, seed) if base.typed else None,
        "routes": _routes(scenario.levers, base, stated["mix"], draws, seed),
    }
    drawn |= {kind: _hits(kind, rate, stated["cache"], draws, seed) for kind, rate in hit_rates(scenario.levers, base).items()}
    whole, units = 1.0, len(base.calls)
    if not base.typed:
        horizon = float(scenario.days_per_month) * _DAY_MS / base.unit_ms
        whole = horizon / units
        drawn["weights"] = bootstrap.weights(units, horizon, draws=draws, seed=seed, unit_ms=base.unit_ms) if units > 1 else None
    growth = next((lever.per_month for lever in scenario.levers if isinstance(lever, Growth)), Decimal(0))
    moved = float(growth) + stated["growth"] * _normal("growth", draws, seed) if stated["growth"] else None
    return Unknowns({name: one for name, one in drawn.items() if one is not None}, None if moved is None else moved.clip(min=-1.0), whole)


def spreads(unsure: Unsure, *, typed: bool) -> dict[str, float]:
    """Relative standard deviations that count, by name."""
    default = Unsure()
    own = {name: getattr(unsure, name) for name in ("queries", "tokens", "mix", "cache", "growth")}
    silent = () if typed else tuple(name for name in ("queries", "tokens", "mix") if own[name] == getattr(default, name))
    return {name: 0.0 if name in silent else float(value) for name, value in own.items()}


def hit_rates(levers: Iterable[Lever], base: Base) -> dict[str, float]:
    """The overall hit rate of each caching lever that has one, by kind: of all calls, or of the tokens of shared beginnings."""
    found: dict[str, float] = {}
    exact, prefix = base.measured.exact, base.measured.prefix
    for lever in levers:
        if isinstance(lever, SemanticCache):
            found[lever.kind] = float(lever.hit_rate)
        elif isinstance(lever, ExactCache) and (lever.hit_rate is not None or exact):
            found[lever.kind] = float(lever.hit_rate if lever.hit_rate is not None else exact.rate if exact else 0)
        elif isinstance(lever, PromptCaching) and (lever.hit_rate is not None or prefix):
            found[lever.kind] = float(lever.hit_rate) if lever.hit_rate is not None else _mean_hit(base)
    return found


def _mean_hit(base: Base) -> float:
    prefix = base.measured.prefix
    found = [float(many * long) for many, long in zip(base.month_calls, prefix.tokens, strict=True)] if prefix else []
    return sum(many * float(rate) for many, rate in zip(found, prefix.hit_rate, strict=True)) / sum(found) if prefix and sum(found) else 0.0


def _hits(kind: str, rate: float, spread: float, draws: int, seed: int) -> "NDArray[Any] | None":
    """Beta draws of a hit rate with that relative standard deviation, over the rate; None where it is sure."""
    if not spread or not 0 < rate < 1:
        return None
    variance = min((rate * spread) ** 2, 0.5 * rate * (1 - rate))
    size = rate * (1 - rate) / variance - 1
    return _generator(kind, seed).beta(rate * size, (1 - rate) * size, draws) / rate


def _mix(base: Base, spread: float, draws: int, seed: int) -> "NDArray[Any] | None":
    """Multipliers [D, S] of the streams' shares that leave the number of calls as it is."""
    import numpy as np

    calls = np.array([float(one) for one in base.month_calls])
    if not spread or np.count_nonzero(calls) < 2:
        return None
    names = [f"mix {stream.klass} {stream.model}" for stream in base.streams]
    loose = np.stack([_multiplier(name, spread, draws, seed) for name in names], axis=1)
    evened: NDArray[Any] = loose / (loose @ (calls / calls.sum()))[:, None]
    return evened


def _routes(levers: Iterable[Lever], base: Base, spread: float, draws: int, seed: int) -> "NDArray[Any] | None":
    """Multipliers [D, R] of the shares of routing rows, each row's sum left as it is."""
    import numpy as np

    routing = next((lever for lever in levers if isinstance(lever, Routing)), None)
    if routing is None or not spread:
        return None
    setting = pulled.setting_of(base, tuple(levers))
    places, rows = pulled.routes(routing, setting), pulled.rows_of(routing, setting)
    found = np.ones((draws, 1 + len(places)))
    for klass, row in rows.items():
        at = [places[klass, model] for model in row]
        shares = np.array([float(share) for share in row.values()])
        loose = np.stack([_multiplier(f"mix {klass} {model}", spread, draws, seed) for model in row], axis=1)
        found[:, at] = loose / (loose @ (shares / shares.sum()))[:, None]
    return found


def _lognormal(name: str, spread: float, draws: int, seed: int) -> "NDArray[Any] | None":
    return _multiplier(name, spread, draws, seed) if spread else None


@lru_cache(maxsize=128)
def _multiplier(name: str, spread: float, draws: int, seed: int) -> "NDArray[Any]":
    """Lognormal draws with a mean of 1 and that standard deviation."""
    import numpy as np

    variance = math.log1p(spread * spread)
    return np.exp(_normal(name, draws, seed) * math.sqrt(variance) - variance / 2)


@lru_cache(maxsize=128)
def _normal(name: str, draws: int, seed: int) -> "NDArray[Any]":
    return _generator(name, seed).standard_normal(draws)


def _generator(name: str, seed: int) -> "np.random.Generator":
    """Random numbers of its own for everything that is unsure: another lever moves no other draw."""
    import numpy as np

    return np.random.default_rng((seed, zlib.crc32(name.encode())))
