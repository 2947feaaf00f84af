"""A conversation that worked, kept as a version. Refuses a conversation in which nothing was written."""

from dataclasses import replace

from workbench.errors import InputError
from workbench.playground.conversation import Conversation
from workbench.prompts import registry
from workbench.prompts.content import Content
from workbench.prompts.registry import Saved
from workbench.store import Store
from workbench.text.messages import Message


def save_as_version(
    store: Store, conversation: Conversation, name: str, note: str = "", *, model: str = "", with_turns: bool = False
) -> Saved:
    """The version saved under `name`: the opening, and with `with_turns` what was said since, as `model` heard and answered it."""
    return registry.save_version(store, name, content(conversation, model=model, with_turns=with_turns), note=note)


def content(conversation: Conversation, *, model: str = "", with_turns: bool = False) -> Content:
    """What would be saved. Raises InputError."""
    opening = conversation.content
    messages: tuple[Message, ...] = tuple(item for item in opening.messages if item.text.strip() or len(item.parts) > 1 or not item.parts)
    chosen = model or next(iter(conversation.models), "")
    if with_turns and conversation.exchanges:
        sent = conversation.exchanges[0].sent
        messages += conversation.history(chosen)[len(sent) :]
    if not any(item.parts for item in messages):
        raise InputError("there is nothing to save", place="prompt", hint="Write a message first.")
    return replace(opening, messages=messages, model=chosen)


def saved_from(conversation: Conversation, saved: Saved, *, with_turns: bool = False) -> Conversation:
    """The conversation, whose opening is now that version; with its turns in the version, the opening is still what it was."""
    if with_turns:
        return conversation
    return replace(conversation, prompt=saved.version.prompt, version=saved.version.number)
