"""Text in a shape: paragraphs with their marks, direction and fonts, every character of it literal."""

import unicodedata
from collections.abc import Iterable
from typing import Any

from workbench.export.deck.model import Box, Par
from workbench.export.literal import visible
from workbench.export.model import Run, inline, plain
from workbench.export.powerpoint.look import MONO, POINT, SCRIPT_FONTS

INK, ACCENT, WHITE, SOFT = "tx1", "accent1", "bg1", "52606D"
_LINKS = ("http://", "https://", "mailto:")
_Look = tuple[str, dict[str, str]]  # a colour, and the fonts of scripts
_LOOKED_AT = 2_000  # characters that tell a paragraph's scripts


def frame(shape: Any, *, left: float = 0, top: float = 0, right: float = 0, bottom: float = 0, anchor: str = "t") -> Any:
    """The shape's text body, emptied, with these insets in points; its text is never shrunk or cut by the program."""
    body = shape.text_frame._txBody  # noqa: SLF001 - paragraphs are written as XML: python-pptx knows no marks and no direction
    properties = body.bodyPr
    for child in list(properties):
        properties.remove(child)
    for name, value in {"lIns": left, "tIns": top, "rIns": right, "bIns": bottom}.items():
        properties.set(name, str(round(value * POINT)))
    properties.set("wrap", "square")
    properties.set("anchor", anchor)
    sub(properties, "a:noAutofit")
    for paragraph in list(body.p_lst):
        body.remove(paragraph)
    return body


def write(shape: Any, body: Any, pars: Iterable[Par], *, colour: str = INK, heading: str = ACCENT) -> None:
    """The paragraphs into a text body. A body holds at least one, so that nothing is written as an empty one."""
    count = 0
    for par in pars:
        count += 1
        paragraph(shape, body, par, heading if par.role == "heading" else colour)
    if not count:
        sub(body, "a:p")


def line(
    shape: Any, body: Any, said: str, size: float, *, colour: str = INK, bold: bool = False, align: str = "", mono: bool = False
) -> None:
    """One paragraph of one style."""
    paragraph(shape, body, Par((Run(said, bold=bold, code=mono),), size), colour, align)


def verbatim(shape: Any, body: Any, said: str, size: float) -> None:
    """Text as it is: a paragraph a line, in one width of characters."""
    for each in visible(said).removesuffix("\n").split("\n"):
        paragraph(shape, body, Par(inline(each), size, "code"), INK)


def is_rtl(text: str) -> bool:
    """Whether the first character that has a direction runs from the right (Unicode's rule for paragraphs)."""
    for character in text[:_LOOKED_AT]:
        found = unicodedata.bidirectional(character)
        if found in ("R", "AL", "L"):
            return found != "L"
    return False


def script_fonts(text: str) -> dict[str, str]:
    """The East Asian (`ea`) and complex-script (`cs`) font that the text asks for; none where it needs none."""
    found: dict[str, str] = {}
    for character in text[:_LOOKED_AT]:
        if character < "\u0590":
            continue
        script = _script(character)
        if script in ("Arab", "Hebr", "Thai", "Deva"):
            found.setdefault("cs", SCRIPT_FONTS[script])
        elif script == "Hans":
            found.setdefault("ea", SCRIPT_FONTS[script])
        elif script:
            found["ea"] = SCRIPT_FONTS[script]  # kana and Hangul tell what the Chinese characters around them are
    return found


def box_of(shape: Any, box: Box) -> None:
    """Put a shape into its box."""
    shape.left, shape.top = round(box.left * POINT), round(box.top * POINT)
    shape.width, shape.height = round(box.width * POINT), round(box.height * POINT)


def fill(parent: Any, colour: str) -> Any:
    """A solid fill: of the theme (`accent1`) or RRGGBB."""
    solid = sub(parent, "a:solidFill")
    sub(solid, "a:srgbClr" if len(colour) == 6 and colour not in _THEME else "a:schemeClr", val=colour)
    return solid


_THEME = {"tx1", "bg1", "tx2", "bg2", *(f"accent{n}" for n in range(1, 7))}


def _script(character: str) -> str:
    spans = (("\u0590", "\u05ff", "Hebr"), ("\u0600", "\u08ff", "Arab"), ("\u0900", "\u0dff", "Deva"), ("\u0e00", "\u0e7f", "Thai"))
    east = (("\u3040", "\u30ff", "Jpan"), ("\uac00", "\ud7a3", "Hang"), ("\u1100", "\u11ff", "Hang"), ("\u3000", "\u9fff", "Hans"))
    return next((name for low, high, name in (*spans, *east) if low <= character <= high), "")


