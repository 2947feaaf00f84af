"""The first schema: prompts, datasets, runs, the ledger, connections, leases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    _tables()
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE prompt_search USING fts5(name, body, tokenize='unicode61 remove_diacritics 2')")
    else:
        op.execute(
            "CREATE TABLE prompt_search (rowid BIGINT PRIMARY KEY, name TEXT NOT NULL, body TEXT NOT NULL, "
            "words TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', name || ' ' || body)) STORED)"
        )
        op.execute("CREATE INDEX ix_prompt_search_words ON prompt_search USING gin (words)")


def _tables() -> None:
    op.create_table(
        "calls",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("ttft_ms", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("prompt", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(length=100), nullable=True),
        sa.Column("provider", sa.String(length=100), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("error_type", sa.String(length=40), nullable=True),
        sa.Column("error_kind", sa.String(length=40), nullable=True),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("cached_tokens", sa.Integer(), nullable=True),
        sa.Column("cache_write_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("reasoning_tokens", sa.Integer(), nullable=True),
        sa.Column("cost_nano", sa.BigInteger(), nullable=True),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("user_name", sa.String(length=200), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=True),
        sa.Column("run_id", sa.String(length=40), nullable=True),
        sa.Column("cell_id", sa.String(length=80), nullable=True),
        sa.Column("trace_id", sa.String(length=80), nullable=True),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("feedback", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=("pk_calls")),
    )
    op.create_index(
        "ix_calls_cell",
        "calls",
        ["cell_id"],
        unique=False,
        sqlite_where=sa.text("cell_id IS NOT NULL"),
        postgresql_where=sa.text("cell_id IS NOT NULL"),
    )
    op.create_index("ix_calls_model", "calls", ["provider", "model", "started_ms"], unique=False)
    op.create_index("ix_calls_prompt", "calls", ["prompt", "version", "started_ms"], unique=False)
    op.create_index(
        "ix_calls_run",
        "calls",
        ["run_id"],
        unique=False,
        sqlite_where=sa.text("run_id IS NOT NULL"),
        postgresql_where=sa.text("run_id IS NOT NULL"),
    )
    op.create_index("ix_calls_started", "calls", ["started_ms", "id"], unique=False)
    op.create_index("ix_calls_status", "calls", ["status", "started_ms"], unique=False)
    op.create_index(
        "ix_calls_trace",
        "calls",
        ["trace_id"],
        unique=False,
        sqlite_where=sa.text("trace_id IS NOT NULL"),
        postgresql_where=sa.text("trace_id IS NOT NULL"),
    )
    op.create_index(
        "uq_calls_external",
        "calls",
        ["external_id"],
        unique=True,
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_table(
        "connections",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=True),
        sa.Column("key_variable", sa.String(length=100), nullable=True),
        sa.Column("requests_per_minute", sa.Integer(), nullable=True),
        sa.Column("tokens_per_minute", sa.Integer(), nullable=True),
        sa.Column("concurrency", sa.Integer(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=("pk_connections")),
    )
    op.create_table(
        "datasets",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("attribution", sa.Text(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_datasets")),
        sa.UniqueConstraint("name", name=("uq_datasets_name")),
    )
    op.create_table(
        "drafts",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=("pk_drafts")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("heartbeat_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=("pk_leases")),
    )
    op.create_table(
        "prompts",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("expected_output", sa.Text(), nullable=False),
        sa.Column("variables", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("silenced", sa.JSON(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("archived_ms", sa.BigInteger(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_prompts")),
        sa.UniqueConstraint("name", name=("uq_prompts_name")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("dataset", sa.String(length=200), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("stop_requested", sa.Boolean(), nullable=False),
        sa.Column("cap_nano", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("active_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_runs")),
    )
    op.create_index("ix_runs_created", "runs", ["created_ms", "id"], unique=False)
    op.create_index("ix_runs_state", "runs", ["state"], unique=False)
    op.create_table(
        "call_texts",
        sa.Column("call_id", ROW_ID, nullable=False),
        sa.Column("request", sa.JSON(), nullable=True),
        sa.Column("variables", sa.JSON(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("tool_calls", sa.JSON(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("attempts", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=("fk_call_texts_call_id_calls"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_id", name=("pk_call_texts")),
    )
    op.create_table(
        "cases",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("dataset_id", ROW_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("split", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], name=("fk_cases_dataset_id_datasets"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=("pk_cases")),
    )
    op.create_index("ix_cases_position", "cases", ["dataset_id", "position"], unique=False)
    op.create_table(
        "cells",
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("variant", sa.Integer(), nullable=False),
        sa.Column("case_position", sa.Integer(), nullable=False),
        sa.Column("repeat", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("call_id", ROW_ID, nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("score_reason", sa.Text(), nullable=False),
        sa.Column("error_type", sa.String(length=40), nullable=True),
        sa.Column("error_kind", sa.String(length=40), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=False),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("cost_nano", sa.BigInteger(), nullable=True),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("reused_from", sa.String(length=40), nullable=True),
        sa.Column("finished_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=("fk_cells_call_id_calls"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=("fk_cells_run_id_runs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "variant", "case_position", "repeat", name=("pk_cells")),
    )
    op.create_index("ix_cells_call", "cells", ["call_id"], unique=False)
    op.create_index("ix_cells_fingerprint", "cells", ["fingerprint"], unique=False)
    op.create_index("ix_cells_finished", "cells", ["run_id", "finished_ms"], unique=False)
    op.create_table(
        "run_cases",
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=("fk_run_cases_run_id_runs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "position", name=("pk_run_cases")),
    )
    op.create_table(
        "versions",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("prompt_id", ROW_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("semantic", sa.String(length=80), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompts.id"], name=("fk_versions_prompt_id_prompts")),
        sa.PrimaryKeyConstraint("id", name=("pk_versions")),
        sa.UniqueConstraint("prompt_id", "number", name=("uq_versions_prompt_id_number")),
    )
    op.create_index("ix_versions_hash", "versions", ["prompt_id", "hash"], unique=False)
    op.create_table(
        "label_moves",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("prompt_id", ROW_ID, nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("from_version_id", ROW_ID, nullable=True),
        sa.Column("to_version_id", ROW_ID, nullable=True),
        sa.Column("moved_ms", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["from_version_id"], ["versions.id"], name=("fk_label_moves_from_version_id_versions")),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompts.id"], name=("fk_label_moves_prompt_id_prompts")),
        sa.ForeignKeyConstraint(["to_version_id"], ["versions.id"], name=("fk_label_moves_to_version_id_versions")),
        sa.PrimaryKeyConstraint("id", name=("pk_label_moves")),
    )
    op.create_index("ix_label_moves_label", "label_moves", ["prompt_id", "label", "id"], unique=False)
    op.create_table(
        "labels",
        sa.Column("prompt_id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("version_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompts.id"], name=("fk_labels_prompt_id_prompts")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=("fk_labels_version_id_versions")),
        sa.PrimaryKeyConstraint("prompt_id", "name", name=("pk_labels")),
    )
    op.create_table(
        "run_variants",
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prompt", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("version_id", ROW_ID, nullable=True),
        sa.Column("label", sa.String(length=100), nullable=True),
        sa.Column("provider", sa.String(length=100), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=("fk_run_variants_run_id_runs"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=("fk_run_variants_version_id_versions")),
        sa.PrimaryKeyConstraint("run_id", "position", name=("pk_run_variants")),
    )
    op.create_index("ix_run_variants_prompt", "run_variants", ["prompt", "version"], unique=False)
