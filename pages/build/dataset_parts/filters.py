"""Which cases are wanted: words, split, tag. They live in the URL."""

import streamlit as st

from pages.parts import address, safe
from pages.parts.facets import facets
from workbench.datasets import finding
from workbench.datasets.cases import Dataset
from workbench.datasets.finding import Wanted
from workbench.store import Store


def draw(store: Store, dataset: Dataset, *, disabled: bool = False) -> Wanted:
    """Draw the filters in a row that is open already; what they say."""
    found = facets(store, dataset)
    words = address.words("words", "Words in a case", of=dataset.name, width=260, disabled=disabled)
    splits = {name: f"{name} · {size:,}" for name, size in found.splits.items() if name}
    split = _choice("Split", splits, "in", dataset.name, disabled=disabled) if splits else ""
    tag = _choice("Tag", {tag: tag for tag in found.tags}, "tagged", dataset.name, disabled=disabled) if found.tags else ""
    return Wanted(words, split or None, tag or None)


def from_url(dataset: Dataset) -> Wanted:
    """What the filters said when they were last drawn, for a tab that does not draw them."""
    asked = st.query_params
    return Wanted(asked.get("words", "")[:400], asked.get("in") or None, asked.get("tagged") or None) if dataset.cases else finding.ALL


def _choice(label: str, said: dict[str, str], key: str, of: str, *, disabled: bool) -> str:
    address.follow(key, of=of)
    if st.session_state[key] not in said:
        st.session_state[key] = ""
    offered = ["", *said]
    chosen: str = st.selectbox(
        label,
        offered,
        offered.index(st.session_state[key]),
        key=key,
        format_func=lambda name: safe.plain(said[name]) if name else "Any",
        width=160,
        disabled=disabled,
        on_change=address.say,
        args=(key, "", of),
    )
    return chosen
