"""One case in full, beside the page: long texts are read and edited here, where there is room for them."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.parts import page, safe
from workbench.datasets import editing
from workbench.datasets.cases import MAX_CELL, Case, Dataset
from workbench.datasets.editing import Edited, Edits
from workbench.errors import WorkbenchError
from workbench.store import Store

_MOST = 30  # columns that are edited here; a case with more is still edited in the grid


def show(store: Store, dataset: Dataset, found: Case, remember: Callable[[Edited, Edits], None]) -> None:
    """Open the drawer on `found`; `remember` hears of a save."""

    @st.dialog(f"Case {found.position + 1}", width=680, position="right")
    def drawer() -> None:
        with st.form(f"case-{found.id}-{dataset.revision}", border=False):
            fields = _fields(dataset, found)
            pressed = st.form_submit_button("Save", type="primary", icon=":material/save:")
        if not pressed:
            return
        edits = Edits({found.id: fields})
        try:
            remember(editing.apply_edits(store, dataset.name, dataset.revision, edits), edits)
        except WorkbenchError as error:
            page.problem(error)
            return
        st.rerun()

    drawer()


def _fields(dataset: Dataset, found: Case) -> dict[str, Any]:
    key = f"case-{found.id}-{dataset.revision}"
    inputs = {
        name: st.text_area(safe.escape(name), found.inputs.get(name, ""), key=f"{key}-{n}", height="content", max_chars=MAX_CELL)
        for n, name in enumerate(dataset.columns[:_MOST])
    }
    expected = st.text_area("Expected reply", found.expected or "", key=f"{key}-expected", height="content", max_chars=MAX_CELL)
    with st.container(horizontal=True):
        tags = st.text_input("Tags", ", ".join(found.tags), key=f"{key}-tags", help="Separated by commas")
        split = st.text_input("Split", found.split, key=f"{key}-split", max_chars=40, width=160)
    return {"inputs": inputs, "expected": expected or None, "tags": tags, "split": split}
