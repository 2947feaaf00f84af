"""A call is found by the words of its texts, soon after it was recorded, and no longer once it or its text is gone."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select, text

from tests.cost.ledger import call, put
from workbench import clock
from workbench.errors import InputError
from workbench.ledger import compacting, search
from workbench.ledger.tables import CallRow, CallTextRow
from workbench.store import Store


def find(store: Store, wanted: str) -> list[int]:
    search.catch_up(store)
    with store.read() as session:
        return sorted(session.scalars(select(CallRow.id).where(search.matching(session, wanted).condition)))


def drop(store: Store, *conditions: object, table: type = CallRow) -> None:
    with store.write() as session:
        session.execute(delete(table).where(*conditions))  # type: ignore[arg-type]


def test_every_text_of_a_call_is_searched_and_every_word_must_be_there(store: Store) -> None:
    asked, answered, failed, tool, silent = put(
        store,
        call("Where is my card?"),
        call("x", reply="Your CARD was sent to Zürich.", variables={"n": "order 4711"}),
        call("y", status="error", error_message="Rate limit of the card network"),
        call("z", tool_calls=[{"name": "look_up", "arguments": '{"city": "東京"}'}]),
        call(None),
    )
    assert find(store, "card") == [asked, answered, failed]
    assert find(store, "CAR* where") == [asked]
    assert find(store, "zurich 471*") == [answered]
    assert find(store, "京") == [tool]
    assert find(store, "look_up") == [tool]
    assert find(store, "user") == []  # the role of a message is no text of it
    assert find(store, "zurich 471") == []
    assert silent not in find(store, "w*")


@pytest.mark.parametrize("typed", ['"card', "card*", "card OR x", "NEAR(card)", "card' & 'x", "(card) -x:", "card\x00\ud800"])
def test_whatever_is_typed_is_words_and_no_query(store: Store, typed: str) -> None:
    put(store, call("card or near x"))
    find(store, typed)


@pytest.mark.parametrize("typed", ["", "  ", "!?*", "_"])
def test_signs_alone_cannot_be_searched_for(store: Store, typed: str) -> None:
    with store.read() as session, pytest.raises(InputError, match="no word"):
        search.matching(session, typed)


DELETE: dict[str, Callable[[Store, int], None]] = {
    "the call": lambda store, made: drop(store, CallRow.id == made),
    "its text": lambda store, made: drop(store, CallTextRow.call_id == made, table=CallTextRow),
}


@pytest.mark.parametrize("gone", DELETE)
def test_what_is_deleted_is_not_found(store: Store, gone: str) -> None:
    kept, made, _last = put(store, call("alpha"), call("alpha"), call("beta"))
    assert find(store, "alpha") == [kept, made]
    DELETE[gone](store, made)
    assert find(store, "alpha") == [kept]


def test_an_id_that_is_handed_out_again_is_found_by_its_new_words_alone(sqlite_store: Store) -> None:
    for turn, (old, new) in enumerate((("alpha", "beta"), ("gamma", "delta"), ("eta", "theta"))):
        ids = put(sqlite_store, *(call(old) for _ in range(3 + turn)))
        assert find(sqlite_store, old) == ids
        drop(sqlite_store, CallRow.id.in_(ids[1:]))
        with sqlite_store.write() as session:  # another program may know nothing of this mark
            session.execute(text("DELETE FROM ledger_marks WHERE name = 'last_call_id'"))
        again = put(sqlite_store, *(call(new) for _ in range(5)))
        assert again[0] == ids[1]  # else this test shows nothing
        assert find(sqlite_store, old) == ids[:1]
        assert find(sqlite_store, new) == again
    drop(sqlite_store)  # everything
    (only,) = put(sqlite_store, call("omega"))
    assert [find(sqlite_store, word) for word in ("alpha", "theta", "omega")] == [[], [], [only]]


def test_calls_are_taken_in_portions_and_what_is_left_is_said(store: Store) -> None:
    put(store, *(call(f"word{n}") for n in range(30)))
    assert search.catch_up(store, most=10) == 20
    search.tick(store, clock.now_ms())
    assert search.behind(store) == 0
    assert len(find(store, "word*")) == 30
    search.rebuild(store)
    assert search.behind(store) == 30
    assert len(find(store, "word*")) == 30


def test_compacting_forgets_an_index_of_texts_that_are_gone(sqlite_store: Store) -> None:
    ids = put(sqlite_store, *(call(f"word{n}") for n in range(9)))
    assert len(find(sqlite_store, "word*")) == 9
    drop(sqlite_store, CallRow.id.in_(ids[:4]))
    assert not search.mostly_gone(sqlite_store)
    drop(sqlite_store, CallRow.id.in_(ids[:6]))
    compacting.compact(sqlite_store, clock.now_ms())
    assert not search.mostly_gone(sqlite_store)
    assert search.behind(sqlite_store) > 0
    assert find(sqlite_store, "word*") == ids[6:]


def test_a_call_that_is_committed_after_a_later_id_is_found(postgres_store: Store) -> None:
    early, late = put(postgres_store, call("alpha"), call("alpha"))
    with postgres_store.write() as session:
        session.execute(text("DELETE FROM call_texts WHERE call_id = :id"), {"id": early})
    assert find(postgres_store, "alpha") == [late]
    with postgres_store.write() as session:
        session.add(CallTextRow(call_id=early, reply="alpha"))
    assert find(postgres_store, "alpha") == [early, late]


def test_of_very_many_matches_those_recorded_last_are_looked_at(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = put(store, *(call("alpha") for _ in range(8)))
    monkeypatch.setattr(search, "MOST", 5)
    assert find(store, "alpha") == ids[3:]
    with store.read() as session:
        assert search.matching(session, "alpha").more
        assert not search.matching(session, "alpha", most_id=ids[4]).more
