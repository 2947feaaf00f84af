"""Which models can be asked, as the providers list them. Kept for the process; a page never waits for a provider.

The first question answers with what needs no asking and begins to ask the rest in the loop thread.
"""

import asyncio
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from workbench import clock, providers
from workbench.calls import loop
from workbench.errors import CallError, NotFound, WorkbenchError
from workbench.providers import connections, local
from workbench.providers.base import split
from workbench.store import Store

ALWAYS = ("local/smollm2", "simulated/good", "simulated/fair", "simulated/poor")
_KEPT_MS = 15 * 60 * 1000
_PATIENCE_S = 10.0


@dataclass
class _Shelf:
    """What is known of one store's providers."""

    models: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    listed_ms: int = 0
    asking: bool = False


@dataclass(frozen=True)
class Catalogue:
    """Models by full name, real ones first; `problems` says which provider could not be asked and why."""

    models: tuple[str, ...]
    problems: dict[str, str]
    listed_ms: int
    asking: bool


_shelves: dict[str, _Shelf] = {}
_lock = threading.Lock()


def models(store: Store, *, refresh: bool = False) -> Catalogue:
    """What is known now; asks again in the background where that is old, or with `refresh`."""
    with _lock:
        shelf = _shelves.setdefault(store.url, _Shelf())
        due = refresh or clock.now_ms() - shelf.listed_ms > _KEPT_MS
        begin = due and not shelf.asking
        shelf.asking = shelf.asking or begin
    if begin:
        loop.submit(_list(store, shelf))
    listed = [f"{provider}/{model}" for provider, names in sorted(shelf.models.items()) for model in names]
    whole = dict.fromkeys((*(name for name in listed if not name.startswith(("local/", "simulated/"))), *ALWAYS, *listed))
    return Catalogue(tuple(whole), dict(shelf.problems), shelf.listed_ms, shelf.asking)


def missing(store: Store, names: Iterable[str]) -> dict[str, str]:
    """For each model, what stands between here and asking it, in a few words; empty where nothing does."""
    return {name: _gap(store, name.partition("/")[0]) for name in names}


def is_simulated(model: str) -> bool:
    """Whether its answers are invented."""
    return model.startswith("simulated/")


def named(model: str) -> str:
    """`model` if it reads as provider/model. Raises ProviderMissing."""
    split(model)
    return model


def _gap(store: Store, provider: str) -> str:
    try:
        connection = connections.find(store, provider)
    except NotFound:
        return f"{provider} is not set up"
    if connection.kind == "local":
        return (local.available() or "").rstrip(".")
    # The keyring takes a third of a second to wake: it is asked only where a key is needed.
    if connection.key_variable and connections.get(store, provider).key == "not set":
        return f"{connection.key_variable} is not set"
    return ""


async def _list(store: Store, shelf: _Shelf) -> None:
    try:
        known = await asyncio.to_thread(connections.page, store)
        askable = [connection.name for connection in known if connection.key != "not set" and connection.name not in ("local", "simulated")]
        for name, answer in zip(askable, await asyncio.gather(*(_ask(store, name) for name in askable)), strict=True):
            if isinstance(answer, str):
                shelf.problems[name] = answer
            else:
                shelf.models[name] = answer
                shelf.problems.pop(name, None)
    except WorkbenchError as error:
        shelf.problems["store"] = error.message
    finally:
        shelf.listed_ms = clock.now_ms()
        shelf.asking = False


async def _ask(store: Store, name: str) -> tuple[str, ...] | str:
    """The provider's models, or why it did not say."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return tuple(await providers.get(name, store).models())
    except CallError as error:
        return error.message
    except TimeoutError:
        return f"no answer within {_PATIENCE_S:.0f} s"
