"""The figures of the Overview, worked out once for all visitors who ask the same of the same ledger."""

from collections.abc import Hashable

import streamlit as st

from workbench.monitoring import choices, dashboard, earlier
from workbench.monitoring.dashboard_model import Dashboard, View
from workbench.store import Store

_AGAIN_MS = 60_000  # feedback and erased calls leave the newest call as it was


def look(store: Store, view: View, now_ms: int) -> Dashboard:
    """The figures as the ledger has them now; kept while no call came in and the minute lasts."""
    span = view.range
    what: Hashable = (span.name, span.since_ms, span.until_ms, tuple(sorted(view.filters.items())))
    return _kept(store, store.url, what, (choices.newest(store), now_ms // _AGAIN_MS), view, now_ms)


# The values are never changed by whoever reads them: they are shared and not copied.
@st.cache_resource(ttl=600, max_entries=32, show_spinner=False)
def _kept(_store: Store, url: str, what: Hashable, mark: Hashable, _view: View, _now_ms: int) -> Dashboard:
    return earlier.beside(_store, dashboard.look(_store, _view, _now_ms))
