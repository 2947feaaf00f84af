"""Somebody saved first: what they did to the cases one is editing, so that they can choose. Writes nothing."""

from typing import Any

import streamlit as st

from pages.build.dataset_parts.edits import Shot
from pages.parts import page, tables
from workbench.datasets import cases as shapes
from workbench.datasets import finding
from workbench.datasets.cases import Case, Dataset
from workbench.datasets.editing import Edits
from workbench.store import Store

_COLUMNS = {
    "case": st.column_config.NumberColumn("Case", width=70),
    "column": st.column_config.TextColumn("Column", width=140),
    "was": st.column_config.TextColumn("It was", width=220),
    "theirs": st.column_config.TextColumn("Saved meanwhile", width=220),
    "yours": st.column_config.TextColumn("Yours", width=220),
}
_CUT = 300


def draw(store: Store, now: Dataset, shot: Shot, edits: Edits) -> None:
    """Say what was saved meanwhile, over the editor, which still shows the person's edits."""
    text = (
        f"Revision {now.revision} was saved elsewhere while you were editing revision {shot.dataset.revision}. Your changes are still here."
    )
    page.notice(text, "warning")
    rows = clashes(shot, edits, finding.by_id(store, now.name, list(edits.changed)))
    if rows:
        tables.table(rows, _COLUMNS, "clashes", alt="Cells that both sides changed")
    else:
        st.caption("Nobody changed the cells that you changed.")


def clashes(shot: Shot, edits: Edits, now: dict[int, Case]) -> list[dict[str, Any]]:
    """The cells that both sides changed, and the cases that are gone, for a table."""
    before = {case.id: case for case in shot.cases}
    rows: list[dict[str, Any]] = []
    for key, fields in edits.changed.items():
        old, new = _cells(before[key]), _cells(now[key]) if key in now else None
        for column, yours in _cells(shapes.from_json({"inputs": {}} | dict(fields))).items():
            if column not in _touched(fields) or (new is not None and new.get(column) == old.get(column)):
                continue
            theirs = "(the case was removed)" if new is None else new.get(column, "")
            values = {"was": old.get(column, ""), "theirs": theirs, "yours": yours}
            rows.append({"case": before[key].position + 1, "column": column} | {name: value[:_CUT] for name, value in values.items()})
    return rows


def still_there(store: Store, name: str, edits: Edits) -> Edits:
    """The edits without those of cases that were removed meanwhile."""
    there = finding.by_id(store, name, [*edits.changed, *edits.removed])
    changed = {key: fields for key, fields in edits.changed.items() if key in there}
    return Edits(changed, edits.added, tuple(key for key in edits.removed if key in there))


def _touched(fields: Any) -> set[str]:
    own = {name for name in ("expected", "tags", "split") if name in fields}
    return {*fields.get("inputs", {}), *(f"({name})" for name in own)}


def _cells(case: Any) -> dict[str, str]:
    own = {"(expected)": case.expected or "", "(tags)": ", ".join(case.tags), "(split)": case.split}
    return {**case.inputs, **own}
