"""A real case for the demonstration: what went in and what came out, chosen by a rule that is said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import InputError
from workbench.export.slides.measured import Measured
from workbench.export.sources import Source, source
from workbench.prompts import rendering
from workbench.providers.keys import redact
from workbench.runner import reading
from workbench.runner.cells import PASSED, CellDetail, GridCell, GridRow

if TYPE_CHECKING:
    from workbench.store import Store

_LOOKED = 40  # cases among which one that fits a slide is sought
_LONG = 600  # characters beyond which a case is taken only where none is shorter


@dataclass(frozen=True)
class Demo:
    """A case: its input, the reply, what was expected, the baseline's reply to the same, and why this case."""

    variant: str
    given: str
    reply: str
    expected: str
    baseline: str
    baseline_reply: str
    why: str
    place: str
    simulated: bool

    def source(self, at_ms: int) -> Source:
        """Where it was read."""
        return source(
            "cases", self.place, f"Demonstration: {self.place}", [self.given, self.reply, self.baseline_reply, self.expected], at_ms=at_ms
        )


def find(store: "Store", found: Measured | None) -> Demo | None:
    """A case that the chosen variant got right and the baseline did not; else one it got right; else one it answered; else None."""
    if found is None:
        return None
    chosen, base = found.position(found.chosen), found.position(found.baseline)
    row, why = _case(store, found, chosen, base)
    if row is None:
        return None
    at = row.cells[chosen]
    assert at is not None
    detail = reading.cell(store, found.run.id, chosen, row.position, at.repeat)
    other = reading.cell(store, found.run.id, base, row.position, 0) if base != chosen else None
    return Demo(
        variant=found.chosen,
        given=redact(_given(detail)),
        reply=redact(_said(detail)),
        expected=redact(_expected(found, detail)),
        baseline=found.baseline if other is not None else "",
        baseline_reply=redact(_said(other)) if other is not None and other.cell is not None else "",
        why=why,
        place=f"{found.run.id}:{chosen}:{row.position}:{at.repeat}",
        simulated=detail.variant.provider == "simulated",
    )


def _case(store: "Store", found: Measured, chosen: int, base: int) -> tuple[GridRow | None, str]:
    run = found.run.id
    if chosen != base and found.scored:
        rows = reading.grid(store, run, "different", baseline=base, limit=_LOOKED).rows
        if (row := _shortest([row for row in rows if _right(row.cells[chosen]) and not _right(row.cells[base])])) is not None:
            return row, f"{found.chosen} got it right and {found.baseline} did not."
    rows = reading.grid(store, run, limit=_LOOKED).rows
    if (row := _shortest([row for row in rows if _right(row.cells[chosen])])) is not None:
        return row, f"{found.chosen} got it right."
    row = _shortest([row for row in rows if (cell := row.cells[chosen]) is not None and cell.reply])
    return row, "No reply passed its check: this is one that came." if found.scored else "Replies of this run were not scored."


def _right(cell: GridCell | None) -> bool:
    return cell is not None and bool(cell.reply) and cell.score is not None and cell.score >= PASSED


def _shortest(rows: Sequence[GridRow]) -> GridRow | None:
    """The first case that is short enough for a slide, but says something; the shortest where none is."""

    def size(row: GridRow) -> int:
        return sum(map(len, row.inputs.values()))

    return next((row for row in rows if 30 <= size(row) <= _LONG), None) or min(
        rows, key=lambda row: (size(row), row.position), default=None
    )


def _given(detail: CellDetail) -> str:
    """What the case put into the prompt: the one variable's text, or all of them by name."""
    try:
        names = [name for name in rendering.variables(detail.variant.content, detail.variant.partials) if name in detail.inputs]
    except InputError:
        names = []
    names = names or list(detail.inputs)
    if len(names) == 1:
        return str(detail.inputs[names[0]])
    return "\n".join(f"{name}: {detail.inputs[name]}" for name in names)


def _said(detail: CellDetail) -> str:
    if detail.reply:
        return detail.reply
    if detail.tool_calls:
        return "\n".join(f"{call.get('name')}({call.get('arguments')})" for call in detail.tool_calls)
    if detail.cell is not None and detail.cell.status != "ok":
        return f"No reply: {detail.cell.error_type}. {detail.cell.error_message}".strip()
    return "The text of this reply is no longer kept."


def _expected(found: Measured, detail: CellDetail) -> str:
    column = str((found.run.plan.score or {}).get("column") or "")
    return str(detail.inputs.get(column) or detail.expected or "") if found.run.plan.score is not None else str(detail.expected or "")
