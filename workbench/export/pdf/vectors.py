"""The pictures of `export.drawing` (SVG with text as paths) as operators of PDF: real vectors, no bitmap.

Reads what this package draws, no more: groups, paths, rectangles, uses, clips, styles. All other elements raise ValueError: a picture
that lacks something is worse than none. Transparency is mixed with the white of the paper.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from xml.etree import ElementTree

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_TOKEN = re.compile(r"[MLCQZHVmlcqzhv]|-?[0-9.]+(?:e-?[0-9]+)?")
_TURN = re.compile(r"(\w+)\(([^)]*)\)")
_NUMBERS = re.compile(r"-?[0-9.]+(?:e-?[0-9]+)?")
_STYLES = (
    "fill",
    "stroke",
    "stroke-width",
    "stroke-linejoin",
    "stroke-linecap",
    "stroke-dasharray",
    "opacity",
    "fill-opacity",
    "stroke-opacity",
)
_ARITY = {"M": 2, "L": 2, "C": 6, "Q": 4, "H": 1, "V": 1, "Z": 0}
_NAMED = {"black": "#000000", "white": "#ffffff"}


@lru_cache(maxsize=256)
def operators(svg: str) -> tuple[float, float, str]:
    """(width, height, operators) of a picture, in its own units, with the origin at the top left corner and y down."""
    root = ElementTree.fromstring(svg)  # noqa: S314 (this package drew it)
    _, _, width, height = (float(part) for part in root.attrib["viewBox"].split())
    known = {element.attrib["id"]: element for element in root.iter() if "id" in element.attrib}
    found: list[str] = []
    _drawn(root, known, _style(root, {}), found)
    return width, height, "\n".join(found)


def _drawn(element: ElementTree.Element, known: Mapping[str, ElementTree.Element], style: Mapping[str, str], found: list[str]) -> None:
    for child in element:
        tag = child.tag.removeprefix(_SVG)
        if tag in {"defs", "title", "desc"}:
            continue
        own = _style(child, style)
        found.append("q")
        _clip(child, known, found)
        if "transform" in child.attrib:
            found += [f"{_said(turn)} cm" for turn in _turns(child.attrib["transform"])]
        if tag == "g":
            _drawn(child, known, own, found)
        elif tag == "use":
            x, y = float(child.attrib.get("x", 0)), float(child.attrib.get("y", 0))
            if x or y:
                found.append(f"1 0 0 1 {x:g} {y:g} cm")
            target = known[child.attrib[_HREF].lstrip("#")]
            found += [f"{_said(turn)} cm" for turn in _turns(target.attrib.get("transform", ""))]
            _painted(target, _style(target, own), found)
        elif tag in {"path", "rect"}:
            _painted(child, own, found)
        else:
            raise ValueError(f"a picture holds <{tag}>")
        found.append("Q")


def _clip(element: ElementTree.Element, known: Mapping[str, ElementTree.Element], found: list[str]) -> None:
    if (name := re.search(r"url\(#([^)]+)\)", element.attrib.get("clip-path", ""))) is None:
        return
    (shape,) = known[name[1]]
    found.append(f"{_outline(shape)} W n")


def _painted(element: ElementTree.Element, style: Mapping[str, str], found: list[str]) -> None:
    outline = _outline(element)
    whole = float(style.get("opacity", 1))
    fill = _colour(style.get("fill", "#000000"), whole * float(style.get("fill-opacity", 1)))
    stroke = _colour(style.get("stroke", "none"), whole * float(style.get("stroke-opacity", 1)))
    if not outline or not (fill or stroke):
        return
    if fill:
        found.append(f"{fill} rg")
    if stroke:
        joined = {"miter": 0, "round": 1, "bevel": 2}[style.get("stroke-linejoin", "miter")]
        capped = {"butt": 0, "round": 1, "square": 2}[style.get("stroke-linecap", "butt")]
        dashed = style.get("stroke-dasharray", "none")
        dashes = "" if dashed == "none" else " ".join(_NUMBERS.findall(dashed))
        found.append(f"{stroke} RG {float(_NUMBERS.findall(style.get('stroke-width', '1'))[0]):g} w {joined} j {capped} J [{dashes}] 0 d")
    found.append(f"{outline} {'B' if fill and stroke else 'f' if fill else 'S'}")


def _outline(element: ElementTree.Element) -> str:
    if element.tag == f"{_SVG}rect":
        x, y, width, height = (float(element.attrib.get(name, 0)) for name in ("x", "y", "width", "height"))
        return f"{x:g} {y:g} {width:g} {height:g} re"
    return _path(element.attrib.get("d", ""))  # a space is a glyph without an outline


@lru_cache(maxsize=4096)
def _path(data: str) -> str:
    tokens = _TOKEN.findall(data)
    found: list[str] = []
    x = y = 0.0
    command, place = "M", 0
    while place < len(tokens):
        if tokens[place].isalpha() and len(tokens[place]) == 1:
            command = tokens[place]
            place += 1
        if command not in _ARITY and command != "z":
            raise ValueError(f"a path holds {command}")
        count = _ARITY[command.upper()]
        numbers = [float(token) for token in tokens[place : place + count]]
        place += count
        x, y = _stepped(command.upper(), numbers, x, y, found)
    return " ".join(found)


def _stepped(command: str, numbers: list[float], x: float, y: float, found: list[str]) -> tuple[float, float]:
    """One step of a path; where the pen is after it."""
    if command == "Z":
        found.append("h")
        return x, y
    if command == "Q":
        cx, cy, ex, ey = numbers
        numbers = [x + (cx - x) * 2 / 3, y + (cy - y) * 2 / 3, ex + (cx - ex) * 2 / 3, ey + (cy - ey) * 2 / 3, ex, ey]
    elif command == "H":
        numbers = [numbers[0], y]
    elif command == "V":
        numbers = [x, numbers[0]]
    sign = "m" if command == "M" else "c" if len(numbers) == 6 else "l"
    found.append(" ".join(f"{number:.5g}" for number in numbers) + f" {sign}")
    return numbers[-2], numbers[-1]


def _style(element: ElementTree.Element, above: Mapping[str, str]) -> dict[str, str]:
    found = dict(above)
    for name in _STYLES:
        if name in element.attrib:
            found[name] = element.attrib[name]
    for part in element.attrib.get("style", "").split(";"):
        name, _, value = part.partition(":")
        if name.strip() in _STYLES:
            found[name.strip()] = value.strip()
    return found


def _colour(said: str, opacity: float) -> str:
    if said == "none" or opacity <= 0:
        return ""
    shown = _NAMED.get(said, said)
    if len(shown) == 4:
        shown = "#" + "".join(2 * part for part in shown[1:])
    parts = [int(shown[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return " ".join(f"{1 - (1 - part) * min(opacity, 1.0):.3f}" for part in parts)


def _turns(said: str) -> list[tuple[float, ...]]:
    from math import cos, radians, sin

    found: list[tuple[float, ...]] = []
    for name, inside in _TURN.findall(said):
        numbers = [float(number) for number in _NUMBERS.findall(inside)]
        if name == "translate":
            found.append((1, 0, 0, 1, numbers[0], numbers[1] if len(numbers) > 1 else 0))
        elif name == "scale":
            found.append((numbers[0], 0, 0, numbers[-1], 0, 0))
        elif name == "rotate" and len(numbers) == 1:
            angle = radians(numbers[0])
            found.append((cos(angle), sin(angle), -sin(angle), cos(angle), 0, 0))
        elif name == "matrix":
            found.append(tuple(numbers))
        else:
            raise ValueError(f"a picture is moved by {name}")
    return found


def _said(turn: tuple[float, ...]) -> str:
    return " ".join(f"{number:.6g}" for number in turn)
