"""What can be done to an alert and to a rule from the page: seen, muted, on and off, removed; each with its way back. All are callbacks."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from pages.parts import session
from pages.watch.alert_parts import taken, wording
from workbench import clock, settings
from workbench.errors import WorkbenchError
from workbench.monitoring import alerts, rulebook
from workbench.monitoring.alerts import Alert
from workbench.monitoring.rulebook import Kept
from workbench.store import Store

UNTIL, SPEAK = "Until …", "End the mute"
_MUTES = {"Mute for 1 hour": 3_600, "Mute for 8 hours": 28_800, "Mute for 1 day": 86_400}
_ASKED = "alerts-mute"


def seen(store: Store, alert: Alert, note_key: str) -> None:
    """Acknowledge an alert, with the note that was typed."""
    note = str(st.session_state.get(note_key) or "").strip() or None
    _act(
        lambda: alerts.acknowledge(store, alert.id, by=settings.load().user, note=note, clock=clock.SYSTEM), f"Acknowledged: {alert.name}."
    )


def noted(store: Store, alert: Alert, note_key: str) -> None:
    """Keep the note that was typed."""
    note = str(st.session_state.get(note_key) or "").strip()
    _act(lambda: alerts.annotate(store, alert.id, note), "The note is kept.")


def mutes(kept: Kept, now_ms: int) -> list[str]:
    """What a menu offers to silence a rule with."""
    return [*([SPEAK] if muted(kept, now_ms) else []), *_MUTES, f"Mute {UNTIL.lower()}"]


def muted(kept: Kept, now_ms: int) -> bool:
    """Whether a rule is silent."""
    return kept.muted_until_ms is not None and kept.muted_until_ms > now_ms


def mute(store: Store, kept: Kept, chosen: str, key: str) -> None:
    """What was chosen of `mutes`; another end is asked for at the place `key`."""
    if chosen in _MUTES:
        _mute(store, kept, clock.now_ms() + _MUTES[chosen] * 1_000)
    elif chosen == SPEAK:
        _mute(store, kept, None)
    else:
        st.session_state[_ASKED] = key


def until(store: Store, kept: Kept, key: str) -> None:
    """Draw the field for another end of a mute, where it was asked for."""
    if st.session_state.get(_ASKED) != key:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{key}-until"):
        at = datetime.fromtimestamp((clock.now_ms() // 3_600_000 + 13) * 3_600, UTC).replace(tzinfo=None)
        st.datetime_input("Mute until (UTC)", at, key=f"{key}-at", format="YYYY-MM-DD", width=240)
        st.button("Mute", key=f"{key}-mute", icon=":material/notifications_off:", on_click=_until, args=(store, kept, f"{key}-at"))
        st.button("Cancel", key=f"{key}-cancel", type="tertiary", on_click=_never)


def switch(store: Store, kept: Kept) -> None:
    """The rule, on where it was off and off where it was on."""
    on = not kept.enabled
    open_alert = "" if on or not alerts.history(store, rule_id=kept.id, open_only=True, limit=1) else " Its alert ended."
    _act(
        lambda: rulebook.switch(store, kept.id, enabled=on, clock=clock.SYSTEM),
        f"{'Switched on' if on else 'Switched off'}: {kept.rule.name}.{open_alert}",
        lambda target: rulebook.switch(target, kept.id, enabled=not on, clock=clock.SYSTEM),
    )


def remove(store: Store, kept: Kept) -> None:
    """The rule, gone until it is taken back."""
    _act(
        lambda: rulebook.remove(store, kept.id, clock=clock.SYSTEM),
        f"Removed: {kept.rule.name}. Its alerts stay in the history.",
        lambda target: rulebook.restore(target, kept.id, clock=clock.SYSTEM),
    )


def restore(store: Store, kept: Kept) -> None:
    """A rule that was removed, in force again."""
    _act(
        lambda: rulebook.restore(store, kept.id, clock=clock.SYSTEM),
        f"In force again: {kept.rule.name}.",
        lambda target: rulebook.remove(target, kept.id, clock=clock.SYSTEM),
    )


def _mute(store: Store, kept: Kept, until_ms: int | None) -> None:
    said = f"{kept.rule.name} speaks again." if until_ms is None else f"Muted until {wording.moment(until_ms)} UTC: {kept.rule.name}."
    before = kept.muted_until_ms
    act = partial(rulebook.mute, rule_id=kept.id, clock=clock.SYSTEM)
    _act(lambda: act(store, until_ms=until_ms), said, lambda target: act(target, until_ms=before))
    _never()


def _until(store: Store, kept: Kept, key: str) -> None:
    at = st.session_state.get(key)
    ms = 0 if at is None else round(at.replace(tzinfo=UTC).timestamp() * 1000)
    if ms <= clock.now_ms():
        session.flash("That moment is over: choose a later one.", "warning")
        taken.again()
        return
    _mute(store, kept, ms)


def _never() -> None:
    st.session_state.pop(_ASKED, None)


def _act(act: Callable[[], object], said: str, back: taken.Back | None = None) -> None:
    try:
        act()
    except WorkbenchError as error:
        session.flash(f"{error} {error.hint}".strip(), "error")
        taken.again()
        return
    taken.keep(said, back)
