"""How documents look on paper: sizes, colours, and runs of the model as styled text."""

import re
from dataclasses import dataclass, replace

from workbench.export.model import Inline, Run
from workbench.export.pdf import shaping
from workbench.export.pdf.breaking import Style

BODY = 9.5
LEADING = 1.42
CODE = 8.2
SMALL = 8.0
# Colours as three numbers from 0 to 1; "accent" is the brand's.
COLOURS = {
    "ink": "0.13 0.15 0.18",
    "muted": "0.37 0.40 0.44",
    "link": "0.10 0.33 0.62",
    "rule": "0.82 0.84 0.87",
    "shade": "0.955 0.96 0.97",
    "white": "1 1 1",
    "info": "0.16 0.38 0.64",
    "warning": "0.62 0.38 0.02",
    "missing": "0.37 0.40 0.44",
    "good": "0.10 0.44 0.26",
    "bad": "0.68 0.15 0.15",
}
WORDS = {"info": "Note", "warning": "Warning", "missing": "Missing", "good": "Good", "bad": "Bad"}
_SAFE_LINK = re.compile(r"(https?://|mailto:|#)[^\s\x00-\x1f]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Base:
    """What runs are written on: a size, and whether all of it is bold, italic or of a colour."""

    size: float = BODY
    bold: bool = False
    italic: bool = False
    colour: str = "ink"


def spans(runs: Inline, base: Base | None = None) -> list[tuple[str, Style]]:
    """Runs as clean text with its style."""
    base = base or Base()
    return [(shaping.clean(run.text), _style(run, base)) for run in runs if run.text] or [("", Style(size=base.size))]


def flat(runs: Inline) -> Inline:
    """Runs without line breaks: for a line of its own."""
    return tuple(replace(run, text=" ".join(run.text.split("\n"))) for run in runs)


def rgb(accent: str) -> str:
    """`#rrggbb` as three numbers; the house's own where it is none."""
    found = re.fullmatch(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", accent)
    return " ".join(f"{int(part, 16) / 255:.3f}" for part in found.groups()) if found else "0.184 0.365 0.541"


def _style(run: Run, base: Base) -> Style:
    bold, italic = run.bold or base.bold, run.italic or base.italic
    if run.code:
        chain = "mono-bold" if bold else "mono"
    else:
        chain = {(False, False): "sans", (True, False): "bold", (False, True): "italic", (True, True): "bold-italic"}[bold, italic]
    link = run.link if _SAFE_LINK.fullmatch(run.link) else ""
    return Style(chain, base.size * (0.92 if run.code else 1.0), "link" if link else base.colour, link, shaded=run.code)
