"""What the simulated models say: an instance of the schema, a listed label, a tool call, or an echo. Pure."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from workbench.providers.base import Request
from workbench.text.messages import ToolCall

_WORD = re.compile(r"[^\W_]+")
_BULLET = re.compile(r"^[ \t]*(?:[-*•]|\d{1,2}[.)])[ \t]+([^:\n]{1,60})(?::[^\n]*)?$", re.MULTILINE)
_SENTENCE = re.compile(r"[.;!?](?:\s|$)|[()\[\]\n]")
_CUE_BEFORE = re.compile(r":|\bone of\b|\beither\b|\bas\b", re.IGNORECASE)
_BETWEEN = re.compile(r",(?:\s*(?:or|and)\s)?|\s(?:or|and)\s")
_QUOTES = " \t`'\"*"
_BLOCK = re.compile(r"<(\w+)>(.*?)</\1>|\"\"\"(.*?)\"\"\"|```(.*?)```", re.DOTALL)
_CUE = re.compile(r"\n[ \t]*(?:answer|label|intent|category|sentiment|output|response|class|classification)[ \t]*:[ \t]*$", re.IGNORECASE)
_READ = 20_000  # characters looked at: a simulated model need not read a book
_DEEP = 8


@dataclass(frozen=True)
class Said:
    """A text, or calls of tools."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()


def answer(request: Request, skill: float, draw: Random) -> Said:
    """A plausible answer; `skill` is how often a choice is the best one."""
    asked = _input(request)
    if (tool := _tool(request, asked)) is not None:
        arguments = json.dumps(_instance(tool.get("parameters") or {}, asked, skill, draw))
        return Said("", (ToolCall(f"call_{draw.getrandbits(32):08x}", str(tool["name"]), arguments),))
    schema = request.parameters.response_schema
    if schema is not None:
        return Said(json.dumps(_instance(schema, asked, skill, draw), ensure_ascii=False))
    labels = listed(" \n".join(message.text for message in request.messages if message.role in {"system", "user"}))
    if labels:
        label = _choose(labels, asked, skill, draw)
        # A weak model dresses its answer up; that is what a schema is for.
        return Said(label if draw.random() < skill else f"The answer is {label}.")
    words = asked.split()
    return Said(f"Simulated reply to: {' '.join(words[:24])}{' …' if len(words) > 24 else ''}")


def listed(text: str) -> list[str]:
    """The labels a prompt lists: two or more bullets of a few words each, or `one of: a, b or c`. Empty where it lists none."""
    text = text[-_READ:]
    bullets = _labels(_BULLET.findall(text))
    if len(bullets) >= 2:
        return bullets
    best: list[str] = []
    for sentence in _SENTENCE.split(text):
        for part in _CUE_BEFORE.split(sentence)[1:]:
            items = _BETWEEN.split(part)
            found = _labels(items)
            if len(found) == len(items) > max(1, len(best)):
                best = found
    return best


def _labels(items: list[str]) -> list[str]:
    """Those of the items that could be labels: one to four words. Each once."""
    stripped = (item.strip(_QUOTES) for item in items)
    return list(dict.fromkeys(item for item in stripped if 1 <= len(item.split()) <= 4 and _WORD.search(item)))


def pieces(text: str) -> list[str]:
    """A text word by word, as a model would stream it."""
    return re.findall(r"\s*\S+\s*$|\s*\S+", text) or ([text] if text else [])


def _input(request: Request) -> str:
    """What the request is about: the last user text; of a long one the last marked block, or else its last paragraph."""
    text = next((message.text for message in reversed(request.messages) if message.role == "user"), "")
    text = text[-_READ:]
    if blocks := _BLOCK.findall(text):
        return max((str(part) for part in blocks[-1][1:]), key=len).strip()
    shortened = _CUE.sub("", text.rstrip()).strip()
    return shortened.split("\n\n")[-1].strip() or text


def _tool(request: Request, asked: str) -> dict[str, Any] | None:
    """The tool to call, if one is demanded, or offered and mentioned."""
    if not request.tools or request.tool_choice == "none":
        return None
    named = [tool for tool in request.tools if tool.get("name") == request.tool_choice]
    if named or request.tool_choice == "required":
        return (named or list(request.tools))[0]
    if request.messages and request.messages[-1].role == "tool":
        return None
    words = _words(asked)
    return next((tool for tool in request.tools if _words(str(tool.get("name", ""))) & words), None)


def _instance(schema: dict[str, Any], asked: str, skill: float, draw: Random) -> Any:
    return _Instance(schema, asked, skill, draw).make(schema, 0)


@dataclass
class _Instance:
    """One JSON value that meets a schema, as far as small schemas go."""

    root: dict[str, Any]
    asked: str
    skill: float
    draw: Random

    def make(self, schema: Any, depth: int) -> Any:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if options := schema.get("enum"):
            return _choose(options, self.asked, self.skill, self.draw)
        kind = schema.get("type")
        kind = kind[0] if isinstance(kind, list) and kind else kind
        if depth > _DEEP:
            return None
        if kind == "object" or "properties" in schema:
            return {name: self.make(inner, depth + 1) for name, inner in schema.get("properties", {}).items()}
        if kind == "array":
            return [self.make(schema.get("items", {}), depth + 1) for _ in range(max(1, schema.get("minItems", 1)))]
        return self._scalar(kind, schema)

    def _scalar(self, kind: str | None, schema: dict[str, Any]) -> Any:
        low, high = schema.get("minimum", 0), schema.get("maximum", 10)
        if kind == "integer":
            return self.draw.randint(int(low), max(int(low), int(high)))
        if kind == "number":
            return round(self.draw.uniform(low, max(low, high)), 2)
        if kind == "boolean":
            return self.draw.random() < 0.5
        if kind == "null":
            return None
        return " ".join(self.asked.split()[:12])[: schema.get("maxLength", 200)] or "simulated"

    def _resolved(self, schema: Any) -> dict[str, Any]:
        for _ in range(_DEEP):
            if not isinstance(schema, dict):
                return {}
            if isinstance(reference := schema.get("$ref"), str):
                schema = self._pointed(reference)
            elif options := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
                schema = options[0]
            else:
                return schema
        return {}

    def _pointed(self, reference: str) -> Any:
        found: Any = self.root
        for step in reference.lstrip("#/").split("/"):
            found = found.get(step) if isinstance(found, dict) and step else found
        return found


def _choose(options: Sequence[Any], asked: str, skill: float, draw: Random) -> Any:
    """The option whose words fit best, as often as `skill` says; else any other."""
    best = max(options, key=lambda option: (_fit(str(option), asked), _spread(option, asked)))
    others = [option for option in options if option != best]
    return best if draw.random() < skill or not others else draw.choice(others)


def _fit(option: str, asked: str) -> float:
    """How much of an option's words the text holds, 0..1; beginnings count (arrive, arrival)."""
    heard, words = _words(asked), _words(option)
    if not words:
        return 0.0
    return sum(max((_alike(word, other) for other in heard), default=0.0) for word in words) / len(words)


def _alike(a: str, b: str) -> float:
    if a == b:
        return 1.0
    common = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return common / max(len(a), len(b)) if common >= 4 else 0.0


def _spread(option: Any, asked: str) -> float:
    """A steady draw that breaks ties, so that the first option does not win them all."""
    return Random(f"{option}|{asked}").random()  # noqa: S311 (a simulation, not a secret)


def _words(text: str) -> set[str]:
    return {word for word in (found.lower() for found in _WORD.findall(text)) if len(word) > 2 or word.isdigit()}
