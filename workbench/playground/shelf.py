"""Conversations kept in the store as drafts, so that a reload or a closed browser loses nothing. Calls no model.

Every change reads, changes and writes under one lock: the page and the loop's side may both have something to say.
"""

import threading
from collections.abc import Callable
from dataclasses import replace

from workbench import clock
from workbench.errors import NotFound
from workbench.playground import conversation as conversations
from workbench.playground.conversation import Conversation
from workbench.prompts import drafts
from workbench.store import Store
from workbench.store.base import new_id

KIND = "playground"
_changing = threading.RLock()


def new(store: Store, like: Conversation | None = None) -> Conversation:
    """A new conversation, kept at once; `like` lends it everything but what was said."""
    now = clock.now_ms()
    ident = new_id(now)
    begun = replace(like, id=ident, exchanges=(), updated_ms=now) if like else Conversation(id=ident, updated_ms=now)
    return save(store, begun)


def load(store: Store, ident: str) -> Conversation:
    """The conversation `ident`. Raises NotFound."""
    draft = drafts.load(store, KIND, ident)
    if draft is None:
        raise NotFound("There is no such conversation.", hint="Choose one from the list, or begin a new one.")
    return conversations.from_json(ident, draft.content, draft.updated_ms)


def save(store: Store, kept: Conversation) -> Conversation:
    """Keep the conversation as it is given."""
    drafts.save(store, KIND, kept.id, kept.to_json())
    return kept


def change(store: Store, ident: str, how: Callable[[Conversation], Conversation]) -> Conversation:
    """The conversation after `how`; nothing that somebody else changed meanwhile is lost. Raises NotFound."""
    with _changing:
        before = load(store, ident)
        after = how(before)
        return after if after == before else save(store, after)


def page(store: Store, limit: int = 30) -> list[Conversation]:
    """The conversations that were touched last, at most `limit`."""
    idents = drafts.keys(store, KIND)[:limit]
    return [load(store, ident) for ident in idents]


def discard(store: Store, ident: str) -> None:
    """Forget the conversation. Its calls stay in the ledger."""
    with _changing:
        drafts.discard(store, KIND, ident)
