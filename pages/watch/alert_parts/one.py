"""One alert as a whole (?alert=ID): what was said, its figures, what is known of it, its calls, and what became of its messages."""

from collections.abc import Mapping

import streamlit as st

from pages.parts import address, page, safe, session
from pages.parts import format as fmt
from pages.watch.alert_parts import acting, messages_sent, onward, wording
from workbench.errors import NotFound
from workbench.monitoring import alerts, delivery
from workbench.monitoring.alerts import Alert
from workbench.monitoring.rulebook import Kept
from workbench.store import Store

ALERT = "alert"


def open_(alert_id: int) -> None:
    """Open an alert. For a callback."""
    address.change({ALERT: str(alert_id)})


def draw(store: Store, kept: Mapping[int, Kept], now_ms: int) -> None:
    """Draw the alert that the URL names."""
    wanted = session.query(ALERT)
    if not wanted:
        return
    try:
        alert = alerts.get(store, int(wanted) if wanted.isdecimal() and len(wanted) < 16 else 0)
    except NotFound:
        page.notice("There is no such alert.", "warning")
        return
    with st.container(border=True, gap="xsmall", key="alert-opened"):
        _head(alert, now_ms)
        safe.text(alert.description)
        rule = kept[alert.rule_id].rule if alert.rule_id in kept else None
        names = (("Fired with", alert.value), ("worst", alert.peak), ("threshold", alert.threshold))
        figures = [f"{name} {wording.alert_figure(rule, alert, value)}" for name, value in names]
        st.caption(wording.md(" · ".join([*figures, f"n = {alert.n:,}"])))
        _note(store, alert)
        if rule is not None:
            onward.of_alert(rule, alert, now_ms)
        sent = delivery.recent(store, alert_id=alert.id)
        if sent:
            messages_sent.table(store, sent, f"sent-{alert.id}")


def _head(alert: Alert, now_ms: int) -> None:
    word, icon, colour = wording.SEVERITIES.get(alert.severity, wording.SEVERITIES["info"])
    until = "still fires" if alert.ended_ms is None else f"until {wording.moment(alert.ended_ms)}"
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
            st.badge(word, icon=icon, color=colour)  # type: ignore[arg-type]
            st.markdown(f"**{wording.md(alert.name)}**", width="content")
            said = f"{wording.moment(alert.started_ms)}, {until}, {wording.lasted(alert, now_ms)}"
            st.caption(wording.md(said), width="content")
        st.button(
            "Close", key="alert-opened-close", icon=":material/close:", type="tertiary", on_click=address.change, args=({ALERT: None},)
        )
    st.markdown(wording.md(alert.summary))


def _note(store: Store, alert: Alert) -> None:
    if alert.acknowledged_ms is not None:
        by = f" by {alert.acknowledged_by}" if alert.acknowledged_by else ""
        st.caption(wording.md(f"Acknowledged{by}, {fmt.moment(alert.acknowledged_ms)} UTC."))
    key = f"alert-opened-note-{alert.id}"
    st.session_state.setdefault(key, alert.note or "")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Note", key=key, max_chars=4_000, placeholder="What you know of it")
        st.button("Keep", key=f"{key}-keep", icon=":material/save:", on_click=acting.noted, args=(store, alert, key))
