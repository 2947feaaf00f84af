"""Spend: what is billed by its own rate, what a call looked like, own prices, sums by day, budgets, scenarios."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_DAY_MS = 86_400_000
_FILL = sa.text(
    f"""
INSERT INTO spend_days (day_ms, provider, model, prompt, calls, ok, input_tokens, output_tokens, cost_nano, unpriced)
SELECT started_ms - started_ms % {_DAY_MS}, provider, model, coalesce(prompt, ''), count(*), sum(CASE WHEN status = 'ok' THEN 1 ELSE 0 END),
  coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0), coalesce(sum(cost_nano), 0),
  sum(CASE WHEN cost_nano IS NULL AND status = 'ok' THEN 1 ELSE 0 END)
FROM calls GROUP BY 1, 2, 3, 4
"""  # noqa: S608 (a number of this file)
)


def upgrade() -> None:
    """Apply."""
    for column in (
        sa.Column("cache_write_1h_tokens", sa.Integer(), nullable=True),
        sa.Column("processing", sa.String(length=20), nullable=True),
        sa.Column("prompt_hash", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Integer(), nullable=True),
        sa.Column("question", sa.Boolean(), nullable=True),
    ):
        op.add_column("calls", column)
    op.create_table(
        "price_overrides",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("provider", sa.String(length=100), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("rates", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("removed_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=("pk_price_overrides")),
    )
    op.create_index("ix_price_overrides_model", "price_overrides", ["provider", "model", "from_ms"], unique=False)
    op.create_table(
        "spend_days",
        sa.Column("day_ms", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(length=100), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("prompt", sa.String(length=200), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("ok", sa.BigInteger(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_nano", sa.BigInteger(), nullable=False),
        sa.Column("unpriced", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day_ms", "provider", "model", "prompt", name=("pk_spend_days")),
    )
    op.execute(_FILL)
    op.create_table(
        "budgets",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=310), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("limit_nano", sa.BigInteger(), nullable=False),
        sa.Column("warn_percent", sa.Integer(), nullable=True),
        sa.Column("stops", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("removed_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=("pk_budgets")),
    )
    op.create_table(
        "budget_events",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("budget_id", ROW_ID, nullable=False),
        sa.Column("period_ms", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("spent_nano", sa.BigInteger(), nullable=False),
        sa.Column("limit_nano", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["budget_id"], ["budgets.id"], name=("fk_budget_events_budget_id_budgets"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=("pk_budget_events")),
        sa.UniqueConstraint("budget_id", "period_ms", "level", name=("uq_budget_events_level")),
    )
    op.create_table(
        "scenarios",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.Column("archived_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=("pk_scenarios")),
        sa.UniqueConstraint("name", name=("uq_scenarios_name")),
    )
    op.create_table(
        "scenario_versions",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("scenario_id", ROW_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenarios.id"], name=("fk_scenario_versions_scenario_id_scenarios"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=("pk_scenario_versions")),
        sa.UniqueConstraint("scenario_id", "number", name=("uq_scenario_versions_number")),
    )
