"""The tables of alerts (rules, where each stands, what has fired, what is to be delivered) and of recommendations put aside."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from workbench.store.base import Base, RowId


class AlertRuleRow(Base):
    """A rule; `rule` is the JSON of `monitoring.rules`. A rule that was removed stays, so that its alerts can be read."""

    __tablename__ = "alert_rules"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    rule: Mapped[dict[str, Any]]
    enabled: Mapped[bool]
    muted_until_ms: Mapped[int | None] = mapped_column(BigInteger)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    updated_ms: Mapped[int] = mapped_column(BigInteger)
    removed_ms: Mapped[int | None] = mapped_column(BigInteger)


class AlertStateRow(Base):
    """Where a rule stands since when (ok, pending, firing, no_data), and what it last measured over `n` calls or values. `back_ms`: since
    when the value of a firing rule is back within its threshold; `reason`: why nothing was measured.
    """

    __tablename__ = "alert_states"
    rule_id: Mapped[int] = mapped_column(RowId, ForeignKey("alert_rules.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    since_ms: Mapped[int] = mapped_column(BigInteger)
    value: Mapped[float | None]
    n: Mapped[int] = mapped_column(BigInteger)
    evaluated_ms: Mapped[int] = mapped_column(BigInteger)
    alert_id: Mapped[int | None] = mapped_column(RowId)
    back_ms: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str]


class AlertRow(Base):
    """A rule fired from `started_ms` until `ended_ms` (None while it does), and what was said of it. `peak` is the worst value so far."""

    __tablename__ = "alerts"
    __table_args__ = (Index("ix_alerts_started", "started_ms", "id"), Index("ix_alerts_rule", "rule_id", "started_ms"))
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    rule_id: Mapped[int] = mapped_column(RowId, ForeignKey("alert_rules.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    severity: Mapped[str] = mapped_column(String(20))
    started_ms: Mapped[int] = mapped_column(BigInteger)
    ended_ms: Mapped[int | None] = mapped_column(BigInteger)
    value: Mapped[float | None]
    peak: Mapped[float | None]
    threshold: Mapped[float | None]
    n: Mapped[int] = mapped_column(BigInteger)
    summary: Mapped[str]
    description: Mapped[str]
    acknowledged_ms: Mapped[int | None] = mapped_column(BigInteger)
    acknowledged_by: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None]
    notified_ms: Mapped[int | None] = mapped_column(BigInteger)


class DeliveryRow(Base):
    """A message that is to reach the webhook: tried again at `next_ms`, delivered at `done_ms`, given up where both are None."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_alert", "alert_id"),
        Index("ix_deliveries_next", "next_ms", sqlite_where=text("next_ms IS NOT NULL"), postgresql_where=text("next_ms IS NOT NULL")),
    )
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    alert_id: Mapped[int] = mapped_column(RowId, ForeignKey("alerts.id", ondelete="CASCADE"))
    payload: Mapped[dict[str, Any]]
    tries: Mapped[int]
    next_ms: Mapped[int | None] = mapped_column(BigInteger)
    done_ms: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None]
    created_ms: Mapped[int] = mapped_column(BigInteger)


class DismissalRow(Base):
    """A recommendation that somebody put aside: it is not shown again until it is brought back."""

    __tablename__ = "dismissals"
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    title: Mapped[str]
    dismissed_by: Mapped[str | None] = mapped_column(String(200))
    dismissed_ms: Mapped[int] = mapped_column(BigInteger)
