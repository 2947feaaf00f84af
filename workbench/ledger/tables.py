"""The tables of the ledger: calls, their texts, rollups, own metrics, imports, own prices, budgets. The calls table is one row a
request to a model, narrow on purpose: texts lie beside it, so that retention can drop them alone.
"""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workbench.store.base import Base, RowId


class CallRow(Base):
    """One call. `cost_nano` is nano-dollars, None where no price is known; times are UTC epoch milliseconds."""

    __tablename__ = "calls"
    __table_args__ = (
        Index("ix_calls_started", "started_ms", "id"),
        Index("ix_calls_prompt", "prompt", "version", "started_ms"),
        Index("ix_calls_model", "provider", "model", "started_ms"),
        Index("ix_calls_status", "status", "started_ms"),
        Index("ix_calls_source", "source", "started_ms"),
        Index(
            "ix_calls_user_name",
            "user_name",
            "started_ms",
            sqlite_where=text("user_name IS NOT NULL"),
            postgresql_where=text("user_name IS NOT NULL"),
        ),
        Index(
            "ix_calls_feedback",
            "feedback",
            "started_ms",
            sqlite_where=text("feedback IS NOT NULL"),
            postgresql_where=text("feedback IS NOT NULL"),
        ),
        Index("ix_calls_run", "run_id", sqlite_where=text("run_id IS NOT NULL"), postgresql_where=text("run_id IS NOT NULL")),
        Index("ix_calls_cell", "cell_id", sqlite_where=text("cell_id IS NOT NULL"), postgresql_where=text("cell_id IS NOT NULL")),
        Index("ix_calls_trace", "trace_id", sqlite_where=text("trace_id IS NOT NULL"), postgresql_where=text("trace_id IS NOT NULL")),
        Index(
            "uq_calls_external",
            "external_id",
            unique=True,
            sqlite_where=text("external_id IS NOT NULL"),
            postgresql_where=text("external_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    started_ms: Mapped[int] = mapped_column(BigInteger)
    latency_ms: Mapped[int | None]
    ttft_ms: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(40))
    prompt: Mapped[str | None] = mapped_column(String(200))
    version: Mapped[int | None]
    label: Mapped[str | None] = mapped_column(String(100))
    provider: Mapped[str] = mapped_column(String(100))
    model: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(10))
    error_type: Mapped[str | None] = mapped_column(String(40))
    error_kind: Mapped[str | None] = mapped_column(String(40))
    retries: Mapped[int] = mapped_column(default=0)
    input_tokens: Mapped[int | None]
    cached_tokens: Mapped[int | None]
    cache_write_tokens: Mapped[int | None]
    cache_write_1h_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    reasoning_tokens: Mapped[int | None]
    cost_nano: Mapped[int | None] = mapped_column(BigInteger)
    estimated: Mapped[bool] = mapped_column(default=False)
    user: Mapped[str | None] = mapped_column("user_name", String(200))
    tags: Mapped[list[Any] | None]
    run_id: Mapped[str | None] = mapped_column(String(40))
    cell_id: Mapped[str | None] = mapped_column(String(80))
    trace_id: Mapped[str | None] = mapped_column(String(80))
    external_id: Mapped[str | None] = mapped_column(String(200))
    feedback: Mapped[int | None]
    processing: Mapped[str | None] = mapped_column(String(20))
    prompt_hash: Mapped[int | None] = mapped_column(BigInteger)
    words: Mapped[int | None]
    question: Mapped[bool | None]


class CallTextRow(Base):
    """The large texts of a call: what was sent, what came back, what went wrong, and every attempt."""

    __tablename__ = "call_texts"
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    request: Mapped[dict[str, Any] | None]
    variables: Mapped[dict[str, Any] | None]
    reply: Mapped[str | None]
    tool_calls: Mapped[list[Any] | None]
    error_message: Mapped[str | None]
    attempts: Mapped[list[Any] | None]
    note: Mapped[str | None]


class SeriesRow(Base):
    """What a row of the rollups is about: the dimensions that its `facet` names, the others empty ("", and -1 for `version`).
    `outcome` is "" for answered calls, else the type of the error.
    """

    __tablename__ = "rollup_series"
    __table_args__ = (
        UniqueConstraint("facet", "prompt", "version", "label", "provider", "model", "source", "outcome", name="uq_rollup_series_facet"),
    )
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    facet: Mapped[str] = mapped_column(String(10))
    prompt: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    label: Mapped[str] = mapped_column(String(100))
    provider: Mapped[str] = mapped_column(String(100))
    model: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(String(40))


class RollupRow(Base):
    """Sums of the calls of one series in one minute, hour or day (`grain` is its milliseconds, UTC), kept in the transaction that
    inserts them. `latency` and `ttft` are sketches (`stats.sketch`) of the `timed` and `first_timed` calls.
    """

    __tablename__ = "rollups"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (the declarative base wants it so)
    grain: Mapped[int] = mapped_column(primary_key=True)
    series: Mapped[int] = mapped_column(RowId, ForeignKey("rollup_series.id"), primary_key=True)
    start_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger)
    retries: Mapped[int] = mapped_column(BigInteger)
    input_tokens: Mapped[int] = mapped_column(BigInteger)
    cached_tokens: Mapped[int] = mapped_column(BigInteger)
    cache_write_tokens: Mapped[int] = mapped_column(BigInteger)
    output_tokens: Mapped[int] = mapped_column(BigInteger)
    reasoning_tokens: Mapped[int] = mapped_column(BigInteger)
    cost_nano: Mapped[int] = mapped_column(BigInteger)
    unpriced: Mapped[int] = mapped_column(BigInteger)
    token_calls: Mapped[int] = mapped_column(BigInteger)
    cached_calls: Mapped[int] = mapped_column(BigInteger)
    timed: Mapped[int] = mapped_column(BigInteger)
    latency_ms: Mapped[int] = mapped_column(BigInteger)
    first_timed: Mapped[int] = mapped_column(BigInteger)
    ttft_ms: Mapped[int] = mapped_column(BigInteger)
    rated: Mapped[int] = mapped_column(BigInteger)
    liked: Mapped[int] = mapped_column(BigInteger)
    latency: Mapped[bytes]
    ttft: Mapped[bytes]


