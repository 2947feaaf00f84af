"""Values for the variables of a prompt, to try it with: examples, a case of a dataset, or typed. Kept for this visit only."""

import streamlit as st

from pages.parts import page, safe, session
from workbench.datasets import registry as datasets
from workbench.prompts.registry import Prompt
from workbench.store import Store


def draw(store: Store, prompt: Prompt, names: tuple[str, ...]) -> dict[str, str]:
    """The fields, and what they hold."""
    if not names:
        return {}
    _from_case(store, prompt, names)
    declared = {variable.name: variable for variable in prompt.variables}
    given = {}
    for name in names:
        known = declared.get(name)
        given[name] = st.text_area(
            safe.escape(name, limit=60),
            known.example if known else "",
            key=f"value-{prompt.name}-{name}",
            help=safe.escape(known.description) if known and known.description else None,
            height=68,
            persist_state="session",
        )
    return {name: value or "" for name, value in given.items()}


def _from_case(store: Store, prompt: Prompt, names: tuple[str, ...]) -> None:
    with st.popover("Fill from a dataset", icon=":material/table_rows:", key="fill"), page.guard():
        known = [dataset.name for dataset in datasets.page(store)]
        if not known:
            st.caption("There are no datasets yet.")
            return
        chosen = st.selectbox("Dataset", known, format_func=safe.plain, key="fill-dataset")
        count = datasets.get(store, chosen).cases
        number = st.number_input("Case", 1, max(count, 1), 1, key="fill-case")
        st.button("Fill in", key="fill-in", on_click=_fill, args=(store, prompt, names, chosen, int(number)))


def _fill(store: Store, prompt: Prompt, names: tuple[str, ...], dataset: str, number: int) -> None:
    first = datasets.cases(store, dataset, limit=1)
    found = datasets.cases(store, dataset, after=first[0].position + number - 2, limit=1) if first else []
    if not found:
        session.flash("That dataset has no such case.", "warning")
        return
    case = found[0]
    for name in names:
        if name in case.inputs:
            st.session_state[f"value-{prompt.name}-{name}"] = case.inputs[name]
