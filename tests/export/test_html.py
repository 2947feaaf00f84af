"""Documents as one HTML file, read by a strict HTML5 parser: every text is shown, nothing runs, nothing is fetched."""

import base64
import json
import re
from dataclasses import replace
from typing import Any

import html5lib
import pytest

from tests.export import sample
from workbench.export import provenance, writers
from workbench.export.drawing import looks
from workbench.export.literal import visible
from workbench.export.model import (
    Block,
    Brand,
    Cell,
    Chart,
    Code,
    Column,
    Diagram,
    Document,
    Line,
    ListBlock,
    Paragraph,
    Run,
    Section,
    Table,
    inline,
)
from workbench.export.web import page
from workbench.export.writers import html

SPACE = "{http://www.w3.org/1999/xhtml}"
PNG = base64.b64decode(b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")


def read(text: str) -> Any:
    """The tree; any fault in the HTML raises."""
    return html5lib.HTMLParser(strict=True).parse(text)


def written(document: Document) -> str:
    return writers.get("html").write(document).decode()


def of(*blocks: Block) -> str:
    return written(Document("sample", "A", "", "a", (Section("one", "One", blocks),)))


def all_of(tree: Any, name: str) -> list[Any]:
    return list(tree.iter(SPACE + name))


def text_of(element: Any) -> str:
    for line in element.iter(SPACE + "br"):
        line.text = "\n"
    return "".join(element.itertext())


@pytest.fixture(scope="module")
def made() -> str:
    return written(sample.document())


def test_the_page_is_valid_and_has_landmarks_contents_and_a_language(made: str) -> None:
    tree = read(made)
    assert tree.get("lang") == "en"
    assert [len(all_of(tree, name)) for name in ("header", "nav", "main", "h1")] == [1, 1, 1, 1]
    places = {element.get("id") for element in tree.iter() if element.get("id")}
    links = [link.get("href") for link in all_of(tree, "a") if link.get("href", "").startswith("#")]
    assert {link[1:] for link in links} <= places
    assert len(links) == 6  # five sections, and the way past the contents
    assert len(places) == len([element for element in tree.iter() if element.get("id")])


def test_hostile_texts_are_shown_and_no_element_comes_of_them(made: str) -> None:
    tree = read(made)
    code = [text_of(one) for one in all_of(tree, "code")]
    cells = [text_of(one) for one in all_of(tree, "td")]
    paragraphs = [text_of(one) for one in all_of(tree, "p")]
    for text in sample.HOSTILE:
        for found in (code, cells, paragraphs):
            assert visible(text) in found
    assert [one.get("type") for one in all_of(tree, "script")] == ["application/json"]
    assert all_of(tree, "img") == []
    assert all_of(tree, "b") == []
    for text in sample.SCRIPTS.values():
        assert text in paragraphs


def test_nothing_is_fetched_and_nothing_runs(made: str) -> None:
    tree = read(made)
    policy = next(one.get("content") for one in all_of(tree, "meta") if one.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    names = {name.rpartition("}")[2] for element in tree.iter() for name in element.attrib}
    assert not [name for name in names if name.startswith("on") or name == "src"]
    assert all(link.get("href").startswith(("#", "https://example.com/")) for link in all_of(tree, "a"))
    assert "url(" not in page.style("document.css")
    uses = [value for element in tree.iter() for name, value in element.attrib.items() if name.endswith("}href")]
    assert all(value.startswith("#") for value in uses)


def test_links_other_than_to_the_web_and_to_sections_are_words() -> None:
    runs = tuple(
        Run("x", link=link) for link in ("javascript:alert(1)", "data:text/html,x", "#none", "#one", 'https://a.b/"><i>', "mailto:a@b.c")
    )
    links = [one.get("href") for one in all_of(all_of(read(of(Paragraph(runs))), "main")[0], "a")]
    assert links == ["#one", 'https://a.b/"><i>', "mailto:a@b.c"]


def test_code_keeps_its_first_empty_line_and_every_blank() -> None:
    text = "\n\n  a\tb  \n"
    assert text_of(all_of(read(of(Code(text))), "pre")[0]) == text


def test_a_table_scrolls_in_a_box_that_keys_reach_and_figures_stand_right(made: str) -> None:
    boxes = [one for one in read(made).iter(SPACE + "div") if one.get("class") == "scroll"]
    assert boxes
    assert all(box.get("tabindex") == "0" and box.get("aria-label") for box in boxes)
    table = Table((Column("a"), Column("b", "right")), ((Cell(inline("x")), Cell(inline("1"), 1)),))
    assert [cell.get("class") for cell in all_of(read(of(table)), "td")] == [None, "figure"]
    assert "No rows." in of(Table((Column("a"),), ()))


def test_a_chart_has_a_caption_with_n_a_description_and_its_figures() -> None:
    chart = Chart("bar", "Cost by model", "usd", ("a", "b"), (Line("cost", (1.5, None)),), n=12, alt="a is dearer", note="list prices")
    tree = read(of(chart))
    assert text_of(all_of(tree, "figcaption")[0]) == "Cost by model (n = 12)"
    picture = next(one for one in tree.iter(SPACE + "div") if one.get("role") == "img")
    assert picture.get("aria-label") == "Cost by model. a is dearer. n = 12"
    assert [text_of(cell) for cell in all_of(all_of(tree, "details")[0], "td")] == ["", "a", "$1.50", "b", "no data"]


def test_a_diagram_that_cannot_be_read_is_shown_as_source_with_its_fault() -> None:
    tree = read(of(Diagram("graph LR\nA -->")))
    assert "line 2" in text_of(next(one for one in tree.iter(SPACE + "div") if one.get("role") == "note"))
    assert text_of(all_of(tree, "code")[0]) == "graph LR\nA -->"


def test_lists_hold_blocks() -> None:
    item = (Paragraph(inline("one")), Code("x"), ListBlock(((Paragraph(inline("two")),),), ordered=True))
    main = all_of(read(of(ListBlock((item, ())))), "main")[0]
    assert [len(all_of(main, name)) for name in ("ul", "ol", "li", "pre")] == [1, 1, 3, 1]


@pytest.mark.parametrize("accent", ["#2f5d8a", "#ffdd00", "#000000", "#ffffff", "#ff0000", "no colour"])
def test_the_accent_can_be_read_on_both_grounds(accent: str) -> None:
    text = written(Document("sample", "A", "", "a", (), brand=Brand(accent)))
    light, dark, paper = re.findall(r"--accent: (#[0-9a-f]{6})", text)
    assert looks.contrast(light, "#ffffff") >= 4.5
    assert looks.contrast(dark, "#14181d") >= 4.5
    assert paper == light


def test_the_logo_is_in_the_page_and_nothing_but_a_picture_is_one() -> None:
    brand = Brand(logo=PNG, name="Example & Co")
    (picture,) = all_of(read(written(replace(sample.document(), brand=brand))), "img")
    assert picture.get("src") == "data:image/png;base64," + base64.b64encode(PNG).decode()
    assert all_of(read(written(replace(sample.document(), brand=Brand(logo=b"<svg onload=x>")))), "img") == []


def test_equal_documents_are_equal_bytes_that_carry_their_sources(made: str) -> None:
    assert written(sample.document()) == made
    said = all_of(read(made), "script")[0].text
    assert provenance.parse(said, "x").sources == sample.document().sources
    assert json.loads(said)["subject"] == "support/triage"


def test_the_body_is_the_page_without_what_is_round_it(made: str) -> None:
    inner = html.body(sample.document())
    assert inner in made
    assert not re.search(r"<(html|head|script|style)\b", inner)


def test_a_title_that_closes_elements_closes_none() -> None:
    tree = read(written(Document("sample", "</title><script>x</script>\x00\ud800\x85", "</h1>", "a", (), brand=Brand(name="<i>"))))
    assert text_of(all_of(tree, "h1")[0]) == "</title><script>x</script>␀\ufffd␤"
    assert len(all_of(tree, "script")) == 1


def test_a_logo_stands_on_a_light_plate_where_the_ground_is_dark() -> None:
    (dark,) = [line for line in page.style("document.css").splitlines() if ".brand img" in line and "prefers-color-scheme: dark" in line]
    assert "background: #fff" in dark