class TopDayRow(Base):
    """Sums of one user's or one tag's calls on one day (UTC); `kind` is user or tag. Of a day that is over only the busiest are kept,
    the others are summed under the value "".
    """

    __tablename__ = "top_days"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (the declarative base wants it so)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    day_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    value: Mapped[str] = mapped_column(String(200), primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger)
    ok: Mapped[int] = mapped_column(BigInteger)
    tokens: Mapped[int] = mapped_column(BigInteger)
    cost_nano: Mapped[int] = mapped_column(BigInteger)
    unpriced: Mapped[int] = mapped_column(BigInteger)


class MetricRow(Base):
    """One value of an own metric."""

    __tablename__ = "metrics"
    __table_args__ = (Index("ix_metrics_name", "name", "at_ms", "id"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(100))
    value: Mapped[float]
    tags: Mapped[list[Any] | None]


class MetricRollupRow(Base):
    """The values of an own metric in one minute, hour or day: all of them under the tag "", and those of each tag.
    `sketch` is of `stats.sketch`.
    """

    __tablename__ = "metric_rollups"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (the declarative base wants it so)
    grain: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    tag: Mapped[str] = mapped_column(String(200), primary_key=True)
    start_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[float]
    least: Mapped[float]
    most: Mapped[float]
    sketch: Mapped[bytes]


class ImportRow(Base):
    """A file that was imported, or is being: how far it was read (`position`, in the unit of its format), what became of its rows."""

    __tablename__ = "imports"
    __table_args__ = (Index("ix_imports_fingerprint", "fingerprint"),)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(String(64))
    format: Mapped[str] = mapped_column(String(40))
    mapping: Mapped[dict[str, Any] | None]
    state: Mapped[str] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(BigInteger)
    taken: Mapped[int] = mapped_column(BigInteger)
    duplicates: Mapped[int] = mapped_column(BigInteger)
    skipped: Mapped[int] = mapped_column(BigInteger)
    report: Mapped[dict[str, Any] | None]
    created_ms: Mapped[int] = mapped_column(BigInteger)
    updated_ms: Mapped[int] = mapped_column(BigInteger)


class LedgerMarkRow(Base):
    """A number the ledger remembers about itself: how long texts and rows are kept, from when on rows are whole, what is searchable."""

    __tablename__ = "ledger_marks"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class PriceOverrideRow(Base):
    """A price of one's own for a model from `from_ms` until before `until_ms`. Never changed: another row takes its place, and
    `removed_ms` says since when a row no longer counts. `rates` is the JSON of `pricing.overrides`.
    """

    __tablename__ = "price_overrides"
    __table_args__ = (Index("ix_price_overrides_model", "provider", "model", "from_ms"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    provider: Mapped[str] = mapped_column(String(100))
    model: Mapped[str] = mapped_column(String(200))
    from_ms: Mapped[int] = mapped_column(BigInteger)
    until_ms: Mapped[int | None] = mapped_column(BigInteger)
    rates: Mapped[dict[str, Any]]
    note: Mapped[str]
    created_ms: Mapped[int] = mapped_column(BigInteger)
    removed_ms: Mapped[int | None] = mapped_column(BigInteger)


class BudgetRow(Base):
    """A limit in nano-dollars for a day or a month (UTC). `scope` is total, model or prompt; `key` is empty, provider/model or the name.
    From `warn_percent` of the limit on it warns; `stops` says whether calls are refused once the limit is reached.
    """

    __tablename__ = "budgets"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    scope: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(310))
    period: Mapped[str] = mapped_column(String(10))
    limit_nano: Mapped[int] = mapped_column(BigInteger)
    warn_percent: Mapped[int | None]
    stops: Mapped[bool]
    created_ms: Mapped[int] = mapped_column(BigInteger)
    removed_ms: Mapped[int | None] = mapped_column(BigInteger)


class BudgetEventRow(Base):
    """A budget's level (warn, limit) was crossed in the period that began at `period_ms`, by the call `call_id`."""

    __tablename__ = "budget_events"
    __table_args__ = (UniqueConstraint("budget_id", "period_ms", "level", name="uq_budget_events_level"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    budget_id: Mapped[int] = mapped_column(ForeignKey("budgets.id", ondelete="CASCADE"))
    period_ms: Mapped[int] = mapped_column(BigInteger)
    level: Mapped[str] = mapped_column(String(10))
    call_id: Mapped[int | None] = mapped_column(BigInteger)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    spent_nano: Mapped[int] = mapped_column(BigInteger)
    limit_nano: Mapped[int] = mapped_column(BigInteger)
