"""Ratings: which of two replies a person preferred."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "ratings",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("case_position", sa.Integer(), nullable=False),
        sa.Column("repeat", sa.Integer(), nullable=False),
        sa.Column("first_variant", sa.Integer(), nullable=False),
        sa.Column("second_variant", sa.Integer(), nullable=False),
        sa.Column("left_variant", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("rater", sa.String(length=200), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("first_variant < second_variant", name=("ck_ratings_ordered")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=("fk_ratings_run_id_runs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=("pk_ratings")),
        sa.UniqueConstraint("run_id", "case_position", "repeat", "first_variant", "second_variant", "rater", name=("uq_ratings_place")),
    )
    op.create_index("ix_ratings_rater", "ratings", ["run_id", "rater", "id"], unique=False)
