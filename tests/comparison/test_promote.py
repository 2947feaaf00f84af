"""Promoting a variant of a run: the label moves, and the verdict goes with it as the reason."""

import pytest
from sqlalchemy import update

from tests.comparison import runs
from tests.comparison.runs import right_or_wrong
from workbench.comparison.promote import promote
from workbench.errors import InputError, NotFound, RunError
from workbench.prompts import content, labels, registry
from workbench.runner.tables import RunVariantRow
from workbench.store import Store


@pytest.fixture
def compared(store: Store) -> Store:
    for text in ("Sort: {{text}}", "Sort it: {{text}}"):
        registry.save_version(store, "intent", content.text(text))
    ids = [registry.version(store, "intent", number).id for number in (1, 2)]
    versions = [("intent", 1, ids[0]), ("intent", 2, ids[1])]
    runs.make(store, right_or_wrong(60, 10, 24, 26), names=["intent@1", "intent@2"], versions=versions)
    return store


def test_a_label_moves_to_the_winner_with_the_verdict_as_the_reason(compared: Store) -> None:
    labels.move(compared, "intent", "production", 1, author="ann", reason="first")
    move = promote(compared, "r", "intent@2", "production", author="bob")
    assert (move.from_number, move.to_number, move.author) == (1, 2, "bob")
    latest = labels.history(compared, "intent", "production")[0]
    assert latest.reason.startswith("intent@2 is better than intent@1 by 11.7 points (95 % interval 2.2 to 21.2, n = 120)")
    assert latest.reason.endswith("(run r)")
    assert registry.get(compared, "intent").labels["production"] == 2
    assert labels.roll_back(compared, "intent", "production").number == 1


def test_a_label_that_is_there_already_stays_and_nothing_is_written(compared: Store) -> None:
    promote(compared, "r", "intent@2", "staging")
    assert promote(compared, "r", "intent@2", "staging").from_number == 2
    assert len(labels.history(compared, "intent", "staging")) == 1


def test_the_loser_may_be_promoted_and_the_reason_says_who_won(compared: Store) -> None:
    promote(compared, "r", "intent@1", "staging")
    assert labels.history(compared, "intent", "staging")[0].reason.startswith("intent@2 is better than intent@1")


def test_what_is_no_version_is_refused(store: Store) -> None:
    runs.make(store, right_or_wrong(6, 1, 2, 2), names=["a draft", "another"])
    with pytest.raises(RunError, match="is no version") as refused:
        promote(store, "r", "a draft", "production")
    assert "Save it as a version" in refused.value.hint


def test_a_variant_a_run_or_a_label_that_is_none_is_refused(compared: Store) -> None:
    with pytest.raises(NotFound, match="no variant 'intent@9'") as refused:
        promote(compared, "r", "intent@9", "production")
    assert "intent@1, intent@2" in refused.value.hint
    with pytest.raises(NotFound):
        promote(compared, "nothing", "intent@1", "production")
    with pytest.raises(InputError):
        promote(compared, "r", "intent@1", "not a label!")
    assert labels.history(compared, "intent") == []


def test_a_version_that_took_the_place_of_the_one_that_was_compared_is_refused(compared: Store) -> None:
    first = registry.version(compared, "intent", 1).id
    with compared.write() as session:
        session.execute(update(RunVariantRow).where(RunVariantRow.position == 1).values(version_id=first))
    with pytest.raises(NotFound, match="not the version that this run compared"):
        promote(compared, "r", "intent@2", "production")
    with compared.write() as session:
        session.execute(update(RunVariantRow).where(RunVariantRow.position == 1).values(prompt="gone"))
    with pytest.raises(NotFound):
        promote(compared, "r", "intent@2", "production")
