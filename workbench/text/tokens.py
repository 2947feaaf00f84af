"""Tokens of texts and messages, counted offline. OpenAI's models are counted exactly by their own encoding, shipped in `ranks/`;
others by o200k times a factor, and then `estimated` says so. Refuses the network: an encoding that is not shipped is estimated.
"""

import json
import lzma
import math
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from types import FunctionType
from typing import TYPE_CHECKING, Any

from workbench.text.messages import Image, Message, Text, ToolCall

if TYPE_CHECKING:
    import tiktoken

SHIPPED = ("o200k_base", "cl100k_base")
# Claude's tokens for one of o200k, measured on prose, code, JSON and chat: up to 4.6, and from 4.7 on (a new tokenizer).
_CLAUDE, _CLAUDE_NEW = 1.15, 1.5
_CHUNK = 100_000  # characters encoded at a time
_LONG_WORD = 1_000  # a run without a break costs its square: longer ones are cut, and the count is an estimate
_UNBROKEN = re.compile(rf"\w{{{_LONG_WORD}}}|[^\w\s]{{{_LONG_WORD}}}|\s{{{_LONG_WORD}}}")
_PER_MESSAGE, _PER_REPLY = 3, 3  # OpenAI's frame around a message, and before the reply
_PER_IMAGE = 765  # a picture of 1024 x 1024 at high detail

_lock = threading.Lock()
_encodings: dict[str, "tiktoken.Encoding"] = {}


@dataclass(frozen=True)
class Count:
    """A number of tokens; `estimated` where the model's own tokenizer is not known here."""

    tokens: int
    estimated: bool

    def __str__(self) -> str:
        return f"{'≈ ' if self.estimated else ''}{self.tokens:,}"

    def __add__(self, other: "Count") -> "Count":
        return Count(self.tokens + other.tokens, self.estimated or other.estimated)


def count(text: str, model: str = "") -> Count:
    """Tokens of a text for `model` (with or without its provider); without a model, an estimate."""
    encoding, factor, known = _how(model)
    raw, cut = _encoded_length(encoding, text)
    return Count(math.ceil(raw * factor), cut or not known)


def count_messages(messages: Iterable[Message], tools: Iterable[Mapping[str, Any]] = (), model: str = "") -> Count:
    """Tokens of a request as the model sees it: roles and frames included. Tools and pictures make it an estimate."""
    total = Count(_PER_REPLY, estimated=False)
    for message in messages:
        total += Count(_PER_MESSAGE, estimated=False) + count(message.role, model)
        for part in message.parts:
            if isinstance(part, Text):
                total += count(part.text, model)
            elif isinstance(part, Image):
                total += Count(_PER_IMAGE, estimated=True)
            elif isinstance(part, ToolCall):
                total += Count(count(part.name + part.arguments, model).tokens + _PER_MESSAGE, estimated=True)
            else:
                total += Count(count(part.text, model).tokens + _PER_MESSAGE, estimated=True)
    for tool in tools:
        total += Count(count(json.dumps(tool, ensure_ascii=False), model).tokens, estimated=True)
    return total


def context_window(model: str) -> int | None:
    """Tokens the model takes, prompt and reply together; None where the dated table does not know it."""
    name = _bare(model)
    table = _windows()
    best = max((prefix for prefix in table if _starts(name, prefix)), key=len, default=None)
    return None if best is None else table[best]


def _starts(name: str, prefix: str) -> bool:
    """True when `prefix` ends where a part of `name` ends: gpt-4 begins gpt-4-0613 but neither gpt-4o nor gpt-4.5."""
    return name.startswith(prefix) and not (name[len(prefix) :][:1].isalnum() or re.match(r"\.\d", name[len(prefix) :]))


@lru_cache(maxsize=1)
def _windows() -> dict[str, int]:
    table: dict[str, int] = json.loads(files("workbench.text").joinpath("context_windows.json").read_text("utf-8"))["tokens_by_prefix"]
    return table


def _bare(model: str) -> str:
    """The model's name without providers and in lower case: openrouter/anthropic/claude-3.5-sonnet -> claude-3-5-sonnet."""
    name = model.rsplit("/", 1)[-1].partition("?")[0].lower()
    return name.replace(".", "-") if name.startswith("claude") else name


@lru_cache(maxsize=512)
def _how(model: str) -> tuple[str, float, bool]:
    """Encoding, factor, and whether the two are exact."""
    name = _bare(model)
    if name.startswith("claude"):
        numbers = [int(part) for part in re.findall(r"(?<=-)\d{1,2}(?=-|$)", name)]
        return "o200k_base", _CLAUDE_NEW if tuple(numbers) >= (4, 7) else _CLAUDE, False
    try:
        from tiktoken.model import encoding_name_for_model

        encoding = encoding_name_for_model(name).replace("o200k_harmony", "o200k_base")  # they differ in special tokens only
    except KeyError:
        return "o200k_base", 1.0, False
    return (encoding, 1.0, True) if encoding in SHIPPED else ("cl100k_base", 1.0, False)


def _encoded_length(encoding: str, text: str) -> tuple[int, bool]:
    """Tokens, and whether long words had to be cut."""
    encoder = _load(encoding)
    if len(text) <= _LONG_WORD:
        return len(encoder.encode_ordinary(text)), False
    pieces = _UNBROKEN.split(text) if _UNBROKEN.search(text) else [text]
    cut = len(pieces) > 1
    pieces += _UNBROKEN.findall(text)
    tokens = sum(len(encoder.encode_ordinary(chunk)) for piece in pieces for chunk in _chunks(piece))
    return tokens, cut


def _chunks(text: str) -> Iterable[str]:
    """The text in parts that end before a line or a word begins, where tokens end too."""
    start = 0
    while len(text) - start > _CHUNK:
        end = start + _CHUNK
        line = text.rfind("\n", start + _CHUNK // 2, end)
        space = text.rfind(" ", start + _CHUNK // 2, end)
        stop = line + 1 if line > 0 and not text[line + 1].isspace() else space if space > 0 else end
        yield text[start:stop]
        start = stop
    yield text[start:]


def _load(name: str) -> "tiktoken.Encoding":
    """The encoding, unpacked once a process (about half a second)."""
    with _lock:
        if name not in _encodings:
            import tiktoken

            openai_public = import_module("tiktoken_ext.openai_public")
            # tiktoken's own recipe of the encoding (pattern, special tokens), run with our ranks in the place of its download.
            ranks = {token: rank for rank, token in enumerate(unpack(name))}
            make = getattr(openai_public, name)
            recipe = FunctionType(make.__code__, {**vars(openai_public), "load_tiktoken_bpe": lambda *_args, **_kwargs: ranks})
            _encodings[name] = tiktoken.Encoding(**recipe())
        return _encodings[name]


def unpack(name: str) -> list[bytes]:
    """The tokens of a shipped encoding; a token's rank is its position."""
    packed = lzma.decompress(files("workbench.text").joinpath("ranks", f"{name}.ranks.xz").read_bytes())
    total = int.from_bytes(packed[:4], "big")
    position = 4 + total
    tokens = []
    for length in packed[4:position]:
        tokens.append(packed[position : position + length])
        position += length
    return tokens
