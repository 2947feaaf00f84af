"""The table of ratings: which of two replies a person preferred. Owns what a choice may be; knows no way to make one."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workbench.runner.tables import RunRow
from workbench.store.base import Base, RowId


class RatingRow(Base):
    """One choice of one rater between two variants on a case. `first_variant` < `second_variant`, so that a pair is one pair whichever
    side its replies were shown on; `left_variant` is the one of the two that stood on the left, and `choice` is what was pressed.
    """

    __tablename__ = "ratings"
    __table_args__ = (
        UniqueConstraint("run_id", "case_position", "repeat", "first_variant", "second_variant", "rater", name="uq_ratings_place"),
        CheckConstraint("first_variant < second_variant", name="ordered"),
        Index("ix_ratings_rater", "run_id", "rater", "id"),
    )
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey(RunRow.id, ondelete="CASCADE"))
    case_position: Mapped[int]
    repeat: Mapped[int]
    first_variant: Mapped[int]
    second_variant: Mapped[int]
    left_variant: Mapped[int]
    choice: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(default="")
    rater: Mapped[str] = mapped_column(String(200))
    created_ms: Mapped[int] = mapped_column(BigInteger)
