"""The tables of prompts: names, their immutable versions, movable labels with every move, and drafts."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workbench.store.base import Base, RowId


class PromptRow(Base):
    """A name with a history. Folders are the `/` in the name.

    `variables` is the declared list: name, type, description, required, example.
    """

    __tablename__ = "prompts"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    description: Mapped[str] = mapped_column(default="")
    expected_output: Mapped[str] = mapped_column(default="")
    variables: Mapped[list[Any]]
    tags: Mapped[list[Any]]
    silenced: Mapped[list[Any]]  # lint rules a person switched off here
    demo: Mapped[bool] = mapped_column(default=False)
    archived_ms: Mapped[int | None] = mapped_column(BigInteger)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    updated_ms: Mapped[int] = mapped_column(BigInteger)


class VersionRow(Base):
    """A version, never changed. `content` is what the hash covers (messages, engine, model, parameters, tools, output schema)."""

    __tablename__ = "versions"
    __table_args__ = (UniqueConstraint("prompt_id", "number"), Index("ix_versions_hash", "prompt_id", "hash"))
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompts.id"))
    number: Mapped[int]
    semantic: Mapped[str | None] = mapped_column(String(80))
    content: Mapped[dict[str, Any]]
    extra: Mapped[dict[str, Any]]  # metadata that came with an import and is kept as it was
    note: Mapped[str] = mapped_column(default="")
    author: Mapped[str] = mapped_column(default="")
    hash: Mapped[str] = mapped_column(String(64))
    created_ms: Mapped[int] = mapped_column(BigInteger)


class LabelRow(Base):
    """Where a label is now."""

    __tablename__ = "labels"
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompts.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))


class LabelMoveRow(Base):
    """Where a label has been: one row a move; `to_version_id` is None where it was taken off."""

    __tablename__ = "label_moves"
    __table_args__ = (Index("ix_label_moves_label", "prompt_id", "label", "id"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompts.id"))
    label: Mapped[str] = mapped_column(String(100))
    from_version_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id"))
    to_version_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id"))
    moved_ms: Mapped[int] = mapped_column(BigInteger)
    author: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")


class DraftRow(Base):
    """Work that is not a version yet: `kind` is prompt or playground, `key` the prompt's name or the conversation's."""

    __tablename__ = "drafts"
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    content: Mapped[dict[str, Any]]
    base_version: Mapped[int | None]
    updated_ms: Mapped[int] = mapped_column(BigInteger)
