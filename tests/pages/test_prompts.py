"""The Prompts page over the real store: writing, saving, versions, labels, details, files. Typing itself is in the browser suite."""

from dataclasses import replace

import pandas as pd
import pytest

from pages.build.prompt_tabs import advice, details, history, listing, side, transfer
from pages.build.prompt_tabs import desk as desks
from pages.build.prompt_tabs.desk import Desk
from tests.pages.conftest import Open, said
from workbench.errors import InputError
from workbench.playground import form as forms
from workbench.playground.form import Form, Turn
from workbench.prompts import content as contents
from workbench.prompts import drafts, labels, lint, registry
from workbench.prompts.registry import Prompt, Variable
from workbench.store import Store

PAGE = "build/prompts.py"


def _saved(store: Store, *texts: str, name: str = "intent") -> Prompt:
    for text in texts:
        registry.save_version(store, name, contents.text(text))
    return registry.get(store, name)


def _draft(store: Store, text: str, base: int, name: str = "intent", kind: str = "prompt") -> None:
    drafts.save(store, kind, name, Form(turns=(Turn("user", text),)).to_json(), base)


# --- the list ----------------------------------------------------------------------------------------------------------------------


def test_an_empty_store_offers_the_demo_and_loads_it(app: Open, bench: Store):
    page = app(PAGE)
    page.button(key="load-demo").click().run()
    assert not page.exception
    assert registry.get(bench, "intent").latest == 3


def test_search_narrows_the_list_and_is_part_of_the_url(app: Open, bench: Store):
    _saved(bench, "Sort this", name="intent")
    _saved(bench, "Write a slogan", name="marketing/slogan")
    registry.update(bench, "marketing/slogan", description="For posters")
    page = app(PAGE, q="slogan")
    assert "For posters" in said(page)
    assert page.text_input(key="q").value == "slogan"
    page.text_input(key="q").set_value("nothing like this").run()
    assert "Nothing matches" in said(page)


def test_archived_prompts_are_out_of_the_list_until_asked_for(app: Open, bench: Store):
    _saved(bench, "Sort this")
    registry.update(bench, "intent", description="Sorts messages")
    registry.archive(bench, "intent")
    page = app(PAGE)
    assert "Sorts messages" not in said(page)
    page.toggle(key="prompts-archived").set_value(True).run()
    assert "Sorts messages" in said(page)


def test_a_long_list_is_shown_a_page_at_a_time(app: Open, bench: Store):
    for number in range(listing.STEP + 3):
        registry.create(bench, f"p{number:03}", description=f"about {number:03}")
    page = app(PAGE)
    assert f"about {listing.STEP:03}" not in said(page)
    next(button for button in page.button if button.label == "Show more").click().run()
    assert f"about {listing.STEP:03}" in said(page)


def test_a_new_text_prompt_begins_with_one_message(bench: Store):
    listing.begin(bench, "slogan", text_only=True)
    draft = drafts.load(bench, "prompt", "slogan")
    assert draft is not None
    assert [turn.role for turn in forms.from_json(draft.content).turns] == ["user"]


def test_a_name_in_the_url_that_no_prompt_has_can_be_begun(app: Open, bench: Store):
    page = app(PAGE, prompt="fresh/idea")
    page.button(key="begin-missing").click().run()
    assert registry.get(bench, "fresh/idea").latest is None


# --- writing and saving ------------------------------------------------------------------------------------------------------------


def test_a_draft_is_shown_as_unsaved_and_saving_makes_a_version(app: Open, bench: Store):
    _saved(bench, "first")
    _draft(bench, "second", base=1)
    page = app(PAGE, prompt="intent")
    assert "Unsaved changes" in said(page)
    page.button(key="save-version").click().run()
    assert "Saved as v2" in said(page)
    assert registry.version(bench, "intent").content.messages[0].text == "second"
    assert drafts.load(bench, "prompt", "intent") is None


def test_saving_what_a_version_holds_already_makes_none_and_says_which(app: Open, bench: Store):
    _saved(bench, "first", "second")
    _draft(bench, "first", base=2)
    page = app(PAGE, prompt="intent")
    page.button(key="save-version").click().run()
    assert "This is v1 already" in said(page)
    assert registry.get(bench, "intent").latest == 2


def test_a_draft_with_broken_json_is_kept_and_told_by_line_and_column(app: Open, bench: Store):
    _saved(bench, "first")
    broken = Form(turns=(Turn("user", "first"),), response_schema='{\n "a": }')
    drafts.save(bench, "prompt", "intent", broken.to_json(), 1)
    page = app(PAGE, prompt="intent")
    assert "line 2" in said(page)
    page.button(key="save-version").click().run()
    assert registry.get(bench, "intent").latest == 1
    draft = drafts.load(bench, "prompt", "intent")
    assert draft is not None
    assert forms.from_json(draft.content) == broken


