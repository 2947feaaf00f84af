"""How charts look: colours that people with any colour vision tell apart, ticks at round numbers, figures with their unit.

Pure. The inks are exact constants, so that a page with a dark ground can exchange them.
"""

import colorsys
import math
import re
from collections.abc import Sequence

from workbench.export import figures

INK = "#1f2933"
SOFT = "#52606d"
RULE = "#9aa5b1"
GRID = "#e4e7eb"
PAPER = "#ffffff"
# The colours of text on a filled shape: as the shape's colour stays, so do these.
ON_DARK = "#fefefe"
ON_LIGHT = "#14181d"
# Okabe and Ito (2008), "Color universal design", yellow left out: it cannot be read on white.
_SAFE = ("#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#0072b2", "#7a5195")
DEFAULT_ACCENT = "#2f5d8a"
_TOLD = {"share", "ms", "usd", "calls", "tokens", "count"}


def rgb(colour: str) -> tuple[float, float, float]:
    """A colour #rrggbb as three numbers of 0..1."""
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)


def hexed(parts: Sequence[float]) -> str:
    """Three numbers of 0..1 as #rrggbb."""
    return "#" + "".join(f"{round(min(1.0, max(0.0, part)) * 255):02x}" for part in parts)


def accent(colour: str) -> str:
    """The accent as #rrggbb, the default one where it is none."""
    colour = colour.strip().lower()
    return colour if re.fullmatch(r"#[0-9a-f]{6}", colour) else DEFAULT_ACCENT


def mix(colour: str, other: str, share: float) -> str:
    """`share` of the first colour in the second."""
    return hexed([a * share + b * (1 - share) for a, b in zip(rgb(colour), rgb(other), strict=True)])


def luminance(colour: str) -> float:
    """Relative luminance, 0..1 (WCAG 2.2)."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(colour: str, other: str) -> float:
    """The contrast ratio of two colours, 1..21 (WCAG 2.2)."""
    light, dark = sorted((luminance(colour), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: str, ground: str, ratio: float = 4.5) -> str:
    """The colour, its lightness moved until it can be read on the ground."""
    hue, light, saturation = colorsys.rgb_to_hls(*rgb(colour))
    step = -0.02 if luminance(ground) > 0.5 else 0.02
    while contrast(colour, ground) < ratio and 0 < light + step < 1:
        light += step
        colour = hexed(colorsys.hls_to_rgb(hue, light, saturation))
    return colour


def on(colour: str) -> str:
    """The colour of text on a shape of that colour."""
    return max((ON_DARK, ON_LIGHT), key=lambda ink: contrast(ink, colour))


def palette(first: str, count: int) -> list[str]:
    """`count` colours that begin with the accent; those too near to it are left out; after them they come again."""
    first = accent(first)
    far = [colour for colour in _SAFE if math.dist(rgb(colour), rgb(first)) > 0.28]
    colours = [readable(first, PAPER, 3.0), *far]
    return [colours[at % len(colours)] for at in range(count)]


def ticks(low: float, high: float, count: int = 5, *, whole: bool = False) -> list[float]:
    """Round numbers from at or below `low` to at or above `high`, about `count` steps; none between whole numbers where `whole`."""
    if not high > low:
        span = abs(high) or 1.0
        low, high = (0.0, span) if high >= 0 else (-span, 0.0)
    raw = (high - low) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * 0.999 and (factor != 2.5 or power >= 10))
    step = max(1.0, step) if whole else step
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [at * step for at in range(first, last + 1)]


class Scale:
    """How figures of a unit are written: on the axis with as few decimals as tell its steps apart."""

    def __init__(self, unit: str, marks: Sequence[float], *, signed: bool = False) -> None:
        """For an axis with these ticks. `signed` figures are differences: they carry their sign, and shares are points."""
        top = max((abs(mark) for mark in marks), default=1.0)
        self.signed, self.unit = signed, unit
        self.before, self.after, self.factor, self.name = "", "", 1.0, unit
        if unit == "share":
            self.factor, self.after, self.name = 100.0, "" if signed else " %", "percentage points" if signed else "share"
        elif unit == "usd":
            self.before, self.name = "$", "US dollars"
        elif unit == "ms":
            steps = ((3_600_000, "hours"), (60_000, "minutes"), (1000, "seconds"))
            self.factor, self.name = next(((1 / size, name) for size, name in steps if top >= 5 * size), (1.0, "milliseconds"))
        step = (marks[1] - marks[0]) * self.factor if len(marks) > 1 else 1.0
        self.decimals = min(12, max(0, -math.floor(math.log10(step) + 1e-9))) if step > 0 else 0
        if self.decimals and not math.isclose(step * 10**self.decimals, round(step * 10**self.decimals), rel_tol=1e-6):
            self.decimals += 1
        if unit == "usd" and self.decimals:
            self.decimals = max(2, self.decimals)
        if not self.decimals and not math.isclose(step, round(step), rel_tol=1e-6):
            self.decimals = 1

    def tick(self, value: float) -> str:
        """A figure at the axis."""
        return self._text(value, self.decimals)

    def mark(self, value: float) -> str:
        """A figure beside its mark, as the document's text tells it."""
        if self.signed and self.name == "percentage points":
            return self._text(value, 1)
        if self.signed and self.unit in ("tokens", "calls", "count"):  # a difference of means is no whole number
            return figures.signed(value, 1)
        told = figures.told(value, self.unit if self.unit in _TOLD else "")
        return f"+{told}" if self.signed and value > 0 else told

    def _text(self, value: float, decimals: int) -> str:
        shown = value * self.factor
        if abs(shown) >= 1e15:
            return f"{self.before}{shown:.3g}{self.after}"
        digits = f"{abs(shown):,.{decimals}f}"
        if not digits.strip("0.,"):
            return f"{self.before}{digits}{self.after}"
        sign = "\N{MINUS SIGN}" if shown < 0 else "+" if self.signed else ""
        return f"{sign}{self.before}{digits}{self.after}"
