"""The What-if page keeps what one does: versions, names, links, drafts, and the way back from an address that holds nothing."""

from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from pages.spend.whatif_parts import link
from tests.pages.conftest import Open
from tests.pages.test_whatif import FILE, field, toggle, typed, words
from workbench.cost import keeping
from workbench.cost.model import ExactCache, Growth
from workbench.store import Store


def test_saving_makes_versions_and_a_new_name_makes_another_scenario(app: Open, bench: Store) -> None:
    page = app(FILE)
    page.button(key="save").click().run()
    assert not page.exception
    assert page.selectbox(key="scenario").value == "saved/Support assistant"
    assert "Saved, version 1" in words(page)
    page.button(key="save").click().run()
    assert "already: no new version was made" in words(page)
    toggle(page, "exact_cache", False)
    assert "Unsaved" in words(page)
    page.button(key="save").click().run()
    assert "Saved, version 2" in words(page)
    next(each for each in page.text_input if each.label == "Name").set_value("Without a cache").run()
    page.button(key="save").click().run()
    assert {each.name: each.latest for each in keeping.page(bench)} == {"Support assistant": 2, "Without a cache": 1}


def test_a_saved_scenario_is_renamed_archived_restored_and_goes_back_to_a_version(app: Open, bench: Store) -> None:
    keeping.save(bench, typed())
    keeping.save(bench, typed(levers=(ExactCache(Decimal("0.5")),)))
    page = app(FILE, scenario="saved/Mine")
    assert "$330.00 → $165.00" in words(page)
    more(page).button(key="version-1").click().run()
    assert "Nothing is changed yet" in words(page)
    more(page).button(key="discard").click().run()
    next(each for each in page.text_input if each.label == "Name").set_value("Yours").run()
    more(page).button(key="rename").click().run()
    assert not page.exception
    assert page.selectbox(key="scenario").value == "saved/Yours"
    assert [each.name for each in keeping.page(bench)] == ["Yours"]
    more(page).button(key="archive").click().run()
    assert page.selectbox(key="scenario").value == "example/Support assistant"
    more(page).button(key="restore-Yours").click().run()
    assert [each.name for each in keeping.page(bench)] == ["Yours"]


def test_saving_over_another_scenario_or_a_newer_version_asks_first(app: Open, bench: Store) -> None:
    keeping.save(bench, typed())
    keeping.save(bench, typed("Other"))
    page = toggle(app(FILE, scenario="saved/Mine"), "exact_cache", True)
    keeping.save(bench, typed(levers=(Growth(Decimal("0.05")),)))  # from another tab
    page.button(key="save").click().run()
    assert "Mine is saved already, and its version 2 is not what you began with." in words(page)
    next(each for each in page.text_input if each.label == "Name").set_value("Other").run()
    page.button(key="save").click().run()
    assert {each.name: each.latest for each in keeping.page(bench)} == {"Mine": 2, "Other": 1}
    page.button(key="save-over").click().run()
    assert not page.exception
    assert page.selectbox(key="scenario").value == "saved/Other"
    assert keeping.load(bench, "Other").number == 2
    assert "$330.00 → $231.00" in words(page)


def test_renaming_keeps_what_else_is_unsaved(app: Open, bench: Store) -> None:
    keeping.save(bench, typed())
    page = toggle(app(FILE, scenario="saved/Mine"), "exact_cache", True)
    next(each for each in page.text_input if each.label == "Name").set_value("Yours").run()
    more(page).button(key="rename").click().run()
    assert page.selectbox(key="scenario").value == "saved/Yours"
    assert "$330.00 → $231.00" in words(page)
    assert "Unsaved" in words(page)
    assert keeping.load(bench, "Yours").number == 1


def test_an_empty_scenario_is_empty_and_the_one_begun_before_is_a_step_back(app: Open, bench: Store) -> None:
    page = toggle(app(FILE, scenario="new"), "growth", True)
    page.selectbox(key="scenario").set_value("example/Support assistant").run()
    page.selectbox(key="scenario").set_value("new").run()
    assert not page.exception
    assert "Nothing is changed yet" in words(page)
    page.button(key="undo").click().run()
    assert "1 on" in words(page)


