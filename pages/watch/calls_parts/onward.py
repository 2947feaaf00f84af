"""From a call on to the playground: the version it was made with and its variables, else its messages as they were sent."""

from dataclasses import replace

from pages.parts import session
from workbench.datasets.cases import text
from workbench.errors import InputError, NotFound
from workbench.ledger.reading import Call
from workbench.playground import shelf
from workbench.playground.conversation import Conversation
from workbench.prompts import registry
from workbench.prompts.content import Content
from workbench.store import Store
from workbench.text.messages import Message, Text


def to_playground(store: Store, call: Call) -> None:
    """Put the call on the bench of the playground, in a conversation of its own, and go there. Raises InputError."""
    made = shelf.new(store, conversation(store, call))
    session.go(session.PLAYGROUND, c=made.id)


def conversation(store: Store, call: Call) -> Conversation:
    """The conversation that asks again what the call asked. Raises InputError where no text of it is kept."""
    models = (f"{call.provider}/{call.model}",)
    variables = {str(name): text(value) for name, value in (call.variables or {}).items()}
    if call.prompt and call.version is not None:
        try:
            content = registry.version(store, call.prompt, call.version).content
            return Conversation("", content=content, prompt=call.prompt, version=call.version, variables=variables, models=models)
        except NotFound:
            pass  # recorded by another program, or deleted since: what was sent is known all the same
    return Conversation("", content=as_sent(call), models=models)


def as_sent(call: Call) -> Content:
    """The messages as they were sent, braces in them no variables. Raises InputError."""
    request = call.request or {}
    if not request.get("messages"):
        raise InputError("No text of this call is kept.", hint="Open one whose texts retention has not dropped yet.")
    try:
        content = Content.from_json({name: request[name] for name in ("messages", "parameters", "tools") if request.get(name)})
    except InputError:
        content = Content.from_json({"messages": request["messages"]})
    if not any("{" in part.text for message in content.messages for part in message.parts if isinstance(part, Text)):
        return content
    return replace(content, engine="fstring", messages=tuple(map(_literal, content.messages)))


def _literal(message: Message) -> Message:
    parts = (Text(part.text.replace("{", "{{").replace("}", "}}")) if isinstance(part, Text) else part for part in message.parts)
    return Message(message.role, tuple(parts))
