"""The look of a presentation: colours, fonts, master and three layouts, made from python-pptx's own empty one.

Colours and fonts are the theme's, so that a deck changes its look in one place. Owns no content.
"""

import io
import re
import zipfile
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from workbench.export.deck.model import MARGIN
from workbench.export.drawing import looks
from workbench.export.model import Brand

SANS, MONO = "Arial", "Consolas"
OPENING, CONTENT, BARE = "Title Slide", "Title and Content", "Title Only"
POINT = 12_700  # EMU
_INK, _SOFT_GROUND = "1F2933", "F3F5F8"
# What Windows and Office have for a script; where one is missing, the program takes another that has it.
SCRIPT_FONTS = {
    "Jpan": "Yu Gothic",
    "Hang": "Malgun Gothic",
    "Hans": "Microsoft YaHei",
    "Hant": "Microsoft JhengHei",
    "Arab": "Arial",
    "Hebr": "Arial",
    "Thai": "Leelawadee UI",
    "Deva": "Nirmala UI",
}
_PNG = b"\x89PNG\r\n\x1a\n"
_ACCENT = '<a:solidFill><a:schemeClr val="accent1"/></a:solidFill>'
_WHITE = '<a:solidFill><a:schemeClr val="bg1"/></a:solidFill>'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def presentation(brand: Brand) -> Any:
    """An empty presentation, 16:9, in the look of the brand."""
    from pptx import Presentation
    from pptx.opc.constants import RELATIONSHIP_TYPE as RT

    made = Presentation(io.BytesIO(_base(looks.accent(brand.accent))))
    made.slide_width, made.slide_height = emu(960), emu(540)
    made.element.sldSz.attrib.pop("type", None)  # the shipped one says 4:3
    for key, relation in list(made.part.rels.items()):
        if relation.reltype == RT.PRINTER_SETTINGS:
            made.part.drop_rel(key)
    for layout in list(made.slide_layouts):
        if layout.name not in (OPENING, CONTENT, BARE):
            made.slide_layouts.remove(layout)
    _master(made.slide_master, brand)
    for layout in made.slide_layouts:
        _layout(layout)
    return made


def emu(points: float) -> Any:
    """Points as the whole number of English metric units that files hold."""
    from pptx.util import Emu

    return Emu(round(points * POINT))


def has_logo(brand: Brand) -> bool:
    """Whether there is a logo that can be shown."""
    return brand.logo.startswith(_PNG)


def logo_size(logo: bytes, width: float, height: float) -> tuple[float, float]:
    """The size in points at which a PNG fills that place without being stretched."""
    across, down = int.from_bytes(logo[16:20], "big") or 1, int.from_bytes(logo[20:24], "big") or 1
    factor = min(width / across, height / down)
    return across * factor, down * factor


@lru_cache(maxsize=16)
def _base(accent: str) -> bytes:
    """The empty presentation that python-pptx ships, with our theme in it."""
    import pptx

    out = io.BytesIO()
    source = Path(pptx.__file__).parent / "templates" / "default.pptx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(zipfile.ZipInfo(name), _theme(data.decode(), accent).encode() if name == "ppt/theme/theme1.xml" else data)
    return out.getvalue()


def _theme(text: str, accent: str) -> str:
    colours = looks.palette(accent, 6)
    named = {"dk1": _INK, "lt1": "FFFFFF", "dk2": looks.mix(accent, "#000000", 0.7)[1:], "lt2": _SOFT_GROUND}
    named |= {f"accent{n}": colour[1:] for n, colour in enumerate([accent, *colours[1:]], 1)}
    named |= {"hlink": looks.readable(accent, "#ffffff")[1:], "folHlink": _INK}
    scheme = "".join(f'<a:{name}><a:srgbClr val="{value.upper()}"/></a:{name}>' for name, value in named.items())
    text = re.sub(r"<a:clrScheme.*?</a:clrScheme>", f'<a:clrScheme name="Workbench">{scheme}</a:clrScheme>', text, flags=re.DOTALL)
    scripts = "".join(f'<a:font script="{script}" typeface="{font}"/>' for script, font in SCRIPT_FONTS.items())
    family = f'<a:latin typeface="{SANS}"/><a:ea typeface=""/><a:cs typeface=""/>{scripts}'
    fonts = f'<a:fontScheme name="Workbench"><a:majorFont>{family}</a:majorFont><a:minorFont>{family}</a:minorFont></a:fontScheme>'
    return re.sub(r"<a:fontScheme.*?</a:fontScheme>", fonts, text, flags=re.DOTALL)


