"""Runs: every run with its state, progress and money, and what can be done about it."""

import streamlit as st

from pages.parts import confirm, page, run_panel, session, tables
from pages.parts import format as fmt
from workbench.errors import NotFound
from workbench.runner import reading
from workbench.runner.reading import Run
from workbench.text.counting import counted

_PAGE = 20
# As wide together as the page is at 1366.
_COLUMNS = {
    "state": st.column_config.TextColumn("State", width=102),
    "name": st.column_config.TextColumn("Name", width=164),
    "marks": st.column_config.TextColumn("Marks", width=82),
    "progress": st.column_config.ProgressColumn("Progress", format="%d%%", min_value=0, max_value=100, width=80),
    "cells": st.column_config.TextColumn("Cells", width=94),
    "failed": st.column_config.NumberColumn("Failed", format="localized", width=55),
    "spent": st.column_config.TextColumn("Spent", width=62),
    "started": st.column_config.TextColumn("Started (UTC)", width=122),
    "dataset": st.column_config.TextColumn("Dataset", width=82),
    "models": st.column_config.TextColumn("Models", width=82),
}


def _row(run: Run) -> dict[str, object]:
    state = run_panel.STATES[run.state]
    return {
        "id": run.id,
        "state": f"{state.sign} {state.word}",
        "name": run.name,
        "marks": ", ".join(mark for mark, there in ((fmt.DEMO, run.demo), (fmt.SIMULATED, run.simulated)) if there),
        "progress": int(100 * run.done / run.total) if run.total else 0,
        "cells": f"{run.done:,} of {run.total:,}",
        "failed": run.failed,
        "spent": fmt.usd(run.spent_nano) + (" + unpriced" if run.unpriced else ""),
        "dataset": run.dataset or "",
        "models": ", ".join(dict.fromkeys(variant.full_model for variant in run.variants)),
        "started": fmt.moment(run.started_ms),
    }


def _chosen(run_id: str) -> None:
    """The run that is looked at: its panel, and what leads away from it."""
    run = run_panel.show(run_id, key="chosen-run")
    with st.container(horizontal=True, vertical_alignment="center"):
        session.link(session.COMPARE, "Open in Compare", icon=":material/balance:", run=run.id)
        tokens = f"{fmt.tokens(run.input_tokens)} tokens in · {fmt.tokens(run.output_tokens)} out"
        st.caption(
            f"{tokens} · {counted(run.retries, 'retry', 'retries')} · started {fmt.ago(run.started_ms)}",
            width="content",
        )
        if run.state != "running" and st.button("Delete", key="delete-run", type="tertiary", icon=":material/delete:"):
            warning = "Its cells, scores, ratings and results go. The ledger keeps its calls and what they cost."
            confirm.delete("run", run.name, warning, lambda: _delete(run.id))


def _delete(run_id: str) -> None:
    reading.delete(session.store(), run_id)
    st.query_params.pop("run", None)


def _open(run_id: str) -> None:
    st.query_params["run"] = run_id


def _after() -> Run | None:
    """The run behind which this page of the list begins; the newest ones where it is gone."""
    try:
        return reading.get(session.store(), wanted) if (wanted := session.query("after")) else None
    except NotFound:
        return None


def _list() -> None:
    words = {state: run_panel.word(state) for state in reading.STATES}
    state = st.pills("State", list(words.values()), key="state", bind="query-params", label_visibility="collapsed")
    wanted = next((name for name, word in words.items() if word == state), None)
    after = _after()
    found = reading.page(session.store(), state=wanted, after=after, limit=_PAGE + 1)
    if not found:
        st.caption("No run is in this state." if wanted else "Nothing older.")
    else:
        tables.table([_row(run) for run in found[:_PAGE]], _COLUMNS, "runs", on_select=_open, alt="Runs, newest first", export="runs.csv")
    with st.container(horizontal=True):
        if after is not None and st.button("Newest", key="newest", icon=":material/first_page:"):
            st.query_params.pop("after", None)
            st.rerun()
        if len(found) > _PAGE and st.button("Older", key="older", icon=":material/chevron_right:", icon_position="right"):
            st.query_params["after"] = found[_PAGE - 1].id
            st.rerun()


def _draw() -> None:
    slot = page.start("Runs", subtitle="Every run goes on without this page. What has finished is kept, whatever happens.")
    store = session.store()
    if not reading.page(store, limit=1):
        if page.empty(
            "No run yet", "A run asks two or more versions of a prompt the same cases. Load the demo, or compare your own.", "Go to Home"
        ):
            session.go(session.HOME)
        return
    with slot:
        if st.button("New comparison", type="primary", icon=":material/balance:", key="new-comparison"):
            session.go(session.COMPARE)
    chosen = session.query("run")
    if chosen:
        with page.guard():
            _chosen(chosen)
    for number, run in enumerate(run for run in reading.page(store, state="running", limit=3) if run.id != chosen):
        run_panel.show(run.id, key=f"run-{number}")
    _list()


with page.guard():
    _draw()
