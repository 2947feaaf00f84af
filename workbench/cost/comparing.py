"""Scenarios side by side: every figure of an outcome as one flat record, and records of several outcomes in rows. Computes no cost.

What pages, files and the command line show of an outcome comes from these records, so that they agree. Quality and latency are
always among them: a saving is never shown without them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workbench.cost.amounts import nano
from workbench.cost.outcome import Figure, Latency, Outcome, Part, Quality, Sensitivity, Share, Side
from workbench.text.counting import counted

_SAME = Decimal("1e-9")  # a share of the calls that rounding makes
BEFORE, AFTER, SAVED = "before", "after", "saved"


@dataclass(frozen=True)
class Record:
    """One figure: `value` with its range p5 to p95, or a `text`. `unit` is usd, share, ms, calls, tokens, ratio or text."""

    section: str
    item: str
    side: str = ""  # before, after, saved
    unit: str = "usd"
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    text: str = ""
    source: str = ""


@dataclass(frozen=True)
class Row:
    """One figure of several outcomes; None where an outcome has no such figure."""

    section: str
    item: str
    side: str
    unit: str
    cells: tuple[Record | None, ...]


def side_by_side(outcomes: Sequence[Outcome]) -> tuple[Row, ...]:
    """Rows in the order of their sections, with a cell for each outcome; records that are text alone are left out."""
    found: dict[tuple[str, str, str, str], list[Record | None]] = {}
    order: dict[str, int] = {}
    for at, outcome in enumerate(outcomes):
        for record in records(outcome):
            if record.unit != "text":
                order.setdefault(record.section, len(order))
                key = record.section, record.item, record.side, record.unit
                found.setdefault(key, [None] * len(outcomes))[at] = record
    rows = [Row(*key, tuple(cells)) for key, cells in found.items()]
    return tuple(sorted(rows, key=lambda row: order[row.section]))


def titles(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """A name for each outcome; where several scenarios have one name it is told with the version (A@3), else they are numbered."""
    plain = [outcome.scenario.name for outcome in outcomes]
    versions = [outcome.version for outcome in outcomes]
    names = [name if plain.count(name) == 1 or number is None else f"{name}@{number}" for name, number in zip(plain, versions, strict=True)]
    return tuple(name if names.count(name) == 1 else f"{name} ({names[: at + 1].count(name)})" for at, name in enumerate(names))


def records(outcome: Outcome) -> tuple[Record, ...]:
    """Every figure of the outcome, in the order in which a person reads them."""
    return (
        *_month(outcome),
        *_quality(outcome.before.quality, BEFORE),
        *_quality(outcome.after.quality, AFTER),
        *_latency(outcome.before.latency, BEFORE),
        *_latency(outcome.after.latency, AFTER),
        *_parts(outcome),
        *_models(outcome),
        *_months(outcome),
        *_tornado(outcome),
        *(Record("assumptions", each.name, each.field, "text", text=each.value, source=each.source) for each in outcome.assumptions),
        *(Record("findings", str(at), unit="text", text=said) for at, said in enumerate(outcome.findings, 1)),
        *(Record("warnings", str(at), unit="text", text=said) for at, said in enumerate(outcome.warnings, 1)),
    )


def total(side: Side) -> Figure | None:
    """A month's dollars; None where calls reach models and not one of them has a price: that is unknown, and not $0."""
    nothing = side.unpriced_calls and not side.components_usd and all(each.usd is None for each in side.models if each.calls)
    return None if nothing else side.usd


def saved(outcome: Outcome) -> Figure | None:
    """What a month saves; None where either side is unpriced, or prices are known of more calls on one side than on the other: what a
    call to an unpriced model no longer costs is not saved.
    """
    before, after = outcome.before, outcome.after
    moved = abs(before.unpriced_asked * after.calls - after.unpriced_asked * before.calls) > _SAME * before.calls * after.calls
    return None if moved or total(before) is None or total(after) is None else outcome.saved


def saved_share(outcome: Outcome) -> Decimal | None:
    """What share of the baseline's month is saved; None where the baseline costs nothing, or what is saved is not known."""
    return outcome.saved.value / outcome.before.usd.value if saved(outcome) and outcome.before.usd.value else None


def steps(outcome: Outcome) -> tuple[Part, ...]:
    """The parts of the waterfall; none where what is saved is not known: a part that moves calls to a model without a price would show
    as saved what is not known.
    """
    return outcome.parts if saved(outcome) else ()


def bars(outcome: Outcome) -> tuple[Sensitivity, ...]:
    """The tornado of the month after; none where nothing in it has a price."""
    return outcome.tornado if total(outcome.after) else ()


def left_out(side: Side) -> str:
    """Which calls of a month the dollars of this side are without; empty where every call has a price."""
    return f"without {counted(round(side.unpriced_calls), 'unpriced call')}" if side.unpriced_calls else ""


def left_out_of_each(side: Side) -> str:
    """The same beside what is more than a month."""
    said = left_out(side)
    return f"{said} a month" if said else ""


