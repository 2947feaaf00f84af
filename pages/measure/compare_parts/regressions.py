"""Where the second of a pair did worse than the first, the largest loss first; a row opens in the drawer."""

import streamlit as st

from pages.measure.compare_parts import drawer, evidence, picking, rows, wording
from pages.parts import charts, safe, tables
from workbench.comparison.model import Comparison, Metric
from workbench.runner.cells import PASSED, GridRow
from workbench.runner.reading import Run
from workbench.store import Store
from workbench.text.counting import counted

_ROWS = 15
_NAME = 19  # characters of a name over a column
_ROW, _HEAD = 33, 36  # pixels


def draw(store: Store, found: Comparison, run: Run) -> None:
    """Draw one page of the regressions of the pair of the URL."""
    metric, pair = picking.metric_and_pair(found, run)
    if pair is None:
        st.caption("No two variants have a case in common on this metric.")
        return
    # Towards the first of the two: a person who keeps it wants to know what the second breaks, and the other way round.
    turned = st.toggle(safe.escape(f"Where {charts.labels(found.names)[pair.a]} did worse instead"), key="turned")
    a, b = (pair.b, pair.a) if turned else (pair.a, pair.b)
    held = evidence.series(store, run, found, metric, (a, b))
    order = evidence.worst(held, metric)
    if not len(order):
        st.caption(safe.escape(f"{b} did worse than {a} on no case."))
        return
    said = f"{b} did worse than {a} on {len(order):,} of {counted(len(held.cases), 'case')}"
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(safe.escape(f"{said}; the largest loss first."), width="content")
        pages = -(-len(order) // _ROWS)
        number = st.pagination(pages, key=f"worst-{metric.name}-{evidence.key(pair, found.names)}-{turned}") if pages > 1 else 1
    shown = order[(number - 1) * _ROWS : number * _ROWS]
    drawn = rows.read(store, run, [int(held.cases[at]) for at in shown])
    binary = pair.result.kind == "binary"
    figures = [
        {
            "first": _value(metric, held.a[at], binary),
            "second": _value(metric, held.b[at], binary),
        }
        | ({} if binary else {"loss": wording.difference(metric, held.differences[at])})  # a column that always says the same
        for at in shown
    ]
    opened = tables.table(
        [_row(row) | figure for row, figure in zip(drawn, figures, strict=True)],
        _columns(drawn[0], a, b, binary),
        "worst",
        open_label="Open",
        height=_HEAD + _ROW * len(drawn),
        alt=f"{said}, the largest loss first",
    )
    if opened is not None:
        drawer.show(store, run, int(opened), found.names.index(a))


def _value(metric: Metric, figure: float, binary: bool) -> str:
    if binary:
        return "✓ right" if figure >= PASSED else "✕ wrong"
    return wording.value(metric, figure)


def _row(row: GridRow) -> dict[str, object]:
    inputs = {f"in-{name}": rows.short(value) for name, value in list(row.inputs.items())[:2]}
    return {"id": row.position, "case": row.position + 1, "expected": row.expected, "tags": ", ".join(row.tags), **inputs}


def _columns(first: GridRow, a: str, b: str, binary: bool) -> dict[str, object]:
    named = charts.labels([a, b], _NAME)
    names = list(first.inputs)[:2]
    inputs = {f"in-{name}": st.column_config.TextColumn(safe.plain(name), width=300 if len(names) == 1 else 190) for name in names}
    right = {"expected": st.column_config.TextColumn("Expected", width=120)} if first.expected is not None else {}
    return {
        "case": st.column_config.NumberColumn("Case", width=60),
        **({} if binary else {"loss": st.column_config.TextColumn("Difference", width=110)}),
        "first": st.column_config.TextColumn(safe.plain(named[a]), width=150),
        "second": st.column_config.TextColumn(safe.plain(named[b]), width=150),
        **inputs,
        **right,
        "tags": st.column_config.TextColumn("Tags", width=120),
    }
