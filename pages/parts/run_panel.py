"""A run as it happens: state, progress, money, time left, and the buttons that stop it or let it go on. Redraws itself alone."""

from collections.abc import Callable

import streamlit as st

from pages.parts import format as fmt
from pages.parts import safe, session
from pages.parts.run_states import STATES, badge, line, marks, word
from workbench import clock
from workbench.errors import RunError
from workbench.runner import reading
from workbench.runner.reading import Run
from workbench.text.counting import counted

__all__ = ["STATES", "badge", "is_live", "line", "marks", "resume", "retry_failed", "show", "stop", "word"]

EVERY_S = 1.0
_STARTING_MS = 10_000  # between "planned" and the worker's first sign of life


def show(run_id: str, *, key: str = "run-panel", title: bool = True) -> Run:
    """Draw the panel of the run and return the run as it is now. While it is at work the panel redraws itself every second."""
    run = reading.get(session.store(), run_id)
    live = is_live(run)
    st.fragment(_panel, run_every=EVERY_S if live else None, key=key)(run_id, run.state, live, key, title)
    return run


def is_live(run: Run) -> bool:
    """Whether the run is at work, or about to be."""
    return run.state == "running" or (run.state == "planned" and clock.now_ms() - run.created_ms < _STARTING_MS)


def stop(run_id: str) -> None:
    """Ask the run to stop."""
    from workbench.runner import worker

    worker.stop(session.store(), run_id)


def resume(run_id: str, cap_key: str | None = None) -> None:
    """Let the run go on where it stopped; `cap_key` is the widget that holds a new spending cap in dollars."""
    from workbench.runner import worker

    cap_usd = st.session_state.get(cap_key) if cap_key else None
    _tried(lambda: worker.resume(session.store(), run_id, cap_usd=cap_usd))


def retry_failed(run_id: str) -> None:
    """Ask the failed cells of the run again."""
    from workbench.runner import worker

    _tried(lambda: worker.retry_failed(session.store(), run_id))


def _tried(act: Callable[[], object]) -> None:
    try:
        act()
    except RunError as error:
        session.flash(f"{error} {error.hint}", "error")


def _panel(run_id: str, state: str, live: bool, key: str, title: bool) -> None:
    run = reading.get(session.store(), run_id)
    with st.container(border=True, key=key):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            with st.container(horizontal=True, vertical_alignment="center", width="content"):
                badge(run.state, stopping=run.stopping)
                if title:
                    st.markdown(f"**{safe.escape(run.name or run.id, limit=80)}**")
                marks(run)
            _buttons(run, key)
        st.progress(run.done / run.total if run.total else 0.0, text=line(run))
        if run.error:
            safe.code(run.error)
    if run.state != state or is_live(run) != live:
        # A fragment's pace is fixed where the whole page defines it: only a full run starts or ends the ticking,
        # brings the chip in the sidebar, and lets the rest of the page see the new state.
        st.rerun()


def _buttons(run: Run, key: str) -> None:
    with st.container(horizontal=True, width="content", horizontal_alignment="right"):
        if run.state == "running":
            st.button("Stop", key=f"{key}-stop", icon=":material/stop:", on_click=stop, args=(run.id,), disabled=run.stopping)
            return
        if run.state in ("interrupted", "stopped", "failed", "planned", "decided") and run.done < run.total:
            word = {"planned": "Start", "decided": "Go on to the end"}.get(run.state, "Resume")
            st.button(word, key=f"{key}-resume", icon=":material/play_arrow:", on_click=resume, args=(run.id,))
        if run.state == "capped":
            _raise_cap(run, key)
        if run.failed:
            retry = f"Retry {run.failed:,} failed"
            st.button(retry, key=f"{key}-retry", icon=":material/replay:", on_click=retry_failed, args=(run.id,))


def _raise_cap(run: Run, key: str) -> None:
    with st.popover("Raise the cap", icon=":material/savings:", key=f"{key}-cap"):
        spent = run.spent_nano / 1e9
        least = float(run.cap_usd or 0)
        left = counted(run.total - run.done, "cell is", "cells are")
        st.caption(f"{fmt.usd(run.spent_nano)} of {fmt.usd(run.cap_nano)} is spent; {left} left.")
        st.number_input("New cap in dollars", min_value=spent, value=max(2 * least, spent), format="%.4f", key=f"{key}-cap-usd")
        st.button("Resume", key=f"{key}-cap-resume", type="primary", on_click=resume, args=(run.id, f"{key}-cap-usd"))
