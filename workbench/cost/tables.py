"""The tables of scenarios: a name with a history of versions. Owns no reading of what a document says."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workbench.store.base import Base, RowId


class ScenarioRow(Base):
    """A scenario: its name and when it was touched."""

    __tablename__ = "scenarios"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    updated_ms: Mapped[int] = mapped_column(BigInteger)
    archived_ms: Mapped[int | None] = mapped_column(BigInteger)


class ScenarioVersionRow(Base):
    """One immutable version of a scenario. `document` is the JSON of `cost.document`."""

    __tablename__ = "scenario_versions"
    __table_args__ = (UniqueConstraint("scenario_id", "number", name="uq_scenario_versions_number"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey(ScenarioRow.id, ondelete="CASCADE"))
    number: Mapped[int]
    document: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    note: Mapped[str]
    created_ms: Mapped[int] = mapped_column(BigInteger)
