"""Outcomes as one CSV table in long form: a line a figure, numbers plain and unrounded but for nano-dollars."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

from workbench.cost import comparing
from workbench.cost.outcome import Outcome

COLUMNS = ("scenario", "section", "item", "side", "unit", "value", "low", "high", "text", "source")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write(outcomes: Sequence[Outcome]) -> str:
    """The table. A text that a spreadsheet would run as a formula gets a ' in front; low and high are p5 and p95."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(COLUMNS)
    for title, outcome in zip(comparing.titles(outcomes), outcomes, strict=True):
        for each in comparing.records(outcome):
            figures = (_plain(value) for value in (each.value, each.low, each.high))
            said = (each.section, each.item, each.side, each.unit)
            lines.writerow([*map(neutral, (title, *said)), *figures, *map(neutral, (each.text, each.source))])
    return out.getvalue()


def neutral(cell: str) -> str:
    """`cell` so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def _plain(value: Decimal | None) -> str:
    if value is None:
        return ""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
