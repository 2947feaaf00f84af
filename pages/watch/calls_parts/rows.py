"""How a call reads as a row of a table."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from pages.parts import format as fmt
from workbench.ledger.reading import Call

THUMBS = {1: "up", -1: "down", 0: "neither"}
# As wide together as the page is at 1366.
_COLUMNS: dict[str, Any] = {
    "at": st.column_config.TextColumn("Time (UTC)", width=140),
    "status": st.column_config.TextColumn("Status", width=92),
    "prompt": st.column_config.TextColumn("Prompt", width=156),
    "version": st.column_config.TextColumn("Version", width=58),
    "model": st.column_config.TextColumn("Model", width=158),
    "latency": st.column_config.TextColumn("Latency", width=64),
    "tokens": st.column_config.TextColumn("Tokens in, out", width=96),
    "cost": st.column_config.TextColumn("Cost", width=78),
    "source": st.column_config.TextColumn("Source", width=68),
}
_LABEL: dict[str, Any] = {"label": st.column_config.TextColumn("Label", width=90)}
_FEEDBACK: dict[str, Any] = {"rated": st.column_config.TextColumn("Feedback", width=80)}


def columns(calls: Sequence[Call]) -> dict[str, Any]:
    """The columns of a table of these calls: label and feedback only where there are any."""
    labelled = _LABEL if any(call.label for call in calls) else {}
    return _COLUMNS | labelled | (_FEEDBACK if any(call.feedback is not None for call in calls) else {})


def row(call: Call) -> dict[str, object]:
    """A call as a row of a table."""
    return {
        "id": call.id,
        "at": stamp(call.started_ms),
        "status": status(call),
        "prompt": call.prompt if call.prompt is not None else fmt.NONE,
        "version": f"v{call.version}" if call.version is not None else "",
        "label": call.label or "",
        "model": f"{call.provider}/{call.model}",
        "latency": fmt.ms(call.latency_ms),
        "tokens": f"{fmt.tokens(call.input_tokens, estimated=call.estimated)}, {fmt.tokens(call.output_tokens)}",
        "cost": fmt.usd(call.cost_nano) if call.cost_nano is not None or call.status != "ok" else "unpriced",
        "source": call.source,
        "rated": THUMBS.get(call.feedback, str(call.feedback)) if call.feedback is not None else "",
    }


def status(call: Call) -> str:
    """How a call ended, as sign and word."""
    return "✓ OK" if call.status == "ok" else f"✗ {call.error_type or 'error'}"


def stamp(ms: int) -> str:
    """A time to the second: 2026-11-21 14:03:22."""
    try:
        return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return str(ms)
