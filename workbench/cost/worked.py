"""The exact bills of a scenario: as it is, with everything done, and with each lever alone. Draws nothing; rounds at the end only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from workbench.cost import billing, flow
from workbench.cost.billing import Bill, nano
from workbench.cost.flow import EXACT, Base
from workbench.cost.model import Component, Lever, NewModel, OutputCap, Routing, Scenario, ShorterPrompt, Typed
from workbench.cost.rates import Book
from workbench.cost.traffic import Measured, Traffic
from workbench.errors import InputError

_NONE, _ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True)
class Worked:
    """What a scenario's traffic costs. `components` are dollars a month, `scale` what a calibration multiplies every figure by, and
    `ratio` the stated bill over what prices and tokens give.
    """

    scenario: Scenario
    traffic: Traffic
    base: Base
    book: Book
    before: Bill
    after: Bill
    alone: tuple[tuple[Lever, Bill], ...]
    components: Decimal
    scale: Decimal
    ratio: Decimal | None

    def dollars(self, traffic: Decimal | float) -> Decimal:
        """A month's dollars out of what its traffic costs: with components, calibrated, to the nano-dollar."""
        return nano((Decimal(traffic) + self.components) * self.scale)


def work(scenario: Scenario, traffic: Traffic, measured: Measured, book: Book) -> Worked:
    """The bills. Raises InputError where there is no traffic."""
    if not any(traffic.month_calls):
        if isinstance(scenario.baseline, Typed):
            hint = "Type how many there are a day; of none there is no mix, no quality and no time."
            raise InputError("there are no queries", place="field baseline.queries_per_day", hint=hint)
        hint = "Choose a longer period or fewer filters, or type a baseline."
        raise InputError("there are no calls in it", place="field baseline", hint=hint)
    with localcontext(EXACT):
        book, traffic = banded(book, traffic, models_named(scenario.levers))
        base = flow.collapse(traffic, measured, prompts_named(scenario.levers))
        before = billing.work(base, (), book)
        alone = tuple((lever, billing.work(base, (lever,), book)) for lever in scenario.levers)
        after = billing.work(base, scenario.levers, book) if len(alone) > 1 else alone[0][1] if alone else before
        priced = [(one.tokens_per_month, rate) for one, rate in components_of(scenario, book) if rate is not None]
        components = sum((tokens * rate / 1_000_000 for tokens, rate in priced), _NONE)
        computed = before.total + components
        ratio = scenario.bill_usd / computed if scenario.bill_usd is not None and computed else None
        scale = ratio if scenario.calibrate and ratio is not None else _ONE
        return Worked(scenario, traffic, base, book, before, after, alone, components, scale, ratio)


def components_of(scenario: Scenario, book: Book) -> list[tuple[Component, Decimal | None]]:
    """The components of a typed baseline and what a million tokens of each cost; None: unknown."""
    return [(one, book.of_component(one)) for one in (scenario.baseline.components if isinstance(scenario.baseline, Typed) else ())]


def banded(book: Book, traffic: Traffic, models: Iterable[str] = ()) -> tuple[Book, Traffic]:
    """The book for the traffic's bands. Typed streams stand in the band of their mean input, among the traffic's own bands and those of
    their models and of `models`.
    """
    if traffic.unit_ms:
        return book.banded(traffic.bands), traffic
    bands = tuple(sorted({*traffic.bands, *book.bands({*(stream.model for stream in traffic.streams), *models})}))
    means = [tokens[0] / calls if calls else _NONE for calls, tokens in zip(traffic.month_calls, traffic.month_tokens, strict=True)]
    streams = [replace(one, band=sum(mean > start for start in bands)) for one, mean in zip(traffic.streams, means, strict=True)]
    return book.banded(bands), replace(traffic, streams=tuple(streams), bands=bands)


def models_named(levers: Iterable[Lever]) -> Iterator[str]:
    """Models that the levers may send a call to."""
    for lever in levers:
        if isinstance(lever, Routing):
            yield from (model for row in lever.shares.values() for model in row)
            yield from (rule.model for rule in lever.rules if rule.model)
        elif isinstance(lever, NewModel):
            yield lever.model


def prompts_named(levers: Sequence[Lever]) -> frozenset[str]:
    """Prompts that some lever treats by themselves."""
    return frozenset(one.prompt for one in levers if isinstance(one, ShorterPrompt | OutputCap) and one.prompt is not None)
