"""Alerts: every rule is looked at, what fires is a row, a log line and a message to the webhook. Owns the tick and the history.

What a tick measured is put against the states as they are when it writes, so that two processes make one alert of one episode. What
arrives late counts as long as it lies within a window; what was brought in from long ago alerts nobody.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from workbench.clock import SYSTEM, Clock
from workbench.errors import NotFound
from workbench.monitoring import alert_rows, delivery, machine, rulebook
from workbench.monitoring.machine import FIRING, PENDING, Reading
from workbench.monitoring.measuring import Live, measure
from workbench.monitoring.messages import headline
from workbench.monitoring.rulebook import Kept
from workbench.monitoring.rules import Rule
from workbench.monitoring.tables import AlertRow, AlertRuleRow
from workbench.store import Store

_LOG = logging.getLogger("workbench.alerts")
_ALONE = text("SELECT pg_advisory_xact_lock(7305281167)")
_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "critical": logging.ERROR}
_patterns: "WeakKeyDictionary[Store, dict[Any, Any]]" = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule fired from `started_ms` until `ended_ms` (None while it does). `value` is what it fired with, `peak` the worst since."""

    id: int
    rule_id: int
    name: str
    severity: str
    started_ms: int
    ended_ms: int | None
    value: float | None
    peak: float | None
    threshold: float | None
    n: int
    summary: str
    description: str
    acknowledged_ms: int | None
    acknowledged_by: str | None
    note: str | None
    notified_ms: int | None

    @property
    def cursor(self) -> tuple[int, int]:
        """Where the next page begins: pass it as `after`."""
        return self.started_ms, self.id

    def to_json(self) -> dict[str, Any]:
        """The alert as JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Stands:
    """A rule, its state (ok, pending, firing, no_data; off) since `since_ms`, what it last measured, and the alert that is open."""

    kept: Kept
    state: str
    since_ms: int
    value: float | None
    n: int
    evaluated_ms: int | None
    reason: str
    alert: Alert | None

    def to_json(self) -> dict[str, Any]:
        """The standing as JSON."""
        shown = {name: getattr(self, name) for name in ("state", "since_ms", "value", "n", "evaluated_ms", "reason")}
        return self.kept.to_json() | shown | {"alert": None if self.alert is None else self.alert.to_json()}


@dataclass(frozen=True, slots=True)
class Notice:
    """What a tick has to tell: an alert fired, resolved, or still lasts (reminder)."""

    event: str
    alert: Alert


def tick(store: Store, now_ms: int) -> list[Notice]:
    """Look at every rule that is on, and tell what fired, what resolved and what is to be told again."""
    kept = [one for one in rulebook.all(store) if one.enabled]
    if not kept:
        return []
    readings = look(store, [one.rule for one in kept], now_ms)
    with store.write() as session:
        if not store.is_sqlite:
            session.execute(_ALONE)
        notices = _apply(session, kept, readings, now_ms)
    for notice in notices:
        _log(notice)
    return notices


def look(store: Store, rules: Sequence[Rule], at_ms: int) -> list[Reading]:
    """The reading of each rule; each thing is measured once. One that cannot be measured says so, and the others are not lost for it."""
    source = Live(store, rules, _patterns.setdefault(store, {}))
    found = []
    for rule in rules:
        try:
            found.append(measure(rule, source, at_ms))
        except Exception as error:
            _LOG.exception("An alert rule could not be measured.")
            found.append(Reading(None, 0, reason=f"It could not be measured: {type(error).__name__}.", ready=False))
    return found


def standings(store: Store) -> list[Stands]:
    """Every rule and where it stands: firing first, then pending, then the others, each in the order they were made."""
    kept = rulebook.all(store)
    with store.read() as session:
        states = alert_rows.states(session)
        open_ids = [state.alert_id for state in states.values() if state.alert_id is not None]
        open_alerts = {row.id: _alert(row) for row in session.scalars(select(AlertRow).where(AlertRow.id.in_(open_ids)))}
    found = [_stands(one, states.get(one.id), open_alerts) for one in kept]
    order = {FIRING: 0, PENDING: 1}
    return sorted(found, key=lambda one: order.get(one.state, 2))


def history(
    store: Store,
    *,
    since_ms: int | None = None,
    until_ms: int | None = None,
    rule_id: int | None = None,
    severity: str | None = None,
    open_only: bool = False,
    after: tuple[int, int] | None = None,
    limit: int = 50,
) -> list[Alert]:
    """Alerts newest first: those that lasted into [since_ms, until_ms). `after` is the cursor of the last one of the page before."""
    query = select(AlertRow).order_by(AlertRow.started_ms.desc(), AlertRow.id.desc()).limit(limit)
    if since_ms is not None:
        query = query.where(AlertRow.ended_ms.is_(None) | (AlertRow.ended_ms >= since_ms))
    if until_ms is not None:
        query = query.where(AlertRow.started_ms < until_ms)
    if rule_id is not None:
        query = query.where(AlertRow.rule_id == rule_id)
    if severity is not None:
        query = query.where(AlertRow.severity == severity)
    if open_only:
        query = query.where(AlertRow.ended_ms.is_(None))
    if after is not None:
        earlier = (AlertRow.started_ms < after[0]) | (AlertRow.id < after[1])
        query = query.where(AlertRow.started_ms <= after[0], earlier)
    with store.read() as session:
        return [_alert(row) for row in session.scalars(query)]


def get(store: Store, alert_id: int) -> Alert:
    """The alert. Raises NotFound."""
    with store.read() as session:
        return _alert(_row(session, alert_id))


def acknowledge(store: Store, alert_id: int, *, by: str | None = None, note: str | None = None, clock: Clock = SYSTEM) -> Alert:
    """The alert, seen by somebody: it is not told again, and its end still is. With a note, if one is given. Raises NotFound."""
    with store.write() as session:
        row = _row(session, alert_id)
        if row.acknowledged_ms is None:
            row.acknowledged_ms, row.acknowledged_by = clock.now_ms(), by[:200] if by else None
        if note is not None:
            row.note = note[:4_000] or None
        return _alert(row)


def annotate(store: Store, alert_id: int, note: str | None) -> Alert:
    """The alert with this note; None or "" takes it away. Raises NotFound."""
    with store.write() as session:
        row = _row(session, alert_id)
        row.note = (note or "")[:4_000] or None
        return _alert(row)


def _apply(session: Session, kept: Sequence[Kept], readings: Sequence[Reading], now_ms: int) -> list[Notice]:
    states = alert_rows.states(session)
    current = {row.id: row for row in session.scalars(select(AlertRuleRow).where(AlertRuleRow.removed_ms.is_(None)))}
    written, notices = [], []
    for one, reading in zip(kept, readings, strict=True):
        rule_row, state = current.get(one.id), states.get(one.id)
        changed = rule_row is None or not rule_row.enabled or rule_row.updated_ms != one.updated_ms
        if changed or (state is not None and state.evaluated_ms > now_ms):  # somebody was quicker: what was measured is of the past
            continue
        before = alert_rows.standing(state)
        after, happened = machine.step(one.rule, before, reading, now_ms)
        row, event = _episode(session, one, (state.alert_id if state else None, before), (reading, happened), now_ms)
        if row is not None and event is not None:
            notices.append(Notice(event, _alert(row)))
        told = {"state": after.state, "since_ms": after.since_ms, "back_ms": after.back_ms, "evaluated_ms": now_ms}
        seen = {"value": reading.value, "n": reading.n, "reason": reading.reason}
        written.append({"rule_id": one.id, "alert_id": row.id if row is not None and after.state == FIRING else None} | told | seen)
    alert_rows.put(session, written)
    return notices


def _episode(
    session: Session, one: Kept, before: tuple[int | None, machine.Standing], now: tuple[Reading, str | None], now_ms: int
) -> tuple[AlertRow | None, str | None]:
    """The alert that a rule has open, brought up to date, and what is to be told of it."""
    (alert_id, stood), (reading, happened) = before, now
    muted = one.muted_until_ms is not None and now_ms < one.muted_until_ms
    if happened == machine.FIRED:
        since_ms = stood.since_ms if stood.state == PENDING else now_ms
        row = alert_rows.fire(session, one.id, one.rule, reading, at_ms=now_ms, since_ms=since_ms)
        return row, _tell(session, row, "fired", now_ms, muted=muted)
    row_or_none = session.get(AlertRow, alert_id) if alert_id is not None else None
    if row_or_none is None:
        return None, None
    row = row_or_none
    if happened == machine.RESOLVED:
        row.ended_ms = max(now_ms if stood.back_ms is None else stood.back_ms, row.started_ms)
        return row, (_tell(session, row, "resolved", now_ms, muted=False) if row.notified_ms is not None else None)
    if reading.value is not None and machine.worse(one.rule, reading.value, row.peak):
        row.peak = reading.value
    if row.notified_ms is None:  # it began while the rule was muted
        return row, _tell(session, row, "fired", now_ms, muted=muted)
    again_s = one.rule.renotify_s
    if again_s is None or row.acknowledged_ms is not None or now_ms - row.notified_ms < again_s * 1_000:
        return row, None
    return row, _tell(session, row, "reminder", now_ms, muted=muted)


def _tell(session: Session, row: AlertRow, event: str, now_ms: int, *, muted: bool) -> str | None:
    if muted:
        return None
    row.notified_ms = now_ms
    delivery.queue(session, row, event, now_ms)
    return event


def _log(notice: Notice) -> None:
    alert = notice.alert
    level = logging.INFO if notice.event == "resolved" else _LEVELS[alert.severity]
    said = headline(alert.name, alert.summary)
    _LOG.log(level, "Alert %s: %s", notice.event, said, extra={"event": "alert", "alert": {"event": notice.event} | alert.to_json()})


def _stands(one: Kept, state: Any, alerts: dict[int, Alert]) -> Stands:
    if not one.enabled:
        return Stands(one, "off", one.updated_ms, None, 0, None if state is None else state.evaluated_ms, "", None)
    if state is None:
        return Stands(one, machine.NO_DATA, one.created_ms, None, 0, None, "It has not been looked at yet.", None)
    alert = alerts.get(state.alert_id) if state.alert_id is not None else None
    return Stands(one, state.state, state.since_ms, state.value, state.n, state.evaluated_ms, state.reason, alert)


def _row(session: Session, alert_id: int) -> AlertRow:
    row = session.get(AlertRow, alert_id)
    if row is None:
        raise NotFound(f"There is no alert {alert_id}.", hint="`workbench alerts list` shows them.")
    return row


def _alert(row: AlertRow) -> Alert:
    return Alert(**{name: getattr(row, name) for name in Alert.__dataclass_fields__})
