"""What a part of the documentation hands over: facts for its template, where they came from, how new they are. Knows no database."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from workbench.export.model import Code
from workbench.export.sources import Source

_DATA = re.compile(r"(data:[\w.+-]+/[\w.+-]+;base64,)([A-Za-z0-9+/=]{200,})")
LONGEST = 4_000  # characters of an input or a reply that are shown; the prompt's own text is shown whole


@dataclass(frozen=True)
class Told:
    """Facts by the name that templates use, sources, and the date of the newest thing among them (UTC epoch ms)."""

    facts: dict[str, Any]
    sources: tuple[Source, ...] = ()
    as_of_ms: int | None = None


@dataclass
class Gathering:
    """Parts put together."""

    facts: dict[str, Any] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    as_of_ms: int | None = None

    def take(self, told: Told) -> None:
        """Add a part. A source that is there already with the same digest is not named twice."""
        self.facts |= told.facts
        self.sources += [one for one in told.sources if one not in self.sources]
        self.as_of_ms = newest([self.as_of_ms, told.as_of_ms])


def newest(dates: Iterable[int | None]) -> int | None:
    """The newest of the dates that are known."""
    return max((date for date in dates if date is not None), default=None)


def cut(text: str, most: int = LONGEST) -> str:
    """The text, or its beginning and how long it is."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters in all)"


def without_data(text: str) -> str:
    """The text with long `data:` URLs told by their beginning, size and hash: nobody reads a picture as letters."""
    return _DATA.sub(
        lambda found: f"{found[1]}… ({len(found[2]):,} characters, SHA-256 {sha256(found[2].encode()).hexdigest()[:16]})", text
    )


def line(text: str, most: int = 120) -> str:
    """The text on one line."""
    return cut(" ".join(text.split()), most)


def code(text: str, caption: str = "", language: str = "") -> Code:
    """The text as code, cut where it is long."""
    return Code(cut(text), language, caption)
