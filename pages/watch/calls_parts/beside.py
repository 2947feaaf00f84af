"""What stands beside a call: its own attempts, and the calls of the same trace, cell or run."""

import streamlit as st

from pages.parts import format as fmt
from pages.parts import tables
from pages.watch.calls_parts import listing, rows
from workbench.ledger import reading
from workbench.ledger.reading import Call
from workbench.store import Store

# The first columns fit beside the turns at 1366.
_SIBLINGS = {
    "this": st.column_config.TextColumn("This", width=40),
    "clock": st.column_config.TextColumn("UTC", width=75),
    "status": st.column_config.TextColumn("Status", width=95),
    "latency": st.column_config.TextColumn("Latency", width=72),
    "model": st.column_config.TextColumn("Model", width=160),
    "cost": st.column_config.TextColumn("Cost", width=85),
}
_ATTEMPTS = {
    "number": st.column_config.TextColumn("Attempt", width=60),
    "began": st.column_config.TextColumn("UTC", width=72),
    "took": st.column_config.TextColumn("Took", width=65),
    "waited": st.column_config.TextColumn("Waited", width=62),
    "ended": st.column_config.TextColumn("Ended", width=112),
}


def attempts(call: Call) -> None:
    """Draw the attempts where there were several."""
    known = [one for one in call.attempts or [] if isinstance(one, dict)]
    if len(known) < 2:
        return
    st.markdown(f"**{len(known):,} attempts**")
    shown = [
        {
            "number": str(number),
            "began": rows.stamp(one["started_ms"])[11:] if isinstance(one.get("started_ms"), int) else fmt.NONE,
            "took": fmt.ms(one["latency_ms"]) if isinstance(one.get("latency_ms"), int | float) else fmt.NONE,
            "waited": f"{one['waited_s']:.1f} s" if isinstance(one.get("waited_s"), int | float) else fmt.NONE,
            "ended": f"✗ {one['error_kind']}" if one.get("error_kind") else "✓ OK",
        }
        for number, one in enumerate(known[:50], 1)
    ]
    tables.table(shown, _ATTEMPTS, "call-attempts", alt="Every attempt of this call")


def siblings(store: Store, call: Call) -> None:
    """Draw the calls of the same trace, else cell, else run, in order."""
    found = reading.siblings(store, call)
    if len(found) < 2:
        return
    within = "trace" if call.trace_id else "cell" if call.cell_id else "run"
    st.markdown(f"**Calls of the same {within}, in order**")
    shown = [rows.row(one) | {"this": "▸" if one.id == call.id else "", "clock": rows.stamp(one.started_ms)[11:]} for one in found]
    tables.table(shown, _SIBLINGS, "call-siblings", on_select=listing.show, alt=f"Calls of the same {within}, oldest first")
