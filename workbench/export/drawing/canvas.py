"""Where pictures are made: fonts, measuring of text, one figure at a time, and clean SVG and PNG out of it.

Owns matplotlib's state, which is global: every drawing holds the lock, and nothing of `pyplot` is used. Knows no chart.
"""

import io
import re
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from workbench.export.literal import one_line

LOCK = threading.RLock()
FONTS = Path(__file__).resolve().parent.parent / "fonts"
# Names of our own, so that a machine's other fonts of the same name never stand in for these: equal bytes everywhere.
_FAMILIES = ("Workbench Sans", "Workbench CJK", "Workbench Hangul", "Workbench Emoji")
_STYLE: dict[str, Any] = {
    "font.family": list(_FAMILIES),
    "text.parse_math": False,
    "text.usetex": False,
    "axes.unicode_minus": True,
    "svg.fonttype": "path",
    "svg.hashsalt": "prompt-workbench",
    "path.simplify": False,
    "savefig.facecolor": "auto",
}
SIZE = 9.0  # points: the size of text in a chart


@contextmanager
def settings() -> Iterator[None]:
    """Hold the lock, with our fonts and no meaning in any text, while a picture is drawn."""
    import matplotlib as mpl

    with LOCK:
        _register()
        # A letter that no font has is drawn as the box of its script: that is said in the document, not on the terminal.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font", category=UserWarning)
        style: Any = _STYLE
        with mpl.rc_context(style):
            yield


@cache
def _register() -> None:
    import matplotlib as mpl
    from matplotlib import font_manager

    own = Path(mpl.get_data_path()) / "fonts" / "ttf"
    files = [
        (own / "DejaVuSans.ttf", _FAMILIES[0], 400),
        (own / "DejaVuSans-Bold.ttf", _FAMILIES[0], 700),
        *((FONTS / "DroidSansFallbackFull.ttf", _FAMILIES[1], weight) for weight in (400, 700)),
        *((FONTS / "NanumSquareR.ttf", _FAMILIES[2], weight) for weight in (400, 700)),
        *((FONTS / "NotoEmoji-Regular.ttf", _FAMILIES[3], weight) for weight in (400, 700)),
    ]
    for path, family, weight in files:
        entry = font_manager.FontEntry(
            fname=str(path), name=family, style="normal", variant="normal", weight=weight, stretch="normal", size="scalable"
        )
        font_manager.fontManager.ttflist.append(entry)


@cache
def _ruler() -> Any:
    from matplotlib.backends import backend_agg

    renderer: Any = backend_agg.RendererAgg
    return renderer(8, 8, 72)


@lru_cache(maxsize=4096)
def width(text: str, size: float = SIZE, *, bold: bool = False) -> float:
    """How wide a line of text is, in points."""
    from matplotlib.font_manager import FontProperties

    found = FontProperties(family=list(_FAMILIES), size=size, weight="bold" if bold else "normal")
    return float(_ruler().get_text_width_height_descent(text, found, ismath=False)[0])


def fitted(text: str, room: float, size: float = SIZE, *, bold: bool = False) -> str:
    """The text in one line, cut with an ellipsis where it is wider than `room` points."""
    text = one_line(text[:400])
    if width(text, size, bold=bold) <= room:
        return text
    low, high = 0, min(len(text), 120)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle].rstrip() + "…", size, bold=bold) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def apart(texts: Sequence[str], room: float, size: float = SIZE) -> list[str]:
    """Each text in one line of `room` points. Where cutting their ends would make two look the same, their middles are cut."""
    cut = [fitted(text, room, size) for text in texts]
    if len(set(cut)) == len({one_line(text[:400]) for text in texts}):
        return cut
    return [_middle(text, room, size) if short.endswith("…") else short for text, short in zip(texts, cut, strict=True)]


def _middle(text: str, room: float, size: float) -> str:
    text = one_line(text[:200] + text[-200:] if len(text) > 400 else text)
    tail = 1
    while tail < 60 and width("…" + text[-tail - 1 :], size) <= room * 0.5:
        tail += 1
    end = text[-tail:].lstrip()
    return fitted(text[:-tail], room - width(end, size), size).removesuffix("…").rstrip() + "…" + end


def wrapped(text: str, room: float, lines: int, size: float = SIZE) -> str:
    """The text in at most `lines` lines of `room` points; the last is cut with an ellipsis where that is too little."""
    words = one_line(text[:2000]).split(" ")
    made: list[str] = []
    while words and len(made) < lines - 1:
        line = words.pop(0)
        if width(line, size) > room:
            cut = max(1, len(fitted(line, room, size)) - 1)
            line, rest = line[:cut], line[cut:]
            words.insert(0, rest)
        else:
            while words and width(f"{line} {words[0]}", size) <= room:
                line += " " + words.pop(0)
        made.append(line)
    if words:
        made.append(fitted(" ".join(words), room, size))
    return "\n".join(made)


def figure(width_in: float, height_in: float) -> Any:
    """An empty figure on the Agg canvas, 72 units an inch: what is given in points is a unit."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    made = Figure(figsize=(width_in, height_in), dpi=72)
    FigureCanvasAgg(made)
    return made


def as_png(made: Any, dpi: int) -> bytes:
    """The figure as PNG on white."""
    out = io.BytesIO()
    made.patch.set_facecolor("#ffffff")
    made.savefig(out, format="png", dpi=dpi, metadata={"Software": None})
    return out.getvalue()


def as_svg(made: Any, prefix: str) -> str:
    """The figure as an SVG element without a ground: text as paths, no style sheet, no comment, every id begins with `prefix`."""
    out = io.StringIO()
    made.patch.set_visible(False)
    made.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = re.sub(r"<!--.*?-->\n?", "", out.getvalue(), flags=re.DOTALL)
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\n?", "", text, flags=re.DOTALL)
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\n?", "", text, flags=re.DOTALL)
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    text = re.sub(r'\b(id="|xlink:href="#|url\(#)', rf"\g<1>{prefix}-", text)
    text = re.sub(r"\n\s*", "\n", text)
    return text.replace("<svg ", '<svg stroke-linejoin="round" stroke-linecap="butt" ', 1).strip()
