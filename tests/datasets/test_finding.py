import pytest

from workbench.datasets import finding, registry
from workbench.datasets.cases import NewCase
from workbench.datasets.finding import Wanted
from workbench.errors import NotFound
from workbench.store import Store

ROWS = [
    NewCase({"text": "Where is my Card?", "label": "card"}, "card", ("de", "short"), "train"),
    NewCase({"text": "Ключ café 100%", "label": "other"}, None, ("short",), "test"),
    NewCase({"text": "nothing", "label": "other"}, "cardinal", (), ""),
    *[NewCase({"text": f"row {n}", "label": "row"}) for n in range(40)],
]


@pytest.fixture
def bank(store: Store) -> Store:
    registry.create(store, "bank", ROWS)
    return store


def found(store: Store, search: str) -> list[int]:
    return [case.position for case in finding.page(store, "bank", Wanted(search)).cases]


def test_words_are_found_in_inputs_and_in_expected_whatever_their_case(bank: Store) -> None:
    assert found(bank, "card") == [0, 2]
    assert found(bank, "  CARD? ") == [0]
    assert found(bank, "Ключ") == [1]
    assert found(bank, "café") == [1]


def test_names_of_columns_and_signs_of_patterns_find_nothing_by_themselves(bank: Store) -> None:
    assert found(bank, "label") == []
    assert found(bank, "%") == [1]
    assert found(bank, "_") == []
    assert found(bank, '"') == []
    assert found(bank, "x\x00") == []


def test_a_page_is_read_by_its_number_and_says_how_many_there_are(bank: Store) -> None:
    page = finding.page(bank, "bank", offset=40, limit=20)
    assert (page.total, [case.position for case in page.cases]) == (43, [40, 41, 42])
    narrowed = finding.page(bank, "bank", Wanted("row 1"), offset=2, limit=3)
    assert (narrowed.total, [case.inputs["text"] for case in narrowed.cases]) == (11, ["row 11", "row 12", "row 13"])


def test_split_tag_and_words_narrow_together(bank: Store) -> None:
    assert finding.page(bank, "bank", Wanted(tag="short")).total == 2
    assert finding.page(bank, "bank", Wanted(tag="short", split="test")).total == 1
    assert finding.page(bank, "bank", Wanted("card", split="test")).total == 0
    assert len(finding.ids(bank, "bank", Wanted("card"))) == 2


def test_what_cases_can_be_told_apart_by(bank: Store) -> None:
    assert finding.facets(bank, "bank") == finding.Facets({"": 41, "test": 1, "train": 1}, ("de", "short"), expected=True)
    registry.create(bank, "bare", [NewCase({"a": "1"})])
    assert finding.facets(bank, "bare") == finding.Facets({"": 1})


def test_cases_by_id_are_those_of_the_dataset_that_are_still_there(bank: Store) -> None:
    registry.create(bank, "other", [NewCase({"a": "1"})])
    (foreign,) = finding.ids(bank, "other")
    first, *_ = finding.ids(bank, "bank")
    assert list(finding.by_id(bank, "bank", [first, foreign, 10**9])) == [first]


def test_a_dataset_that_is_not_there_is_an_error(store: Store) -> None:
    with pytest.raises(NotFound):
        finding.page(store, "none")
