"""What all pages share: they open on any store, text stays text, colours can be read, figures read well."""

import ast
import re
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from pages.parts import charts, diff, figures, safe, tables
from pages.parts import format as fmt
from tests.pages import stores
from tests.pages.conftest import ROOT, Open
from workbench import store as database
from workbench.store import Store

FILES = sorted(path for path in (ROOT / "pages").rglob("*.py"))
MENU = re.findall(r'\("([a-z_/]+\.py)"', (ROOT / "app.py").read_text())


@pytest.mark.parametrize("file", MENU)
def test_every_page_opens_on_an_empty_store(app: Open, file: str) -> None:
    page = app(file)
    assert not page.exception
    assert len(page.title) == 1


@pytest.mark.parametrize("file", MENU)
def test_every_page_opens_on_an_ordinary_store(app: Open, bench: Store, file: str) -> None:
    run_id = stores.fill(bench)
    page = app(file, run=run_id, prompt="intent", version="2", dataset="messages")
    assert not page.exception
    assert len(page.title) == 1


@pytest.mark.parametrize("file", MENU)
def test_every_page_opens_on_a_hostile_store_and_shows_no_markup_of_it(app: Open, bench: Store, file: str) -> None:
    run_id = stores.fill_hostile(bench)
    page = app(file, run=run_id, prompt="hostile/p0", dataset="=HYPERLINK ![x](y) :smile:")
    assert not page.exception
    marked = [*page.markdown, *page.caption, *page.title, *page.subheader, *page.error, *page.warning, *page.info, *page.success]
    texts = [str(element.value) for element in marked] + [element.label for element in (*page.button, *page.metric, *page.expander)]
    assert [text for text in texts if re.search(r"(?<!\\)(!\[|:red\[|<script)", text)] == []


@pytest.mark.parametrize("file", MENU)
@pytest.mark.parametrize("junk", ["nonsense", "' OR 1=1 --", "9" * 400, stores.IMAGE, "../../etc/passwd"])
def test_junk_in_the_url_is_answered_and_never_breaks_a_page(app: Open, bench: Store, file: str, junk: str) -> None:
    page = app(file, run=junk, prompt=junk, version=junk, dataset=junk, state=junk, section=junk, after=junk, conversation=junk)
    assert not page.exception


def test_a_store_of_a_newer_workbench_is_said_on_every_page(app: Open, home: Path) -> None:
    database.close_all()
    with closing(sqlite3.connect(home / "workbench.db")) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
        file.commit()
    page = app("home.py")
    assert not page.exception
    assert "newer workbench" in page.error[0].value


# --- text stays text -------------------------------------------------------------------------------------------------------------


def test_pages_have_no_door_to_markup_but_the_one_of_the_parts() -> None:
    doors = {
        "html": ("pages/parts/shell.py", "pages/parts/diff.py"),
        "table": ("pages/parts/tables.py",),
        "iframe": ("pages/parts/exporting.py",),  # a document that forbids scripts by its own policy
        "components": (),
    }
    for path in FILES:
        where = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text())):
            assert not (isinstance(node, ast.keyword) and node.arg == "unsafe_allow_html"), where
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "st" and node.attr in doors:
                assert where in doors[node.attr] or node.attr == "components", f"{where}: st.{node.attr}"


# Calls whose first argument is read as markdown.
_MARKDOWN = {"markdown", "write", "caption", "info", "error", "warning", "success", "toast", "title", "header", "subheader", "badge"}
_LABELS = {"button", "expander", "popover", "metric", "tabs", "page_link", "form_submit_button", "checkbox", "toggle", "status", "progress"}
# What came from outside goes by these names all over the pages; a figure or a word of our own does not.
_OUTSIDE = {
    "name", "note", "text", "description", "reply", "message", "prompt", "dataset", "author", "label", "tag", "error", "exc", "value",
    "content", "expected", "reason", "model", "url", "path", "key", "query", "detail", "semantic", "base_url", "user", "hint",
}  # fmt: skip
_PASSING_ON = {"str", "repr", "strip", "lower", "upper", "title", "replace", "join", "format", "get"}


def test_an_f_string_in_markdown_or_a_label_holds_nothing_from_outside_unescaped() -> None:
    loose = []
    for path in FILES:
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            if not isinstance(call.func, ast.Attribute) or call.func.attr not in _MARKDOWN | _LABELS or not call.args:
                continue
            ours = isinstance(call.func.value, ast.Name) and call.func.value.id in {"page", "safe"}  # these escape
            if not ours and isinstance(call.args[0], ast.JoinedStr):
                values = [value for value in call.args[0].values if isinstance(value, ast.FormattedValue) and value.format_spec is None]
                loose += [f"{path.relative_to(ROOT)}:{call.lineno} {ast.unparse(value)}" for value in values if _outside(value.value)]
    assert loose == []


def _outside(value: ast.expr) -> bool:
    """Whether the expression hands on a text from outside as it is."""
    if isinstance(value, ast.Name | ast.Attribute):
        return (value.id if isinstance(value, ast.Name) else value.attr) in _OUTSIDE
    if isinstance(value, ast.IfExp):
        return _outside(value.body) or _outside(value.orelse)
    if isinstance(value, ast.BoolOp):
        return any(map(_outside, value.values))
    if isinstance(value, ast.Call):
        called = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        inner = [*value.args, *([value.func.value] if isinstance(value.func, ast.Attribute) else [])]
        return called in _PASSING_ON and any(map(_outside, inner))
    return isinstance(value, ast.Subscript) and _outside(value.value)


