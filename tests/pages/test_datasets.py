"""The Datasets page as a visitor's clicks drive it, and what its grid means for the store."""

import pytest

from pages.build.dataset_parts import conflict, intake, sorting
from pages.build.dataset_parts.edits import LONG, Shot, pending, read
from tests.pages.conftest import Open, said
from workbench.datasets import editing, finding, registry
from workbench.datasets.cases import NewCase
from workbench.errors import InputError
from workbench.store import Store

FILE = "build/datasets.py"
ROWS = [NewCase({"text": f"message {n}", "note": "x"}, f"l{n % 2}", ("odd",) * (n % 2), "test" if n < 2 else "train") for n in range(120)]


@pytest.fixture
def bank(bench: Store) -> Store:
    registry.create(bench, "bank", ROWS, description="Messages", attribution="Ours, CC0")
    return bench


def shot(store: Store, limit: int = 4) -> Shot:
    found = finding.page(store, "bank", limit=limit)
    return Shot(registry.get(store, "bank"), finding.ALL, 0, found.total, found.cases, 0)


def test_an_empty_store_offers_an_import_and_the_demo(app: Open, bench: Store) -> None:
    page = app(FILE)
    assert "No datasets yet" in said(page)
    page.button(key="load-demo").click().run()
    assert [each.name for each in registry.page(bench)] == ["banking77-demo"]
    assert page.query_params["dataset"] == "banking77-demo"
    assert "CC BY 4.0" in said(page).replace("\\", "")


def test_a_dataset_says_its_size_and_its_source(app: Open, bank: Store) -> None:
    page = app(FILE, dataset="bank")
    text = said(page).replace("\\", "")
    assert "120 cases, 2 inputs, revision 1" in text
    assert "Ours, CC0" in text
    assert "Cases 1 to 50 of 120" in text
    assert page.button(key="save").disabled


def test_a_deep_link_narrows_the_cases(app: Open, bank: Store) -> None:
    assert "Cases 1 to 1 of 1" in said(app(FILE, dataset="bank", words="MESSAGE 1", **{"in": "test"}))
    assert "Cases 1 to 50 of 60" in said(app(FILE, dataset="bank", tagged="odd"))
    assert "No case is like this" in said(app(FILE, dataset="bank", words="nowhere"))


def test_a_dataset_that_is_not_there_is_answered_with_a_way_back(app: Open, bank: Store) -> None:
    page = app(FILE, dataset="gone")
    assert "There is no dataset" in said(page)
    page.button[0].click().run()
    assert "Every" not in said(page)
    assert page.title[0].value == "Datasets"


def test_pasted_rows_become_a_dataset_with_what_was_skipped_and_why(app: Open, bench: Store) -> None:
    page = app(FILE, view="import")
    page.segmented_control(key="way").set_value("paste").run()
    page.text_area(key="pasted").set_value("text;label;split\nHello;greeting;test\nonly one\n=1+1;sum;\n").run()
    assert "columns separated by semicolons" in said(page)
    page.button(key="import-now").click().run()
    assert not page.exception
    assert "2 rows taken, 1 skipped" in said(page)
    assert "row 3 has 1 cell where the header has 3" in said(page)
    made = registry.get(bench, "pasted")
    first, second = registry.cases(bench, "pasted")
    assert made.columns == ("text", "label")
    assert (first.expected, first.split, second.inputs["text"]) == ("greeting", "test", "=1+1")


def test_a_name_that_is_taken_is_not_written_over_unasked(app: Open, bank: Store) -> None:
    page = app(FILE, view="import", dataset="bank")
    page.segmented_control(key="way").set_value("paste").run()
    page.text_area(key="pasted").set_value("text\nnew\n").run()
    assert page.button(key="import-now").disabled
    page.checkbox(key="import-replace").check().run()
    page.button(key="import-now").click().run()
    kept = registry.get(bank, "bank")
    assert (kept.cases, kept.revision, kept.attribution) == (1, 2, "Ours, CC0")


def test_what_cannot_be_read_is_an_answer_and_saves_nothing(app: Open, bench: Store) -> None:
    page = app(FILE, view="import")
    page.segmented_control(key="way").set_value("paste").run()
    page.text_area(key="pasted").set_value('text\n"never closed\n').run()
    assert "never closed" in said(page)
    assert not page.exception
    assert registry.page(bench) == []


def test_splits_are_divided_once_asked_and_again_only_with_consent(app: Open, bank: Store) -> None:
    page = app(FILE, dataset="bank", tab="sorting")
    divide = next(button for button in page.button if button.label == "Divide by chance")
    divide.click().run()
    assert registry.splits(bank, "bank") == {"test": 2, "train": 118}
    assert "in splits already" in said(page)
    next(box for box in page.checkbox if "place of the splits" in box.label).check()
    next(button for button in page.button if button.label == "Divide by chance").click().run()
    assert registry.splits(bank, "bank") == {"test": 24, "train": 96}