def by_model(side: Side) -> dict[str, Share]:
    """Each model's calls, share and dollars, its classes summed up. Dollars are None where any class of it is unpriced."""
    summed: dict[str, Share] = {}
    for each in side.models:
        old = summed.get(each.model)
        if old is None:
            summed[each.model] = each
            continue
        usd = None if old.usd is None or each.usd is None else old.usd + each.usd
        tokens = {kind: old.tokens.get(kind, Decimal(0)) + count for kind, count in each.tokens.items()}
        source = old.source or each.source
        summed[each.model] = Share(each.model, old.calls + each.calls, old.share + each.share, {**old.tokens, **tokens}, usd, source)
    return summed


def _month(outcome: Outcome) -> Iterator[Record]:
    before, after = outcome.before, outcome.after
    yield _figure("month", "total", BEFORE, total(before), left_out(before))
    yield _figure("month", "total", AFTER, total(after), left_out(after))
    yield _figure("month", "total", SAVED, saved(outcome), left_out(after) or left_out(before))
    yield Record("month", "share saved", SAVED, "share", _nano(saved_share(outcome)))
    for name, side in ((BEFORE, before), (AFTER, after)):
        yield Record("month", "per call", name, "usd", None if total(side) is None else _nano(side.usd_per_call))
        yield Record("month", "calls", name, "calls", nano(side.calls))
        yield Record("month", "unpriced calls", name, "calls", nano(side.unpriced_calls))
        if side.components_usd:
            yield Record("month", "of it look-ups, components", name, "usd", nano(side.components_usd))
    if outcome.as_billed_usd is not None:
        yield Record("month", "as billed", BEFORE, "usd", nano(outcome.as_billed_usd), text="what the ledger says the same calls cost")
    if outcome.bill_ratio is not None:
        calibrated = "figures are scaled to the bill" if outcome.scenario.calibrate else "figures are not scaled to the bill"
        yield Record("month", "bill stated", BEFORE, "usd", outcome.scenario.bill_usd, text=calibrated)
        yield Record("month", "bill over computed", BEFORE, "ratio", nano(outcome.bill_ratio), text=calibrated)


def _quality(quality: Quality, side: str) -> Iterator[Record]:
    unknown = f"unknown for {', '.join(quality.unknown)}" if quality.unknown else ""
    value, low, high = map(_nano, (quality.value, quality.low, quality.high))
    yield Record("quality", "quality", side, "share", value, low, high, unknown, _sources(quality.sources))


def _latency(latency: Latency, side: str) -> Iterator[Record]:
    unknown = f"unknown for {', '.join(latency.unknown)}" if latency.unknown else ""
    for item, value in (("latency p50", latency.p50_ms), ("latency p95", latency.p95_ms)):
        ms = None if value is None else round(Decimal(str(value)), 3)
        yield Record("latency", item, side, "ms", ms, text=unknown, source=_sources(latency.sources))


def _parts(outcome: Outcome) -> Iterator[Record]:
    for part in steps(outcome):
        yield Record("parts", part.label or part.kind, part.kind, "usd", nano(part.usd), text=left_out(outcome.after))


def _models(outcome: Outcome) -> Iterator[Record]:
    sides = {BEFORE: by_model(outcome.before), AFTER: by_model(outcome.after)}
    for model in dict.fromkeys([*sides[BEFORE], *sides[AFTER]]):
        for name, models in sides.items():
            if (each := models.get(model)) is not None:
                usd = None if each.usd is None else nano(each.usd)
                yield Record("models", model, name, "usd", usd, text="" if each.usd is not None else "unpriced", source=each.source)
                yield Record("calls by model", model, name, "calls", nano(each.calls))
                yield Record("share by model", model, name, "share", nano(each.share))


def _months(outcome: Outcome) -> Iterator[Record]:
    for name, side, figures in ((BEFORE, outcome.before, outcome.months_before), (AFTER, outcome.after, outcome.months)):
        for number, figure in enumerate(figures if total(side) else (), 1):
            yield _figure("months", f"month {number}", name, figure, left_out(side))
    year = outcome.year if total(outcome.after) else None
    item = counted(len(outcome.months), "month")
    yield _figure("year", item, AFTER, year, left_out_of_each(outcome.after))


def _tornado(outcome: Outcome) -> Iterator[Record]:
    for each in bars(outcome):
        ends = f"{each.at_low} … {each.at_high}" if each.at_low or each.at_high else ""
        said = ", ".join(filter(None, [ends, left_out(outcome.after)]))
        yield Record("what matters", each.name, AFTER, "usd", None, nano(each.low), nano(each.high), said)


def _figure(section: str, item: str, side: str, figure: Figure | None, text: str = "") -> Record:
    if figure is None:
        return Record(section, item, side, "usd", text="unpriced")
    return Record(section, item, side, "usd", nano(figure.value), _nano(figure.low), _nano(figure.high), text)


def _nano(value: Decimal | None) -> Decimal | None:
    return None if value is None else nano(value)


def _sources(sources: object) -> str:
    return "; ".join(f"{model}: {source}" for model, source in dict(sources).items())  # type: ignore[call-overload]