@pytest.mark.parametrize(
    "text", [*stores.HOSTILE[:6], "1. one", "a  b\n\n    code", "a -> b <- c", "www.leak.example x@leak.example", "&amp; &lt;"]
)
def test_escaped_text_keeps_its_signs_and_no_construct(text: str) -> None:
    escaped = safe.escape(text)
    assert "\n" not in escaped
    bare = re.sub(r"\\([^\w\s])", r"\1", escaped).replace("\u2060", "")
    assert bare == re.sub(r"[ \t\n]+", " ", safe.plain(text)).strip(" ")
    assert re.search(r"(?<!\\)[\[\]()<>*`$!&]", escaped) is None
    assert re.search(r":[a-z]", escaped.replace("\\", "")) is None


def test_a_long_label_is_cut() -> None:
    assert len(safe.escape("x" * 10_000, limit=40)) == 40


def test_a_diff_shows_markup_as_text() -> None:
    from workbench.text.diff import words

    shown = diff.table(words("<img src=x> a", "<script>alert(1)</script> b"), "<b>left</b>", '"right"')
    assert "<img" not in shown
    assert "<script" not in shown
    assert "<b>" not in shown
    assert "<ins>" in shown
    assert "<del>" in shown


# --- tables and figures ------------------------------------------------------------------------------------------------------------


def test_an_exported_table_runs_no_formula() -> None:
    frame = pd.DataFrame([{"id": 1, "a": '=HYPERLINK("x")', "n": -3}, {"id": 2, "a": "@cmd", "n": 4}, {"id": 3, "a": None, "n": 5}])
    text = tables.to_csv(frame, {"a": "A", "n": "N"}).decode("utf-8-sig")
    assert text.splitlines() == ["a,n", '"\'=HYPERLINK(""x"")",-3', "'@cmd,4", ",5"]


def test_figures_read_as_a_person_would_write_them() -> None:
    assert fmt.usd(None) == "–"
    assert fmt.usd(0) == "$0"
    assert fmt.usd(12) == "$0.000000012"
    assert fmt.usd(1_234_500_000_000) == "$1,234.50"
    assert fmt.usd(2_346_000) == "$0.00235"
    assert fmt.ms(812) == "812 ms"
    assert fmt.ms(92_000) == "1 min 32 s"
    assert fmt.tokens(1234, estimated=True) == "≈ 1,234"
    assert fmt.percent(0.235) == "24 %"
    assert fmt.points(-0.081) == "−8.1 points"
    assert fmt.ago(0, 10_000) == "just now"
    assert fmt.ago(0, 3 * 3_600_000) == "3 hours ago"


def test_a_chart_says_its_values_intervals_and_n_in_words() -> None:
    rows = [charts.Bar("intent@1", 0.25, 0.1, 0.4, "n = 120"), charts.Bar("intent@2", None)]
    assert charts.sentence(rows) == "intent@1: 25.0%, 95 % interval 10.0% to 40.0%, n = 120; intent@2: no value"
    figure = charts.interval_bars("Right", rows, x_title="Share")
    assert list(figure.data[0].error_x.array) == [pytest.approx(0.15), 0]


def test_markup_in_a_name_is_text_in_a_chart() -> None:
    figure = charts.bars("<b>t</b>", [charts.Bar('<a href="http://leak.example">x</a>', 1.0)], x_title="<i>x</i>")
    assert "<a" not in figure.to_json().replace("\\u003c", "<")


# --- colours -----------------------------------------------------------------------------------------------------------------------


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    r, g, b = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(a: str, b: str) -> float:
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_the_theme_can_be_read(scheme: str) -> None:
    theme = tomllib.loads(Path(ROOT / ".streamlit" / "config.toml").read_text())["theme"][scheme]
    grounds = [theme["backgroundColor"], theme["secondaryBackgroundColor"], theme["sidebar"]["backgroundColor"]]
    texts = ["textColor", "linkColor", *(f"{name}TextColor" for name in ("red", "orange", "yellow", "blue", "green", "violet", "gray"))]
    weak = [(name, ground) for name in texts for ground in grounds if _contrast(theme[name], ground) < 4.5]
    assert weak == []
    assert _contrast("#ffffff", theme["primaryColor"]) >= 4.5
    assert _contrast(theme["dataframeHeaderTextColor"], theme["dataframeHeaderBackgroundColor"]) >= 4.5
    assert _contrast(theme["codeTextColor"], theme["codeBackgroundColor"]) >= 4.5


@pytest.mark.parametrize(("scheme", "colours"), [("light", figures.LIGHT), ("dark", figures.DARK)])
def test_chart_colours_are_the_theme_s_and_stand_out_from_the_page(scheme: str, colours: tuple[str, ...]) -> None:
    theme = tomllib.loads(Path(ROOT / ".streamlit" / "config.toml").read_text())["theme"][scheme]
    assert tuple(theme["chartCategoricalColors"]) == colours
    assert min(_contrast(colour, theme["backgroundColor"]) for colour in colours) >= 3


def test_the_colour_of_chosen_words_is_the_theme_s_link_colour() -> None:
    from pages.parts import styles

    theme = tomllib.loads(Path(ROOT / ".streamlit" / "config.toml").read_text())["theme"]
    assert f"light-dark({theme['light']['linkColor']}, {theme['dark']['linkColor']})" in styles.STYLE
