"""Which techniques a prompt uses, read off its content: what is there is named with where it stands, and nothing is guessed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.prompts.content import Content
from workbench.text.counting import counted

_REASONING = re.compile(
    r"step[- ]by[- ]step|think (?:it )?through|chain of thought|reason(?:ing)? (?:first|before)|show your (?:work|reasoning)", re.IGNORECASE
)
_EXAMPLES = re.compile(
    r"^\W*(?:examples?|for example)\b\W*\d*\W*$|<examples?>|^\W*(?:input|q|question)\s*:.*\n\W*(?:output|a|answer)\s*:", re.I | re.M
)
_ROLE = re.compile(r"\b(?:you are|act as|you sort|your (?:task|role|job) is)\b", re.IGNORECASE)
_DELIMITED = re.compile(r"<(\w+)>[^<]*\{\{[^<]*</\1>|\"\"\"|```|^#{2,}\s", re.MULTILINE)
_JSON = re.compile(r"\bjson\b", re.IGNORECASE)


@dataclass(frozen=True)
class Technique:
    """A technique by name, and what of the prompt shows it."""

    name: str
    shown: str


def of(content: Content, partials: Mapping[str, str] | None = None, chain: Sequence[str] = ()) -> list[Technique]:
    """The techniques of a prompt. `chain` are the prompts of a plan that work one after the other."""
    texts = [message.text for message in content.messages]
    whole = "\n".join([*texts, *(partials or {}).values()])
    turns = sum(message.role == "assistant" for message in content.messages)
    found = [_shots(turns, whole)]
    system = next((message.text for message in content.messages if message.role == "system"), "")
    if system.strip():
        found.append(
            Technique("System message", "a role and a task are set" if _ROLE.search(system) else "instructions stand apart from the input")
        )
    schema = content.output_schema or content.parameters.response_schema
    if schema:
        fields = ", ".join(list(schema.get("properties", {}))[:4]) if isinstance(schema.get("properties"), dict) else ""
        held = "the model can reply with nothing else" if content.parameters.response_schema else "replies are checked against it"
        found.append(Technique("Output schema", f"{fields or 'JSON'}; {held}"))
    elif _JSON.search(whole):
        found.append(Technique("Asks for JSON", "in words, without a schema"))
    if content.tools:
        found.append(
            Technique("Tools", ", ".join(str(tool["name"]) for tool in content.tools[:4]) + (" and more" if len(content.tools) > 4 else ""))
        )
    if _REASONING.search(whole):
        found.append(Technique("Reasoning before the answer", "the prompt asks for it"))
    if len(chain) > 1:
        found.append(Technique("Chain", f"{len(chain)} prompts, one after the other"))
    if partials:
        found.append(Technique("Shared parts", ", ".join(list(partials)[:3])))
    if _DELIMITED.search(whole):
        found.append(Technique("Marked-off sections", "input and instructions are told apart"))
    if content.parameters.temperature == 0:
        found.append(Technique("Temperature 0", "the same input gives the same reply, as far as the model does"))
    return found


def _shots(turns: int, whole: str) -> Technique:
    if turns:
        return Technique("Few-shot", f"{counted(turns, 'worked example')} as turns")
    if _EXAMPLES.search(whole):
        return Technique("Few-shot", "examples in the text")
    return Technique("Zero-shot", "instructions without examples")
