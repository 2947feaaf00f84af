"""What fires now, a card each: how grave, since when, its figure against the threshold, and what can be done about it."""

from collections.abc import Sequence

import streamlit as st

from pages.parts import format as fmt
from pages.watch.alert_parts import acting, onward, wording
from workbench.monitoring import messages
from workbench.monitoring.alerts import Alert, Stands
from workbench.store import Store

_GRAVE = {"critical": 0, "warning": 1, "info": 2}
_MOST = 20


def draw(store: Store, standings: Sequence[Stands], now_ms: int) -> None:
    """Draw the cards, the gravest first and of those nobody has seen before the others; a quiet line where nothing fires."""
    found = [one for one in standings if one.alert is not None]
    if not found:
        looked = max((one.evaluated_ms or 0 for one in standings), default=0)
        said = (
            f"Nothing fires. The rules were looked at {fmt.ago(looked, now_ms)}." if looked else "Nothing fires: no rule was looked at yet."
        )
        st.markdown(f":green[:material/check_circle:] {wording.md(said)}")
        return
    found.sort(key=lambda one: _order(one.alert))
    for one in found[:_MOST]:
        if one.alert is not None:
            card(store, one, one.alert, now_ms)
    if len(found) > _MOST:
        st.caption(f"{len(found) - _MOST:,} more fire: the rules below that are firing.")


def _order(alert: Alert | None) -> tuple[int, int, int]:
    if alert is None:
        return 9, 0, 0
    return int(alert.acknowledged_ms is not None), _GRAVE.get(alert.severity, 3), -alert.started_ms


def card(store: Store, stands: Stands, alert: Alert, now_ms: int) -> None:
    """Draw an alert that fires."""
    rule = stands.kept.rule
    word, icon, colour = wording.SEVERITIES.get(alert.severity, wording.SEVERITIES["info"])
    with st.container(border=True, gap="xsmall", key=f"alert-{alert.severity}-{alert.id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(word, icon=icon, color=colour)  # type: ignore[arg-type]
            st.markdown(f"**{wording.md(alert.name)}**", width="content")
            st.caption(wording.md(f"since {wording.moment(alert.started_ms)}, {wording.lasted(alert, now_ms)}"), width="content")
        st.markdown(wording.md(alert.summary))
        st.caption(wording.md(" · ".join(_figures(stands, alert))))
        _known(stands, alert, now_ms)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _seen(store, alert)
            options = acting.mutes(stands.kept, now_ms)
            key = f"alert-mute-{alert.id}"
            st.menu_button("Mute", options, key=key, icon=":material/notifications_off:", on_click=_muted, args=(store, stands, key))
            onward.of_alert(rule, alert, now_ms)
        acting.until(store, stands.kept, f"alert-{alert.id}")


def _figures(stands: Stands, alert: Alert) -> list[str]:
    """What it measures now, what that is held against, and what it began with."""
    rule = stands.kept.rule
    now = f"Now {messages.compared(rule, stands.value)}, n = {stands.n:,}"
    if stands.value is None:
        now = f"Now no data: {stands.reason[:1].lower()}{stands.reason[1:].rstrip('.')}" if stands.reason else "Now no data"
    began = f"began with {wording.alert_figure(rule, alert, alert.value)}, n = {alert.n:,}"
    return [now, f"the rule fires {wording.against(rule)}", began, f"worst {wording.alert_figure(rule, alert, alert.peak)}"]


def _known(stands: Stands, alert: Alert, now_ms: int) -> None:
    """Who has seen it, what is known of it, and whether anybody is told."""
    if alert.acknowledged_ms is not None:
        by = f" by {alert.acknowledged_by}" if alert.acknowledged_by else ""
        st.markdown(f":green[:material/done_all:] {wording.md(f'Acknowledged{by}, {fmt.ago(alert.acknowledged_ms, now_ms)}.')}")
    if alert.note:
        st.markdown(f":material/sticky_note_2: {wording.md(alert.note)}")
    if acting.muted(stands.kept, now_ms):
        st.markdown(f":material/notifications_off: {wording.md(f'Muted until {wording.moment(stands.kept.muted_until_ms or 0)} UTC.')}")


def _seen(store: Store, alert: Alert) -> None:
    known = alert.acknowledged_ms is not None
    label, icon = ("Note", "edit_note") if known else ("Acknowledge", "done")
    # Once it is used another one stands here, closed.
    with st.popover(label, icon=f":material/{icon}:", key=f"alert-seen-{alert.id}-{alert.acknowledged_ms}-{hash(alert.note)}"):
        if not known:
            st.caption("It is not told again. Its end still is.")
        key = f"alert-note-{alert.id}"
        st.session_state.setdefault(key, alert.note or "")
        st.text_area("What you know of it", key=key, max_chars=4_000, height=90, placeholder="Optional")
        said, act = ("Keep the note", acting.noted) if known else ("Acknowledge", acting.seen)
        st.button(said, key=f"alert-act-{alert.id}", type="primary", on_click=act, args=(store, alert, key))


def _muted(store: Store, stands: Stands, key: str) -> None:
    if chosen := st.session_state.get(key):
        acting.mute(store, stands.kept, str(chosen), f"alert-{stands.alert.id}" if stands.alert else "")
