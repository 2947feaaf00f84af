"""The tables of datasets: cases with inputs, expected reply, tags and split."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workbench.store.base import Base, RowId


class DatasetRow(Base):
    """A named list of cases. `columns` keeps the order of inputs; `revision` rises with every change."""

    __tablename__ = "datasets"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    description: Mapped[str] = mapped_column(default="")
    attribution: Mapped[str] = mapped_column(default="")  # source and licence, shown wherever the data is
    columns: Mapped[list[Any]]
    revision: Mapped[int] = mapped_column(default=1)
    demo: Mapped[bool] = mapped_column(default=False)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    updated_ms: Mapped[int] = mapped_column(BigInteger)


class CaseRow(Base):
    """One case. `inputs` maps column to text; `expected` is the reply that counts as right, where one is known."""

    __tablename__ = "cases"
    __table_args__ = (Index("ix_cases_position", "dataset_id", "position"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    position: Mapped[int]
    inputs: Mapped[dict[str, Any]]
    expected: Mapped[str | None]
    tags: Mapped[list[Any]]
    split: Mapped[str] = mapped_column(String(40), default="")
