"""Which conversation this browser has before it. The store holds the conversation; the URL and the session hold its id alone."""

from dataclasses import replace

import streamlit as st

from pages.parts import session
from workbench import clock
from workbench.errors import NotFound
from workbench.playground import shelf, turns
from workbench.playground.conversation import Conversation, blank
from workbench.prompts import registry
from workbench.store import Store

_ID, _REV = "playground-conversation", "playground-rev"
FIRST_MODEL = "local/smollm2"


def current(store: Store) -> Conversation:
    """The conversation of the URL, else of this browser, else the last one touched, else a new one."""
    for ident in (st.query_params.get("c"), st.session_state.get(_ID)):
        if ident:
            try:
                found = shelf.load(store, str(ident)[:40])
            except NotFound:
                continue
            st.session_state[_ID] = found.id
            return turns.settled(store, found)
    newest = shelf.page(store, limit=1)
    found = newest[0] if newest else shelf.new(store, Conversation("", models=(FIRST_MODEL,)))
    st.session_state[_ID] = found.id  # not in the address: who comes back by the browser's Back must get past this page
    return turns.settled(store, found)


def arrive(store: Store) -> None:
    """Somebody came with a prompt in the URL: put that version on the bench, in a conversation of its own. Raises NotFound."""
    name, number = session.query("prompt"), session.query("version")
    version = registry.resolve(store, f"{name}@{number}" if number else name)
    models = (version.content.model,) if version.content.model else _models(store)
    begun = Conversation("", content=version.content, prompt=version.prompt, version=version.number, models=models)
    made = _begin(store, begun)
    session.go(session.PLAYGROUND, c=made.id)


def load(store: Store, conversation: Conversation, name: str, number: int | None) -> None:
    """Put a version on the bench in place of the opening; what was said stays in the conversation it was said in."""
    version = registry.version(store, name, number)
    variables = {known.name: known.example for known in registry.get(store, name).variables if known.example} | dict(conversation.variables)
    changed = replace(conversation, content=version.content, prompt=name, version=version.number, variables=variables)
    if not conversation.models and version.content.model:
        changed = replace(changed, models=(version.content.model,))
    made = _begin(store, changed) if conversation.exchanges else shelf.save(store, changed)
    show(made.id)
    redraw()


def empty(store: Store, conversation: Conversation) -> None:
    """A new conversation with nothing in it but the models."""
    made = _begin(store, Conversation("", content=blank(), models=conversation.models))
    show(made.id)
    redraw()


def again(store: Store, conversation: Conversation) -> Conversation:
    """A new conversation with the same opening, models and values."""
    return shelf.new(store, conversation)


def show(ident: str) -> None:
    """Have the conversation `ident` before this browser from now on."""
    st.session_state[_ID] = ident
    if st.query_params.get("c") != ident:
        st.query_params["c"] = ident


def redraw() -> None:
    """The fields take over what the conversation says."""
    st.session_state[_REV] = max(rev() + 1, clock.now_ms())


def rev() -> int:
    """Grows whenever the fields must take over what the conversation says."""
    return int(st.session_state.setdefault(_REV, clock.now_ms()))


def _begin(store: Store, like: Conversation) -> Conversation:
    """A new conversation; the newest one is used again where nothing was ever said in it."""
    newest = shelf.page(store, limit=1)
    if newest and not newest[0].exchanges:
        return shelf.save(store, replace(like, id=newest[0].id, exchanges=()))
    return shelf.new(store, like)


def _models(store: Store) -> tuple[str, ...]:
    newest = shelf.page(store, limit=1)
    return newest[0].models if newest and newest[0].models else (FIRST_MODEL,)
