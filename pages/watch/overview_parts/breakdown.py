"""The tables of the Overview: the same figures by prompt, version, model, hour and user. A click on a row narrows the page to it."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts import address, tables
from pages.watch.overview_parts import asked as asking
from pages.watch.overview_parts import wording
from workbench.monitoring.dashboard_model import Column, Dashboard, Table, View

_FIT = 12  # rows that are seen at once
_ID = "_row"


def draw(found: Dashboard) -> None:
    """Draw the tables by prompt, version and model."""
    for each in (found.by_prompt, found.by_version, found.by_model):
        table(each, found.view)


def table(of: Table | None, view: View) -> None:
    """Draw a table, or nothing where there is none."""
    if of is None or not of.rows:
        return
    with st.container(key=f"watch-table-{of.key}", gap="small"):
        st.markdown(f"**{wording.md(of.title)}**")
        if of.note:
            st.caption(wording.md(of.note))
        shown = _columns(of)
        narrows = bool(of.filters) and not all(name in view.filters for name in of.filters)
        tables.table(
            [line(row, shown, of.filters) for row in of.rows],
            {column.key: _column(column) for column in shown},
            f"watch-{of.key}",
            id_column=_ID,
            on_select=_narrow if narrows else None,
            open_label="Narrow" if narrows else None,
            height=2 + 35 * (1 + min(len(of.rows), _FIT)),
            export=f"overview-{of.key.replace('_', '-')}.csv",
            alt=f"{of.title}: {', '.join(column.title for column in shown)}",
        )


def _columns(of: Table) -> list[Column]:
    """The columns that have something to say; beside a rate its interval."""
    found = []
    for column in of.columns:
        if column.key in of.filters or any(row.get(column.key) is not None for row in of.rows):
            found.append(column)
            if column.unit == "share" and f"{column.key}_low" in of.rows[0]:
                found.append(Column(f"{column.key}_low", "95 % interval", "interval"))
    return found


def line(row: Mapping[str, Any], columns: list[Column], filters: tuple[str, ...]) -> dict[str, Any]:
    """A row as it is shown, with what it narrows to as its id."""
    cells = {column.key: _interval(row, column) if column.unit == "interval" else _cell(row.get(column.key), column) for column in columns}
    return cells | {_ID: json.dumps({name: row.get(name) for name in filters})}


def _cell(value: Any, column: Column) -> Any:
    if column.unit == "hour":
        return f"{value:02d}:00"
    if column.key == "prompt":
        return wording.prompt(str(value or ""))
    if column.unit == "version":
        return "" if value in (None, -1) else f"v{value}"
    if column.unit == "share" and value is not None:
        return round(value, 3)
    return round(value, 1) if "/" in column.unit and not column.unit.startswith("usd") and value is not None else value


def _interval(row: Mapping[str, Any], column: Column) -> str | None:
    low, high = row.get(column.key), row.get(f"{column.key.removesuffix('_low')}_high")
    return None if low is None or high is None else f"{wording.share(low)} to {wording.share(high)}"


def _column(column: Column) -> Any:
    number = st.column_config.NumberColumn
    kind = column.unit.partition("/")[0]
    if kind == "share":
        return number(column.title, format="percent", width=84)
    if kind == "ms":
        return number(f"{column.title}, ms", format="%,.0f", width=76)
    if kind == "usd":
        return number(f"{column.title}, $", format="%.6f" if "/" in column.unit else "%,.4f", width=104)
    if kind == "interval":
        return st.column_config.TextColumn(column.title, width=116)
    if kind in ("", "hour", "version"):
        return st.column_config.TextColumn(column.title, width=72 if kind else 190)
    return number(column.title, format="localized", width=120 if "/" in column.unit else 84)


def _narrow(row: str) -> None:
    """Narrow the page to the row that was clicked. For a callback."""
    filters = {name: value for name, value in json.loads(row).items() if value is not None}
    address.change({**asking.parameters(filters)})
