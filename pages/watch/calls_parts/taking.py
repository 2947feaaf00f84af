"""The calls of the filters as a file: CSV for spreadsheets (no texts, formulas neutralised), JSONL whole. Bounded, newest first."""

import csv
import io
import json

import streamlit as st

from pages.parts import tables
from workbench import clock
from workbench.ledger import finding
from workbench.ledger.fields import FIELDS
from workbench.ledger.finding import Sought
from workbench.store import Store

MOST_CSV, MOST_JSONL = 50_000, 5_000


def draw(store: Store, sought: Sought) -> None:
    """Draw the two downloads; a file is made when it is asked for."""
    name = f"calls-{clock.iso(clock.now_ms())[:10]}"
    with st.container(horizontal=True, key="calls-take"):
        st.download_button(
            "Download CSV", data=lambda: as_csv(store, sought), file_name=f"{name}.csv", mime="text/csv", key="calls-csv",
            icon=":material/download:", on_click="ignore", type="tertiary", help=f"The newest {MOST_CSV:,} that fit, without their texts.",
        )  # fmt: skip
        st.download_button(
            "Download JSONL", data=lambda: as_jsonl(store, sought), file_name=f"{name}.jsonl", mime="application/x-ndjson",
            key="calls-jsonl", icon=":material/download:", on_click="ignore", type="tertiary",
            help=f"The newest {MOST_JSONL:,} that fit, with their texts.",
        )  # fmt: skip


def as_csv(store: Store, sought: Sought, most: int = MOST_CSV) -> bytes:
    """The fields of the ledger, a call a line; times are epoch milliseconds."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", *FIELDS])
    for call in finding.walk(store, sought, limit=most):
        cells = call.to_json() | {"tags": ",".join(call.tags)}
        if call.cost_nano is not None:
            cells["cost_usd"] = f"{call.cost_usd:.9f}"
        writer.writerow([call.id, *(tables.neutral(cells[name]) for name in FIELDS)])
    return ("\ufeff" + out.getvalue()).encode("utf-8", "replace")


def as_jsonl(store: Store, sought: Sought, most: int = MOST_JSONL) -> bytes:
    """Whole calls, one JSON object a line, as the ledger imports them again."""
    lines = (json.dumps(call.to_json(texts=True), ensure_ascii=False) for call in finding.walk(store, sought, limit=most, texts=True))
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
