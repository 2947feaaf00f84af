"""Writing prompts in a real browser: what is typed counts, whatever interrupts it."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, Server, axe, ready, snap, visit, wide
from tests.pages import stores
from workbench.prompts import content as contents
from workbench.prompts import drafts, registry
from workbench.prompts.content import Content
from workbench.text.messages import message

SYSTEM = "Message 1, system"
UPLOADER = frozenset({"presentation-role-conflict"})  # the framework's own drop zone: a section that is named and has no role


def _begin(server: Server, name: str, text: str = "You sort {{text}} of a bank.") -> str:
    registry.save_version(server.store, name, Content((message("system", text), message("user", "{{text}}"))))
    return f"{server.url}/prompts?prompt={quote(name)}"


def _add(page: Page, text: str, label: str = SYSTEM) -> None:
    page.get_by_label(label).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def _tab(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    ready(page)


def test_the_save_key_saves_the_newest_text_with_no_pause_before_it(page: Page, server: Server):
    visit(page, _begin(server, "keys"))
    _add(page, " Be brief.")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved as v2.")).to_be_visible()
    assert registry.version(server.store, "keys").content.messages[0].text.endswith("of a bank. Be brief.")
    expect(page.get_by_label(SYSTEM)).to_be_focused()


def test_the_save_key_pressed_in_another_field_saves_what_was_typed_there(page: Page, server: Server):
    visit(page, _begin(server, "note"))
    _add(page, " Be brief.")
    ready(page)
    page.get_by_role("textbox", name="Note").fill("shorter replies")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved as v2.")).to_be_visible()
    assert registry.version(server.store, "note").note == "shorter replies"


def test_a_draft_survives_a_reload_and_another_page(page: Page, server: Server):
    visit(page, _begin(server, "kept"))
    _add(page, " Still here.")
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    ready(page)
    page.reload()
    ready(page)
    expect(page.get_by_label(SYSTEM)).to_have_value(re.compile("Still here"))
    page.get_by_role("link", name="Playground").click()
    ready(page)
    page.go_back()
    ready(page)
    expect(page.get_by_label(SYSTEM)).to_have_value(re.compile("Still here"))
    assert registry.get(server.store, "kept").latest == 1


def test_messages_are_added_moved_and_removed_by_keyboard(page: Page, server: Server):
    visit(page, _begin(server, "turns"))
    page.get_by_role("button", name="Add message").press("Enter")
    expect(page.get_by_label("Message 3, assistant")).to_be_focused()
    page.keyboard.type("card_arrival")
    page.get_by_role("button", name="Move up message 3").press("Enter")
    page.get_by_role("button", name="Remove message 1").press("Enter")
    ready(page)
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved as v2.")).to_be_visible()
    saved = registry.version(server.store, "turns").content.messages
    assert [(item.role, item.text) for item in saved] == [("assistant", "card_arrival"), ("user", "{{text}}")]


def test_advice_appears_while_one_writes(page: Page, server: Server):
    visit(page, _begin(server, "advice"))
    _add(page, " Do your best.")
    expect(page.get_by_text("leaves open what is wanted")).to_be_visible()


def test_two_browsers_on_one_prompt_lose_nothing(open_page: OpenPage, server: Server):
    address = _begin(server, "shared")
    one, two = open_page(), open_page(scheme="dark")
    visit(one, address)
    visit(two, address)
    _add(one, " Mine.")
    ready(one)
    _add(two, " Theirs.")
    ready(two)
    two.keyboard.press("Control+s")
    expect(two.get_by_text("Saved as v2.")).to_be_visible()
    _add(one, " More of mine.")
    one.keyboard.press("Control+s")
    expect(one.get_by_text("Nothing is overwritten")).to_be_visible()
    ready(one)
    snap(one, "prompts-conflict")
    expect(one.get_by_label(SYSTEM)).to_have_value(re.compile(r"Mine\. More of mine\."))
    assert registry.version(server.store, "shared").content.messages[0].text.endswith("Theirs.")
    one.get_by_role("button", name="Save mine on top").click()
    expect(one.get_by_text("Saved as v3.")).to_be_visible()
    assert registry.version(server.store, "shared").content.messages[0].text.endswith("Mine. More of mine.")


def test_the_address_names_what_is_shown_and_back_goes_back(page: Page, server: Server):
    _begin(server, "address/deep")
    visit(page, f"{server.url}/prompts")
    page.get_by_role("textbox", name="Search").fill("deep")
    expect(page).to_have_url(re.compile(r"q=deep"))
    ready(page)
    page.get_by_role("link", name="address/deep").click()
    expect(page).to_have_url(re.compile(r"prompt=address%2Fdeep"))
    ready(page)
    _tab(page, "History")
    expect(page).to_have_url(re.compile(r"tab=history"))
    page.go_back()
    ready(page)
    expect(page.get_by_label(SYSTEM)).to_be_visible()
    page.get_by_role("link", name="All prompts").click()
    ready(page)
    expect(page).not_to_have_url(re.compile(r"prompt="))


def test_a_file_is_shown_before_it_is_imported(page: Page, server: Server):
    visit(page, f"{server.url}/prompts?show=transfer")
    raw = b'{"name": "from/file", "messages": [{"role": "user", "content": "Hello {{name}}"}]}'
    page.locator('input[type="file"]').set_input_files({"name": "hello.json", "mimeType": "application/json", "buffer": raw})
    page.get_by_role("button", name="Import 1 version").click()
    expect(page.get_by_text("Imported 1 version.")).to_be_visible()
    assert registry.get(server.store, "from/file").latest == 1


def test_a_broken_file_says_where_and_nothing_is_taken(page: Page, server: Server):
    visit(page, f"{server.url}/prompts?show=transfer")
    page.locator('input[type="file"]').set_input_files({"name": "bad.json", "mimeType": "application/json", "buffer": b'{"name":\n oops}'})
    expect(page.get_by_text("line 2")).to_be_visible()


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=["1366-light", "390-dark"])
def test_every_tab_can_be_looked_at_and_axe_finds_nothing(open_page: OpenPage, server: Server, size: tuple[int, int], scheme: str):
    if not registry.page(server.store, search="hostile"):
        stores.fill_hostile(server.store)
        _begin(server, "look")
        registry.save_version(server.store, "look", contents.text("Do your best with {{text}}"))
    page = open_page(size=size, scheme=scheme)
    for name, query in (
        ("list", ""), ("edit", "prompt=look"), ("version", "prompt=look&version=1"), ("history", "prompt=look&tab=history"),
        ("diff", "prompt=look&tab=diff"), ("labels", "prompt=look&tab=labels"), ("details", "prompt=look&tab=details"),
        ("transfer", "prompt=look&tab=transfer"), ("hostile", "prompt=hostile/p1"),
    ):  # fmt: skip
        visit(page, f"{server.url}/prompts?{query}")
        snap(page, f"prompts-{name}-{size[0]}-{scheme}")
        assert axe(page, allowed=UPLOADER) == [], name
        assert wide(page) == 0, name


def test_a_draft_typed_in_the_last_moment_before_leaving_is_kept(page: Page, server: Server):
    visit(page, _begin(server, "hasty"))
    _add(page, " Last words.")
    page.get_by_role("link", name="All prompts").click(delay=100)  # as long as a finger needs
    ready(page, 800)
    draft = drafts.load(server.store, "prompt", "hasty")
    assert draft is not None
    assert draft.content["turns"][0]["text"].endswith("Last words.")
