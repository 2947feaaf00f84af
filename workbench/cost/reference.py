"""The reference of scenario documents as Markdown, printed by the program: docs/cost.md holds it, and a test compares. Owns its form."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING
from decimal import Decimal
from typing import Any

from workbench.cost import fields
from workbench.cost.shapes import Field, Shape

BEGIN, END = "<!-- fields: printed by the program -->", "<!-- end of fields -->"


def markdown() -> str:
    """A table for each group of fields."""
    return "\n\n".join(_sections())


def _sections() -> Iterator[str]:
    yield _table("### Scenario", fields.SCENARIO)
    yield _table("### baseline, `source: typed`", fields.TYPED)
    yield _table("#### A class of `baseline.classes`", fields.CLASS_OF)
    yield _table("#### A component of `baseline.components`", fields.COMPONENT)
    yield _table("### baseline, `source: ledger`", fields.RECORDED, absent={"until": "now"})
    yield _table("### baseline, `source: trace`", fields.TRACE)
    for kind, shape in fields.LEVERS.items():
        yield _table(f"### levers, `{kind}`", shape)
    yield _table("#### A rule of `levers.routing.rules`", fields.RULE)
    yield _table("### A price of `prices`", fields.PRICE)
    yield _table("### A model of `believed`", fields.BELIEVED)
    yield _table("### unsure", fields.UNSURE_SHAPE)
    yield _table("### limits", fields.LIMITS)


def _table(title: str, shape: Shape, absent: Mapping[str, str] | None = None) -> str:
    rows = [
        f"| `{field.name}` | {_cell(field.form.told)} | {(absent or {}).get(field.name, _default(shape, field))} | {_cell(field.says)} |"
        for field in shape.fields
    ]
    return "\n".join([title, "", "| field | what is written | left out | what it means |", "|---|---|---|---|", *rows])


def _default(shape: Shape, field: Field) -> str:
    default: Any = shape.default(field)
    if shape.required(field):
        return "**must be there**"
    if default is MISSING or default is None or not isinstance(default, Decimal | bool | int | str) or default == "":
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")
