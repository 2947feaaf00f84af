"""Outcomes as a Markdown page: a comparison where there are several, then each with its months, parts, models and assumptions.

Quality and latency stand beside every saving. What people and models named is escaped: it reads as it was written.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from workbench.cost import comparing
from workbench.cost.amounts import ranged, span, told
from workbench.cost.comparing import Record, Row
from workbench.cost.model import Baseline, Recorded, Typed
from workbench.cost.outcome import Figure, Outcome
from workbench.text.counting import counted

_MARKS = re.compile(r"([\\`*_{}\[\]<>#!|~$^&@]|:(?=\S))")
_LEADING = re.compile(r"^(\d*)([-+=.)])")  # of a list, or an underline of a heading
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_WWW = re.compile(r"(?<=[wW]{3})\.")


def write(outcomes: Sequence[Outcome]) -> str:
    """The page, ending in a newline."""
    titles = comparing.titles(outcomes)
    blocks: list[str] = []
    if len(outcomes) != 1:
        blocks += ["# Scenarios compared", _compared(outcomes, titles)]
    for title, outcome in zip(titles, outcomes, strict=True):
        blocks += _one(title, outcome, 1 if len(outcomes) == 1 else 2)
    return "\n\n".join(block for block in blocks if block) + "\n"


def literal(text: str) -> str:
    """`text` in one line, every mark of Markdown escaped, so that it reads as it was written."""
    line = _SPACES.sub(" ", text).strip()
    return _WWW.sub(r"\\.", _LEADING.sub(r"\1\\\2", _MARKS.sub(r"\\\1", line)))


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, text: int = 1) -> str:
    """A table of cells that are Markdown already; the first `text` columns are aligned left, the others right."""
    lines = [header, ["---"] * text + ["---:"] * (len(header) - text), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _compared(outcomes: Sequence[Outcome], titles: Sequence[str]) -> str:
    shown = [row for row in comparing.side_by_side(outcomes) if row.section in ("month", "quality", "latency", "parts", "models", "year")]
    return table(["", *map(literal, titles)], ([_name(row), *map(_cell, row.cells)] for row in shown))


def _name(row: Row | Record) -> str:
    named = {"parts": f"{literal(row.item)}, changes alone", "models": literal(row.item)}
    side = row.side if row.side in (comparing.BEFORE, comparing.AFTER) else ""
    return named.get(row.section, row.item) + (f", {side}" if side else "")


def _cell(record: Record | None) -> str:
    if record is None:
        return ""
    if record.value is None and record.text:
        return literal(record.text)
    within = span(record.low, record.high, record.unit)
    figure = told(record.value, record.unit) + (f" ({within})" if within else "")
    return figure.replace("$", r"\$") + (f"; {literal(record.text)}" if record.text else "")


def _one(title: str, outcome: Outcome, level: int) -> Iterator[str]:
    head, found = "#" * level, comparing.records(outcome)
    yield f"{head} {literal(title)}"
    yield "\\\n".join(literal(line) for line in outcome.scenario.note.splitlines() if line.strip())
    yield f"Baseline: {literal(outcome.traffic or _baseline(outcome.scenario.baseline))}."
    yield _sentence(outcome)
    yield _sides(found)
    yield _listed("Findings", outcome.findings)
    yield _listed("Warnings", outcome.warnings)
    yield f"{head}# What each part changes"
    yield _waterfall(outcome)
    yield _without(outcome)
    yield f"{head}# By model"
    yield _models(outcome)
    yield f"{head}# {counted(len(outcome.months), 'month')}"
    yield _months(outcome)
    yield _without(outcome)
    if tornado := comparing.bars(outcome):
        yield f"{head}# What matters most"
        bars = (
            [literal(bar.name), literal(bar.at_low), told(bar.low, "usd"), literal(bar.at_high), told(bar.high, "usd")] for bar in tornado
        )
        yield table(["unsure", "at p5", "month", "at p95", "month"], bars, text=2)
        yield _without(outcome)
    yield f"{head}# Assumptions"
    rows = ([literal(each.name), literal(each.value), literal(each.source), literal(each.field)] for each in outcome.assumptions)
    yield table(["what", "how much", "where from", "field"], rows, text=4)


def _sentence(outcome: Outcome) -> str:
    """What a month costs and saves, and what that does to quality and latency, in one breath."""
    saved, share, before, after = comparing.saved(outcome), comparing.saved_share(outcome), outcome.before, outcome.after
    part = "" if share is None else f", {told(abs(share), 'share')}"
    gap = "" if saved is None else f": {usd(abs(saved.value))} {'less' if saved.value >= 0 else 'more'}{part}"
    month = f"A month costs **{_ranged(comparing.total(after))}** instead of {_ranged(comparing.total(before))}{gap}."
    quality = f"Quality: {told(after.quality.value, 'share')} instead of {told(before.quality.value, 'share')}."
    times = [told(None if ms is None else Decimal(str(ms)), "ms") for ms in (after.latency.p95_ms, before.latency.p95_ms)]
    return f"{month} {quality} Latency (p95): {times[0]} instead of {times[1]}. Ranges are p5 to p95."


def usd(value: Decimal | None) -> str:
    """Dollars as Markdown: a bare $ begins a formula in some readers."""
    return told(value, "usd").replace("$", r"\$")


def _ranged(figure: Figure | None) -> str:
    """A figure with its range; "unpriced" where no price is known."""
    if figure is None:
        return "unpriced"
    return ranged(figure).replace("$", r"\$")


def _sides(found: Sequence[Record]) -> str:
    """Before and after of the month, quality and latency among them whether they are known or not."""
    shown: dict[str, dict[str, str]] = {}
    for record in found:
        if record.section in ("month", "quality", "latency"):
            shown.setdefault(record.item, {})[record.side] = _cell(record)
    sides = (comparing.BEFORE, comparing.AFTER, comparing.SAVED)
    return table(["a month", *sides], ([item, *(cells.get(side, "") for side in sides)] for item, cells in shown.items()))


def _waterfall(outcome: Outcome) -> str:
    steps = [[literal(part.label or part.kind), usd(part.usd)] for part in comparing.steps(outcome)]
    before, after = ("unpriced" if total is None else usd(total.value) for total in map(comparing.total, (outcome.before, outcome.after)))
    return table(["step", "dollars a month"], [["before", before], *steps, ["after", after]])


def _without(outcome: Outcome) -> str:
    """Which calls of a month the dollars above are without; empty where every call has a price."""
    sides = (("before", outcome.before), ("after", outcome.after))
    said = [f"{name} {comparing.left_out(side)} a month" for name, side in sides if comparing.left_out(side)]
    return f"Dollars are {', '.join(said)}." if said else ""


def _models(outcome: Outcome) -> str:
    before, after = comparing.by_model(outcome.before), comparing.by_model(outcome.after)
    rows = []
    for model in dict.fromkeys([*before, *after]):
        cells = [literal(model)]
        for side in (before, after):
            each = side.get(model)
            paid = "" if each is None else "unpriced" if each.usd is None else usd(each.usd)
            cells += [paid, "" if each is None else told(each.share, "share")]
        source = (after.get(model) or before[model]).source
        rows.append([*cells, literal(source)])
    return table(["model", "before", "share of calls", "after", "share of calls", "price from"], rows)


def _months(outcome: Outcome) -> str:
    both = zip(outcome.months_before, outcome.months, strict=True)
    unpriced = [comparing.total(side) is None for side in (outcome.before, outcome.after)]
    rows = [
        [str(at), *(_ranged(None if none else each) for none, each in zip(unpriced, pair, strict=True))] for at, pair in enumerate(both, 1)
    ]
    return table(["month", "before", "after"], [*rows, ["sum", "", _ranged(None if unpriced[1] else outcome.year)]])


def _listed(title: str, sentences: Sequence[str]) -> str:
    return "\n".join([f"{title}:\n", *(f"- {literal(said)}" for said in sentences)]) if sentences else ""


def _baseline(baseline: Baseline) -> str:
    if isinstance(baseline, Typed):
        return f"{told(baseline.queries_per_day, 'calls')} {'query' if baseline.queries_per_day == 1 else 'queries'} a day, typed"
    return "recorded calls" if isinstance(baseline, Recorded) else "a trace"
