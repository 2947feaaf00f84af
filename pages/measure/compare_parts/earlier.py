"""Earlier comparisons, newest first, each a click away."""

import streamlit as st

from pages.measure.compare_parts import rows
from pages.parts import charts, run_panel, session, tables
from pages.parts import format as fmt
from workbench.runner import reading
from workbench.runner.reading import Run
from workbench.store import Store

_SHOWN = 10
_CUT = 38  # characters of a cell
_COLUMNS = {
    "state": st.column_config.TextColumn("State", width=105),
    "name": st.column_config.TextColumn("Name", width=250),
    "variants": st.column_config.TextColumn("Variants", width=225),
    "dataset": st.column_config.TextColumn("Dataset", width=135),
    "cells": st.column_config.TextColumn("Cells", width=110),
    "started": st.column_config.TextColumn("Started", width=100),
}


def draw(store: Store) -> None:
    """Draw the list; nothing where no run was made yet."""
    found = reading.page(store, limit=_SHOWN)
    if not found:
        return
    st.header("Earlier comparisons", anchor=False)
    tables.table([_row(run) for run in found], _COLUMNS, "earlier", on_select=_open, alt="Earlier comparisons, newest first")
    session.link(session.RUNS, "All runs", icon=":material/play_circle:")


def _open(run_id: str) -> None:
    st.query_params.from_dict({"run": run_id})


def _row(run: Run) -> dict[str, object]:
    state = run_panel.STATES[run.state]
    simulated = f" ({fmt.SIMULATED.lower()})" if run.simulated else ""
    return {
        "id": run.id,
        "state": f"{state.sign} {state.word}",
        "name": charts.short(run.name, _CUT),
        "variants": rows.short(", ".join(variant.name for variant in run.variants), _CUT - len(simulated)) + simulated,
        "dataset": run.dataset or "",
        "cells": f"{run.done:,} of {run.total:,}",
        "started": fmt.ago(run.created_ms),
    }
