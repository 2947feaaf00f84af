"""The disclosure notice as text to be copied: short, long, or the field that a program puts into its replies."""

import streamlit as st

from pages.parts import safe
from workbench.export.reports import disclosure
from workbench.store import Store

_FORMS = {"short": "Short", "long": "Long", "json": "JSON field"}


def draw(store: Store, subject: str) -> None:
    """The choice of a form, and the text in it."""
    form = st.segmented_control("To copy", list(_FORMS), default="short", required=True, key="notice-form", format_func=_FORMS.__getitem__)
    safe.code(disclosure.text(store, subject, str(form)), "json" if form == "json" else None)
