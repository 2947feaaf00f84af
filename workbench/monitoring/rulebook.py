"""The rules that are kept: added, edited, switched, muted, removed, restored. Owns their table; the shipped ones are put in at first use.

A rule that was removed stays, so that its alerts can be read. What a change does to an alert that is open: `alerts` says it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from workbench.clock import SYSTEM, Clock
from workbench.errors import InputError, NameTaken, NotFound
from workbench.monitoring import alert_rows, rules
from workbench.monitoring.rules import Rule
from workbench.monitoring.shipped import OFF_AT_FIRST, SHIPPED
from workbench.monitoring.tables import AlertRuleRow
from workbench.store import Store

MOST_RULES = 1_000
_ALONE = text("SELECT pg_advisory_xact_lock(7305281167)")


@dataclass(frozen=True, slots=True)
class Kept:
    """A rule as it is kept. Muted until `muted_until_ms` (None: it is not): it is evaluated, its alerts are rows, nothing is sent."""

    id: int
    rule: Rule
    enabled: bool
    muted_until_ms: int | None
    created_ms: int
    updated_ms: int
    removed_ms: int | None

    def to_json(self) -> dict[str, Any]:
        """The rule with what is kept of it, as JSON."""
        kept = {name: getattr(self, name) for name in ("id", "enabled", "muted_until_ms", "created_ms", "updated_ms", "removed_ms")}
        return kept | {"rule": self.rule.to_json()}


def all(store: Store, *, removed: bool = False, clock: Clock = SYSTEM) -> list[Kept]:  # noqa: A001 (read with its module: rulebook.all)
    """The rules, in the order they were made; with `removed` those that were removed too. Puts in the shipped ones at first use."""
    found = _all(store)
    if not found:
        seed(store, clock=clock)
        found = _all(store)
    return [one for one in found if removed or one.removed_ms is None]


def get(store: Store, rule_id: int) -> Kept:
    """The rule, removed or not. Raises NotFound."""
    with store.read() as session:
        return _kept(_row(session, rule_id))


def named(store: Store, name_or_id: str | int) -> Kept:
    """The rule of that number or name. Raises NotFound."""
    found = [one for one in all(store) if str(one.id) == str(name_or_id) or one.rule.name == name_or_id]
    if not found:
        raise NotFound(f"There is no alert rule {name_or_id}.", hint="`workbench alerts rules` lists them.")
    return found[0]


def add(store: Store, rule: Rule, *, enabled: bool = True, clock: Clock = SYSTEM) -> Kept:
    """The new rule. Raises InputError that names the field, NameTaken."""
    rules.check(rule)
    all(store, clock=clock)
    with store.write() as session:
        _alone(session, store)
        if (session.scalar(select(func.count()).where(AlertRuleRow.removed_ms.is_(None))) or 0) >= MOST_RULES:
            raise InputError(f"There are {MOST_RULES:,} rules already.", hint="Remove some: `workbench alerts remove`.")
        _free(session, rule.name, None)
        row = _new(rule, enabled, clock.now_ms())
        session.add(row)
        session.flush()
        return _kept(row)


def edit(store: Store, rule_id: int, rule: Rule, *, clock: Clock = SYSTEM) -> Kept:
    """The rule, now `rule`. A pending state starts anew, an open alert goes on. Raises InputError, NameTaken, NotFound."""
    rules.check(rule)
    with store.write() as session:
        _alone(session, store)
        row = _row(session, rule_id)
        _free(session, rule.name, rule_id)
        row.name, row.rule, row.updated_ms = rule.name, rule.to_json(), clock.now_ms()
        alert_rows.start_anew(session, rule_id)
        return _kept(row)


def switch(store: Store, rule_id: int, *, enabled: bool, clock: Clock = SYSTEM) -> Kept:
    """The rule, on or off; off, its open alert ends. Raises NotFound."""
    with store.write() as session:
        _alone(session, store)
        row = _row(session, rule_id)
        row.enabled, row.updated_ms = enabled, clock.now_ms()
        if not enabled:
            alert_rows.end(session, rule_id, row.updated_ms, "The rule was switched off.")
        return _kept(row)


def mute(store: Store, rule_id: int, until_ms: int | None, *, clock: Clock = SYSTEM) -> Kept:
    """The rule, silent until `until_ms`; None: it speaks again. Raises NotFound."""
    with store.write() as session:
        row = _row(session, rule_id)
        row.muted_until_ms, row.updated_ms = until_ms, clock.now_ms()
        return _kept(row)


def remove(store: Store, rule_id: int, *, clock: Clock = SYSTEM) -> Kept:
    """The rule, out of force; its open alert ends, its alerts stay, and it can be restored. Raises NotFound."""
    with store.write() as session:
        _alone(session, store)
        row = _row(session, rule_id)
        if row.removed_ms is None:
            row.removed_ms = clock.now_ms()
            alert_rows.end(session, rule_id, row.removed_ms, "The rule was removed.")
        return _kept(row)


def restore(store: Store, rule_id: int, *, clock: Clock = SYSTEM) -> Kept:
    """The rule that was removed, in force again. Raises NameTaken where another took its name, NotFound."""
    with store.write() as session:
        _alone(session, store)
        row = _row(session, rule_id)
        if row.removed_ms is not None:
            _free(session, row.name, rule_id)
            row.removed_ms, row.updated_ms = None, clock.now_ms()
        return _kept(row)


def seed(store: Store, *, clock: Clock = SYSTEM) -> int:
    """Put in the shipped rules, where there never was a rule; how many."""
    with store.write() as session:
        _alone(session, store)
        if session.scalar(select(AlertRuleRow.id).limit(1)) is not None:
            return 0
        for rule in SHIPPED:
            session.add(_new(rule, rule.name not in OFF_AT_FIRST, clock.now_ms()))
            session.flush()
        return len(SHIPPED)


def _all(store: Store) -> Sequence[Kept]:
    with store.read() as session:
        return [_kept(row) for row in session.scalars(select(AlertRuleRow).order_by(AlertRuleRow.id))]


def _new(rule: Rule, enabled: bool, now_ms: int) -> AlertRuleRow:
    return AlertRuleRow(name=rule.name, rule=rule.to_json(), enabled=enabled, created_ms=now_ms, updated_ms=now_ms)


def _alone(session: Session, store: Store) -> None:
    if not store.is_sqlite:
        session.execute(_ALONE)


def _free(session: Session, name: str, rule_id: int | None) -> None:
    taken = session.scalar(select(AlertRuleRow.id).where(AlertRuleRow.name == name, AlertRuleRow.removed_ms.is_(None)).limit(1))
    if taken is not None and taken != rule_id:
        raise NameTaken(f"There is an alert rule {name!r} already.")


def _row(session: Session, rule_id: int) -> AlertRuleRow:
    row = session.get(AlertRuleRow, rule_id)
    if row is None:
        raise NotFound(f"There is no alert rule {rule_id}.", hint="`workbench alerts rules` lists them.")
    return row


def _kept(row: AlertRuleRow) -> Kept:
    rule = rules.stored(row.rule)
    return Kept(row.id, rule, row.enabled, row.muted_until_ms, row.created_ms, row.updated_ms, row.removed_ms)
