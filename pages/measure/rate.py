"""Rate: two replies side by side, their authors hidden, one choice after another; then what the choices say. The run lives in the URL."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.measure.rate_parts import choosing_run, judging, outcome
from pages.parts import page, session
from workbench.comparison import ratings
from workbench.runner.reading import Run
from workbench.store import Store

_SUBTITLE = "Which reply would you rather get? Who wrote it stays hidden, and the sides are shuffled."
_SHOWN = "results"


def _draw() -> None:
    store = session.store()
    slot = page.start("Rate", subtitle=_SUBTITLE)
    found, default = choosing_run.recent(store)
    if not found:
        _nothing()
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="rate-what"):
        run = choosing_run.choose_run(found, default)
        pair = choosing_run.choose_pair(run) if run is not None else None
        rater = choosing_run.rater()
    if run is None:
        page.notice("That run has no replies of two variants. Choose another.", "info")
        return
    _rate(store, run, pair, rater, slot)


def _rate(store: Store, run: Run, pair: tuple[int, int] | None, rater: str, slot: DeltaGenerator) -> None:
    again = judging.waiting(run.id)
    queue = ratings.queue(store, run.id, rater, pair, first=again)
    shown = session.query(_SHOWN) == run.id
    with slot:
        if queue.item is not None:
            words, icon = ("Go on rating", "thumbs_up_down") if shown else ("Show results", "leaderboard")
            kind = "primary" if shown else "secondary"
            st.button(words, icon=f":material/{icon}:", key="turn", type=kind, on_click=_turn, args=(run.id, shown))
    if queue.total == 0:
        judging.nothing(queue)
        return
    judging.progress(queue)
    if shown or queue.item is None:
        if queue.item is None:
            judging.undo_alone(run.id, rater)
        outcome.draw(store, run)
        return
    judging.draw(run.id, rater, queue.item)


def _turn(run_id: str, shown: bool) -> None:
    """Show the results of this run, or go on rating. They name the variants: another run's stay hidden."""
    if shown:
        st.query_params.pop(_SHOWN, None)
    else:
        st.query_params[_SHOWN] = run_id


def _nothing() -> None:
    text = "It takes a run with the replies of two variants. A comparison makes one; the demo brings three versions and 120 real messages."
    if page.empty("Nothing to rate yet", text, "Set up a comparison", key="to-compare"):
        session.go(session.COMPARE)


with page.guard():
    _draw()
