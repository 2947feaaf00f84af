"""Which column of a file becomes which field of a call, and fields that are the same for every call."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts import format as fmt
from pages.parts import safe
from workbench.ledger import importers
from workbench.ledger.importers import Preview

_LEFT_OUT = "(left out)"
_SAME = {
    "model": ("Model", "openai/gpt-5-mini"),
    "provider": ("Provider", "openai"),
    "prompt": ("Prompt", "support/triage"),
    "label": ("Label", "production"),
}
_MOST = 200
_SHOWN = 60


def fixed(key: str, *, needed: bool) -> dict[str, str]:
    """Draw the fields that are the same for every call; those that were filled in."""
    with st.expander("The same for every call", expanded=needed, icon=":material/push_pin:"), st.container(horizontal=True):
        typed = {
            name: st.text_input(label, key=f"same-{name}-{key}", placeholder=example, width=170, max_chars=200)
            for name, (label, example) in _SAME.items()
        }
    return {name: value.strip() for name, value in typed.items() if value.strip()}


def draw(found: Preview, key: str) -> dict[str, str]:
    """Draw the table of columns with what each becomes; every column with its field, "" where it is left out."""
    columns = [column for column in found.columns if len(column) <= 300][:_MOST]
    rows = [
        {
            "column": safe.plain(column),
            "field": found.mapping.columns.get(column, _LEFT_OUT),
            "first": safe.plain(found.firsts.get(column, ""))[:_SHOWN],
            "example": _example(found, column),
        }
        for column in columns
    ]
    st.markdown("**Columns**")
    edited = st.data_editor(
        rows,
        key=f"columns-{key}",
        hide_index=True,
        disabled=["column", "first", "example"],
        column_config={
            "column": st.column_config.TextColumn("Column of the file"),
            "field": st.column_config.SelectboxColumn("Becomes", options=[_LEFT_OUT, *importers.TARGETS], required=True),
            "first": st.column_config.TextColumn("First value"),
            "example": st.column_config.TextColumn("First becomes"),
        },
    )
    chosen = [row["field"] for row in edited]
    return {column: "" if field in (None, _LEFT_OUT) else field for column, field in zip(columns, chosen, strict=True)}


def _example(found: Preview, column: str) -> str:
    """What the column's field is in the first call."""
    target = found.mapping.columns.get(column)
    if target is None or not found.calls:
        return ""
    return safe.plain(_shown(found.calls[0], target))[:_SHOWN]


def _shown(call: Mapping[str, Any], target: str) -> Any:
    name = importers.BECOMES.get(target, target)
    if name == "started_ms":
        return fmt.moment(call.get(name))
    if target == "cost_usd":
        nano = call.get("cost_nano")
        return "" if nano is None else f"${nano / 10**9:.6f}"
    return call.get(name, "")
