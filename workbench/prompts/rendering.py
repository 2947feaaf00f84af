"""From a version and values to the messages that are sent. A partial is a prompt by name; the values are never run as a template."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError, TemplateError
from workbench.prompts.content import Content
from workbench.prompts.names import parse_ref
from workbench.prompts.records import Version
from workbench.text import messages as texts
from workbench.text import templates
from workbench.text.messages import Image, Message, Part, Text
from workbench.text.templates.base import Names, Report, Template, report

if TYPE_CHECKING:
    from workbench.store import Store

_MOST_PARTIALS = 100
_NONE: Mapping[str, str] = {}


@dataclass(frozen=True)
class Ready(Version):
    """A version with the partials it includes, so that it renders without a store."""

    partials: Mapping[str, str] = field(default_factory=dict)

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables it needs."""
        return variables(self.content, self.partials)

    def render(self, values: Mapping[str, object] | None = None, /, **more: object) -> list[dict[str, Any]]:
        """The messages as `{"role", "content"}`, as the clients of OpenAI and Anthropic take them. Raises TemplateError."""
        return texts.to_json(render(self.content, {**(values or {}), **more}, self.partials))


def ready(store: "Store", version: Version) -> Ready:
    """`version` with its partials loaded."""
    return Ready(**vars(version), partials=partials(store, version.content))


def render(content: Content, variables: Mapping[str, object], partials: Mapping[str, str] = _NONE) -> tuple[Message, ...]:
    """The messages with their values in place. Strict: what has no value raises TemplateError that names it and its place."""
    return tuple(_message(content, number, variables, partials) for number in range(len(content.messages)))


def variables(content: Content, partials: Mapping[str, str] = _NONE) -> tuple[str, ...]:
    """Names of the variables over all messages, in order of first use. Raises TemplateError."""
    return _names(content, partials, None).needed


def check(content: Content, given: Iterable[str], declared: Iterable[str] = (), partials: Mapping[str, str] = _NONE) -> Report:
    """What is missing, unused and misspelt over all messages. `given` may be a mapping name -> value. Raises TemplateError."""
    values = given if isinstance(given, Mapping) else None
    return report(_names(content, partials, values), given, declared)


def partials(store: "Store", content: Content) -> dict[str, str]:
    """The text of every prompt that `content` includes, and that those include, by the name as it is written there.

    The latest version's, or that of `name@label`. Raises NotFound, and InputError where an included prompt has another engine.
    """
    from workbench.prompts import reading

    found: dict[str, str] = {}
    waiting = list(_included(content))
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        if len(found) >= _MOST_PARTIALS:
            raise InputError(f"more than {_MOST_PARTIALS} prompts are included", hint="Put some of them together.")
        part = reading.resolve(store, name)
        if part.content.engine != content.engine:
            raise InputError(
                f"{name} is written in {part.content.engine}, and what includes it in {content.engine}",
                place=f"partial {name}",
                hint="A partial must be written in the same template engine.",
            )
        found[name] = source(part.content)
        waiting.extend(_included(part.content))
    return found


def source(content: Content) -> str:
    """The text of the messages as another prompt includes it."""
    return "\n\n".join(message.text for message in content.messages)


def users(store: "Store", name: str, *, current_only: bool = False) -> list[str]:
    """Prompts a version of which includes the prompt `name`; with `current_only`, a latest or labelled version."""
    from workbench.prompts import including

    written = json.dumps(name)[1:-1]
    return sorted(
        {prompt for prompt, content in including.candidates(store, written, current_only) if prompt != name and _uses(content, name)}
    )


def _uses(content: Content, name: str) -> bool:
    for written in _included(content):
        try:
            if parse_ref(written).name == name:
                return True
        except InputError:
            continue
    return False


def _included(content: Content) -> Iterator[str]:
    for message in content.messages:
        for part in message.parts:
            if (text := _template(part)) is not None:
                try:
                    yield from templates.compile(content.engine, text).partials()
                except TemplateError:
                    continue  # rendering says so, with its place


def _template(part: Part) -> str | None:
    """The text of a part that may hold variables. What a model or a tool said is sent as it was, and so is a picture in a data: URL."""
    if isinstance(part, Text):
        return part.text
    if isinstance(part, Image) and not part.url.startswith("data:"):
        return part.url
    return None


def _message(content: Content, number: int, variables: Mapping[str, object], partials: Mapping[str, str]) -> Message:
    message = content.messages[number]
    parts: list[Part] = []
    for part in message.parts:
        template = _compiled(content, number, part)
        if template is None:
            parts.append(part)
            continue
        try:
            text = template.render(variables, partials)
        except TemplateError as error:
            raise _placed(error, content, number) from error
        parts.append(replace(part, text=text) if isinstance(part, Text) else Image(text))
    return Message(message.role, tuple(parts))


def _names(content: Content, partials: Mapping[str, str], values: Mapping[str, object] | None) -> Names:
    needed: dict[str, None] = {}
    possible: set[str] = set()
    for number, message in enumerate(content.messages):
        for part in message.parts:
            template = _compiled(content, number, part)
            if template is not None:
                names = template.names(partials, values)
                needed |= dict.fromkeys(names.needed)
                possible |= names.possible
    return Names(tuple(needed), frozenset(possible))


def _compiled(content: Content, number: int, part: Part) -> Template | None:
    text = _template(part)
    if text is None:
        return None
    try:
        return templates.compile(content.engine, text)
    except TemplateError as error:
        raise _placed(error, content, number) from error


def _placed(error: TemplateError, content: Content, number: int) -> TemplateError:
    """The error with the message it arose in, where there are several."""
    if len(content.messages) == 1:
        return error
    place = f"message {number + 1}, {error.place}" if error.place else f"message {number + 1}"
    return TemplateError(error.message.removeprefix(f"{error.place}: "), place=place, hint=error.hint)
