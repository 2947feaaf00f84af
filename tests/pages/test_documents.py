"""The Documents page: empty, set up and kept, previewed, exported; past exports that say when they are stale."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pages.handover.document_parts import offered, past_site
from pages.parts import exporting
from tests.cost.ledger import put
from tests.pages import verdicts
from tests.pages.conftest import Open, said
from tests.pages.spending import spent
from workbench.export import history, library, setup
from workbench.export.kinds import Request
from workbench.prompts import labels, registry
from workbench.prompts.content import Content
from workbench.store import Store
from workbench.text.messages import message

FILE = "handover/documents.py"


def frames(page: Any) -> list[str]:
    """The HTML of every preview on the page."""
    return [json.loads(node.proto.json)["html"] for node in page.get("bidi_component") if node.proto.component_name == "workbench.preview"]


def plain(page: Any) -> str:
    return said(page).replace("\\", "").replace("\u00a0", " ").replace("\u2060", "")


def pressed(page: Any, key: str) -> Any:
    return page.button(key).click().run()


def waited(page: Any) -> Any:
    """The page once the site that is written behind it is there, or is said not to be."""
    for _ in range(600):
        if page.error or any(button.label.startswith("Download site.zip") for button in page.get("download_button")):
            return page
        time.sleep(0.05)
        page = page.run()
    raise AssertionError("no site was written")


def test_an_empty_store_says_what_a_document_is_written_from(app: Open) -> None:
    page = app(FILE)
    for kind in (*offered.KINDS, "past"):
        page = page.segmented_control(key="view" if kind == "past" else "kind").set_value(kind).run()
        assert not page.exception, kind
        assert len(page.button) == 1, kind
        assert not frames(page), kind


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
    assert "1 of 14 written" in page.expander[0].label


def test_chosen_sections_and_their_order_stay_for_the_next_visit_and_the_command_line(app: Open, bench: Store) -> None:
    verdicts.versions(bench, 2)
    page = app(FILE)
    for name in ("performance", "sources"):
        page = page.checkbox(f"with-{name}-prompt-intent").uncheck().run()
    page = pressed(page, "down-overview-prompt-intent")
    assert not page.exception
    html = frames(page)[0]
    assert html.index("Version</h2>") < html.index("Overview</h2>")
    assert "Performance</h2>" not in html
    kept = setup.get(bench, "prompt", "intent").settings["sections"]
    assert kept[:3] == ["version", "overview", "contract"]
    assert "performance" not in kept
    page = app(FILE)
    assert not page.checkbox("with-performance-prompt-intent").value
    page = page.checkbox("with-performance-prompt-intent").check().run()
    kept = setup.get(bench, "prompt", "intent").settings["sections"]
    assert kept[kept.index("performance") - 1 :][:3] == ["errors", "performance", "changelog"]
    pressed(page, "sections-usual-prompt-intent")
    assert setup.get(bench, "prompt", "intent").settings["sections"] == []


def test_two_versions_and_an_example_are_chosen_and_kept(app: Open, bench: Store) -> None:
    run_id = verdicts.run(bench, [[1, 0, 1, 1], [1, 1, 1, 0]])
    page = app(FILE)
    page = page.selectbox("from-prompt-intent").set_value("1").run()
    page = page.selectbox("to-prompt-intent").set_value("2").run()
    assert "Version 1 to 2" in frames(page)[0]
    page = page.selectbox("words-of-prompt-intent").set_value("examples").run()
    (second,) = (text for text in page.selectbox("cell_normal-prompt-intent").options if text.startswith("Case 2, "))
    page = page.selectbox("cell_normal-prompt-intent").set_value(f"{run_id}:1:1:0").run()
    assert not page.exception
    assert second == "Case 2, passed: Where is my card 1?"
    assert f"{run_id}:1:1:0" in frames(page)[0]
    page = page.selectbox("from-prompt-intent").set_value(None).run().selectbox("to-prompt-intent").set_value(None).run()
    assert setup.get(bench, "prompt", "intent").settings["options"] == {}
    assert setup.get(bench, "prompt", "intent").prose == {"cell_normal": f"{run_id}:1:1:0"}


@pytest.mark.parametrize("kind", ["comparison", "evaluation", "slides"])
def test_a_run_is_reported(app: Open, bench: Store, kind: str) -> None:
    run_id = verdicts.run(bench, [[1, 0, 1, 1] * 10, [1, 1, 1, 0] * 10])
    page = app(FILE, kind=kind)
    assert not page.exception
    assert not page.error
    assert "intent@1" in frames(page)[0]
    if kind == "comparison":
        page = page.selectbox(f"baseline-comparison-{run_id}").set_value("intent@2").run()
        assert not page.error
        assert setup.get(bench, kind, run_id).settings["options"] == {"baseline": "intent@2"}
        both = frames(page)[0]
        page = page.selectbox(f"metric-comparison-{run_id}").set_value("latency_ms").run()
        page = page.text_input(f"margin-comparison-{run_id}").set_value("0.02").run()
        assert not page.error
        options = {"baseline": "intent@2", "metric": "latency_ms", "margin": "0.02"}
        assert setup.get(bench, kind, run_id).settings["options"] == options
        assert frames(page)[0] != both
        assert [len(re.findall("<h3[^>]*>Score", each)) for each in (both, frames(page)[0])] == [1, 0]


def test_a_margin_that_is_none_and_its_correction_leave_the_chosen_metric_as_it_is(app: Open, bench: Store) -> None:
    run_id = verdicts.run(bench, [[1, 0, 1, 1] * 10, [1, 1, 1, 0] * 10])
    page = app(FILE, kind="comparison")
    page = page.selectbox(f"metric-comparison-{run_id}").set_value("latency_ms").run()
    page = page.text_input(f"margin-comparison-{run_id}").set_value("2 %").run()
    offered = page.selectbox(f"metric-comparison-{run_id}").options
    assert len(offered) == len(set(offered)) > 2
    page = page.text_input(f"margin-comparison-{run_id}").set_value("0.02").run()
    assert not page.error
    assert setup.get(bench, "comparison", run_id).settings["options"] == {"metric": "latency_ms", "margin": "0.02"}


@pytest.mark.parametrize("name", ["metric", "baseline", "level"])
def test_a_kept_option_that_the_run_does_not_have_stays_until_another_is_chosen(app: Open, bench: Store, name: str) -> None:
    run_id = verdicts.run(bench, [[1, 0, 1, 1] * 10, [1, 1, 1, 0] * 10])
    setup.put(bench, "comparison", run_id, settings={"options": {name: "0.7"}})
    page = app(FILE, kind="comparison").run()
    assert not page.exception
    assert page.selectbox(f"{name}-comparison-{run_id}").value == "0.7"
    assert setup.get(bench, "comparison", run_id).settings["options"] == {name: "0.7"}
    page = page.selectbox(f"{name}-comparison-{run_id}").set_value(None).run()
    assert setup.get(bench, "comparison", run_id).settings["options"] == {}


def test_past_exports_say_when_they_are_stale_and_what_changed(app: Open, bench: Store) -> None:
    verdicts.versions(bench, 2)
    labels.move(bench, "intent", "production", 1, reason="the first")
    asked = Request("prompt", "intent")
    exporting.made(asked, "md")()
    assert "Fresh" in plain(app(FILE, view="past"))
    labels.move(bench, "intent", "production", 2, reason="better")
    page = app(FILE, view="past")
    assert not page.exception
    text = plain(page)
    assert "Stale" in text
    assert "labels" in text
    exporting.made(asked, "md")()
    text = plain(app(FILE, view="past"))
    assert "Stale " not in text.replace("Stale: made again", "")
    assert text.index("Fresh") < text.index("Made again since")


def test_a_site_is_a_past_export_like_any_other(app: Open, bench: Store) -> None:
    verdicts.versions(bench, 1)
    page = pressed(app(FILE), "site-write")
    page = waited(page)
    assert [one.name for one in history.page(bench)] == ["site.zip"]
    page = app(FILE, view="past")
    assert "Library" in plain(page)
    assert "Fresh" in plain(page)
    registry.save_version(bench, "intent", Content((message("user", "Another {{text}}"),)))
    page = app(FILE, view="past")
    assert " Stale]" in plain(page)
    (one,) = history.page(bench)
    page = waited(pressed(page, f"past-again-{one.id}"))
    assert not page.exception
    assert len(history.page(bench)) == 2
    text = plain(app(FILE, view="past"))
    assert text.index("Fresh") < text.index("Made again since")


def test_a_site_that_breaks_says_so(app: Open, bench: Store) -> None:
    verdicts.versions(bench, 1)
    registry.save_version(bench, "later", Content((message("user", "{{text}}"),)))
    with bench.write() as session:
        session.execute(text("update versions set content = '[' where prompt_id = (select id from prompts where name = 'later')"))
    page = waited(pressed(app(FILE), "site-write"))
    assert [error.value for error in page.error] == ["The site was not written  \nThe log says why it broke\\."]
    assert page.button(key="site-write").label == "Write the site"


def test_a_large_site_is_checked_when_asked(app: Open, bench: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_site, "_AT_ONCE", 0)
    verdicts.versions(bench, 1)
    one = history.keep(bench, library.file(bench))
    page = app(FILE, view="past")
    assert "Not checked" in plain(page)
    page = pressed(page, f"past-check-{one.id}")
    assert not page.exception
    assert "Fresh" in plain(page)


def test_what_is_taken_off_the_list_comes_back(app: Open, bench: Store) -> None:
    verdicts.versions(bench, 1)
    exporting.made(Request("prompt", "intent"), "md")()
    (one,) = history.page(bench)
    page = pressed(app(FILE, view="past"), f"past-forget-{one.id}")
    assert history.page(bench) == []
    page = pressed(page, "past-undo")
    assert not page.exception
    assert history.page(bench) == [one]
    assert "Fresh" in plain(page)


def test_a_notice_stands_there_to_be_copied_and_its_words_are_those_of_its_context(app: Open, bench: Store) -> None:
    verdicts.versions(bench, 1)
    put(bench, spent(model="openai/big"))
    page = app(FILE, kind="disclosure", context="intent")
    assert not page.exception
    assert "Written by an AI model: openai/big" in page.code[0].value
    page = page.text_area[0].input("It mistakes refunds for returns.").run()
    assert "It mistakes refunds for returns." in page.code[0].value
    assert "It mistakes refunds for returns." in frames(page)[0]
    page = page.segmented_control(key="notice-form").set_value("json").run()
    assert json.loads(page.code[0].value)["disclosure"]["context"] == "intent"
    assert setup.get(bench, "disclosure", "openai/big").prose == {}


def test_a_broken_template_is_named_with_its_line_and_the_page_stays(
    app: Open, bench: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts.versions(bench, 1)
    monkeypatch.setenv("WORKBENCH_TEMPLATES", str(tmp_path))
    (tmp_path / "prompt").mkdir()
    (tmp_path / "prompt" / "overview.md").write_text("Fine.\n\n{{ nothing.at_all }}\n")
    page = app(FILE)
    assert not page.exception
    (error,) = page.error
    assert "overview" in error.value
    assert "line 3" in error.value.replace("\\", "")
    assert not frames(page)
    assert page.text_area
    assert all(button.proto.disabled for button in page.get("download_button"))
    (tmp_path / "prompt" / "overview.md").write_text("Mended.\n")
    assert "Mended." in frames(page.run())[0]


def test_what_means_harm_is_shown_as_text(app: Open, bench: Store) -> None:
    text = "<script>alert(1)</script> ![x](http://example.invalid/x.png) </iframe> {{name}}"
    registry.save_version(bench, "a/<b>bold</b>", Content((message("user", text),), model="simulated/good"))
    page = app(FILE)
    assert not page.exception
    html = frames(page)[0]
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<img" not in html.replace('<img class="logo"', "")


def test_a_preview_that_would_allow_scripts_is_refused() -> None:
    with pytest.raises(ValueError, match="forbid scripts"):
        exporting.preview("<html><body>a</body></html>")
