"""From a request to a document and a file: sections chosen, prose kept, own templates, sources in every file, stale or fresh."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.export import sample
from workbench.errors import InputError, TemplateError
from workbench.export import differences, documents, files, history, kinds, provenance, setup
from workbench.export.kinds import Part, Prose, Request
from workbench.export.model import Brand, Heading, plain
from workbench.export.sources import source
from workbench.store import Store

STATE = {"p95": "1.1 s", "text": "<b>bold</b>"}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A kind of two sections whose templates are the person's own; its figures are in STATE."""
    own = tmp_path / "templates"
    (own / "small").mkdir(parents=True)
    (own / "small" / "one.md").write_text("{{ prose('intent') }}\n\n### Speed\n\np95 is {{ p95 }}, {{ text }}.\n")
    (own / "small" / "two.md").write_text("{% if p95 == 'never' %}x{% endif %}\n")
    (own / "small" / "notes-of-ours.md").write_text("# What we add\n\nFor {{ audience }}.\n")
    monkeypatch.setenv("WORKBENCH_TEMPLATES", str(own))
    monkeypatch.setitem(kinds.MODULES, "small", "small")
    kinds.kind(
        "small",
        title="Small",
        sections=(Part("one", "One", (Prose("intent", "Intent"),)), Part("two", "Two")),
        audiences={"manager": ("two", "one")},
    )(_gather)
    yield own
    kinds._known.pop("small")


def _gather(store: Store, request: Request) -> kinds.Gathered:
    return kinds.Gathered(
        "A title", "", dict(STATE), [source("calls", "a", "calls of a", STATE["p95"], at_ms=sample.AS_OF_MS, facts={"p95": STATE["p95"]})]
    )


def titles(document: object) -> list[str]:
    return [section.title for section in document.sections]  # type: ignore[attr-defined]


def test_sections_come_in_order_and_empty_ones_are_left_out(store: Store, small: Path) -> None:
    made = documents.compose(store, Request("small", "a"))
    assert titles(made) == ["One", "What we add", "Sources"]
    assert made.sections[0].blocks[0] == Heading(3, made.sections[0].blocks[0].text)
    assert plain(made.sections[0].blocks[1].runs) == "p95 is 1.1 s, <b>bold</b>."
    assert made.as_of_ms == sample.AS_OF_MS
    assert documents.compose(store, Request("small", "a")) == made
    assert titles(documents.compose(store, Request("small", "a", sections=("notes-of-ours", "one")))) == ["What we add", "One"]
    assert titles(documents.compose(store, Request("small", "a", audience="manager"))) == ["One", "Sources"]


def test_a_section_that_is_not_there_is_refused_with_those_that_are(store: Store, small: Path) -> None:
    with pytest.raises(InputError, match="Small has no section three") as raised:
        documents.compose(store, Request("small", "a", sections=("three",)))
    assert "It has One (one), Two (two), What we add (notes-of-ours), Sources (sources)." in raised.value.hint


@pytest.mark.parametrize(("kind", "has"), [("plan", "It has none."), ("evaluation", "It has cases."), ("slides", "It has plan, run,")])
def test_an_option_that_a_kind_does_not_have_is_refused_with_those_it_has(store: Store, kind: str, has: str) -> None:
    with pytest.raises(InputError, match="colour is no option of this document") as raised:
        documents.compose(store, Request(kind, "a", options={"colour": "red"}))
    assert raised.value.hint.startswith(has)


def test_a_section_of_ones_own_is_asked_for_by_the_title_in_its_first_line(store: Store, small: Path) -> None:
    for name in ("What we add", "what we ADD", "notes-of-ours"):
        assert documents.request(store, "small", "a", sections=[name]).sections == ("notes-of-ours",)
    assert [one.title for one in documents.choices("small")] == ["One", "Two", "What we add", "Sources"]


def test_prose_is_kept_through_regeneration_and_is_a_source(store: Store, small: Path) -> None:
    setup.put(store, "small", "a", prose={"intent": "What it is *for*.", "empty": " "})
    before = documents.compose(store, Request("small", "a"))
    assert plain(before.sections[0].blocks[0].runs) == "What it is for."
    setup.put(store, "small", "a", prose={"intent": "Something else."})
    fresh = differences.compare(before.sources, documents.compose(store, Request("small", "a")).sources)
    assert [change.sentence for change in fresh.changes] == ["prose Intent changed"]
    setup.put(store, "small", "a", prose={"intent": ""})
    assert setup.get(store, "small", "a").prose == {}


def test_a_broken_template_of_ones_own_names_file_and_line(store: Store, small: Path) -> None:
    (small / "small" / "one.md").write_text("fine\n\n{{ nothing_of_that_name }}\n")
    with pytest.raises(TemplateError, match=r"one\.md, line 3: 'nothing_of_that_name' is undefined"):
        documents.compose(store, Request("small", "a"))


@pytest.mark.parametrize("form", ["md", "html", "docx", "pdf"])
def test_a_file_knows_when_it_is_stale(store: Store, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    file = files.make(store, Request("small", "a/ü"), form)
    assert file.data == files.make(store, Request("small", "a/ü"), form).data
    path = tmp_path / file.name
    path.write_bytes(file.data)
    said = provenance.read(path)
    assert (path.name, said.subject, said.sources) == (f"a-u-small.{form}", "a/ü", file.document.sources)
    assert not history.check(store, said).stale
    monkeypatch.setitem(STATE, "p95", "2.3 s")
    fresh = history.check(store, said)
    assert fresh.stale
    assert [change.sentence for change in fresh.changes] == ["calls of a changed: p95 1.1 s → 2.3 s"]
    assert not history.check(store, said, without=history.TRAFFIC).stale


def test_past_exports_are_listed_newest_first_and_can_be_forgotten(store: Store, small: Path) -> None:
    file = files.make(store, Request("small", "a"), "md")
    first, second = history.keep(store, file, now_ms=1), history.keep(store, file, now_ms=2)
    assert history.page(store) == [second, first]
    assert history.page(store, limit=1, before_id=second.id) == [first]
    assert history.page(store, subject="b") == []
    assert not history.check(store, first).stale
    history.forget(store, first.id)
    assert history.page(store) == [second]


def test_a_document_whose_subject_is_gone_is_stale_and_says_why(store: Store) -> None:
    said = provenance.parse(provenance.text(sample.document()), "a.md")
    assert history.check(store, said).trouble == "No kind of document is called sample."


@pytest.mark.parametrize("text", ["", "# A document of somebody else\n", "{}", "PK\x03\x04", "%PDF-1.7 nothing"])
def test_a_file_without_sources_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.md").write_text(text)
    with pytest.raises(InputError, match=r"a\.md (carries no sources|is damaged)"):
        provenance.read(tmp_path / "a.md")


def test_a_brand_that_cannot_be_read_on_paper_is_refused(store: Store) -> None:
    assert setup.brand(store) == Brand()
    with pytest.raises(InputError, match="too light"):
        setup.put_brand(store, Brand("#ffee00"))
    with pytest.raises(InputError, match="no colour"):
        setup.put_brand(store, Brand("red"))
    with pytest.raises(InputError, match="no PNG"):
        setup.put_brand(store, Brand(logo=b"GIF89a"))
    setup.put_brand(store, Brand("#004488", name=" Example "))
    assert setup.brand(store) == Brand("#004488", b"", "Example")
