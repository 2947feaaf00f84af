"""The tables of runs: an immutable plan, its variants and cases as they were, and one row for every cell that finished."""

from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from workbench.ledger.tables import CallRow
from workbench.prompts.tables import VersionRow
from workbench.store.base import Base


class RunRow(Base):
    """A run. `plan` holds all that is needed to understand it later (scoring, repeats, limits, retries, seed, dataset and its hash)."""

    __tablename__ = "runs"
    __table_args__ = (Index("ix_runs_created", "created_ms", "id"), Index("ix_runs_state", "state"))
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    plan: Mapped[dict[str, Any]]
    dataset: Mapped[str | None] = mapped_column(String(200))
    total: Mapped[int]
    stop_requested: Mapped[bool] = mapped_column(default=False)
    cap_nano: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str] = mapped_column(default="")
    demo: Mapped[bool] = mapped_column(default=False)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    started_ms: Mapped[int | None] = mapped_column(BigInteger)
    ended_ms: Mapped[int | None] = mapped_column(BigInteger)
    active_ms: Mapped[int] = mapped_column(BigInteger, default=0)  # time at work, over every resume


class RunVariantRow(Base):
    """A variant as it was when the run was planned."""

    __tablename__ = "run_variants"
    __table_args__ = (PrimaryKeyConstraint("run_id", "position"), Index("ix_run_variants_prompt", "prompt", "version"))
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str]
    prompt: Mapped[str | None] = mapped_column(String(200))
    version: Mapped[int | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey(VersionRow.id))
    label: Mapped[str | None] = mapped_column(String(100))
    provider: Mapped[str] = mapped_column(String(100))
    model: Mapped[str] = mapped_column(String(200))
    content: Mapped[dict[str, Any]]


class RunCaseRow(Base):
    """A case as it was when the run was planned."""

    __tablename__ = "run_cases"
    __table_args__ = (PrimaryKeyConstraint("run_id", "position"),)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    position: Mapped[int]
    case_id: Mapped[int | None] = mapped_column(BigInteger)
    inputs: Mapped[dict[str, Any]]
    expected: Mapped[str | None]
    tags: Mapped[list[Any]]


class CellRow(Base):
    """A finished cell: one variant on one case, once. A cell without a row has not finished. `status` is ok or error;
    `call_id` is the ledger row that answered it; `fingerprint` is equal for identical requests, so that replies can be reused.
    """

    __tablename__ = "cells"
    __table_args__ = (
        PrimaryKeyConstraint("run_id", "variant", "case_position", "repeat"),
        Index("ix_cells_finished", "run_id", "finished_ms"),
        Index("ix_cells_fingerprint", "fingerprint"),
        Index("ix_cells_call", "call_id"),
    )
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    variant: Mapped[int]
    case_position: Mapped[int]
    repeat: Mapped[int]
    status: Mapped[str] = mapped_column(String(10))
    call_id: Mapped[int | None] = mapped_column(ForeignKey(CallRow.id, ondelete="SET NULL"))
    score: Mapped[float | None] = mapped_column(Float)
    score_reason: Mapped[str] = mapped_column(default="")
    error_type: Mapped[str | None] = mapped_column(String(40))
    error_kind: Mapped[str | None] = mapped_column(String(40))
    error_message: Mapped[str] = mapped_column(default="")
    latency_ms: Mapped[int | None]
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    cost_nano: Mapped[int | None] = mapped_column(BigInteger)
    retries: Mapped[int] = mapped_column(default=0)
    fingerprint: Mapped[str] = mapped_column(String(64))
    reused_from: Mapped[str | None] = mapped_column(String(40))
    finished_ms: Mapped[int] = mapped_column(BigInteger)
