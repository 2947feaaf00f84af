"""A look into a file before anything of it is imported: what it is, its first calls, and what is wrong with its first rows."""

from typing import Any

import streamlit as st

from pages.parts import format as fmt
from pages.parts import page, safe, tables
from workbench.ledger import importers
from workbench.ledger.importers import Preview

_NEEDS = {"model": "Nothing says which model answered", "started_at": "Nothing says when a call began"}
_COLUMNS = {
    "began": "Began (UTC)",
    "model": "Model",
    "prompt": "Prompt",
    "tokens": "Tokens in / out",
    "latency": "Latency",
    "status": "Status",
    "cost": "Cost",
    "user": "User",
}

# Fields that the columns above say.
_DRAWN = frozenset(
    ("started_ms", "provider", "model", "prompt", "input_tokens", "output_tokens", "latency_ms", "status", "cost_nano", "user")
)
_CELL = 200


def draw(found: Preview) -> None:
    """Draw the look."""
    st.markdown("**What it is**")
    shape = {"jsonl": "JSON lines", "csv": "delimited text", "parquet": "Parquet", "json": "a JSON document"}.get(found.container, "")
    st.caption(safe.escape(f"{found.title}, {shape}"))
    for name in found.missing:
        remedy = "Map a column to it, or write it under “The same for every call”." if name == "model" else "Map a column to started_at."
        page.notice(f"{_NEEDS.get(name, f'Nothing gives {name}')}. {remedy}", "warning")
    if found.calls:
        st.markdown("**The first calls**")
        more = _more(found)
        rows = [{name: _text(call.get(name)) for name in more} | _row(call) for call in found.calls[:8]]
        tables.table(rows, _COLUMNS | {name: name for name in more}, "first-calls", alt="The first calls that would be taken")
    for note in found.notes:
        page.notice(note, "info")
    if found.problems and not found.missing:
        st.markdown("**Not taken, of the first rows**")
        tables.table(
            [{"line": line, "why": why} for line, why in found.problems[:8]],
            {
                "line": st.column_config.NumberColumn("Line", width=70, format="localized"),
                "why": st.column_config.TextColumn("Why", width="large"),
            },
            "first-problems",
            alt="Rows that would not be taken, and why",
        )


def _more(found: Preview) -> list[str]:
    """Fields that a column or a fixed value becomes, and that no column of the look has yet."""
    given = (importers.BECOMES.get(target, target) for target in (*found.mapping.columns.values(), *found.mapping.fixed))
    return [name for name in dict.fromkeys(given) if name not in _DRAWN]


def _text(value: Any) -> str:
    return "" if value is None else safe.plain(value)[:_CELL]


def _row(call: dict[str, Any]) -> dict[str, Any]:
    tokens = [fmt.number(call[name]) if name in call else "?" for name in ("input_tokens", "output_tokens")]
    cost_nano = call.get("cost_nano")
    return {
        "began": fmt.moment(call.get("started_ms")),
        "model": f"{call.get('provider')}/{call.get('model')}",
        "prompt": call.get("prompt", ""),
        "tokens": " / ".join(tokens),
        "latency": fmt.ms(call.get("latency_ms")),
        "status": call.get("error_type") or call.get("status", "ok"),
        "cost": "priced on import" if cost_nano is None else fmt.usd(cost_nano),
        "user": call.get("user", ""),
    }
