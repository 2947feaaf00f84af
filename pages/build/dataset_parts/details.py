"""What a dataset is called, what it holds and where it comes from; more cases for it; and its end."""

import streamlit as st

from pages.build.dataset_parts import ways
from pages.parts import confirm, page, safe, session
from pages.parts import format as fmt
from workbench.datasets import registry
from workbench.datasets.cases import Dataset
from workbench.store import Store
from workbench.text.counting import counted


def draw(store: Store, dataset: Dataset) -> None:
    """Draw the forms."""
    left, right = st.columns([3, 2], gap="large")
    with left, st.form("about"):
        name = st.text_input("Name", dataset.name, max_chars=200)
        description = st.text_area("Description", dataset.description, max_chars=4000, height=90)
        attribution = st.text_input("Source and licence", dataset.attribution, max_chars=1000, help="Shown wherever the data is.")
        if st.form_submit_button("Save", icon=":material/save:", type="primary"):
            with page.guard():
                _save(store, dataset, name, description, attribution)
    with right:
        st.caption(f"Made {fmt.moment(dataset.created_ms)} UTC, changed {fmt.moment(dataset.updated_ms)} UTC, revision {dataset.revision}.")
        st.caption("Inputs")
        safe.code("\n".join(dataset.columns))
        st.caption("Runs keep the cases they were planned with: renaming or deleting a dataset changes no result.")
        with st.container(horizontal=True):
            st.button("Replace its cases", icon=":material/upload:", on_click=ways.to_import, args=(dataset.name,))
            if st.button("Delete", icon=":material/delete:", key="delete"):
                warning = f"Its {counted(dataset.cases, 'case')} will be gone. Results of runs stay."
                confirm.delete("dataset", dataset.name, warning, lambda: _delete(store, dataset.name))


def _save(store: Store, dataset: Dataset, name: str, description: str, attribution: str) -> None:
    registry.update(store, dataset.name, description=description, attribution=attribution)
    if name.strip() != dataset.name:
        registry.rename(store, dataset.name, name)
    session.flash("Saved.")
    ways.to_dataset(name.strip(), "details")
    st.rerun()


def _delete(store: Store, name: str) -> None:
    registry.delete(store, name)
    ways.to_list()
