"""Runs of text and paragraphs as WordprocessingML. Owns scripts and directions of writing, links, and what XML cannot hold; no layout."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from workbench.export.literal import visible
from workbench.export.model import Inline, Run

MONO = "Consolas"
_RIGHT = (
    "\u0590-\u05ff\u0600-\u065f\u066a-\u06ef\u06fa-\u08ff\u200f\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff"
)
_RTL = re.compile(f"[{_RIGHT}]")
_LETTER = rf"(?![{_RIGHT}])[^\W\d_]"
_LTR = re.compile(_LETTER)
_LTR_STRETCH = re.compile(rf"{_LETTER}(?:[^{_RIGHT}]*{_LETTER})?")
_RTL_STRETCH = re.compile(rf"[{_RIGHT}](?:(?:(?!{_LETTER}).)*[{_RIGHT}])?", re.DOTALL)
_KANA, _HANGUL = re.compile("[\u3040-\u30ff\u31f0-\u31ff]"), re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_HEBREW = re.compile("[\u0590-\u05ff\ufb1d-\ufb4f]")
_BREAKS = re.compile(r"([\n\t])")
_WEB = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f]+", re.IGNORECASE)
_LONGEST_ADDRESS = 2_000  # characters; Office opens no longer one
Link = Callable[[str], str]
"""An address as the attributes of a hyperlink, empty where it is none that a document may hold."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a paragraph stands: indented by `left` twips, inside `depth` lists, beside an edge and on a ground of a colour (rrggbb)."""

    left: int = 0
    depth: int = 0
    edge: str = ""
    ground: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What a paragraph has besides its style: `keep` with the next one, a number (list, level), right-aligned, its last XML."""

    style: str = ""
    keep: bool = False
    number: tuple[int, int] | None = None
    right: bool = False
    tail: str = ""


def rtl(text: str) -> bool:
    """Whether the first character with a direction runs from right to left (Unicode Standard Annex 9, rule P2)."""
    found = _RTL.search(text)
    return found is not None and _LTR.search(text, 0, found.start()) is None


def safe(text: str) -> str:
    """Text for XML: nothing in it means anything."""
    return escape(visible(text), quote=True)


def address(url: str) -> str:
    """A web or mail address as a file may hold it; empty where it is none or too long."""
    whole = quote(visible(url), safe="%/:=&?~#+!$,;'@()*[]") if _WEB.fullmatch(url) else ""
    return whole if len(whole) <= _LONGEST_ADDRESS else ""


def inline(runs: Inline, link: Link, *, base: bool = False, bold: bool = False) -> str:
    """Runs as XML, inside a paragraph whose direction is right to left where `base`."""
    made = []
    for run in runs:
        where = link(run.link) if run.link else ""
        inner = _run(run, base=base, bold=bold, linked=bool(where))
        made.append(f'<w:hyperlink{where} w:history="1">{inner}</w:hyperlink>' if where else inner)
    return "".join(made)


def words(text: str, properties: str = "") -> str:
    """Plain text as one run with these properties."""
    return f"<w:r>{_properties(properties)}{_characters(visible(text))}</w:r>" if text else ""


def paragraph(inner: str, look: Look, place: Place, *, right_to_left: bool = False) -> str:
    """A paragraph of such runs. The order of its properties is the schema's."""
    hanging = ' w:hanging="340"' if look.number else ""
    parts = (
        f'<w:pStyle w:val="{look.style}"/>' if look.style else "",
        "<w:keepNext/>" if look.keep else "",
        f'<w:numPr><w:ilvl w:val="{look.number[1]}"/><w:numId w:val="{look.number[0]}"/></w:numPr>' if look.number else "",
        _border(place),
        f'<w:shd w:val="clear" w:color="auto" w:fill="{place.ground}"/>' if place.ground else "",
        "<w:bidi/>" if right_to_left else "",
        f'<w:ind w:left="{place.left}"{hanging}/>' if place.left else "",
        # "left" means where a line begins: a right-to-left paragraph stands right without being told.
        '<w:jc w:val="right"/>' if look.right and not right_to_left else "",
        look.tail,
    )
    properties = "".join(parts)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>" if properties else f"<w:p>{inner}</w:p>"


def _border(place: Place) -> str:
    """The edge at the left; a ground goes a little over its first and last line."""
    around = f'w:val="single" w:sz="4" w:space="3" w:color="{place.ground}"/>'
    above, below = (f"<w:top {around}", f"<w:bottom {around}") if place.ground else ("", "")
    edge = f'<w:left w:val="single" w:sz="24" w:space="8" w:color="{place.edge}"/>'
    return f"<w:pBdr>{above}{edge}{below}</w:pBdr>" if place.edge else ""


def _run(run: Run, *, base: bool, bold: bool, linked: bool) -> str:
    text = visible(run.text)
    made = []
    for piece, turned in _stretches(text, base=base):
        style = "Hyperlink" if linked else "CodeInline" if run.code else ""
        strong, italic = run.bold or bold, run.italic
        properties = (
            (f'<w:rStyle w:val="{style}"/>' if style else "")
            + _fonts(piece, mono=run.code and linked)
            + ("<w:b/><w:bCs/>" if strong else "")
            + ("<w:i/><w:iCs/>" if italic else "")
            + ("<w:rtl/>" if turned else "")
            + _language(piece, turned=turned)
        )
        made.append(f"<w:r>{_properties(properties)}{_characters(piece)}</w:r>")
    return "".join(made)


def _stretches(text: str, *, base: bool) -> Iterator[tuple[str, bool]]:
    """The text in pieces of one direction: whatever is neither goes with the paragraph unless it stands inside a stretch."""
    if not base and not _RTL.search(text):
        if text:
            yield text, False
        return
    at = 0
    for found in (_LTR_STRETCH if base else _RTL_STRETCH).finditer(text):
        if found.start() > at:
            yield text[at : found.start()], base
        yield found.group(), not base
        at = found.end()
    if at < len(text):
        yield text[at:], base


def _properties(inner: str) -> str:
    return f"<w:rPr>{inner}</w:rPr>" if inner else ""


def _fonts(text: str, *, mono: bool) -> str:
    named = f' w:ascii="{MONO}" w:hAnsi="{MONO}"' if mono else ""
    if not text.isascii():
        named += ' w:eastAsia="Yu Gothic"' if _KANA.search(text) else ' w:eastAsia="Malgun Gothic"' if _HANGUL.search(text) else ""
    return f"<w:rFonts{named}/>" if named else ""


def _language(text: str, *, turned: bool) -> str:
    if text.isascii():
        return ""
    named = ' w:eastAsia="ja-JP"' if _KANA.search(text) else ' w:eastAsia="ko-KR"' if _HANGUL.search(text) else ""
    named += ' w:bidi="he-IL"' if turned and _HEBREW.search(text) else ""
    return f"<w:lang{named}/>" if named else ""


def _characters(text: str) -> str:
    """Text that XML can hold as the inside of a run."""
    made = []
    for piece in _BREAKS.split(text):
        if piece == "\n":
            made.append("<w:br/>")
        elif piece == "\t":
            made.append("<w:tab/>")
        elif piece:
            made.append(f'<w:t xml:space="preserve">{escape(piece, quote=False)}</w:t>')
    return "".join(made)
