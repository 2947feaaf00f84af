"""The Overview before any call was recorded: one button that makes calls, and the ways to send one's own."""

import streamlit as st

from pages.parts import page, safe, session
from workbench.store import Store

_TEXT = "Every call to a model shows here as it happens: how many, how fast, how dear, how good. The demo asks a model on this machine."
_FILE = "Bring a file"
_WAYS = (
    (
        "upload_file",
        _FILE,
        "CSV, JSONL, Parquet, OTLP and the exports of other tools. In a terminal: workbench calls import FILE.",
    ),
    ("code", "Record from Python", "from workbench.ledger import record; record(model=..., latency_ms=...) in your own program."),
    ("cloud_upload", "Send over HTTP", "POST /api/calls on this address takes JSON; POST /v1/traces takes OpenTelemetry."),
)


def draw(store: Store) -> None:
    """Draw it."""
    if page.empty("Nothing has been called yet", _TEXT, "Load the demo and run it", key="watch-demo"):
        _load(store)
    st.caption("Or send your own calls:")
    with st.grid(3, min_column_width=240):
        for icon, title, text in _WAYS:
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.markdown(f":material/{icon}: **{title}**")
                st.caption(safe.escape(text))
                if title == _FILE:
                    session.link(session.IMPORTS, "Open Import", icon=":material/arrow_forward:")


def _load(store: Store) -> None:
    from workbench import demo

    with st.spinner("Loading messages and prompts, and getting the model ready …", show_time=True):
        loaded = demo.load(store, run=True)
    session.flash(loaded.note, "warning" if loaded.model.startswith("simulated/") else "success")
    st.rerun()
