"""Charts and diagrams as pictures for files: vector (SVG) and pixels (PNG), the same bytes for the same chart on any day.

Owns which kind is drawn by what, and the memory of pictures. Titles, notes and captions are the writers' words: a picture holds its
axes, units, n, legend and intervals. Text in it is never parsed.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any

from workbench.errors import InputError
from workbench.export.diagrams import Graph, parse
from workbench.export.drawing import canvas, frame, looks
from workbench.export.model import Brand, Chart, Diagram

Drawable = Chart | Graph | Diagram
# Kind -> module and function: each module loads matplotlib only when it draws.
_KINDS = {
    "bar": ("upright", "bar"),
    "line": ("upright", "line"),
    "bars": ("lying", "bars"),
    "forest": ("lying", "forest"),
    "gantt": ("lying", "gantt"),
    "radar": ("fields", "radar"),
    "matrix": ("fields", "matrix"),
}


def svg(what: Drawable, brand: Brand, *, width_px: int = 720) -> str:
    """A chart or diagram as one `<svg>` element: no ground, text as paths, no script or style sheet, ids that no other picture has.

    `width_px` is CSS pixels (96 an inch). Raises InputError for a diagram that cannot be read, with its line.
    """
    return _svg(_readable(what), looks.accent(brand.accent), width_px)


def png(what: Drawable, brand: Brand, *, width_in: float = 6.3, dpi: int = 200) -> bytes:
    """A chart or diagram as PNG on white, `width_in` inches wide. Raises InputError for a diagram that cannot be read, with its line."""
    return _png(_readable(what), looks.accent(brand.accent), width_in, dpi)


def _readable(what: Drawable) -> Chart | Graph:
    return parse(what.source) if isinstance(what, Diagram) else what


@lru_cache(maxsize=512)
def _svg(what: Chart | Graph, accent: str, width_px: int) -> str:
    key = hashlib.sha256(repr((what, accent, width_px)).encode("utf-8", "surrogatepass")).hexdigest()[:10]
    with canvas.settings():
        return canvas.as_svg(_drawn(what, accent, width_px / 96), f"p{key}")


@lru_cache(maxsize=256)
def _png(what: Chart | Graph, accent: str, width_in: float, dpi: int) -> bytes:
    with canvas.settings():
        return canvas.as_png(_drawn(what, accent, width_in), dpi)


def _drawn(what: Chart | Graph, accent: str, width_in: float) -> Any:
    if isinstance(what, Graph):
        return import_module(f"{__name__}.flow").draw(what, accent, width_in)
    if what.kind not in _KINDS:
        raise InputError(f"No chart is of the kind {what.kind}.", hint=f"Choose one of {', '.join(_KINDS)}.")
    module, name = _KINDS[what.kind]
    draw: Callable[[frame.Sheet], Any] = getattr(import_module(f"{__name__}.{module}"), name)
    return draw(frame.sheet(what, accent, width_in))
