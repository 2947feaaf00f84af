"""Writes alerts and where rules stand, inside a transaction of the caller. Owns the rows of an episode: one from firing to its end."""

from typing import Any, cast

from sqlalchemy import Table, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from workbench.monitoring import delivery
from workbench.monitoring.machine import FIRING, OK, PENDING, Reading, Standing
from workbench.monitoring.messages import message
from workbench.monitoring.rules import Rule
from workbench.monitoring.tables import AlertRow, AlertStateRow

_STATES = cast("Table", AlertStateRow.__table__)
_COLUMNS = tuple(column.name for column in _STATES.columns)


def standing(row: AlertStateRow | None) -> Standing:
    """Where a rule stands; ok where it was never looked at."""
    return Standing() if row is None else Standing(row.state, row.since_ms, row.evaluated_ms, row.back_ms)


def put(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write where rules stand: one statement, however many they are."""
    if rows:
        dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        added = dialect.insert(_STATES)
        changed = {name: added.excluded[name] for name in _COLUMNS if name != "rule_id"}
        session.execute(added.on_conflict_do_update(index_elements=["rule_id"], set_=changed), rows)


def fire(session: Session, rule_id: int, rule: Rule, reading: Reading, *, at_ms: int, since_ms: int) -> AlertRow:
    """The row of a rule that fires at `at_ms` and has been beyond since `since_ms`."""
    summary, description = message(rule, reading, since_ms)
    row = AlertRow(
        rule_id=rule_id,
        name=rule.name,
        severity=rule.severity,
        started_ms=at_ms,
        value=reading.value,
        peak=reading.value,
        threshold=rule.threshold,
        n=reading.n,
        summary=summary,
        description=description,
    )
    session.add(row)
    session.flush()
    return row


def end(session: Session, rule_id: int, at_ms: int, note: str) -> AlertRow | None:
    """End what a rule has open, because the rule goes, and let it stand at ok; who was told that it fired is told that too."""
    state = session.get(AlertStateRow, rule_id)
    if state is None:
        return None
    row = session.get(AlertRow, state.alert_id) if state.state == FIRING and state.alert_id is not None else None
    if row is not None and row.ended_ms is None:
        row.ended_ms = max(at_ms, row.started_ms)
        row.note = f"{row.note}\n{note}" if row.note else note
        if row.notified_ms is not None:
            delivery.queue(session, row, "resolved", at_ms)
    state.state, state.since_ms, state.alert_id, state.back_ms, state.reason = OK, at_ms, None, None, ""
    return row


def start_anew(session: Session, rule_id: int) -> None:
    """A rule was changed: what it has waited for does not count any more."""
    values = {"state": OK, "since_ms": AlertStateRow.evaluated_ms}
    session.execute(update(AlertStateRow).where(AlertStateRow.rule_id == rule_id, AlertStateRow.state == PENDING).values(values))


def states(session: Session) -> dict[int, AlertStateRow]:
    """Where every rule stands, by its id."""
    return {row.rule_id: row for row in session.scalars(select(AlertStateRow))}