def paragraph(shape: Any, body: Any, par: Par, colour: str, align: str = "") -> None:
    """A paragraph at the end of a text body; `shape` is where its links belong, `align` l, r or ctr where its direction does not say it."""
    made = sub(body, "a:p")
    said = plain(par.runs)
    rtl = is_rtl(said) and par.role != "code"
    hang = par.indent if par.mark else 0.0
    outer = 0.0 if not par.mark else max(0.0, par.indent - max(1.1 * par.size, len(par.mark) * par.size * 0.8))
    properties = sub(made, "a:pPr")
    for name, value in {"marR" if rtl else "marL": par.indent, "indent": outer - hang}.items():
        properties.set(name, str(round(value * POINT)))
    properties.set("algn", align or ("r" if rtl else "l"))
    properties.set("rtl", "1" if rtl else "0")
    for name, points in (("a:lnSpc", None), ("a:spcBef", par.before), ("a:spcAft", par.after)):
        spacing = sub(properties, name)
        sub(spacing, "a:spcPct", val="100000") if points is None else sub(spacing, "a:spcPts", val=str(round(points * 100)))
    _mark(properties, par.mark)
    look = (colour, script_fonts(said))
    for run in par.runs:
        _run(shape, made, run, par, look)
    sub(made, "a:endParaRPr", sz=str(round(par.size * 100)))


def _mark(properties: Any, mark: str) -> None:
    if not mark:
        sub(properties, "a:buNone")
    elif mark.removesuffix(".").isdigit():
        sub(properties, "a:buFont", typeface="+mj-lt")
        sub(properties, "a:buAutoNum", type="arabicPeriod", startAt=mark.removesuffix("."))
    else:
        sub(properties, "a:buFont", typeface="Arial")
        sub(properties, "a:buChar", char=mark)


def _run(shape: Any, paragraph: Any, run: Run, par: Par, look: _Look) -> None:
    parts = visible(run.text).split("\n")
    for at, part in enumerate(parts):
        if at:
            _style(shape, sub(paragraph, "a:br"), run, par, look)
        if part:
            made = sub(paragraph, "a:r")
            _style(shape, made, run, par, look)
            sub(made, "a:t").text = part


def _style(shape: Any, made: Any, run: Run, par: Par, look: _Look) -> None:
    colour, fonts = look
    mono = run.code or par.role == "code"
    style = sub(made, "a:rPr", sz=str(round(par.size * 100)))
    if run.bold or par.role == "heading":
        style.set("b", "1")
    if run.italic or par.role == "quote":
        style.set("i", "1")
    if mono:
        style.set("noProof", "1")
    fill(style, colour)
    for name, font in (("latin", MONO if mono else ""), ("ea", fonts.get("ea", "")), ("cs", MONO if mono else fonts.get("cs", ""))):
        if font:
            sub(style, f"a:{name}", typeface=font)
    if run.link.lower().startswith(_LINKS) and shape is not None:
        from pptx.opc.constants import RELATIONSHIP_TYPE as RT

        key = shape.part.relate_to(visible(run.link), RT.HYPERLINK, is_external=True)
        sub(style, "a:hlinkClick").set("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id", key)


def sub(parent: Any, tag: str, **attributes: str) -> Any:
    """A new child at the end of an element."""
    from pptx.oxml.ns import qn

    made = parent.makeelement(qn(tag), attributes)
    parent.append(made)
    return made


def plain_shape(shape: Any, *, ground: str, edge: str = "", width: float = 0.75) -> None:
    """A shape of one colour with a thin edge or none, without the theme's shadow."""
    properties = shape._element.spPr  # noqa: SLF001 - written as XML to be in the schema's order
    for tag in ("noFill", "solidFill", "gradFill", "ln", "effectLst"):
        for child in [each for each in properties if each.tag.endswith("}" + tag)]:
            properties.remove(child)
    fill(properties, ground)
    line = sub(properties, "a:ln", w=str(round(width * POINT)))
    fill(line, edge) if edge else sub(line, "a:noFill")
    sub(properties, "a:effectLst")
    _without_theme(shape)


def stroke(connector: Any, colour: str, width: float, *, dashed: bool = False, arrow: bool = False) -> None:
    """How a connector is drawn."""
    properties = connector._element.spPr  # noqa: SLF001 - as above
    line = sub(properties, "a:ln", w=str(round(width * POINT)))
    fill(line, colour)
    if dashed:
        sub(line, "a:prstDash", val="dash")
    sub(line, "a:round")
    if arrow:
        sub(line, "a:tailEnd", type="triangle", w="med", len="med")
    sub(properties, "a:effectLst")
    _without_theme(connector)


def _without_theme(shape: Any) -> None:
    for child in [each for each in shape._element if each.tag.endswith("}style")]:  # noqa: SLF001 - as above
        shape._element.remove(child)  # noqa: SLF001 - as above