def test_a_setting_is_kept_as_a_draft_at_once(app: Open, bench: Store):
    _saved(bench, "first")
    page = app(PAGE, prompt="intent")
    page.button(key="preset-creative").click().run()
    draft = drafts.load(bench, "prompt", "intent")
    assert draft is not None
    assert (draft.content["temperature"], draft.content["max_tokens"], draft.base_version) == (0.8, 1000, 1)


def test_discarding_a_draft_brings_the_version_back(app: Open, bench: Store):
    _saved(bench, "first")
    _draft(bench, "second", base=1)
    page = app(PAGE, prompt="intent")
    next(button for button in page.button if button.label == "Discard draft").click().run()
    assert drafts.load(bench, "prompt", "intent") is None
    assert "Unsaved changes" not in said(page)


def test_who_saves_second_is_shown_the_difference_and_nothing_is_overwritten(app: Open, bench: Store):
    _saved(bench, "first")
    _draft(bench, "mine", base=1)
    page = app(PAGE, prompt="intent")
    registry.save_version(bench, "intent", contents.text("theirs"), author="Grace")
    page.button(key="save-version").click().run()
    assert "saved by Grace" in said(page)
    assert registry.version(bench, "intent").content.messages[0].text == "theirs"
    page.button(key="save-on-top").click().run()
    assert [version.content.messages[0].text for version in registry.versions(bench, "intent")] == ["mine", "theirs", "first"]


def test_who_saves_second_may_take_theirs(app: Open, bench: Store):
    _saved(bench, "first")
    _draft(bench, "mine", base=1)
    page = app(PAGE, prompt="intent")
    registry.save_version(bench, "intent", contents.text("theirs"))
    page.button(key="save-version").click().run()
    page.button(key="take-theirs").click().run()
    assert drafts.load(bench, "prompt", "intent") is None
    assert registry.get(bench, "intent").latest == 2


def test_two_browsers_never_write_into_the_same_draft(app: Open, bench: Store):
    _saved(bench, "first")
    one, two = app(PAGE, prompt="intent"), app(PAGE, prompt="intent")
    one.button(key="preset-creative").click().run()
    two.button(key="preset-factual").click().run()
    first, second = drafts.load(bench, "prompt", "intent"), drafts.load(bench, "prompt-2", "intent")
    assert first is not None
    assert second is not None
    assert (first.content["temperature"], second.content["temperature"]) == (0.8, 0.2)
    assert two.query_params["draft"] in ("2", ["2"])


def test_an_older_version_can_be_read_and_written_on_from(app: Open, bench: Store):
    _saved(bench, "the first text", "the second text")
    page = app(PAGE, prompt="intent", version="1")
    assert "the first text" in said(page)
    page.button(key="write-on").click().run()
    draft = drafts.load(bench, "prompt", "intent")
    assert draft is not None
    assert draft.content["turns"][0]["text"] == "the first text"


def test_a_version_that_is_not_there_is_told_and_never_replaced_by_another(app: Open, bench: Store):
    _saved(bench, "first")
    page = app(PAGE, prompt="intent", version="7")
    assert "7" in page.error[0].value


# --- advice ------------------------------------------------------------------------------------------------------------------------


def test_a_rule_can_be_silenced_for_a_prompt_and_heard_again(app: Open, bench: Store):
    _saved(bench, "Do your best with {{text}}.")
    page = app(PAGE, prompt="intent")
    button = next(button for button in page.button if button.key.startswith("silence-0-"))
    rule = button.key.removeprefix("silence-0-")
    button.click().run()
    assert registry.get(bench, "intent").silenced == (rule,)
    page.button(key=f"hear-{rule}").click().run()
    assert registry.get(bench, "intent").silenced == ()


def test_mending_puts_the_advised_text_in_place_of_the_excerpt():
    form = Form(turns=(Turn("system", "one"), Turn("user", "first line\nuse {{ivil}} here")))
    place = lint.Place(2, 2, 5, "{{ivil}}")
    item = lint.Advice("r", "warning", "m", "because", place, "fix", "{{evil}}")
    assert advice.mended(form, item).turns[1].text == "first line\nuse {{evil}} here"
    moved = replace(form, turns=(Turn("system", "one"), Turn("user", "other")))
    assert advice.mended(moved, item) == moved


def test_the_python_that_is_offered_runs_and_gives_the_messages(bench: Store):
    prompt = _saved(bench, "Hello {{name}}")
    found: dict[str, object] = {}
    exec(side.snippet(prompt, ("name",)), found)
    assert found["messages"] == [{"role": "user", "content": "Hello …"}]


@pytest.mark.parametrize("name", ["it's", 'say "hi"', "back\\slash", "a/b"])
def test_any_name_can_stand_in_the_python_that_is_offered(bench: Store, name: str):
    prompt = _saved(bench, "Hello {{user.first}}", name=name)
    compile(side.snippet(prompt, ("user.first", "class")), "snippet", "exec")


