"""Compare: choose variants and cases, see what it will take, watch the run, read what it says. The run lives in the URL."""

import streamlit as st

from pages.measure.compare_parts import earlier, form, result
from pages.parts import confirm, page, session
from workbench.errors import WorkbenchError
from workbench.store import Store


def _ready(store: Store) -> bool:
    """Whether there is anything to compare."""
    from workbench.datasets import registry as datasets
    from workbench.prompts import registry as prompts

    return bool(prompts.page(store, limit=1)) and bool(datasets.page(store, limit=1))


def _nothing(store: Store) -> None:
    text = "It takes a prompt and a dataset. The demo brings both: three versions of a classifier and 120 real messages."
    if page.empty("Nothing to compare yet", text, "Load the demo", key="load-demo"):
        from workbench import demo

        confirm.act_and_say("The demo is loaded: choose two versions and press Start.", lambda: demo.load(store, run=False))
        st.query_params.from_dict({"v": "intent@1,intent@2,intent@3", "prompt": demo.PROMPT, "dataset": demo.DATASET})
        st.rerun()


def _draw() -> None:
    store = session.store()
    run_id = session.query("run")
    if run_id:
        result.draw(store, run_id)
        return
    slot = page.start("Compare", subtitle="The same cases under every variant: which one is better, and how sure is that?")
    if not _ready(store):
        _nothing(store)
        return
    try:
        form.draw(store, slot)
    except WorkbenchError as error:
        page.problem(error)
    earlier.draw(store)


with page.guard():
    _draw()
