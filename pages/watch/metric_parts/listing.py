"""Every metric that has values, a row each: how many in the range, their mean, the last value, and their course."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.parts import address, tables
from pages.parts import format as fmt
from pages.watch.metric_parts import figures, spans
from workbench.ledger import metrics
from workbench.ledger.metrics import Known
from workbench.monitoring.dashboard_model import Range
from workbench.store import Store

_PAGE = 50


def draw(store: Store, known: Sequence[Known], span: Range) -> None:
    """Draw the table."""
    if len(known) > _PAGE:
        wanted = address.words("find", "Find a metric", width=240).casefold()
        known = [one for one in known if wanted in one.name.casefold()]
    pages = max(1, -(-len(known) // _PAGE))
    number = min(int(st.session_state.get("metrics-page", 1)), pages)
    rows = _rows(store, store.url, tuple(one.name for one in known[(number - 1) * _PAGE : number * _PAGE]), span, span.until_ms)
    text, chart = st.column_config.TextColumn, st.column_config.LineChartColumn
    columns: dict[str, Any] = {
        "id": text("Metric", width=190), "n": text("Values", width=75), "unit": text("Unit", width=70), "mean": text("Mean", width=85),
        "interval": text("95 % interval", width=145), "last": text("Last value", width=85), "when": text("Last", width=130),
        "course": chart("Course of the mean", width=150),
    }  # fmt: skip
    tables.table(rows, columns, "metrics", open_label="Open", on_select=_open, alt="Own metrics, by name")
    if pages > 1:
        st.pagination(pages, key="metrics-page")


def _open(name: str) -> None:
    address.change({spans.METRIC: name})


@st.cache_data(ttl=15, max_entries=32, show_spinner=False)
def _rows(_store: Store, _url: str, names: Sequence[str], _span: Range, until_ms: int) -> list[dict[str, Any]]:
    return [_row(_store, name, _span, until_ms) for name in names]


def _row(store: Store, name: str, span: Range, until_ms: int) -> dict[str, Any]:
    found = figures.course(store, name, span)
    newest = metrics.last(store, name, 1, until_ms=until_ms)
    kind = metrics.kind(name)
    return {
        "id": name,
        "n": "no data" if found.whole is None else f"{found.whole.n:,}",
        "mean": "" if found.whole is None else figures.reads(found.whole.mean, name),
        "interval": figures.bounds(found, name),
        "last": figures.reads(newest[0][1], name) if newest else "",
        "when": fmt.moment(newest[0][0]) if newest else "",
        "course": figures.spark(found, span),
        "unit": kind.unit,
    }
