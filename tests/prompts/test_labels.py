import pytest

from workbench.errors import InputError, NotFound
from workbench.prompts import labels, registry
from workbench.prompts.content import text
from workbench.store import Store


@pytest.fixture
def prompt(store: Store) -> str:
    """A prompt of three versions."""
    for n in (1, 2, 3):
        registry.save_version(store, "p", text(f"text {n}"))
    return "p"


def test_a_moved_label_keeps_its_history(store: Store, prompt: str) -> None:
    labels.move(store, prompt, "production", 1, author="Ann", reason="first", now_ms=1)
    labels.move(store, prompt, "production", 3, author="Bo", reason="better", now_ms=2)
    labels.move(store, prompt, "staging", 2)
    moves = labels.history(store, prompt, "production")
    assert [(m.from_number, m.to_number, m.author, m.reason, m.moved_ms) for m in moves] == [
        (1, 3, "Bo", "better", 2),
        (None, 1, "Ann", "first", 1),
    ]
    assert [m.label for m in labels.history(store, prompt)] == ["staging", "production", "production"]
    assert registry.get(store, prompt).labels == {"production": 3, "staging": 2}


def test_moving_a_label_to_where_it_is_writes_nothing(store: Store, prompt: str) -> None:
    labels.move(store, prompt, "production", 1)
    again = labels.move(store, prompt, "production", 1)
    assert again.from_number == again.to_number == 1
    assert len(labels.history(store, prompt)) == 1


def test_a_label_taken_off_is_missing_and_its_history_stays(store: Store, prompt: str) -> None:
    labels.move(store, prompt, "production", 1)
    labels.remove(store, prompt, "production", reason="retired")
    with pytest.raises(NotFound):
        registry.version(store, prompt, label="production")
    assert [(m.from_number, m.to_number) for m in labels.history(store, prompt)] == [(1, None), (None, 1)]
    with pytest.raises(NotFound):
        labels.remove(store, prompt, "production")


def test_a_roll_back_goes_to_where_the_label_was(store: Store, prompt: str) -> None:
    labels.move(store, prompt, "production", 1)
    labels.move(store, prompt, "production", 2)
    assert labels.roll_back(store, prompt, "production").number == 1
    assert registry.get(store, prompt).labels == {"production": 1}
    assert labels.history(store, prompt)[0].reason == "Rolled back from version 2"


def test_a_second_roll_back_goes_further_back_and_the_third_has_nowhere_to_go(store: Store, prompt: str) -> None:
    for number in (1, 2, 3):
        labels.move(store, prompt, "production", number)
    assert [labels.roll_back(store, prompt, "production").number for _ in range(2)] == [2, 1]
    with pytest.raises(NotFound, match="no earlier version"):
        labels.roll_back(store, prompt, "production")
    assert registry.get(store, prompt).labels == {"production": 1}


def test_a_move_by_mistake_is_undone_by_a_roll_back(store: Store, prompt: str) -> None:
    for number in (1, 2, 1):
        labels.move(store, prompt, "production", number)
    assert labels.roll_back(store, prompt, "production").number == 2


def test_a_move_after_a_roll_back_can_be_rolled_back_too(store: Store, prompt: str) -> None:
    labels.move(store, prompt, "production", 1)
    labels.move(store, prompt, "production", 2)
    labels.roll_back(store, prompt, "production")
    labels.move(store, prompt, "production", 3)
    assert labels.roll_back(store, prompt, "production").number == 1


def test_a_label_taken_off_comes_back_by_a_roll_back(store: Store, prompt: str) -> None:
    labels.move(store, prompt, "production", 2)
    labels.remove(store, prompt, "production")
    assert labels.roll_back(store, prompt, "production", reason="needed").number == 2
    assert labels.history(store, prompt)[0].reason == "Rolled back from version none: needed"


def test_what_is_not_there_is_said_and_nothing_moves(store: Store, prompt: str) -> None:
    with pytest.raises(NotFound) as error:
        labels.move(store, prompt, "production", 9)
    assert "3, 2, 1" in error.value.hint
    with pytest.raises(NotFound):
        labels.move(store, "nothing", "production", 1)
    with pytest.raises(NotFound):
        labels.history(store, "nothing")
    with pytest.raises(NotFound):
        labels.roll_back(store, prompt, "production")
    with pytest.raises(InputError):
        labels.move(store, prompt, "3", 1)
    assert registry.get(store, prompt).labels == {}


def test_a_label_belongs_to_its_prompt_alone(store: Store, prompt: str) -> None:
    registry.save_version(store, "q", text("q"))
    labels.move(store, prompt, "production", 2)
    labels.move(store, "q", "production", 1)
    assert registry.resolve(store, "p@production").content == text("text 2")
    assert registry.resolve(store, "q@production").content == text("q")
