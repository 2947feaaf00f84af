"""Documents as Markdown, read back by an independent parser: what was written is what is shown, and nothing else."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.export import sample
from workbench.export import writers
from workbench.export.literal import visible
from workbench.export.model import (
    Block,
    Cell,
    Chart,
    Code,
    Column,
    Document,
    Heading,
    Line,
    ListBlock,
    Note,
    Paragraph,
    Quote,
    Run,
    Section,
    Table,
    inline,
)
from workbench.export.writers import markdown

PARSER = MarkdownIt("commonmark").enable("table")


LINKS = st.sampled_from(["", "https://a.b/c_d*e?f=g&h;(i)"])
NASTY = st.text(st.sampled_from(list("ab1 \t\n\\`*_[]()<>|~$#&+-=:.!{}'\"^@/;é你ש\u00a0\u2028€\x00\x85\ud800")), min_size=1, max_size=40)


def of(*blocks: Block, title: str = "A", contents: bool = False) -> str:
    document = Document("sample", title, "", "a", (Section("one", "One", blocks),), contents=contents)
    return writers.get("md").write(document).decode()


def tokens(text: str) -> list[Token]:
    return PARSER.parse(text)


def shown(token: Token) -> str:
    """The text of an inline token as a browser would show it."""
    made = ""
    for child in token.children or ():
        if child.type in {"text", "code_inline"}:
            made += child.content
        elif child.type == "hardbreak" or (child.type == "html_inline" and child.content == "<br>"):
            made += "\n"
        else:
            assert child.type.startswith(("strong", "em", "link")), child
    return made


def paragraphs(text: str) -> list[str]:
    found = tokens(text)
    return [shown(one) for before, one in pairwise(found) if before.type == "paragraph_open"]


def cells(text: str) -> list[str]:
    found = tokens(text)
    return [shown(one) for before, one in pairwise(found) if before.type in {"td_open", "th_open"}]


def same(seen: str, meant: str) -> None:
    """A line without a letter may be one blank: nothing else keeps it open."""
    assert [row.strip() or "" for row in seen.split("\n")] == [row.strip() or "" for row in visible(meant).split("\n")]
    assert [row for row in seen.split("\n") if row.strip()] == [row for row in visible(meant).split("\n") if row.strip()]


@settings(max_examples=60)
@given(NASTY)
@example("1. x\n- y\n+ z\n# h\n> q\n    code\n\ttab\n---\n===\n:--|")
@example("&amp; &#35; &copy; \\& \\\\ \\")
@example("a\n\n\nb\n")
@example("http://a.b <http://a.b> [x]: y\n[x]")
def test_a_paragraph_shows_exactly_its_text(text: str) -> None:
    found = paragraphs(of(Paragraph(inline(text))))
    assert len(found) == 1
    same(found[0], text)


@settings(max_examples=60)
@given(st.lists(st.tuples(NASTY, st.booleans(), st.booleans(), st.booleans(), LINKS), max_size=4))
@example([("foo", False, False, False, ""), ("(bar)", True, False, False, ""), ("baz", False, False, False, "")])
@example([("a", False, True, False, ""), ("b", True, False, False, ""), ("c", True, True, False, "")])
@example([("1", False, False, False, ""), (". x", False, False, False, "https://a.b/c_d*e?f=g&h;(i)")])
@example([("1", False, False, False, ""), ("\n", False, True, False, "")])
@example([("1", False, True, False, ""), ("\u2028", False, False, False, "")])
@example([("\n", False, True, True, "")])
def test_runs_keep_their_text_and_their_styles(given_runs: list[tuple[str, bool, bool, bool, str]]) -> None:
    runs = tuple(Run(*one) for one in given_runs)
    found = paragraphs(of(Paragraph((Run("x"), *runs, Run("y")))))
    assert len(found) == 1
    same(found[0], "x" + "".join(run.text for run in runs) + "y")


@pytest.mark.parametrize("edge", ["", " ", "word", "(", "€", "你"])
@pytest.mark.parametrize("inner", ["bold", "(bold)", " bold ", "€", "a_b*c", "`x`", "你"])
@pytest.mark.parametrize("style", [{"bold": True}, {"italic": True}, {"bold": True, "italic": True}])
def test_emphasis_holds_beside_any_letter(edge: str, inner: str, style: dict[str, bool]) -> None:
    text = of(Paragraph((Run(edge), Run(inner, **style), Run(edge))))
    kinds = {child.type for token in tokens(text) for child in token.children or ()}
    assert ("strong_open" in kinds, "em_open" in kinds) == (style.get("bold", False), style.get("italic", False))


@settings(max_examples=60)
@given(NASTY, NASTY)
@example("a|b", "\\|")
@example("\\", "`|`")
def test_a_table_shows_exactly_its_cells(text: str, name: str) -> None:
    table = Table((Column(name), Column("b", "right")), ((Cell(inline(text)), Cell((Run(text, code=True),))),))
    found = cells(of(table))
    assert len(found) == 4
    for seen, meant in zip(found, (name, "b", text, text), strict=True):
        same(seen, meant)


@settings(max_examples=60)
@given(NASTY)
@example("```\n````\n~~~")
def test_code_stands_as_it_is(text: str) -> None:
    for block in (Code(text, "json"), ListBlock(((Code(text),),)), Quote((Code(text),))):
        found = [token.content for token in tokens(of(block)) if token.type in {"fence", "code_block"}]
        assert len(found) == 1
        assert found[0] == visible(text) + "\n"


def test_every_hostile_text_of_the_sample_is_shown_and_none_is_markup() -> None:
    text = writers.get("md").write(sample.document()).decode()
    found = tokens(text)
    for hostile in sample.HOSTILE:
        assert visible(hostile) + "\n" in [token.content for token in found if token.type == "fence"]
        for seen in (paragraphs(text), cells(text)):
            assert any(one.strip() == visible(hostile).strip() for one in seen)
    raw = {child.content for token in found for child in token.children or () if child.type == "html_inline"}
    assert raw <= {"<br>"}
    (comment,) = [token.content for token in found if token.type == "html_block"]
    assert comment.startswith("<!-- prompt-workbench-sources:")
    assert "--" not in comment.removeprefix("<!--").rstrip().removesuffix("-->")
    assert not any(child.type == "image" for token in found for child in token.children or ())


def test_links_lead_to_the_web_and_to_sections_alone() -> None:
    runs = (Run("a", link="https://a.b/?x=1&copy=2"), Run("b", link="javascript:alert(1)"), Run("c", link="#one"), Run("d", link="#none"))
    found = [child.attrGet("href") for token in tokens(of(Paragraph(runs))) for child in token.children or () if child.type == "link_open"]
    assert found == ["https://a.b/?x=1&copy=2", "#one"]


def anchors_of(text: str) -> Iterator[str]:
    """What GitHub would name each heading."""
    taken: dict[str, int] = {}
    found = tokens(text)
    for before, one in pairwise(found):
        if before.type == "heading_open":
            base = re.sub(r"[^\w\- ]", "", shown(one).lower()).replace(" ", "-")
            taken[base] = taken.get(base, -1) + 1
            yield base if not taken[base] else f"{base}-{taken[base]}"


def test_every_entry_of_the_contents_leads_to_its_heading() -> None:
    sections = tuple(
        Section(f"key {n}", title, (Heading(3, inline("Input")), Paragraph(inline("x"))))
        for n, title in enumerate(["Input", "Input", "<b> & _x_"])
    )
    text = writers.get("md").write(Document("sample", "Input", "", "a", sections)).decode()
    links = [child.attrGet("href") for token in tokens(text) for child in token.children or () if child.type == "link_open"]
    assert links == ["#input-1", "#input-3", "#b--_x_"]
    assert {str(link)[1:] for link in links} <= set(anchors_of(text))


def test_blocks_in_lists_quotes_and_notes_stay_inside() -> None:
    inner = (Paragraph(inline("one\ntwo")), Code("a\n\n  b"), ListBlock(((Paragraph(inline("deep")),),), ordered=True))
    kinds = [token.type for token in tokens(of(ListBlock((inner, inner)), ListBlock((inner,)), Note("good", inner), Quote(inner)))]
    assert kinds.count("bullet_list_open") == 2
    assert kinds.count("blockquote_open") == 2
    assert kinds.count("ordered_list_open") == 5
    assert kinds.count("fence") == 5


def test_a_chart_is_a_table_of_its_figures_with_unit_n_and_intervals() -> None:
    line = Line("p95", (1200.0, None), (1100.0, None), (1300.0, None))
    text = of(Chart("line", "p95 by version", "ms", ("v1", "v2"), (line,), n=1204, note="95 % intervals", alt="rose"))
    assert cells(text) == ["", "p95", "v1", "1.2 s (1.1 to 1.3 s)", "v2", "no data"]
    assert paragraphs(text)[-2:] == ["p95 by version (n = 1,204)", "95 % intervals rose"]


def test_equal_documents_are_equal_bytes_that_carry_their_sources() -> None:
    made = writers.get("md").write(sample.document())
    assert made == writers.get("md").write(sample.document())
    said = json.loads(made.decode().rpartition("prompt-workbench-sources:")[2].rpartition(" -->")[0])
    assert said["sources"][0]["digest"] == sample.document().sources[0].digest


def test_long_texts_take_no_time() -> None:
    for text in ("a" * 100_000, "`" * 100_000, "*_" * 50_000, "\n" * 20_000):
        assert len(of(Paragraph(inline(text)), Code(text), Paragraph((Run(text, code=True),)))) > len(text)
    assert markdown.slug("A b_c-d!") == "a-b_c-d"
