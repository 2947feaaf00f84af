"""Where the page may go by itself: to the list, to an import, to one dataset. Called from buttons, so that the address bar follows."""

import streamlit as st


def to_list() -> None:
    """Show the list."""
    st.query_params.clear()


def to_import(into: str | None = None) -> None:
    """Show an import, of new cases for the dataset `into` where given."""
    st.query_params.from_dict({"view": "import"} | ({"dataset": into} if into else {}))


def to_dataset(name: str, tab: str = "cases") -> None:
    """Show one dataset."""
    st.query_params.from_dict({"dataset": name} | ({"tab": tab} if tab != "cases" else {}))
