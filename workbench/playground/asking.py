"""What is sent: the opening as it is rendered, a follow-up, and the call each model gets. Refuses what misses a variable or a model."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbench import providers
from workbench.calls.door import Call
from workbench.calls.retry import RetryPolicy
from workbench.errors import InputError, NotFound, TemplateError
from workbench.playground.conversation import MOST_MODELS, Conversation
from workbench.prompts import registry, rendering
from workbench.providers.base import Request, split
from workbench.store import Store
from workbench.store.base import storable
from workbench.text.messages import Message, message

TIMEOUT_S = 120.0
PATIENCE = RetryPolicy(retries=2, base_s=0.5, factor=2, cap_s=4)  # a person waits, and may press again


def opening(store: Store, conversation: Conversation) -> tuple[Message, ...]:
    """The opening as the models are to read it: rendered, without messages that stayed empty. Raises TemplateError, InputError."""
    content = conversation.content
    partials = rendering.partials(store, content)
    values = _optional(store, conversation.prompt) | dict(conversation.variables)
    _require(rendering.variables(content, partials), values)
    rendered = rendering.render(content, values, partials)
    said = tuple(item for item in rendered if item.text.strip() or (item.parts and not _only_text(item)))
    if not said:
        raise InputError("nothing to send", place="prompt", hint="Write a message, or load a prompt.")
    return said


def call(store: Store, conversation: Conversation, model: str) -> Call:
    """What `model` is asked for the last exchange. Raises ProviderMissing."""
    provider, name = split(model)
    providers.get(provider, store)  # a provider that is not set up is told before anything is kept
    content = conversation.content
    request = Request(
        model=name,
        messages=(*conversation.history(model, len(conversation.exchanges) - 1), *conversation.exchanges[-1].sent),
        parameters=content.parameters,
        tools=content.tools,
        tool_choice=content.tool_choice,
        timeout_s=TIMEOUT_S,
    )
    return Call(
        provider,
        request,
        source="playground",
        prompt=conversation.prompt or None,
        version=_unchanged(store, conversation),
        variables=dict(conversation.variables),
        trace_id=conversation.id,
        retry=PATIENCE,
    )


def _unchanged(store: Store, conversation: Conversation) -> int | None:
    """The number of the version that is being asked, or None where the opening was edited since."""
    if not conversation.prompt or conversation.version is None:
        return None
    try:
        loaded = registry.version(store, conversation.prompt, conversation.version).content
    except NotFound:
        return None
    same = replace(loaded, model="") == replace(conversation.content, model="")
    return conversation.version if same else None


def models(conversation: Conversation) -> Sequence[str]:
    """The models to ask, each once. Raises InputError where there are none or too many."""
    found = tuple(dict.fromkeys(conversation.models))
    if not found:
        raise InputError("no model is chosen", place="models", hint="Choose one to four models; local and simulated ones need no key.")
    if len(found) > MOST_MODELS:
        raise InputError(f"at most {MOST_MODELS} models answer side by side", place="models", hint="Leave some out.")
    return found


def follow_up(text: str | None) -> tuple[Message, ...]:
    """The message of a follow-up. Raises InputError where it is empty."""
    if not text or not text.strip():
        raise InputError("the message is empty", place="follow-up", hint="Write what to ask next.")
    return (message("user", storable(text)),)


def _require(names: Sequence[str], values: Mapping[str, str]) -> None:
    missing = [name for name in names if name not in values]
    if missing:
        raise TemplateError(f"no value for {', '.join(missing)}", place="variables", hint="Fill in the variables, then send again.")


def _optional(store: Store, prompt: str) -> dict[str, str]:
    """Empty values for the variables that the prompt declares as not required."""
    try:
        return {variable.name: "" for variable in registry.get(store, prompt).variables if not variable.required} if prompt else {}
    except NotFound:
        return {}


def _only_text(item: Message) -> bool:
    return all(part.type == "text" for part in item.parts)
