"""What a document consists of, whatever it is written to: sections of blocks, blocks of runs of text, charts as data.

Owns no reading and no writing. All text is plain text: a writer shows every character of it and interprets none.
Times are UTC epoch milliseconds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from workbench.export.sources import Source


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style. `link` is an http(s) or mailto address, or `#anchor` of a heading in the same document."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    link: str = ""


Inline = tuple[Run, ...]


def inline(text: "str | Inline") -> Inline:
    """Plain text as runs."""
    return (Run(text),) if isinstance(text, str) else text


def plain(runs: Inline) -> str:
    """The text of runs."""
    return "".join(run.text for run in runs)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section: levels 3 and 4 (the document's title is 1, a section's is 2)."""

    level: int
    text: Inline


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph. A line break inside it is a "\\n" in a run."""

    runs: Inline


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list; an item is blocks, so that lists nest."""

    items: tuple[tuple["Block", ...], ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """Text as it is: prompts, replies, JSON. Never cut, never interpreted; `language` only where its colour is known to be right."""

    text: str
    language: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """Blocks that somebody else said."""

    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A remark set apart. `missing` says what is not there and how to get it; `good` and `bad` are a verdict's."""

    kind: Literal["info", "warning", "missing", "good", "bad"]
    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. Figures stand right."""

    name: str
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: what is shown, and the number behind it where there is one (a spreadsheet writes that)."""

    runs: Inline
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: rows of as many cells as there are columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One series: a value for each label of its chart, with the bounds of its interval where there are some. None is no data, never 0."""

    name: str
    values: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as data: `bar` (upright), `bars` (lying), `line`, `forest` (points with intervals about 0), `radar`,
    `matrix` (values by label x line), `gantt` (each label from `low` to `high` of its first line, UTC epoch ms; `values` its share done).

    `title` says what it shows, `unit` what the value axis is in ("ms", "usd", "share", "calls"), `n` over how many things,
    `alt` what a reader who cannot see it should know.
    """

    kind: Literal["bar", "bars", "line", "forest", "radar", "matrix", "gantt"]
    title: str
    unit: str
    labels: tuple[str, ...]
    lines: tuple[Line, ...]
    n: int | None = None
    note: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Diagram:
    """A flow chart as mermaid source (`graph LR` or `flowchart TD`). Writers whose format cannot hold mermaid draw it."""

    source: str
    alt: str = ""


Block = Heading | Paragraph | ListBlock | Code | Quote | Note | Table | Chart | Diagram


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its key (stable, from its template), its title, and what stands in it. `notes` are a slide's speaker notes."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Brand:
    """How documents look: an accent colour (#rrggbb, dark enough to be read on white), a logo (PNG bytes, none if empty), a name."""

    accent: str = "#2f5d8a"
    logo: bytes = b""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document. `as_of_ms` is the newest date of its data (None where there is none): the only date a writer may write down.

    `request` is what it was made from (JSON): with `sources` it says whether the file still tells the truth.
    """

    kind: str
    title: str
    subtitle: str
    subject: str
    sections: tuple[Section, ...]
    sources: tuple[Source, ...] = ()
    request: dict[str, object] = field(default_factory=dict)
    as_of_ms: int | None = None
    brand: Brand = field(default_factory=Brand)
    contents: bool = True


_LED = (Code, Table, Chart, Diagram)
_LEAD = 250  # characters


def leads(block: Block, after: Block | None) -> bool:
    """Whether a block only introduces what comes after it, and on paper stands on its page: a heading, a short sentence before a table,
    code or a picture, or one that ends in a colon.
    """
    if isinstance(block, Heading):
        return True
    if not isinstance(block, Paragraph) or after is None:
        return False
    said = plain(block.runs)
    return len(said) <= _LEAD and (isinstance(after, _LED) or said.rstrip().endswith(":"))


def anchors(sections: Sequence[Section]) -> dict[str, str]:
    """Section key -> an anchor that is unique in the document, of letters, digits and hyphens."""
    taken: dict[str, str] = {}
    for section in sections:
        base = re.sub(r"[^a-z0-9]+", "-", section.key.lower()).strip("-") or "section"
        name, number = base, 2
        while name in taken.values():
            name, number = f"{base}-{number}", number + 1
        taken[section.key] = name
    return taken
