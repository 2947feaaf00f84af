"""The Documents page: empty, set up and kept, previewed, exported; past exports that say when they are stale."""

from typing import Any

import pytest

from pages.handover.document_parts import choosing
from pages.parts import exporting
from tests.pages import verdicts
from tests.pages.conftest import Open, said
from workbench.export import history, setup
from workbench.export.kinds import Request
from workbench.prompts import labels, registry
from workbench.prompts.content import Content
from workbench.store import Store
from workbench.text.messages import message

FILE = "handover/documents.py"


def frames(page: Any) -> list[str]:
    """The HTML of every preview on the page."""
    return [node.proto.srcdoc for node in page.get("iframe")]


def plain(page: Any) -> str:
    return said(page).replace("\\", "").replace("\u00a0", " ").replace("\u2060", "")


@pytest.mark.parametrize("kind", choosing.KINDS)
def test_an_empty_store_says_what_a_document_is_written_from(app: Open, kind: str) -> None:
    page = app(FILE, kind=kind)
    assert not page.exception
    assert len(page.button) == 1
    assert not frames(page)


def test_a_prompt_is_previewed_with_what_the_person_writes(app: Open, bench: Store) -> None:
    verdicts.run(bench, [[1, 0, 1, 1], [1, 1, 1, 0]])
    page = app(FILE)
    assert not page.exception
    (html,) = frames(page)
    assert "<h1" in html
    assert "intent" in html
    page.text_area[0].input("What this is for: <b>sorting</b>.").run()
    assert not page.exception
    assert "What this is for: &lt;b&gt;sorting&lt;/b&gt;." in frames(page)[0]
    assert "What this is for" in next(iter(setup.get(bench, "prompt", "intent").prose.values()))


def test_chosen_sections_stay_for_the_next_visit_and_the_command_line(app: Open, bench: Store) -> None:
    verdicts.versions(bench, 2)
    page = app(FILE)
    page.multiselect[0].set_value(["changelog", "overview"]).run()
    assert not page.exception
    html = frames(page)[0]
    assert html.index("Changelog</h2>") < html.index("Overview</h2>")
    assert "Performance</h2>" not in html
    assert setup.get(bench, "prompt", "intent").settings["sections"] == ["changelog", "overview"]
    assert app(FILE).multiselect[0].value == ["changelog", "overview"]


@pytest.mark.parametrize("kind", ["comparison", "evaluation", "slides"])
def test_a_run_is_reported(app: Open, bench: Store, kind: str) -> None:
    verdicts.run(bench, [[1, 0, 1, 1] * 10, [1, 1, 1, 0] * 10])
    page = app(FILE, kind=kind)
    assert not page.exception
    assert not page.error
    assert "intent@1" in frames(page)[0]


def test_past_exports_say_when_they_are_stale_and_what_changed(app: Open, bench: Store) -> None:
    verdicts.versions(bench, 2)
    labels.move(bench, "intent", "production", 1, reason="the first")
    asked = Request("prompt", "intent")
    exporting.made(asked, "md")()
    page = app(FILE, view="past")
    assert "Fresh" in plain(page)
    labels.move(bench, "intent", "production", 2, reason="better")
    page = app(FILE, view="past")
    assert not page.exception
    text = plain(page)
    assert "Stale" in text
    assert "labels" in text
    (one,) = history.page(bench)
    page.button(f"past-forget-{one.id}").click().run()
    assert history.page(bench) == []


def test_what_means_harm_is_shown_as_text(app: Open, bench: Store) -> None:
    text = "<script>alert(1)</script> ![x](http://example.invalid/x.png) </iframe> {{name}}"
    registry.save_version(bench, "a/<b>bold</b>", Content((message("user", text),), model="simulated/good"))
    page = app(FILE)
    assert not page.exception
    html = frames(page)[0]
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<img" not in html.replace('<img class="logo"', "")


def test_a_preview_that_would_allow_scripts_is_refused() -> None:
    with pytest.raises(ValueError, match="forbid scripts"):
        exporting.preview("<html><body>a</body></html>")
