"""Pages as lists of marks, and the stacking of boxes onto them.

A box has a height and can draw itself; pages are filled from the top, headings stay with what follows, a table's head is repeated.
Measures are points from the top left corner.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from workbench.export.pdf.breaking import Line, Part, Style

WIDTH, HEIGHT = 595.28, 841.89  # A4
LEFT, TOP, BOTTOM = 54.0, 62.0, 60.0
ROOM = WIDTH - 2 * LEFT
FLOOR = HEIGHT - BOTTOM


@dataclass(eq=False, slots=True)
class Tag:
    """What marks mean to a screen reader: the structure type ("P", "H2", "Figure") and the words for a picture. One a block."""

    kind: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A part of a line at a place on its base line."""

    x: float
    y: float
    part: Part


@dataclass(frozen=True, slots=True)
class PageOf:
    """The number of the page that an anchor is on, right-aligned at a place; known when all pages are."""

    x: float
    y: float
    anchor: str
    style: Style


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG at a place."""

    x: float
    y: float
    width: float
    height: float
    data: bytes


Mark = Text | PageOf | Picture | str  # a text is operators of PDF


@dataclass(slots=True)
class Sheet:
    """One page: marks with what they mean, areas that lead somewhere, and headings for the outline (anchor, level, title, y)."""

    marks: list[tuple[Tag | None, Mark]] = field(default_factory=list)
    links: list[tuple[float, float, float, float, str]] = field(default_factory=list)
    headings: list[tuple[str, int, str, float]] = field(default_factory=list)
    tag: Tag | None = None

    def put(self, mark: Mark) -> None:
        """Add a mark under the tag of the box that is being drawn."""
        self.marks.append((self.tag, mark))

    def fill(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A filled rectangle; `colour` is three numbers from 0 to 1."""
        self.put(f"{colour} rg {x:.2f} {HEIGHT - y - height:.2f} {width:.2f} {height:.2f} re f")

    def line(self, line: Line, x: float, y: float, *, room: float | None = None, shade: str = "") -> None:
        """A line of text with its base line at `y`. With `room` a line that runs from right to left ends at its right edge."""
        place = x + (room - line.width if room is not None and line.right else 0.0)
        for part in line.parts:
            if part.style.shaded and shade and not part.blank:
                self.fill(place - 1, y - part.style.size * 0.86, part.width + 2, part.style.size * 1.16, shade)
            self.put(Text(place, y, part))
            if part.style.link and not part.blank:
                self.links.append((place, y - part.style.size * 0.85, part.width, part.style.size * 1.15, part.style.link))
            place += part.width


Draw = Callable[[Sheet, float, float], None]


@dataclass(slots=True)
class Box:
    """Something of a height that stands on one page. `keep`: not without the next box. `gap`: nothing at the top of a page.

    `head` is drawn again where a page begins with this box.
    """

    height: float
    draw: Draw
    keep: bool = False
    gap: bool = False
    head: tuple["Box", ...] = ()
    tag: Tag | None = None


def gap(height: float, *, keep: bool = False) -> Box:
    """White space; none at the top of a page."""
    return Box(height, lambda _sheet, _x, _y: None, keep=keep, gap=True)


def moved(box: Box, by: float, behind: Draw | None = None) -> Box:
    """The box farther right, with something drawn behind it."""

    def draw(sheet: Sheet, x: float, y: float) -> None:
        if behind is not None:
            behind(sheet, x, y)
        box.draw(sheet, x + by, y)

    head = tuple(moved(other, by, behind) for other in box.head)
    return Box(box.height, draw, box.keep, box.gap and behind is None, head, box.tag)


def stacked(boxes: Sequence[Box]) -> list[Sheet]:
    """The boxes on as many pages as they need. At least one."""
    sheets = [Sheet()]
    y = TOP
    for place, box in enumerate(boxes):
        if box.gap and y == TOP:
            continue
        if y > TOP and y + _together(boxes, place) > FLOOR:
            sheets.append(Sheet())
            y = TOP
            for head in box.head:
                y = _drawn(sheets[-1], head, y)
        if not (box.gap and y == TOP):
            y = _drawn(sheets[-1], box, y)
    return sheets


def _together(boxes: Sequence[Box], place: int) -> float:
    """The height of a box with those that it may not be without; with the next one alone where they fit on no page together."""
    height, end = 0.0, place
    pair = 0.0
    while end < len(boxes):
        height += boxes[end].height
        if height > FLOOR - TOP:
            return pair or boxes[place].height
        if not pair and end > place and not boxes[end].gap:
            pair = height
        if not boxes[end].keep:
            break
        end += 1
    return height


def _drawn(sheet: Sheet, box: Box, y: float) -> float:
    sheet.tag = box.tag
    box.draw(sheet, LEFT, y)
    sheet.tag = None
    return y + box.height