# --- the other tabs ----------------------------------------------------------------------------------------------------------------


def test_history_shows_versions_newest_first_with_their_labels_and_pages(app: Open, bench: Store):
    _saved(bench, *(f"text {number}" for number in range(history.STEP + 2)))
    labels.move(bench, "intent", "production", history.STEP)
    page = app(PAGE, prompt="intent", tab="history")
    assert "production" in said(page)
    before = said(page).count("tester")
    next(button for button in page.button if button.label == "Show older versions").click().run()
    assert said(page).count("tester") == before + 2


def test_a_diff_of_two_versions_can_be_linked_to(app: Open, bench: Store):
    _saved(bench, "one", "two", "three")
    page = app(PAGE, prompt="intent", tab="diff", a="1", b="3")
    assert (page.selectbox(key="a").value, page.selectbox(key="b").value) == (1, 3)
    page.button(key="swap").click().run()
    assert (page.selectbox(key="a").value, page.selectbox(key="b").value) == (3, 1)
    assert not page.exception


def test_a_label_is_moved_with_a_reason_and_rolled_back(app: Open, bench: Store):
    _saved(bench, "one", "two")
    labels.move(bench, "intent", "production", 1)
    page = app(PAGE, prompt="intent", tab="labels")
    next(box for box in page.text_input if box.label == "Reason").set_value("better")
    next(button for button in page.button if button.label == "Move label").click().run()
    assert registry.get(bench, "intent").labels == {"production": 2}
    assert labels.history(bench, "intent")[0].reason == "better"
    assert next(box for box in page.text_input if box.label == "Reason").value == ""
    page.button(key="roll-back-production").click().run()
    assert registry.get(bench, "intent").labels == {"production": 1}


def test_details_are_kept_and_a_row_without_a_name_is_told(bench: Store):
    prompt = _saved(bench, "Hello {{name}}")
    frame = details.frame(prompt, ("name",))
    frame.loc[0, "example"] = "Ada"
    kept = details.keep(bench, prompt, frame, description="Greets", expected="A greeting", tags=["warm"])
    assert (kept.description, kept.tags, kept.variables) == ("Greets", ("warm",), (Variable("name", example="Ada"),))
    with pytest.raises(InputError, match="row 1"):
        details.variables(pd.DataFrame([{"name": None, "description": "lost"}]).to_dict("records"))


def test_an_export_of_every_format_comes_back_with_the_same_hashes(bench: Store, sqlite_store: Store):
    prompt = _saved(bench, "one", "two")
    hashes = [version.hash for version in registry.versions(bench, "intent")]
    for form in transfer._FORMATS:
        packed = transfer.pack(bench, prompt, form)
        transfer.interchange.importing(sqlite_store, packed, filename="export.zip")
        assert [version.hash for version in registry.versions(sqlite_store, "intent")] == hashes


def test_a_prompt_is_duplicated_renamed_archived_and_deleted(app: Open, bench: Store):
    _saved(bench, "one")
    page = app(PAGE, prompt="intent")
    page.text_input(key="duplicate-name").set_value("copy")
    next(button for button in page.button if button.label == "Duplicate").click().run()
    assert registry.get(bench, "copy").latest == 1
    page = app(PAGE, prompt="copy")
    page.text_input(key="rename-name").set_value("other")
    next(button for button in page.button if button.label == "Rename").click().run()
    page = app(PAGE, prompt="other")
    page.button(key="archive").click().run()
    assert registry.get(bench, "other").archived
    page = app(PAGE, prompt="other")
    next(button for button in page.button if button.label == "Delete for good").click().run()
    assert registry.get(bench, "other")
    page.text_input(key="delete-name").set_value("other")
    next(button for button in page.button if button.label == "Delete for good").click().run()
    assert [prompt.name for prompt in registry.page(bench)] == ["intent"]


def test_every_tab_opens_on_a_prompt_without_a_version(app: Open, bench: Store):
    registry.create(bench, "empty")
    for tab in ("edit", "history", "diff", "labels", "details", "transfer"):
        page = app(PAGE, prompt="empty", tab=tab)
        assert not page.exception, tab


def test_a_desk_knows_when_there_is_anything_to_save():
    form = Form(turns=(Turn("user", "a"),))
    desk = Desk("p", 1, form, form)
    assert not desk.dirty
    before = desk.rev
    desk.put(replace(form, engine="jinja2"))
    assert desk.dirty
    assert desk.rev > before


def test_all_drafts_in_use_still_leave_a_place_to_write(bench: Store):
    for kind in desks.KINDS:
        _draft(bench, kind, base=0, name="p", kind=kind)
    assert all(drafts.load(bench, kind, "p") for kind in desks.KINDS)
    desk = Desk("p", 0, forms.EMPTY, forms.EMPTY)
    assert desks.other_drafts(bench, desk) == list(desks.KINDS[1:])
