"""What the cases of a dataset can be told apart by, looked up once for each revision: it takes a walk over all of them."""

import streamlit as st

from workbench.datasets import finding
from workbench.datasets.cases import Dataset
from workbench.datasets.finding import Facets
from workbench.store import Store


def facets(store: Store, dataset: Dataset) -> Facets:
    """Splits with sizes, tags, and whether any case has an expected reply."""
    return _facets(store, store.url, dataset.name, dataset.id, dataset.revision)


@st.cache_data(max_entries=50, show_spinner=False)
def _facets(_store: Store, url: str, name: str, dataset_id: int, revision: int) -> Facets:
    return finding.facets(_store, name)
