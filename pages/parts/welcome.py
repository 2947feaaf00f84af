"""The first visit: one sentence, one button that leads to a first result, and what the workbench is for."""

from collections.abc import Callable

import streamlit as st

from pages.parts import format as fmt
from pages.parts import page, session
from workbench.monitoring.overview import Overview
from workbench.text.counting import counted

_VERBS = (
    ("Author", "edit_note", session.PROMPTS, "Versions and labels of a prompt, and advice while you write."),
    ("Compare", "balance", session.COMPARE, "Two or more versions on the same cases, with intervals."),
    ("Cost", "payments", session.WHATIF, "What a change would cost on your own traffic, before it ships."),
    ("Watch", "monitoring", session.OVERVIEW, "What runs, how well, what it costs, and what got worse."),
    ("Hand over", "outbox", session.DOCUMENTS, "Documents, plans and slides written from the data."),
)


def show(facts: Overview, changed: Callable[[], object]) -> None:
    """Draw the first visit; `changed` is called once the demo is loaded."""
    slot = page.start("Welcome", subtitle="Author, compare, cost, watch and hand over prompts. Everything stays on this machine.")
    with slot:
        session.link(session.SETTINGS, "Set up a provider", icon=":material/tune:")
    with st.container(border=True, key="first-step"):
        st.header("See three versions of a prompt compared in a few minutes", anchor=False)
        st.markdown(
            "The demo loads 120 real customer messages and three versions of a prompt that sorts them, "
            "and runs them on a small model on this machine. No key, no account; one click takes it away again."
        )
        if st.button("Load the demo and run it", type="primary", icon=":material/play_arrow:", key="load-demo"):
            _load_demo(changed)
    _verbs(facts)


def _load_demo(changed: Callable[[], object]) -> None:
    from workbench import demo

    with page.guard():
        with st.spinner("Loading messages and prompts, and getting the model ready …", show_time=True):
            loaded = demo.load(session.store(), run=True)
        session.flash(loaded.note, "warning" if loaded.model.startswith("simulated/") else "success")
        changed()
        st.rerun()


def _verbs(facts: Overview) -> None:
    status = {
        "Author": _count(facts.prompts, "prompt"),
        "Compare": _count(facts.finished_runs, "finished run"),
        "Cost": f"{fmt.usd(facts.month_nano)} this month",
        "Watch": _count(facts.calls, "call"),
        "Hand over": "Ready" if facts.prompts else "Nothing yet",
    }
    with st.grid(5, min_column_width=170):
        for name, icon, target, says in _VERBS:
            with st.container(border=True, height="stretch", gap="small"):
                session.link(target, name, icon=f":material/{icon}:")
                st.caption(says)
                st.badge(status[name], icon=":material/check:" if status[name][0] not in "N$" else None, color="gray")


def _count(number: int, noun: str) -> str:
    return counted(number, noun) if number else "Nothing yet"
