import threading
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select

from tests.cost.scenarios import SMALL, scenarios
from workbench.cost import keeping
from workbench.cost.model import Batch, ExactCache, Growth, Lever, Scenario
from workbench.cost.tables import ScenarioVersionRow
from workbench.errors import InputError, NameTaken, NotFound
from workbench.store import Store

CACHED = replace(SMALL, levers=(ExactCache(Decimal("0.4")),))


def test_a_scenario_is_kept_in_versions_and_the_latest_is_opened(store: Store) -> None:
    first = keeping.save(store, SMALL, "as it is", now_ms=1_000)
    second = keeping.save(store, CACHED, "with a cache", now_ms=2_000)
    assert (first.number, second.number, first.new, second.new) == (1, 2, True, True)
    assert keeping.load(store, "small") == second
    assert keeping.load(store, "small", 1) == first
    assert [kept.note for kept in keeping.versions(store, "small")] == ["with a cache", "as it is"]
    assert keeping.page(store) == [keeping.Listing("small", 2, "with a cache", 1_000, 2_000)]


def test_equal_content_makes_no_new_version_and_says_so(store: Store) -> None:
    both = replace(SMALL, levers=(Growth(Decimal("0.05")), Batch(Decimal("0.5"))))
    keeping.save(store, both, now_ms=1_000)
    other = replace(both, levers=both.levers[::-1], days_per_month=Decimal("30.00"))
    again = keeping.save(store, other, "again", now_ms=2_000)
    assert (again.number, again.new, again.note, again.created_ms) == (1, False, "", 1_000)
    assert keeping.page(store)[0].updated_ms == 1_000


def test_going_back_to_something_older_is_a_version_of_its_own(store: Store) -> None:
    for scenario in (SMALL, CACHED, SMALL):
        keeping.save(store, scenario)
    assert [kept.number for kept in keeping.versions(store, "small")] == [3, 2, 1]
    assert keeping.load(store, "small").scenario == SMALL


def test_a_version_never_changes(store: Store) -> None:
    keeping.save(store, SMALL)
    with store.read() as session:
        before = session.execute(select(ScenarioVersionRow.document, ScenarioVersionRow.content_hash)).all()
    keeping.save(store, CACHED)
    keeping.rename(store, "small", "big")
    keeping.archive(store, "big")
    with store.read() as session:
        assert session.execute(select(ScenarioVersionRow.document, ScenarioVersionRow.content_hash).limit(1)).all() == before


def test_a_renamed_scenario_keeps_its_versions_under_its_new_name(store: Store) -> None:
    keeping.save(store, SMALL)
    keeping.save(store, replace(SMALL, name="other"))
    assert keeping.rename(store, "small", " big ").name == "big"
    assert keeping.load(store, "big").scenario == replace(SMALL, name="big")
    assert keeping.save(store, replace(SMALL, name="big")).new is False
    with pytest.raises(NotFound, match="no scenario 'small'"):
        keeping.load(store, "small")
    with pytest.raises(NameTaken, match="'other' already"):
        keeping.rename(store, "big", "other")
    with pytest.raises(InputError, match="field name: is empty"):
        keeping.rename(store, "big", " ")


def test_what_is_archived_leaves_the_list_and_can_be_brought_back(store: Store) -> None:
    keeping.save(store, SMALL)
    assert keeping.archive(store, "small").archived_ms is not None
    assert keeping.page(store) == []
    assert [each.name for each in keeping.page(store, archived=True)] == ["small"]
    assert keeping.load(store, "small").scenario == SMALL
    assert keeping.restore(store, "small").archived_ms is None
    keeping.archive(store, "small")
    assert keeping.save(store, SMALL).new is False  # saving brings it back, too
    assert [each.name for each in keeping.page(store)] == ["small"]


def test_the_list_comes_in_pages_and_is_searched_literally(store: Store) -> None:
    for name in ("a", "b%", "c", "=cmd|' /C calc'!A0"):
        keeping.save(store, replace(SMALL, name=name))
    first = keeping.page(store, limit=2)
    rest = keeping.page(store, after=first[-1].name)
    assert sorted(each.name for each in first + rest) == sorted(["a", "b%", "c", "=cmd|' /C calc'!A0"])
    assert [each.name for each in keeping.page(store, search="%")] == ["b%"]


def test_what_is_not_there_is_named_with_what_is_near(store: Store) -> None:
    with pytest.raises(NotFound) as caught:
        keeping.load(store, "small")
    assert "workbench cost scenarios save" in caught.value.hint
    keeping.save(store, SMALL)
    with pytest.raises(NotFound) as caught:
        keeping.load(store, " smal\x00 ")
    assert "Did you mean small?" in caught.value.hint
    for number in (0, 2, -1, 10**30):
        with pytest.raises(NotFound, match="has no version"):
            keeping.load(store, "small", number)


def test_a_scenario_that_cannot_be_is_not_kept(store: Store) -> None:
    with pytest.raises(InputError, match="field months"):
        keeping.save(store, replace(SMALL, months=0))
    assert keeping.page(store) == []


def test_two_who_save_at_once_get_a_number_each(store: Store) -> None:
    made = [replace(SMALL, months=n) for n in range(1, 9)]
    got: list[int] = []
    threads = [threading.Thread(target=lambda each=each: got.append(keeping.save(store, each).number)) for each in made]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(1, 9))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(scenario=scenarios)
def test_any_scenario_comes_back_as_it_was(store: Store, scenario: Scenario) -> None:
    keeping.save(store, scenario)
    loaded = keeping.load(store, scenario.name).scenario
    # An example before it may have had this name and come to the same but for the order of its levers: it stays.
    assert replace(loaded, levers=ordered(loaded)) == replace(scenario, levers=ordered(scenario))


def ordered(scenario: Scenario) -> tuple[Lever, ...]:
    return tuple(sorted(scenario.levers, key=lambda lever: lever.kind))


def test_the_examples_that_ship_can_be_read_worked_out_and_kept(sqlite_store: Store) -> None:
    files, scenarios = keeping.shipped_files(), keeping.shipped()
    assert set(files) == {path.stem for path in (Path(__file__).parents[2] / "data" / "demo").glob("*.yaml")}
    assert len({scenario.name for scenario in scenarios}) == len(files)
    assert [keeping.save(sqlite_store, scenario).new for scenario in scenarios] == [True] * len(files)
