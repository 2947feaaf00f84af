"""Cases of a dataset out of calls: variables become inputs, else the last message of the user does; the reply may be what is expected."""

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.datasets import editing, registry
from workbench.datasets.cases import NewCase, columns_of, text, to_json
from workbench.errors import InputError
from workbench.ledger.reading import Call
from workbench.store import Store

MOST = 2_000
INPUT = "input"


def made(calls: Iterable[Call], *, expected: bool) -> list[NewCase]:
    """A case for each call that has something to make one of."""
    return [case for call in calls if (case := _case(call, expected=expected)) is not None]


def add(store: Store, name: str, cases: list[NewCase]) -> int:
    """Add the cases to the dataset `name`, a new one where there is none; how many they were. Raises InputError, Conflict."""
    if not cases:
        raise InputError("None of these calls has a text to make a case of.", hint="Texts may have been dropped by retention.")
    if not registry.exists(store, name):
        return registry.create(store, name, cases, description="Made of recorded calls.").cases
    dataset = registry.get(store, name)
    columns = set(dataset.columns)
    if unknown := [column for column in columns_of(cases) if column not in columns]:
        hint = f"Its columns are {', '.join(dataset.columns)[:300]}. Choose another."
        raise InputError(f"the dataset has no column {unknown[0]!r}", place=name, hint=hint)
    editing.apply_edits(store, name, dataset.revision, editing.Edits(added=[to_json(case) for case in cases]))
    return len(cases)


def _case(call: Call, *, expected: bool) -> NewCase | None:
    inputs = {str(name): text(value) for name, value in (call.variables or {}).items()}
    if not inputs:
        said = last_of_user(call.request)
        if not said:
            return None
        inputs = {INPUT: said}
    return NewCase(inputs, call.reply if expected and call.status == "ok" else None, tuple(tag[:100] for tag in call.tags))


def last_of_user(request: Mapping[str, Any] | None) -> str:
    """The text of the last message of the user."""
    messages = (request or {}).get("messages")
    for message in reversed(messages if isinstance(messages, list) else []):
        if isinstance(message, Mapping) and message.get("role") == "user":
            return parts_text(message.get("content"))
    return ""


def parts_text(content: object) -> str:
    """The texts of a message's content, joined."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = (part if isinstance(part, str) else part.get("text") if isinstance(part, Mapping) else None for part in parts)
    return "\n".join(each for each in texts if isinstance(each, str))
