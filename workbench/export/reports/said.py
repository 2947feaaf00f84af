"""What a person has written in a model's card, as other parts need it: short facts on one line, limitations by context. Writes nothing."""

import re
from typing import TYPE_CHECKING

from workbench.export import setup
from workbench.export.sources import Source, source

if TYPE_CHECKING:
    from workbench.store import Store

CARD = "model_card"
_CONTEXT = re.compile(r"\s*(?:[-*]\s+)?(?P<name>\S(?:.*?\S)?)\s*:\s+(?P<text>\S.*)")


def card(store: "Store", model: str) -> dict[str, str]:
    """The prose of the card of provider/model, by field."""
    return setup.get(store, CARD, model).prose


def line(prose: dict[str, str], key: str) -> str:
    """A field on one line; empty where nobody wrote it."""
    return " ".join(prose.get(key, "").split())


def by_context(text: str) -> dict[str, str]:
    """Limitations by context out of lines `context: what does not hold there`; a line without a context goes on with the one before."""
    found: dict[str, str] = {}
    last = ""
    for each in text.splitlines():
        if match := _CONTEXT.fullmatch(each.rstrip()):
            last = match["name"].strip("`*")
            found[last] = " ".join([*([found[last]] if last in found else []), match["text"].strip()])
        elif each.strip() and last:
            found[last] = f"{found[last]} {each.strip()}"
    return found


def sources(kind: str, about: str, prose: dict[str, str], keys: tuple[str, ...]) -> list[Source]:
    """A source for each of the fields that is written, under the id that every document has for it."""
    named = {key: f"{about}: {key.replace('_', ' ')}" for key in keys if prose.get(key)}
    return [source("prose", f"{kind}/{about}/{key}", name, prose[key]) for key, name in named.items()]
