"""The list of datasets: search, sizes, and the first one to load where there is none."""

import streamlit as st

from pages.build.dataset_parts import ways
from pages.parts import address, confirm, page, safe, tables
from pages.parts import format as fmt
from workbench import demo
from workbench.datasets import registry
from workbench.datasets.cases import Dataset
from workbench.store import Store

STEP = 50
# As wide together as the page is at 1366.
_COLUMNS = {
    "name": st.column_config.TextColumn("Name", width=220),
    "cases": st.column_config.NumberColumn("Cases", format="localized", width=70),
    "columns": st.column_config.TextColumn("Columns", width=190),
    "about": st.column_config.TextColumn("Description", width=325),
    "changed": st.column_config.TextColumn("Changed", width=120),
}


def draw(store: Store) -> None:
    """Draw the list, or its empty state."""
    slot = page.start("Datasets", subtitle="Cases to try prompts on: inputs, and the reply that counts as right.")
    with slot:
        st.button("Import", type="primary", icon=":material/upload:", key="to-import", on_click=ways.to_import)
    if not registry.page(store, limit=1):
        _nothing(store)
        return
    words = address.words("q", "A part of the name or description")
    limit = st.session_state.get("datasets-limit", STEP)
    found = registry.page(store, search=words, limit=limit + 1)
    if not found:
        st.caption("No dataset has these words in its name or description.")
        return
    tables.table([_row(each) for each in found[:limit]], _COLUMNS, "datasets", on_select=ways.to_dataset, alt="Datasets by name")
    if len(found) > limit:
        st.button("Show more", icon=":material/expand_more:", on_click=lambda: st.session_state.update({"datasets-limit": limit + STEP}))


def _row(dataset: Dataset) -> dict[str, object]:
    return {
        "id": dataset.name,
        "name": safe.plain(dataset.name) + (f" ({fmt.DEMO.lower()})" if dataset.demo else ""),
        "cases": dataset.cases,
        "columns": ", ".join(dataset.columns)[:300],
        "about": " ".join(dataset.description.split())[:300],
        "changed": fmt.ago(dataset.updated_ms),
    }


def _nothing(store: Store) -> None:
    text = (
        "A dataset is a list of cases that prompts are tried on. Import a file or paste rows with the button above, "
        "or look at an example: 120 real customer messages with the intent of each."
    )
    if page.empty("No datasets yet", text, "Load the demo", key="load-demo"):
        confirm.act_and_say("The demo is loaded: 120 messages, and three versions of a prompt to try on them.", lambda: _load(store))
        st.rerun()


def _load(store: Store) -> None:
    demo.load(store, run=False)
    ways.to_dataset(demo.DATASET)
