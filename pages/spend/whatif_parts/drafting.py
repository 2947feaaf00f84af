"""Drafts of scenarios in the store: what is on a desk and saved nowhere, so that a closed browser loses nothing."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Any

from pages.spend.whatif_parts.paths import Path
from workbench.cost.model import Scenario
from workbench.errors import WorkbenchError
from workbench.prompts import drafts
from workbench.store import Store

_KIND, _LONGEST = "scenario", 200


def keep(store: Store, origin: str, good: Scenario, wrong: dict[Path, object], number: int | None) -> None:
    """Keep the scenario that holds and the numbers that do not."""
    from workbench.cost import document

    typed = [[list(path), kept] for path, value in wrong.items() if (kept := _plain(value)) is not None]
    drafts.save(store, _KIND, _key(origin), {"document": document.to_json(good), "wrong": typed, "origin": origin}, number)


def drop(store: Store, origin: str) -> None:
    """Forget the draft."""
    drafts.discard(store, _KIND, _key(origin))


def find(store: Store, origin: str) -> tuple[Scenario, dict[Path, Any]] | None:
    """The draft of a scenario: what held, and what did not; None where there is none that can be read."""
    from workbench.cost import document

    found = drafts.load(store, _KIND, _key(origin))
    if found is None:
        return None
    try:
        good = document.from_json(found.content.get("document"))
        return good, {tuple(path): _typed(kept) for path, kept in found.content.get("wrong", [])}
    except (WorkbenchError, InvalidOperation, TypeError, ValueError, AttributeError, KeyError):
        return None


def last(store: Store) -> str | None:
    """The scenario that was worked on last and is not saved."""
    for key in drafts.keys(store, _KIND)[:1]:
        found = drafts.load(store, _KIND, key)
        if found is not None and isinstance(found.content.get("origin"), str):
            return str(found.content["origin"])
    return None


def _plain(value: object) -> dict[str, Any] | None:
    """What was typed, as JSON: a number, a text, shares; None for what nobody types."""
    if isinstance(value, Decimal | int):
        return {"number": str(value)}
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, Mapping) and all(isinstance(each, Decimal) for each in value.values()):
        return {"shares": [[name, str(each)] for name, each in value.items()]}
    return None


def _typed(kept: dict[str, Any]) -> Any:
    if "number" in kept:
        return Decimal(kept["number"])
    return str(kept["text"]) if "text" in kept else {str(name): Decimal(each) for name, each in kept["shares"]}


def _key(origin: str) -> str:
    return origin if len(origin) <= _LONGEST else blake2b(origin.encode("utf-8", "replace"), digest_size=16).hexdigest()
