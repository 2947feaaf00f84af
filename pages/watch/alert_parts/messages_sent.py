"""Messages to the webhook and what became of each; one that was given up can be tried again."""

from collections.abc import Sequence

import streamlit as st

from pages.parts import format as fmt
from pages.parts import session, tables
from workbench import clock
from workbench.monitoring import delivery
from workbench.monitoring.delivery import Delivery
from workbench.store import Store
from workbench.text.counting import counted

_STATES = {"delivered": "✓ Arrived", "waiting": "… Waiting", "given up": "✗ Given up"}
_EVENTS = {"fired": "Fired", "reminder": "Still fires", "resolved": "Ended", "test": "Test"}
_COLUMNS = {
    "when": "Made (UTC)", "alert": "Alert", "event": "Message", "state": "State", "tries": "Tries",
    "next": "Next try (UTC)", "error": "What went wrong",
}  # fmt: skip


def table(store: Store, sent: Sequence[Delivery], key: str) -> None:
    """Draw them, newest first."""
    rows = [
        {
            "id": one.id,
            "when": fmt.moment(one.created_ms),
            "alert": f"{one.alert_id}",
            "event": _EVENTS.get(one.event, one.event),
            "state": _STATES.get(one.state, one.state),
            "tries": f"{one.tries:,}",
            "next": "" if one.next_ms is None else fmt.moment(one.next_ms),
            "error": one.error or "",
        }
        for one in sent
    ]
    tables.table(rows, {**_COLUMNS, "error": st.column_config.TextColumn("What went wrong", width=320)}, key, alt="Messages, newest first")
    lost = [one for one in sent if one.state == "given up"]
    if lost:
        st.button(
            f"Try {len(lost):,} given up again",
            key=f"{key}-again",
            icon=":material/refresh:",
            on_click=_retry,
            args=(store, [one.id for one in lost]),
        )


def _retry(store: Store, ids: Sequence[int]) -> None:
    for one in ids:
        delivery.retry(store, one, clock.now_ms())
    session.flash(f"{counted(len(ids), 'message')} will be sent again within seconds.")
