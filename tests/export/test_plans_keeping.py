"""Plans in the store, on both databases: saving, clashes, going back, other names, copies, the list."""

from dataclasses import replace

import pytest

from tests.export.test_plans import full
from workbench.errors import Conflict, InputError, NameTaken, NotFound
from workbench.export.plans import keeping
from workbench.export.plans.model import Plan, Task
from workbench.store import Store


def test_a_plan_is_kept_changed_and_taken_back_step_by_step(store: Store) -> None:
    first = keeping.create(store, full(), now_ms=1)
    assert (first.plan, first.number, first.earlier) == (full(), 1, 0)
    second = keeping.save(store, replace(full(), problem="two"), first.number, now_ms=2)
    third = keeping.save(store, replace(full(), problem="three"), second.number, now_ms=3)
    assert (third.number, third.earlier, third.updated_ms, third.created_ms) == (3, 2, 3, 1)
    assert keeping.load(store, "Triage") == third
    back = keeping.undo(store, "Triage", third.number)
    assert back.plan.problem == "two"
    again = keeping.undo(store, "Triage", back.number)
    assert again.plan == full()
    with pytest.raises(NotFound, match="not changed since"):
        keeping.undo(store, "Triage", again.number)
    assert again.number > third.number


def test_what_says_the_same_changes_nothing(store: Store) -> None:
    kept = keeping.create(store, full())
    assert keeping.save(store, full(), 99) == kept


def test_who_saves_second_is_told_and_nothing_is_lost(store: Store) -> None:
    kept = keeping.create(store, full())
    theirs = keeping.save(store, replace(full(), owner="They"), kept.number)
    with pytest.raises(Conflict, match="Somebody changed") as caught:
        keeping.save(store, replace(full(), owner="Me"), kept.number)
    assert caught.value.theirs == theirs
    with pytest.raises(Conflict):
        keeping.undo(store, "Triage", kept.number)
    assert keeping.save(store, replace(full(), owner="Me"), theirs.number).plan.owner == "Me"
    assert keeping.load(store, "Triage").earlier == 2


def test_only_so_many_earlier_states_are_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "KEPT", 3)
    kept = keeping.create(store, Plan("x"))
    for number in range(6):
        kept = keeping.save(store, Plan("x", problem=str(number)), kept.number)
    assert kept.earlier == 3
    for expected in ("4", "3", "2"):
        kept = keeping.undo(store, "x", kept.number)
        assert kept.plan.problem == expected


def test_a_name_is_its_own(store: Store) -> None:
    kept = keeping.create(store, full())
    keeping.save(store, replace(full(), owner="Bo"), kept.number)
    with pytest.raises(NameTaken, match="already"):
        keeping.create(store, full())
    copy = keeping.duplicate(store, "Triage", "Copy")
    assert (copy.plan.name, copy.plan.owner, copy.earlier) == ("Copy", "Bo", 0)
    with pytest.raises(NameTaken):
        keeping.rename(store, "Copy", "Triage")
    renamed = keeping.rename(store, "Triage", "  Other ")
    assert (renamed.plan.name, renamed.earlier) == ("Other", 1)
    assert keeping.undo(store, "Other", renamed.number).plan == replace(full(), name="Other")
    with pytest.raises(InputError, match="field name"):
        keeping.rename(store, "Other", " ")
    assert keeping.free_name(store, "Other") == "Other (2)"
    assert keeping.free_name(store, "New") == "New"


def test_a_plan_that_is_removed_is_gone(store: Store) -> None:
    kept = keeping.create(store, full())
    keeping.save(store, replace(full(), owner="Bo"), kept.number)
    keeping.remove(store, "Triage")
    assert keeping.count(store) == 0
    with pytest.raises(NotFound, match="no plan 'Triage'"):
        keeping.load(store, "Triage")
    with pytest.raises(NotFound):
        keeping.remove(store, "Triage")


def test_the_list_is_by_name_and_can_be_searched(store: Store) -> None:
    for name in ("b", "a", "c %"):
        keeping.create(store, Plan(name, tasks=(Task("x", done=True), Task("y"))))
    assert [one.name for one in keeping.page(store)] == ["a", "b", "c %"]
    assert [one.name for one in keeping.page(store, after="a", limit=1)] == ["b"]
    assert [one.name for one in keeping.page(store, search="%")] == ["c %"]
    assert [(one.tasks, one.done) for one in keeping.page(store, limit=1)] == [(2, 1)]


def test_text_that_no_database_holds_is_kept_all_the_same(store: Store) -> None:
    kept = keeping.create(store, Plan("n\x00ame \ud800", problem="\x00\ud800 مرحبا 👍"))
    assert kept.plan.name == "n\ufffdame \ufffd"
    assert keeping.load(store, "n\x00ame \ud800").plan.problem == "\ufffd\ufffd مرحبا 👍"
