"""The tags of a metric beside each other, and its latest values: tables that can be taken away."""

from typing import Any

import streamlit as st

from pages.parts import address, tables
from pages.watch.metric_parts import figures, spans
from workbench import clock
from workbench.ledger import metrics
from workbench.monitoring.dashboard_model import Range
from workbench.store import Store

_MOST_TAGS, _LATEST = 40, 200


def by_tag(store: Store, name: str, span: Range) -> None:
    """Draw the tags, the most frequent first."""
    found = [
        (tag, figures.course(store, name, span, tag)) for tag, _ in metrics.tags(store, name, span.since_ms, span.until_ms, _MOST_TAGS)
    ]
    rows: list[dict[str, Any]] = []
    for tag, course in found:
        cell = course.whole
        if cell is None:
            continue
        spread = dict(zip(figures.PERCENTILES, (figures.reads(each, name) for each in cell.percentiles(figures.SHARES)), strict=True))
        rows.append(
            {"id": tag, "n": f"{cell.n:,}", "mean": figures.reads(cell.mean, name), "interval": figures.bounds(course, name)}
            | spread
            | {"least": figures.reads(cell.least, name), "most": figures.reads(cell.most, name)}
        )
    if not rows:
        st.caption("No data: no value of this range carries a tag.")
        return
    columns = {
        "id": "Tag", "n": "Values", "mean": "Mean", "interval": "95 % interval", "p50": "p50", "p95": "p95", "p99": "p99",
        "least": "Lowest", "most": "Highest",
    }  # fmt: skip
    tables.table(
        rows,
        columns,
        "metric-tags",
        open_label="Only it",
        on_select=_only,
        export=f"{_file(name)}-by-tag.csv",
        alt="Tags, the most frequent first",
    )
    if len(found) == _MOST_TAGS:
        st.caption(f"The {_MOST_TAGS} most frequent tags.")


def latest(store: Store, name: str, span: Range, tag: str) -> None:
    """Draw the newest values."""
    found = metrics.values(store, name, since_ms=span.since_ms, until_ms=span.until_ms, limit=_LATEST * (10 if tag else 1))
    shown = [one for one in found if not tag or tag in one.tags][:_LATEST]
    rows = [
        {"id": number, "at": clock.iso(one.at_ms)[:19].replace("T", " "), "value": f"{one.value:.10g}", "tags": ", ".join(one.tags)}
        for number, one in enumerate(shown)
    ]
    if not rows:
        st.caption("No data: none of the newest values of this range is among them.")
        return
    columns = {"at": "Time (UTC)", "value": "Value", "tags": "Tags"}
    tables.table(rows, columns, "metric-latest", export=f"{_file(name)}-values.csv", alt="Latest values, newest first")
    if len(found) >= _LATEST:
        st.caption(f"The newest {len(shown):,} of this range. All of them as sums: `workbench metrics stats`.")


def _only(tag: str) -> None:
    address.change({spans.TAG: tag, "part": None})


def _file(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name)[:60]