def test_tags_go_to_the_cases_that_the_filters_show(app: Open, bank: Store) -> None:
    page = app(FILE, dataset="bank", tab="sorting", **{"in": "test"})
    next(field for field in page.text_input if field.label == "Tags").set_value("held out, hard")
    next(button for button in page.button if button.label == "Add to them").click().run()
    assert registry.count(bank, "bank", tag="hard") == 2


def test_shares_that_are_none_say_which() -> None:
    assert sorting.read("train=80% test=20%") == {"train": 0.8, "test": 0.2}
    for bad in ("train", "train=x", "=0.2"):
        with pytest.raises(InputError, match="is no share"):
            sorting.read(bad)


def test_a_name_is_suggested_from_the_file() -> None:
    assert intake.registry_name("My cases (2).csv") == "My-cases-(2)"
    assert intake.registry_name("~hidden.jsonl") == "hidden"
    assert intake.registry_name("pasted rows") == "pasted"


# --- the grid ----------------------------------------------------------------------------------------------------------------------


def test_a_grid_s_state_becomes_edits_of_the_cases_on_the_screen(bank: Store) -> None:
    at = shot(bank)
    state = {
        "edited_rows": {0: {"c0": "new", "expected": None}, 3: {"tags": "a, b", "split": "dev"}, 2: {"c1": "lost with its row"}},
        "added_rows": [{"c0": "added", "expected": "l9"}, {}, {"c1": ""}],
        "deleted_rows": [2],
    }
    edited = editing.apply_edits(bank, "bank", 1, read(state, at))
    cases = registry.cases(bank, "bank", limit=None)
    assert len(cases) == 120
    assert (cases[0].inputs, cases[0].expected) == ({"text": "new", "note": "x"}, None)
    assert (cases[2].tags, cases[2].split) == (("a", "b"), "dev")
    assert (cases[-1].inputs, cases[-1].expected) == ({"text": "added", "note": ""}, "l9")
    assert [case.inputs["text"] for case in cases[:3]] == ["new", "message 1", "message 3"]
    editing.apply_edits(bank, "bank", edited.dataset.revision, edited.undo)
    assert [case.inputs["text"] for case in registry.cases(bank, "bank", limit=3)] == ["message 0", "message 1", "message 2"]


def test_empty_rows_are_no_changes() -> None:
    assert pending(None) == 0
    assert pending({"edited_rows": {}, "added_rows": [{}, {"c0": None}], "deleted_rows": []}) == 0
    assert pending({"edited_rows": {1: {"c0": "x"}}, "added_rows": [{"c0": "y"}], "deleted_rows": [4]}) == 3


def test_another_revision_page_or_filter_is_another_editor(bank: Store) -> None:
    at = shot(bank)
    others = [
        Shot(at.dataset, at.wanted, 50, at.total, at.cases, 0),
        Shot(at.dataset, finding.Wanted("x"), 0, at.total, at.cases, 0),
        Shot(at.dataset, at.wanted, 0, at.total, at.cases, 1),
        Shot(registry.update(bank, "bank", description="d"), at.wanted, 0, at.total, at.cases, 0),
    ]
    assert others[3].key == at.key
    assert len({at.key, *(each.key for each in others)}) == 4


def test_a_long_text_is_shown_cut_and_its_column_is_not_edited_in_the_grid(bank: Store) -> None:
    registry.create(bank, "long", [NewCase({"text": "y" * (LONG + 1), "short": "s"})])
    found = finding.page(bank, "long")
    at = Shot(registry.get(bank, "long"), finding.ALL, 0, 1, found.cases, 0)
    assert at.long_columns() == {"c0"}
    assert len(at.frame().loc[0, "c0"]) < 300


def test_a_clash_shows_what_was_what_is_and_what_would_be(bank: Store) -> None:
    at = shot(bank)
    mine = read({"edited_rows": {0: {"c0": "mine"}, 1: {"expected": "mine"}, 2: {"c0": "mine too"}}}, at)
    first, second, third = (case.id for case in at.cases[:3])
    editing.apply_edits(bank, "bank", 1, {"changed": {first: {"inputs": {"text": "theirs"}}, second: {"split": "dev"}}, "removed": [third]})
    rows = conflict.clashes(at, mine, finding.by_id(bank, "bank", [first, second, third]))
    assert [(row["case"], row["column"], row["theirs"], row["yours"]) for row in rows] == [
        (1, "text", "theirs", "mine"),
        (3, "text", "(the case was removed)", "mine too"),
    ]
    kept = conflict.still_there(bank, "bank", mine)
    assert set(kept.changed) == {first, second}
