"""Watch: rollups, the days' users and tags, own metrics, alert rules and alerts, deliveries, dismissals, imports, search in texts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COUNTS = (
    "calls", "retries", "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "cost_nano", "unpriced",
    "token_calls", "cached_calls", "timed", "latency_ms", "first_timed", "ttft_ms", "rated", "liked",
)  # fmt: skip


def upgrade() -> None:
    """Apply."""
    op.add_column("call_texts", sa.Column("note", sa.Text(), nullable=True))
    op.create_index("ix_calls_source", "calls", ["source", "started_ms"])
    for name in ("user_name", "feedback"):
        held = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_calls_{name}", "calls", [name, "started_ms"], sqlite_where=held, postgresql_where=held)
    op.drop_table("spend_days")  # the rollups say all of it
    _rollups()
    _metrics()
    _alerts()
    op.create_table(
        "imports",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("duplicates", sa.BigInteger(), nullable=False),
        sa.Column("skipped", sa.BigInteger(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    op.create_index("ix_imports_fingerprint", "imports", ["fingerprint"])
    op.create_table(
        "ledger_marks",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_ledger_marks"),
    )
    op.create_table(
        "dismissals",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("dismissed_by", sa.String(length=200), nullable=True),
        sa.Column("dismissed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_dismissals"),
    )
    if op.get_bind().dialect.name == "sqlite":
        # Without a copy of the text: texts lie in call_texts already. What is deleted there drops out by the join.
        op.execute("CREATE VIRTUAL TABLE call_search USING fts5(body, content='', tokenize='unicode61 remove_diacritics 2')")
        # Where the newest calls are deleted, their ids are handed out again: the index must learn from which one on.
        op.execute(
            "CREATE TRIGGER calls_newest_deleted AFTER DELETE ON calls WHEN OLD.id > (SELECT coalesce(max(id), 0) FROM calls) BEGIN "
            "INSERT INTO ledger_marks (name, value) VALUES ('search_reused_from', (SELECT coalesce(max(id), 0) + 1 FROM calls)) "
            "ON CONFLICT (name) DO UPDATE SET value = min(value, excluded.value); END"
        )
    else:
        op.execute(
            "CREATE TABLE call_search (rowid BIGINT PRIMARY KEY REFERENCES call_texts (call_id) ON DELETE CASCADE, words tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX ix_call_search_words ON call_search USING gin (words)")


def _rollups() -> None:
    op.create_table(
        "rollup_series",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("facet", sa.String(length=10), nullable=False),
        sa.Column("prompt", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("provider", sa.String(length=100), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rollup_series"),
        sa.UniqueConstraint("facet", "prompt", "version", "label", "provider", "model", "source", "outcome", name="uq_rollup_series_facet"),
    )
    op.create_table(
        "rollups",
        sa.Column("grain", sa.Integer(), nullable=False),
        sa.Column("series", ROW_ID, nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _COUNTS),
        sa.Column("latency", sa.LargeBinary(), nullable=False),
        sa.Column("ttft", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["series"], ["rollup_series.id"], name="fk_rollups_series_rollup_series"),
        sa.PrimaryKeyConstraint("grain", "series", "start_ms", name="pk_rollups"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "top_days",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("day_ms", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("ok", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_nano", sa.BigInteger(), nullable=False),
        sa.Column("unpriced", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "day_ms", "value", name="pk_top_days"),
        sqlite_with_rowid=False,
    )


def _metrics() -> None:
    op.create_table(
        "metrics",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_metrics"),
    )
    op.create_index("ix_metrics_name", "metrics", ["name", "at_ms", "id"])
    op.create_table(
        "metric_rollups",
        sa.Column("grain", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("tag", sa.String(length=200), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.Double(), nullable=False),
        sa.Column("least", sa.Double(), nullable=False),
        sa.Column("most", sa.Double(), nullable=False),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("grain", "name", "tag", "start_ms", name="pk_metric_rollups"),
        sqlite_with_rowid=False,
    )


def _alerts() -> None:
    op.create_table(
        "alert_rules",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("muted_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.Column("removed_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alert_rules"),
    )
    op.create_table(
        "alerts",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("rule_id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("peak", sa.Double(), nullable=True),
        sa.Column("threshold", sa.Double(), nullable=True),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("acknowledged_ms", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=200), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("notified_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["rule_id"], ["alert_rules.id"], name="fk_alerts_rule_id_alert_rules", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_started", "alerts", ["started_ms", "id"])
    op.create_index("ix_alerts_rule", "alerts", ["rule_id", "started_ms"])
    op.create_table(
        "alert_states",
        sa.Column("rule_id", ROW_ID, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("evaluated_ms", sa.BigInteger(), nullable=False),
        sa.Column("alert_id", ROW_ID, nullable=True),
        sa.Column("back_ms", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["rule_id"], ["alert_rules.id"], name="fk_alert_states_rule_id_alert_rules", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("rule_id", name="pk_alert_states"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("alert_id", ROW_ID, nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_ms", sa.BigInteger(), nullable=True),
        sa.Column("done_ms", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_deliveries_alert_id_alerts", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_alert", "deliveries", ["alert_id"])
    waiting = sa.text("next_ms IS NOT NULL")
    op.create_index("ix_deliveries_next", "deliveries", ["next_ms"], sqlite_where=waiting, postgresql_where=waiting)
