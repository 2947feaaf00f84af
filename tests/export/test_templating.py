"""Section templates: values never become Markdown, blocks stand alone, a broken template names file and line."""

from pathlib import Path

import pytest

from tests.export.sample import HOSTILE
from workbench.errors import TemplateError
from workbench.export import templating
from workbench.export.model import Block, Chart, Code, Heading, Line, ListBlock, Note, Paragraph, Run, Table, inline, plain
from workbench.export.templating import Found


def rendered(text: str, /, **facts: object) -> tuple[Block, ...]:
    return templating.render(Found(Path("own/a.md"), text, own=True), facts, {}, "engineer").blocks


def test_a_template_is_markdown_with_values() -> None:
    blocks = rendered(
        "A **{{ name }}** and `{{ name }}`, [here](https://example.com).\n\n### {{ name }}\n\n- one\n- {{ name }}\n", name="v7"
    )
    assert blocks[0] == Paragraph(
        (Run("A "), Run("v7", bold=True), Run(" and "), Run("v7", code=True), Run(", "), Run("here", link="https://example.com"), Run("."))
    )
    assert blocks[1] == Heading(3, inline("v7"))
    assert blocks[2] == ListBlock(((Paragraph(inline("one")),), (Paragraph(inline("v7")),)))


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_text_from_the_store_is_never_read_as_markdown(number: int) -> None:
    text = HOSTILE[number]
    paragraph, listed, table = rendered("{{ text }}\n\n- {{ text }}\n\n| a | b |\n|---|--:|\n| {{ text }} | 1 |\n", text=text)
    assert isinstance(paragraph, Paragraph)
    assert isinstance(listed, ListBlock)
    assert isinstance(table, Table)
    assert paragraph.runs == listed.items[0][0].runs == table.rows[0][0].runs == (Run(text),)
    assert table.columns[1].align == "right"


def test_a_text_that_looks_like_a_token_is_a_text() -> None:
    assert rendered("{{ a }} {{ b }}", a="\ue0001\ue001", b="other") == (Paragraph((Run("\ue0001\ue001"), Run(" "), Run("other"))),)


def test_blocks_stand_in_paragraphs_of_their_own() -> None:
    chart = Chart("bar", "t", "ms", ("a",), (Line("x", (1.0,)),))
    blocks = rendered("{{ code(text, 'json') }}\n\n{{ chart }}\n\n{{ table(['a', 'b>'], [[text, 2]]) }}", text="# {{x}}", chart=chart)
    assert blocks[:2] == (Code("# {{x}}", "json"), chart)
    assert isinstance(blocks[2], Table)
    assert blocks[2].rows[0][1].value == 2


def test_a_block_inside_a_sentence_is_refused_with_its_file() -> None:
    with pytest.raises(TemplateError, match=r"own/a\.md, line 3: A table, chart, note, code block or field of prose\(\) stands"):
        rendered("One.\n\nHere: {{ code('x') }}")


def test_a_note_holds_markdown_of_the_template_and_text_of_the_store() -> None:
    (note,) = rendered("{% call note('missing') %}\nRun `workbench run {{ name }}`.\n{% endcall %}\n", name="*a*")
    assert isinstance(note, Note)
    assert plain(note.blocks[0].runs) == "Run workbench run *a*."


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("one\n\n{% if %}\n", 3),
        ("one\n{{ missing }}\n", 2),
        ("# Title\n\n{{ 1 / 0 }}\n", 3),
        ("a\nb\n{{ facts.no.thing }}", 3),
        ("{{ x|safe }}", 1),
        ("a\n{{ table(['a', 'b'], [[1]]) }}", 2),
        ("a\n{{ table(['a'], [[code('x')]]) }}", 2),
        ("a\n{{ table(['a'], [[prose('own')]]) }}", 2),
        ("a\n{{ note('bogus', 'x') }}", 2),
        ("a\n{% call note('info') %}\nHere: {{ code('x') }}\n{% endcall %}", 3),
        ("a\n```\n{{ code('x') }}\n```", 3),
    ],
)
def test_a_broken_template_names_file_and_line(text: str, line: int) -> None:
    with pytest.raises(TemplateError) as raised:
        templating.render(Found(Path("own/a.md"), text, own=True), {"x": "<b>"}, {"own": "Words."}, "engineer")
    assert raised.value.place == f"own/a.md, line {line}"


@pytest.mark.parametrize("given", ["text|e", "text|escape", "text|tojson", "[text]|tojson"])
def test_no_filter_lets_a_value_become_markdown(given: str) -> None:
    (block,) = rendered(f"{{{{ {given} }}}}", text="**x** [y](https://example.com) <b>")
    assert isinstance(block, Paragraph)
    assert [run for run in block.runs if run.bold or run.link] == []
    assert "**x** [y](https://example.com) <b>" in plain(block.runs)
    for name in ("forceescape", "urlize", "xmlattr"):
        with pytest.raises(TemplateError, match="No filter"):
            rendered(f"{{{{ text|{name} }}}}", text="x")


def test_own_files_that_are_none_are_named_and_hidden_ones_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_TEMPLATES", str(tmp_path))
    folder = tmp_path / "prompt"
    assert templating.own_sections("prompt") == []
    (folder / "overview.md").mkdir(parents=True)
    (folder / "version.md").symlink_to(tmp_path / "nowhere.md")
    (folder / ".#errors.md").symlink_to("nobody@nowhere")
    (folder / "tests.md").write_bytes(b"\xff")
    (folder / "ours.md").write_bytes("\ufeff# Ours".encode())
    assert templating.own_sections("prompt") == ["ours", "overview", "tests", "version"]
    for name, said in (("overview", "Is a directory"), ("version", "points at a file that is not there"), ("tests", "UTF-8|utf-8")):
        with pytest.raises(TemplateError, match=said) as raised:
            templating.find("prompt", name)
        assert raised.value.place == str(folder / f"{name}.md")
    ours = templating.find("prompt", "ours")
    assert ours is not None
    assert templating.render(ours, {}, {}, "engineer").title == "Ours"


def test_no_shipped_text_names_a_suite_which_a_reader_does_not_know() -> None:
    texts = [path.read_text("utf-8") for path in templating.SHIPPED.rglob("*.md")]
    assert texts
    assert [text for text in texts if "suite" in text.casefold()] == []


def test_templates_reach_nothing_of_the_program() -> None:
    with pytest.raises(TemplateError):
        rendered("{{ ''.__class__.__mro__[1].__subclasses__() }}")


def test_prose_is_markdown_without_pictures_scripts_and_tokens() -> None:
    said = "Hello **you**.\n\n![x](http://example.invalid/x.png) <script>alert(1)</script> [y](javascript:alert(2)) \ue0000\ue001"
    said += "\n\n\ue000" + "9" * 5_000 + "\ue001"
    made = templating.render(
        Found(Path("a.md"), "{{ prose('intent') }}\n\n{{ prose('none') }}", own=False), {}, {"intent": said}, "engineer"
    )
    assert made.prose == {"intent": said}
    assert made.blocks[0] == Paragraph((Run("Hello "), Run("you", bold=True), Run(".")))
    shown = plain(made.blocks[1].runs)
    assert shown.startswith("x <script>")
    assert "<script>alert(1)</script>" in shown
    assert "\ue0000\ue001" in shown
    assert "[y](javascript:alert(2))" in shown
    assert [run.link for run in made.blocks[1].runs if run.link] == ["http://example.invalid/x.png"]
