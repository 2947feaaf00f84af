"""A list of a plan as a table that is edited in place: kept with every change that holds; what does not hold stays in it, with its row.

The rows the editor began with stay the same while it is on screen: what is typed is read against them, no change lands on a neighbour.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import streamlit as st

from pages.handover.plan_parts import desk as desks
from pages.handover.plan_parts import fields
from pages.handover.plan_parts.desk import Desk
from pages.parts import safe
from workbench.errors import InputError

Row = dict[str, Any]


@dataclass
class Held:
    """What an editor began with, and what is wrong with what was typed since."""

    rev: int
    turn: int
    rows: list[Row]
    typed: list[Row] | None = None
    error: InputError | None = None
    titles: tuple[str, ...] = field(default_factory=tuple)


def draw(
    desk: Desk, name: str, columns: Mapping[str, Any], *, noun: str, alt: str, settle: Callable[[list[Row], list[Row]], list[Row]]
) -> None:
    """Draw the list `name` under `columns` (field -> column_config). `settle` may change rows after an edit, given those before."""
    held = _held(desk, name)
    key = f"plan-grid-{name}-{held.rev}-{held.turn}"
    st.data_editor(
        _frame(held.typed or held.rows, columns),
        key=key,
        hide_index=True,
        num_rows="dynamic",
        column_config=dict(columns),
        height=min(330, 36 * (len(held.rows) + 2) + 4),
        placeholder="",
        on_change=_take,
        args=(desk, name, key, settle),
        alt=alt,
    )
    if held.error is not None:
        fields.tell(held.error, _place(held.error, name, noun, columns))


def _held(desk: Desk, name: str) -> Held:
    """What the editor on the screen began with; begun anew where it is not on the screen any more, or where rows got other names."""
    store = st.session_state
    held: Held | None = store.get(f"_plan-grid-{name}")
    if held is None or held.rev != desk.rev:
        held = Held(desk.rev, 0, desk.raw()[name])
    elif f"plan-grid-{name}-{held.rev}-{held.turn}" not in store or held.titles != _titles(held.typed or desk.raw()[name]):
        held = Held(desk.rev, held.turn + 1, held.typed or desk.raw()[name], held.typed, held.error)
    held.titles = _titles(held.typed or desk.raw()[name])
    store[f"_plan-grid-{name}"] = held
    return held


def _titles(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(str(row.get("title") or "") for row in rows)


def _take(desk: Desk, name: str, key: str, settle: Callable[[list[Row], list[Row]], list[Row]]) -> None:
    held: Held | None = st.session_state.get(f"_plan-grid-{name}")
    if held is None:
        return
    changed = settle(apply(held.rows, st.session_state[key]), held.rows)
    held.error = desks.rows(desk, name, changed)
    held.typed = changed if held.error is not None else None


def apply(rows: Sequence[Row], state: Mapping[str, Any]) -> list[Row]:
    """The rows with what an editor's state says was changed, added and deleted; new rows without a word in them are left out."""
    deleted = set(state.get("deleted_rows", ()))
    edited = {int(n): cells for n, cells in state.get("edited_rows", {}).items()}
    found = [{**row, **_cells(edited.get(n, {}))} for n, row in enumerate(rows) if n not in deleted]
    added = (_cells(cells) for cells in state.get("added_rows", ()))
    return found + [row for row in added if any(value not in ("", None, [], False) for value in row.values())]


def _cells(cells: Mapping[str, Any]) -> Row:
    return {name: "" if value is None else value for name, value in cells.items() if not name.startswith("_")}


def renaming(after: list[Row], before: list[Row]) -> list[Row]:
    """Tasks after an edit: where one got another title, what waits for it follows; a title that is gone is waited for no more."""
    renamed: dict[str, str] = {}
    if len(after) >= len(before):
        for old, new in zip(before, after, strict=False):
            if old.get("title") and new.get("title") and old["title"] != new["title"]:
                renamed[str(old["title"])] = str(new["title"]).strip()
    there = {str(row.get("title") or "").strip() for row in after}
    return [{**row, "depends": _follow(row.get("depends") or [], renamed, there)} for row in after]


def _follow(depends: Sequence[str], renamed: Mapping[str, str], there: set[str]) -> list[str]:
    named = (renamed.get(title, title) if title not in there else title for title in depends)
    return [title for title in named if title in there]


def _frame(rows: Sequence[Row], columns: Mapping[str, Any]) -> Any:
    import pandas as pd

    shown = [{name: _shown(name, row.get(name)) for name in columns} for row in rows]
    return pd.DataFrame(shown, columns=list(columns), dtype="object")


def _shown(name: str, value: Any) -> Any:
    if name in ("start", "end"):
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            return None
    if name == "done":
        return bool(value)
    if name == "depends":
        return list(value or [])
    return safe.plain(value) if isinstance(value, str) else value


def _place(error: InputError, name: str, noun: str, columns: Mapping[str, Any]) -> str:
    """Row and column of an error as the table names them: Task 3, End."""
    parts = error.place.removeprefix("field ").split(".")
    if len(parts) < 3 or parts[0] != name:
        return error.place
    label = columns.get(parts[2], {}).get("label") or parts[2]
    return f"{noun} {parts[1]}, {label}"
