"""Charts as pictures: each kind, each awkward set of data; the same bytes always; text stays text; nothing leaves the picture."""

import itertools
import re
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from typing import Any, get_args

import pytest

from tests.export import sample
from workbench.errors import InputError
from workbench.export import drawing
from workbench.export.drawing import canvas, looks
from workbench.export.model import Brand, Chart, Diagram, Line

KINDS = get_args(Chart.__annotations__["kind"])
BRAND = Brand()
NAN, INF = float("nan"), float("inf")
LONG = "a label that is far too long for the place that it has, " * 3
AWKWARD: dict[str, tuple[tuple[str, ...], tuple[Line, ...]]] = {
    "nothing": ((), ()),
    "no line": (("a", "b"), ()),
    "all none": (("a", "b", "c"), (Line("x", (None, None, None)),)),
    "one point": (("a",), (Line("x", (1.0,)),)),
    "all zero": (("a", "b", "c"), (Line("x", (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),)),
    "ragged": (("a", "b", "c"), (Line("x", (1.0,), (None, 2.0), ()), Line("y", (1.0, 2.0, 3.0, 4.0)))),
    "no numbers": (("a", "b", "c"), (Line("x", (NAN, INF, -INF), (NAN, 1.0, 2.0), (1.0, INF, 3.0)),)),
    "extremes": (("a", "b", "c"), (Line("x", (1e300, -1e99, 1e-300)), Line("y", (5e-324, 1.7e308, 0.0)))),
    "negative": (("a", "b", "c"), (Line("x", (-1.0, -2.5, None), (-2.0, -3.0, None), (-0.5, -2.0, None)),)),
    "long labels": (tuple(f"{LONG}{n}" for n in range(8)), (Line(LONG, tuple(float(n) for n in range(8))), Line(LONG, (None,) * 8))),
    "many": (tuple(f"v{n}" for n in range(75)), tuple(Line(f"s{m}", tuple(float(n) for n in range(75))) for m in range(3))),
    "strange": (
        ("$x^2$", "\x00\ud800", "\u202eevil", "مرحبا", "你好 🎉", "", "_a\n\nb"),
        (Line("_$\\frac{$", (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)),),
    ),
}


def chart(
    kind: Any, labels: tuple[str, ...] = ("a", "b", "c"), lines: tuple[Line, ...] = (Line("x", (1.0, 2.0, 3.0)),), unit: str = "ms"
) -> Chart:
    return Chart(kind, "A title", unit, labels, lines, n=12)


def numbers(path: str) -> list[float]:
    return [float(part) for part in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", path)]


@pytest.mark.parametrize(("kind", "data"), list(itertools.product(KINDS, AWKWARD)), ids=str)
def test_awkward_data_make_a_picture(kind: str, data: str) -> None:
    root = ET.fromstring(drawing.svg(chart(kind, *AWKWARD[data]), BRAND))
    wide, high = (float(root.get(name, "").removesuffix("pt")) for name in ("width", "height"))
    assert wide == 540
    assert 60 < high < 720
    assert "nan" not in ET.tostring(root, "unicode").lower()


def test_a_picture_without_data_says_so_and_differs_from_one_of_zeros() -> None:
    nothing = drawing.svg(chart("bar", ("a",), (Line("x", (None,)),)), BRAND)
    assert nothing != drawing.svg(chart("bar", ("a",), (Line("x", (0.0,)),)), BRAND)


@pytest.mark.parametrize("kind", ["bar", "bars", "line", "forest", "matrix"])
def test_nothing_is_drawn_outside_the_picture(kind: str) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with canvas.settings():
        for data in ("long labels", "negative", "strange", "many", "one point"):
            made = drawing._drawn(chart(kind, *AWKWARD[data]), looks.DEFAULT_ACCENT, 6.3)
            FigureCanvasAgg(made).draw()
            box = made.get_tightbbox()
            wide, high = made.get_size_inches()
            assert box.x0 >= -0.02, data
            assert box.y0 >= -0.02, data
            assert box.x1 <= wide + 0.02, data
            assert box.y1 <= high + 0.02, data


def test_a_missing_value_is_a_gap_and_not_zero() -> None:
    with_gap = drawing.svg(chart("line", lines=(Line("x", (1.0, None, 3.0)),)), BRAND)
    assert with_gap != drawing.svg(chart("line", lines=(Line("x", (1.0, 0.0, 3.0)),)), BRAND)
    assert with_gap != drawing.svg(chart("line"), BRAND)


def test_the_svg_holds_paths_alone_and_ids_of_its_own() -> None:
    one, other = (drawing.svg(chart("bar", lines=(Line("x", (value, 2.0, 3.0)),)), BRAND) for value in (1.0, 1.5))
    for text in (one, other):
        assert not re.search(r"<(text|style|script|image|metadata|a)\b|<!--|<\?|<!DOCTYPE", text)
        assert set(re.findall(r'xlink:href="#([^"]+)"|url\(#([^)]+)\)', text)) <= {
            (name, "") if f'xlink:href="#{name}"' in text else ("", name) for name in re.findall(r'\bid="([^"]+)"', text)
        }
    assert not set(re.findall(r'\bid="([^"]+)"', one)) & set(re.findall(r'\bid="([^"]+)"', other))


def test_formulas_are_not_read() -> None:
    plain = drawing.svg(chart("bars", ("$x$",), (Line("x", (1.0,)),)), BRAND)
    assert plain != drawing.svg(chart("bars", ("x",), (Line("x", (1.0,)),)), BRAND)
    assert drawing.png(chart("bar", ("$\\nosuchcommand{$",), (Line("$", (1.0,)),)), BRAND, dpi=50).startswith(b"\x89PNG")


def test_threads_draw_what_one_alone_draws() -> None:
    charts = [chart("bar", lines=(Line("x", (float(n), 2.0, 3.0)),)) for n in range(6)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda one: drawing.svg(one, BRAND, width_px=300), charts))
    drawing._svg.cache_clear()
    assert together == [drawing.svg(one, BRAND, width_px=300) for one in charts]


def test_the_picture_is_as_wide_as_was_asked_for() -> None:
    png = drawing.png(chart("bar"), BRAND, width_in=4, dpi=100)
    assert int.from_bytes(png[16:20]) == 400
    assert ET.fromstring(drawing.svg(chart("bar"), BRAND, width_px=480)).get("width") == "360pt"


def test_colours_begin_with_the_accent_and_are_apart() -> None:
    for accent in ("#2f5d8a", "#e69f00", "#009e73", "#ffee00"):
        colours = looks.palette(accent, 6)
        assert len(set(colours)) == 6
        assert looks.contrast(colours[0], "#ffffff") >= 3
    assert looks.palette("nonsense", 1) == [looks.DEFAULT_ACCENT]


@pytest.mark.parametrize(
    ("low", "high", "unit", "texts"),
    [
        (0.0, 1.0, "share", ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]),
        (0.0, 0.004, "usd", ["$0.000", "$0.001", "$0.002", "$0.003", "$0.004"]),
        (0.0, 20_000.0, "ms", ["0", "5", "10", "15", "20"]),
        (-3.0, 2.0, "calls", ["−3", "−2", "−1", "0", "1", "2"]),
    ],
)
def test_ticks_are_round_and_tell_their_unit(low: float, high: float, unit: str, texts: list[str]) -> None:
    marks = looks.ticks(low, high)
    assert [looks.Scale(unit, marks).tick(mark) for mark in marks] == texts


def test_labels_that_would_look_alike_are_cut_in_their_middle() -> None:
    with canvas.settings():
        assert len(set(canvas.apart([f"{LONG} number {n}" for n in range(20)], 90))) == 20
        assert all(canvas.width(text) <= 90 for text in canvas.apart([f"{LONG} number {n}" for n in range(20)], 90))


def test_an_unknown_kind_and_a_broken_diagram_are_named() -> None:
    with pytest.raises(InputError, match="pie"):
        drawing.svg(chart("pie"), BRAND)
    with pytest.raises(InputError, match="line 1"):
        drawing.png(Diagram("nonsense"), BRAND)


def test_every_picture_of_the_sample_is_drawn() -> None:
    document = sample.document()
    found = [block for section in document.sections for block in section.blocks if isinstance(block, Chart | Diagram)]
    assert len(found) == 8
    assert all(ET.fromstring(drawing.svg(block, document.brand)).tag.endswith("svg") for block in found)
