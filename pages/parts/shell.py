"""The frame around every page: the little style the theme cannot say, messages left for after a rerun, the chip of running runs."""

import streamlit as st

from pages.parts import format as fmt
from pages.parts import page, safe, session, styles
from workbench.errors import WorkbenchError
from workbench.runner import reading

_EVERY_S = 4.0
_SHOWN = 3


def frame() -> None:
    """Draw what every page shares. Called once a view, before the page; ends the view where the store cannot be opened."""
    st.html(styles.STYLE)
    session.show_flashes()
    try:
        session.store()
    except WorkbenchError as error:
        page.start("Prompt Workbench")
        page.problem(error)
        st.stop()
    if reading.page(session.store(), state="running", limit=1):
        with st.sidebar:
            # Only while something runs: a ticking fragment costs every open tab a request.
            st.fragment(_chip, run_every=_EVERY_S, key="running-chip")()


def _chip() -> None:
    running = reading.page(session.store(), state="running", limit=_SHOWN + 1)
    if not running:
        st.rerun()
    with st.container(border=True, key="running", gap="small"):
        st.caption(f"{len(running)} running" if len(running) <= _SHOWN else f"More than {_SHOWN} running")
        for run in running[:_SHOWN]:
            left = f" · {fmt.duration(run.eta_s)} left" if run.eta_s is not None else ""
            st.caption(safe.escape(run.name, limit=60))
            st.progress(run.done / run.total if run.total else 0.0, text=f"{run.done:,} of {run.total:,}{left}")
        session.link(session.RUNS, "See runs", icon=":material/play_circle:")
