"""Rules that were removed, each with its way back."""

import streamlit as st

from pages.parts import tables
from pages.watch.alert_parts import acting, wording
from workbench.monitoring import rulebook
from workbench.store import Store

_MOST = 50


def draw(store: Store) -> None:
    """Draw them behind a line, where there are any."""
    gone = [one for one in rulebook.all(store, removed=True) if one.removed_ms is not None]
    if not gone:
        return
    gone = sorted(gone, key=lambda one: -(one.removed_ms or 0))[:_MOST]
    held = {one.id: one for one in gone}
    with st.expander(f"Removed rules · {len(gone)}", key="rules-removed", on_change="rerun") as more:
        if not more.open:
            return
        rows = [
            {"id": one.id, "name": one.rule.name, "what": wording.sentence(one.rule), "when": wording.moment(one.removed_ms or 0)}
            for one in gone
        ]
        tables.table(
            rows,
            {"name": "Rule", "what": "What it said", "when": "Removed (UTC)"},
            "rules-gone",
            open_label="Restore",
            on_select=lambda each: acting.restore(store, held[int(each)]),
            alt="Rules that were removed, newest first",
        )
