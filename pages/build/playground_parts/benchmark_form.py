"""Measuring the models on the bench for a task, over a dataset. What it finds is suggested first from then on."""

import streamlit as st

from pages.parts import page, safe, session
from workbench.datasets import registry as datasets
from workbench.playground import measuring
from workbench.playground.conversation import Conversation
from workbench.playground.tasks import Task
from workbench.runner.benchmark import REPEATS
from workbench.store import Store
from workbench.text.counting import counted


def draw(store: Store, conversation: Conversation, task: Task) -> None:
    """Draw the form; a started run opens on the Runs page."""
    known = {found.name: found for found in datasets.page(store, limit=200)}
    if not known:
        st.caption("To measure models yourself, import a dataset first: its cases are asked, and the replies scored.")
        return
    dataset = st.selectbox("Dataset", list(known), key="measure-dataset", format_func=safe.plain)
    chosen = known[dataset]
    first = datasets.cases(store, dataset, limit=1)
    ways = measuring.scores(chosen.columns, expected=any(case.expected is not None for case in first))
    with st.form("measure", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            score = st.selectbox("Score", ways, key="measure-score", format_func=safe.plain, width=200)
            cases = st.number_input("Cases", 1, 1000, min(measuring.CASES, max(chosen.cases, 1)), key="measure-cases", width=110)
            repeats = st.number_input("Repeats", 1, 50, REPEATS, key="measure-repeats", width=110)
        calls = len(conversation.models) * int(cases) * int(repeats)
        st.caption(f"About {counted(calls, 'call')} to the models chosen above.")
        if st.form_submit_button("Measure these models", icon=":material/speed:"):
            with page.guard():
                run = measuring.measure(store, conversation, task.name, dataset, score, repeats=int(repeats), cases=int(cases))
                session.flash("Measuring. What it finds is suggested first from now on.")
                session.go(session.RUNS, run=run)
