"""A scenario worked out: levers pulled on traffic, billed, with ranges, waterfall, quality and latency. Pure: no store, no clock.

The point is exact: Decimal from the first token to the last sum, rounded to nano-dollars at the end. Ranges are floats.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

from workbench.cost import assumptions, checking, findings, latency, quality, ranges, sides, tornado, waterfall, worked
from workbench.cost.billing import Bill, nano
from workbench.cost.flow import EXACT
from workbench.cost.model import Growth, Scenario
from workbench.cost.outcome import Figure, Outcome, Part
from workbench.cost.rates import Book
from workbench.cost.traffic import Measured, Traffic
from workbench.cost.worked import Worked

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NONE, _ONE = Decimal(0), Decimal(1)
_SAME = Decimal("1e-9")  # a share of the calls that rounding makes


def evaluate(  # noqa: PLR0917 (these six are what a scenario is worked out of)
    scenario: Scenario,
    traffic: Traffic,
    measured: Measured,
    book: Book,
    quality_by_model: Mapping[str, quality.Known],
    latency_by_model: Mapping[str, latency.Times],
    *,
    draws: int = 10_000,
    seed: int = 0,
) -> Outcome:
    """The scenario worked out on this traffic. Raises InputError naming the field that cannot be, or where there is no traffic."""
    checking.check(scenario)
    with localcontext(EXACT):
        done = worked.work(scenario, traffic, measured, book)
        known = ranges.unknowns(scenario, done.base, draws=draws, seed=seed)
        spread = _spread(done, known)
        before, after = (
            sides.side(done, bill, pulled, spread.figure(bill.total, drawn), known=quality_by_model, times=latency_by_model)
            for bill, pulled, drawn in ((done.before, (), spread.before), (done.after, scenario.levers, spread.after))
        )
        months_before, _ = spread.ahead(done.before, spread.before, begins=1 if spread.growing else 0)
        months, year = spread.ahead(done.after, spread.after, begins=0)
        outcome = Outcome(
            scenario=scenario,
            before=before,
            after=after,
            parts=_parts(done, before.usd.value, after.usd.value),
            months_before=months_before,
            months=months,
            year=year,
            saved=ranges.figure(before.usd.value - after.usd.value, (spread.before - spread.after) * float(done.scale)),
            tornado=tornado.bars(scenario, done.base, spread.totals, known, done.dollars),
            assumptions=assumptions.listed(done, quality_by_model, latency_by_model),
            findings=(),
            bill_ratio=done.ratio,
            as_billed_usd=_as_billed(traffic),
            traffic=traffic.label,
        )
        return replace(outcome, findings=findings.found(done, outcome), warnings=findings.warned(done, outcome))


@dataclass(frozen=True)
class _Spread:
    """Draws [D] of what a month's traffic costs, or [1] where nothing is unsure; growth a month as stated and as drawn."""

    done: Worked
    totals: ranges.Totals
    before: "NDArray[Any]"
    after: "NDArray[Any]"
    growth: "NDArray[Any] | None"
    rate: Decimal
    growing: bool

    def figure(self, traffic: Decimal, draws: "NDArray[Any]") -> Figure:
        """A month's dollars with components, calibrated."""
        return ranges.figure(self.done.dollars(traffic), (draws + float(self.done.components)) * float(self.done.scale))

    def ahead(self, bill: Bill, draws: "NDArray[Any]", *, begins: int) -> tuple[tuple[Figure, ...], Figure]:
        """The totals of the months ahead, the first one grown `begins` times, and their sum."""
        found: list[Figure] = []
        traffic, together, total = bill.total, draws * 0, _NONE
        drawn = 1.0 + self.growth if self.growth is not None else float(_ONE + self.rate)
        for month in range(self.done.scenario.months + begins):
            if month >= begins:
                found.append(self.figure(traffic, draws))
                together = together + (draws + float(self.done.components)) * float(self.done.scale)
                total += found[-1].value
            traffic, draws = traffic * (_ONE + self.rate), draws * drawn
        return tuple(found), ranges.figure(total, together)


def _parts(done: Worked, before: Decimal, after: Decimal) -> tuple[Part, ...]:
    """The waterfall; none where a lever alone moves calls to or from a model without a price, so that its part is not known."""
    if any(_moves(done.before, bill) for _, bill in done.alone):
        return ()
    return waterfall.parts(before, [(lever, done.dollars(bill.total)) for lever, bill in done.alone], after)


def _moves(before: Bill, after: Bill) -> bool:
    """Whether prices are known of another share of what is asked than before."""
    (had, of_all), (has, of_these) = (
        (sum((calls for calls, priced in zip(bill.flow.asked, bill.priced, strict=True) if not priced), _NONE), sum(bill.flow.asked, _NONE))
        for bill in (before, after)
    )
    return bool(abs(had * of_these - has * of_all) > _SAME * of_all * of_these)


def _spread(done: Worked, known: ranges.Unknowns) -> _Spread:
    pulled = done.scenario.levers
    caches = [kind for kind in ranges.hit_rates(pulled, done.base) if kind in known.drawn]
    totals = ranges.totals(done.base, pulled, done.book, caches)
    before = ranges.draw(ranges.totals(done.base, (), done.book) if pulled else totals, known)
    after = ranges.draw(totals, known)
    growth = next((one for one in pulled if isinstance(one, Growth)), None)
    rate = growth.per_month if growth else _NONE
    if growth and known.growth is not None and rate > -1:
        after = after * ((1.0 + known.growth) / float(_ONE + rate))
    return _Spread(done, totals, before, after, known.growth, rate, growth is not None)


def _as_billed(traffic: Traffic) -> Decimal | None:
    """What the ledger says the same calls cost, for a month; None where it knows the cost of none of them."""
    if traffic.recorded <= traffic.recorded_unpriced:
        return None
    return nano(Decimal(traffic.recorded_nano).scaleb(-9) * sum(traffic.month_calls, _NONE) / traffic.recorded)
