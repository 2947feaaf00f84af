"""The calls table: one row a request to a model. Narrow on purpose; texts lie beside it, so that retention can drop them alone."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
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
