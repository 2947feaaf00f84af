"""The tables of the handover: how each document is set up with its prose, plans and their past, past exports, self-assessments."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workbench.store.base import Base, RowId


class DocumentRow(Base):
    """How a document is set up: `settings` (sections, order, audience, format, period), and `prose`, a person's words by field,
    kept through every regeneration.
    """

    __tablename__ = "documents"
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    settings: Mapped[dict[str, Any]]
    prose: Mapped[dict[str, Any]]
    updated_ms: Mapped[int] = mapped_column(BigInteger)


class BrandRow(Base):
    """How all documents look: one row, id 1."""

    __tablename__ = "brand"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    accent: Mapped[str] = mapped_column(String(7))
    name: Mapped[str] = mapped_column(String(200))
    logo: Mapped[bytes] = mapped_column(LargeBinary)


class PlanRow(Base):
    """A project plan; `body` is the JSON of `export.plans.model`."""

    __tablename__ = "plans"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    body: Mapped[dict[str, Any]]
    number: Mapped[int]
    created_ms: Mapped[int] = mapped_column(BigInteger)
    updated_ms: Mapped[int] = mapped_column(BigInteger)


class PlanVersionRow(Base):
    """What a plan was at an earlier save: for undo and for "what changed"."""

    __tablename__ = "plan_versions"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]]
    saved_ms: Mapped[int] = mapped_column(BigInteger)


class ExportRow(Base):
    """A file that was made: what of, from which sources, and the SHA-256 of its bytes. The bytes are not kept: they can be made again."""

    __tablename__ = "exports"
    __table_args__ = (Index("ix_exports_made", "made_ms"), Index("ix_exports_subject", "kind", "subject", "made_ms"))
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    format: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(300))
    request: Mapped[dict[str, Any]]
    sources: Mapped[list[Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    made_ms: Mapped[int] = mapped_column(BigInteger)


class AssessmentRow(Base):
    """One self-assessment: `skills` is a list of {name, rating 1..5, confidence 1..5}, `learning` up to three areas."""

    __tablename__ = "assessments"
    __table_args__ = (Index("ix_assessments_person", "person", "rated_ms"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person: Mapped[str] = mapped_column(String(200))
    skills: Mapped[list[Any]]
    learning: Mapped[list[Any]]
    note: Mapped[str] = mapped_column(default="")
    rated_ms: Mapped[int] = mapped_column(BigInteger)