def test_another_scenario_is_opened_as_it_is_and_leaves_the_changes_of_the_first_where_they_are(app: Open, bench: Store) -> None:
    keeping.save(bench, typed())
    keeping.save(bench, typed("Other"))
    page = toggle(app(FILE, scenario="saved/Mine"), "exact_cache", True)
    page.selectbox(key="scenario").set_value("saved/Other").run()
    assert "Nothing is changed yet" in words(page)
    assert "s" not in page.query_params
    page.selectbox(key="scenario").set_value("saved/Mine").run()
    assert "$330.00 → $231.00" in words(page)


def test_an_unsaved_scenario_is_shared_by_its_address(app: Open, bench: Store) -> None:
    keeping.save(bench, typed())
    page = toggle(app(FILE, scenario="saved/Mine"), "exact_cache", True)
    shared = page.query_params["s"]
    shared = shared[0] if isinstance(shared, list) else shared
    assert link.decode(shared).levers[0] == ExactCache(Decimal("0.3"))
    other = app(FILE, scenario="saved/Mine", s=shared)
    assert "$330.00 → $231.00" in words(other)
    assert "Unsaved" in words(other)


def more(page: AppTest) -> AppTest:
    """Open the menu of what else can be done."""
    page.session_state["more"] = True
    return page.run()


@pytest.mark.parametrize("hostile", ["../../etc/passwd", "A" * 100_000])
def test_an_address_that_holds_no_scenario_is_answered_and_the_page_works(app: Open, bench: Store, hostile: str) -> None:
    page = app(FILE, s=hostile)
    assert not page.exception
    assert any("link" in each.value for each in page.error)
    assert "$49,500 →" in words(page)


def test_unsaved_changes_survive_another_page_and_a_new_browser(app: Open, bench: Store) -> None:
    keeping.save(bench, typed())
    page = toggle(app(FILE, scenario="saved/Mine"), "exact_cache", True)
    page.switch_page("pages/system/runs.py").run()
    page.switch_page(f"pages/{FILE}").run()
    assert "$330.00 → $231.00" in words(page)
    other = app(FILE)
    assert other.selectbox(key="scenario").value == "saved/Mine"
    assert "$330.00 → $231.00" in words(other)
    more(other).button(key="discard").click().run()
    assert "Nothing is changed yet" in words(other)
    assert "Unsaved" not in words(app(FILE, scenario="saved/Mine"))


def test_what_was_typed_wrong_survives_a_new_browser_too(app: Open, bench: Store) -> None:
    keeping.save(bench, typed())
    page = app(FILE, scenario="saved/Mine")
    field(page, "baseline.input_tokens").set_value(-7.0).run()  # type: ignore[attr-defined]
    other = app(FILE, scenario="saved/Mine")
    assert field(other, "baseline.input_tokens").value == -7.0  # type: ignore[attr-defined]
    assert "is under 0" in words(other)


def test_shares_and_conditions_that_do_not_hold_survive_a_new_browser(app: Open, bench: Store) -> None:
    keeping.save(bench, typed())
    page = app(FILE, scenario="saved/Mine")
    next(each for each in page.button if each.label == "Model").click().run()
    next(each for each in page.number_input if "share-1" in (each.key or "")).set_value(120.0).run()
    other = app(FILE, scenario="saved/Mine")
    assert next(each for each in other.number_input if "share-1" in (each.key or "")).value == 120.0
    assert "over 100 %" in words(other)


def test_a_scenario_that_is_not_there_gets_a_notice_and_another(app: Open, bench: Store) -> None:
    page = app(FILE, scenario="saved/Nobody")
    assert not page.exception
    assert "There is no scenario Nobody here" in words(page)
    assert "$49,500 →" in words(page)