def _master(master: Any, brand: Brand) -> None:
    places = {
        "TITLE": (MARGIN, 26, 744, 56),
        "BODY": (MARGIN, 104, 864, 392),
        "FOOTER": (MARGIN, 506, 640, 22),
        "SLIDE_NUMBER": (812, 506, 100, 22),
    }
    for shape in list(master.placeholders):
        kind = shape.placeholder_format.type.name
        if kind not in places:
            shape.element.getparent().remove(shape.element)
            continue
        shape.left, shape.top, shape.width, shape.height = (emu(value) for value in places[kind])
        insets = {"lIns": "0", "tIns": "0", "rIns": "0", "bIns": "0", "anchor": "t" if kind == "BODY" else "ctr"}
        body = shape.element.txBody.bodyPr
        for name, value in insets.items():
            body.set(name, value)
    for level in master.element.iter("{http://schemas.openxmlformats.org/presentationml/2006/main}titleStyle"):
        level[0].set("algn", "l")
        level[0].find(f"{{{_A[9:-1]}}}defRPr").set("sz", "3000")
        level[0].find(f"{{{_A[9:-1]}}}defRPr").set("b", "1")
    for style in master.element.iter("{http://schemas.openxmlformats.org/presentationml/2006/main}bodyStyle"):
        for level, size in zip(style, (2000, 1800, 1600, 1600, 1600), strict=False):
            level.find(f"{{{_A[9:-1]}}}defRPr").set("sz", str(size))
    for footer in [shape for shape in master.placeholders if shape.placeholder_format.type.name == "FOOTER"]:
        footer.element.txBody.find(f"{{{_A[9:-1]}}}lstStyle")[0].set("algn", "l")
    tree = master.shapes._spTree  # noqa: SLF001 - python-pptx adds shapes to slides alone; a master's are XML
    tree.insert(2, _bar(90, "Accent", (0, 34, 14, 40), _ACCENT))
    tree.insert(3, _bar(91, "Rule", (MARGIN, 502, 864, 0.75), '<a:solidFill><a:srgbClr val="D5DAE1"/></a:solidFill>'))
    if has_logo(brand):
        _logo(master, brand)


def _logo(master: Any, brand: Brand) -> None:
    _, key = master.part.get_or_add_image_part(io.BytesIO(brand.logo))
    width, height = logo_size(brand.logo, 108, 44)
    name = escape(brand.name or "Logo")
    place = _place(912 - width, 32 + (44 - height) / 2, width, height)
    xml = (
        f'<p:pic {_A} {_P} {_R}><p:nvPicPr><p:cNvPr id="92" name="Logo" descr="{name}"/>'
        '<p:cNvPicPr><a:picLocks noChangeAspect="1"/></p:cNvPicPr>'
        f'<p:nvPr userDrawn="1"/></p:nvPicPr><p:blipFill><a:blip r:embed="{key}"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>'
        f'<p:spPr>{place}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic>'
    )
    master.shapes._spTree.append(_parsed(xml))  # noqa: SLF001 - as above


def _layout(layout: Any) -> None:
    for shape in list(layout.placeholders):
        kind = shape.placeholder_format.type.name
        if kind == "DATE" or (layout.name == OPENING and kind in ("FOOTER", "SLIDE_NUMBER")):
            shape.element.getparent().remove(shape.element)
    if layout.name != OPENING:
        return
    layout.element.set("showMasterSp", "0")
    ground = f"<p:bg {_A} {_P}><p:bgPr>{_ACCENT}<a:effectLst/></p:bgPr></p:bg>"
    layout.element.cSld.insert(0, _parsed(ground))
    for shape in layout.placeholders:
        title = shape.placeholder_format.type.name == "CENTER_TITLE"
        place = (MARGIN + 24, 110, 760, 180) if title else (MARGIN + 24, 318, 760, 150)
        shape.left, shape.top, shape.width, shape.height = (emu(value) for value in place)
        body = shape.element.txBody
        body.bodyPr.set("anchor", "b" if title else "t")
        for name in ("lIns", "tIns", "rIns", "bIns"):
            body.bodyPr.set(name, "0")
        style = body.find(f"{{{_A[9:-1]}}}lstStyle")
        for child in list(style):
            style.remove(child)
        size, bold = ("4400", ' b="1"') if title else ("2200", "")
        style.append(
            _parsed(f'<a:lvl1pPr {_A} marL="0" indent="0" algn="l"><a:buNone/><a:defRPr sz="{size}"{bold}>{_WHITE}</a:defRPr></a:lvl1pPr>')
        )
    tree = layout.shapes._spTree  # noqa: SLF001 - as above
    tree.insert(2, _bar(93, "Line", (MARGIN + 24, 302, 96, 3), _WHITE))


def _bar(number: int, name: str, place: tuple[float, float, float, float], fill: str) -> Any:
    return _parsed(
        f'<p:sp {_A} {_P}><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        f'<p:spPr>{_place(*place)}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>{fill}<a:ln><a:noFill/></a:ln></p:spPr>'
        "<p:txBody><a:bodyPr/><a:lstStyle/><a:p/></p:txBody></p:sp>"
    )


def _place(left: float, top: float, width: float, height: float) -> str:
    return f'<a:xfrm><a:off x="{emu(left)}" y="{emu(top)}"/><a:ext cx="{emu(width)}" cy="{emu(height)}"/></a:xfrm>'


def _parsed(xml: str) -> Any:
    from pptx.oxml import parse_xml

    return parse_xml(xml)
