"""Full-text search over prompts: name, description, tags and the text of the latest version. Owns the prompt_search table."""

import re

from sqlalchemy import ColumnElement, TextClause, func, or_, text
from sqlalchemy.orm import Session

from workbench.prompts.tables import PromptRow
from workbench.store.base import storable

_LONGEST = 100_000  # PostgreSQL refuses a tsvector over 1 MB
_WORDS = re.compile(r"[^\W_]+")

_WRITE = {
    "sqlite": text("INSERT OR REPLACE INTO prompt_search (rowid, name, body) VALUES (:id, :name, :body)"),
    "postgresql": text(
        "INSERT INTO prompt_search (rowid, name, body) VALUES (:id, :name, :body) "
        "ON CONFLICT (rowid) DO UPDATE SET name = excluded.name, body = excluded.body"
    ),
}
_MATCH = {
    "sqlite": "prompts.id IN (SELECT rowid FROM prompt_search WHERE prompt_search MATCH :words)",
    "postgresql": "prompts.id IN (SELECT rowid FROM prompt_search WHERE words @@ to_tsquery('simple', :words))",
}


def index(session: Session, prompt_id: int, name: str, *texts: str) -> None:
    """Write what the prompt is found by, in the transaction of the change itself."""
    body = storable("\n".join(texts))[:_LONGEST]
    session.execute(_WRITE[_dialect(session)], {"id": prompt_id, "name": name, "body": body})


def forget(session: Session, prompt_id: int) -> None:
    """Take a prompt out of the index."""
    session.execute(text("DELETE FROM prompt_search WHERE rowid = :id"), {"id": prompt_id})


def matching(session: Session, wanted: str) -> ColumnElement[bool]:
    """The condition on prompts that `wanted`, whatever a person typed, is found: every word by its beginning, or a piece of the name."""
    wanted = storable(wanted.strip())[:500]
    in_name = func.lower(PromptRow.name).contains(wanted.lower(), autoescape=True)
    words = _WORDS.findall(wanted)
    if not words:  # nothing but signs: no index knows them
        return or_(in_name, _in_body(wanted))
    return or_(in_name, text(_MATCH[_dialect(session)]).bindparams(words=_query(session, words)))


def _query(session: Session, words: list[str]) -> str:
    # A word holds letters and digits alone, so that the quotes close and no operator is read.
    if _dialect(session) == "sqlite":
        return " ".join(f'"{word}"*' for word in words)
    return " & ".join(f"'{word}':*" for word in words)


def _in_body(wanted: str) -> TextClause:
    pattern = "%" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return text("prompts.id IN (SELECT rowid FROM prompt_search WHERE body LIKE :pattern ESCAPE '\\')").bindparams(pattern=pattern)


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name
