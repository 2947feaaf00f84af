"""The look at the ledger, with how far it has come: it reads calls one by one, and the first look may take seconds."""

import streamlit as st

from pages.watch.advice_parts import wording
from workbench.monitoring import recommendations
from workbench.monitoring.recommendations import Advised
from workbench.store import Store


def look(store: Store, days: int, *, fresh: bool) -> Advised:
    """What is recommended, kept by `recommendations`; a bar shows how far a look has come."""
    slot = st.empty()

    def tell(title: str, share: float) -> None:
        slot.progress(share, f"Looking for: {wording.md(title.lower())}")

    found = recommendations.look(store, days=days, fresh=fresh, progress=tell)
    slot.empty()
    return found
