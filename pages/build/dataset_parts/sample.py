"""A few cases by chance, to get a feel for a dataset: the same ones for the same seed."""

import streamlit as st

from pages.parts import safe, tables
from pages.parts.facets import facets
from workbench.datasets import registry
from workbench.datasets.cases import Dataset
from workbench.store import Store

_CUT = 500
_MOST_COLUMNS = 20


def draw(store: Store, dataset: Dataset) -> None:
    """Draw the choice and the cases."""
    splits = [name for name in facets(store, dataset).splits if name]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        size = st.number_input("Cases", 1, 200, 10, key="sample-size", width=120)
        seed = st.number_input("Seed", 0, value=0, key="sample-seed", width=120, help="The same seed draws the same cases.")
        split = (
            st.selectbox("Split", [None, *splits], key="sample-split", format_func=lambda n: safe.plain(n or "Any"), width=160)
            if splits
            else None
        )
        st.button("Draw others", icon=":material/shuffle:", on_click=lambda: st.session_state.update({"sample-seed": int(seed) + 1}))
    found = registry.sample(store, dataset.name, int(size), int(seed), split=split)
    shown = dataset.columns[:_MOST_COLUMNS]
    columns: dict[str, object] = {"case": st.column_config.NumberColumn("Case", width=70)}
    columns |= {
        f"c{n}": st.column_config.TextColumn(safe.plain(name), width=360 if len(shown) < 3 else 240) for n, name in enumerate(shown)
    }
    columns["expected"] = st.column_config.TextColumn("Expected reply", width=160)
    rows = [
        {"case": case.position + 1, "expected": (case.expected or "")[:_CUT]}
        | {f"c{n}": case.inputs.get(name, "")[:_CUT] for n, name in enumerate(shown)}
        for case in found
    ]
    tables.table(rows, columns, "sample", alt="Cases drawn by chance")
