"""Calls that another program sends: what is taken, what is refused and why, on both databases."""

import gzip
import json
import sqlite3
from decimal import Decimal

import pytest
from sqlalchemy import event, select

from tests.conftest import ManualClock
from workbench import clock as clocks
from workbench.api import answers, calls
from workbench.api.answers import Refused
from workbench.ledger.tables import CallRow, CallTextRow
from workbench.store import Store


def _rows(store: Store) -> list[CallRow]:
    with store.read() as session:
        return list(session.scalars(select(CallRow).order_by(CallRow.id)))


def _take(store: Store, value: object) -> dict[str, object]:
    return calls.take(store, json.dumps(value).encode())


def test_one_call_needs_no_more_than_its_model(store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "now_ms", clock.now_ms)
    assert _take(store, {"model": "openai/gpt-4o"}) == {"accepted": 1, "duplicates": 0, "rejected": []}
    (row,) = _rows(store)
    assert (row.started_ms, row.source, row.provider, row.model, row.status) == (clock.ms, "api", "openai", "gpt-4o", "ok")


def test_a_call_is_kept_with_its_texts_and_priced_at_the_time_it_began(store: Store) -> None:
    call = {
        "provider": "openai", "model": "gpt-4o", "started_ms": 1_760_000_000_000, "input_tokens": 1000, "output_tokens": 100,
        "source": "shop", "reply": "Paris", "request": {"messages": [{"role": "user", "content": "Capital of France?"}]},
    }  # fmt: skip
    _take(store, {"calls": [call, call | {"cost_usd": 0.5}]})
    first, second = _rows(store)
    assert (first.source, first.cost_nano, second.cost_nano) == ("shop", 3_500_000, 500_000_000)
    with store.read() as session:
        texts = session.scalars(select(CallTextRow).where(CallTextRow.call_id == first.id)).one()
    assert texts.reply == "Paris"
    assert texts.request == call["request"]


def test_a_bad_call_keeps_out_none_of_the_others(store: Store) -> None:
    good = {"provider": "p", "model": "m"}
    sent = [
        good,
        good | {"latency_ms": -1},
        7,
        good | {"input_tokens": "12"},
        good | {"colour": 1},
        good | {"started_ms": 1_700_000_000},
        good,
    ]
    found = _take(store, sent)
    assert found["accepted"] == 2
    rejected = {one["index"]: one["reason"] for one in found["rejected"]}  # type: ignore[attr-defined]
    assert sorted(rejected) == [1, 2, 3, 4, 5]
    assert "latency_ms" in rejected[1]
    assert "without quotes" in rejected[3]
    assert "1,000" in rejected[5]


def test_what_is_sent_again_is_a_duplicate(store: Store) -> None:
    sent = [{"provider": "p", "model": "m", "external_id": name} for name in ("a", "b", "a")]
    assert _take(store, sent) == {"accepted": 2, "duplicates": 1, "rejected": []}
    assert _take(store, sent) == {"accepted": 0, "duplicates": 3, "rejected": []}
    assert len(_rows(store)) == 2


def test_a_call_with_nan_or_with_what_no_database_holds_spoils_nothing(store: Store) -> None:
    body = b'[{"model": "a/b", "request": {"x": NaN}}, {"model": "a/b", "reply": "a\\u0000b\\ud800", "request": {"x": "\\u0000\\ud800"}}]'
    found = calls.take(store, body)
    assert found["accepted"] == 1
    assert [one["index"] for one in found["rejected"]] == [0]


def test_lines_are_taken_one_by_one(store: Store) -> None:
    body = '\ufeff{"model": "a/b"}\r\n\n{"model": \n{"model": "a/c"}'.encode()
    found = calls.take(store, body, lines=True)
    assert found["accepted"] == 2
    assert "line 3" in found["rejected"][0]["reason"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'[{"model": "a/b"},\n {"model" 7}]', "line 2, column 11"),
        (b"", "line 1, column 1"),
        (b"\xff\xfe", "byte 1"),
        (b'"text"', "no call"),
        (b'{"calls": {}}', "not a list"),
        (b"[" * 200_000, "too deep"),
        (b'[{"model": "a/b", "retries": ' + b"9" * 5000 + b"}]", "too long"),
    ],
)
def test_a_body_that_is_no_json_is_refused_with_the_place(sqlite_store: Store, body: bytes, place: str) -> None:
    with pytest.raises(Refused, match=place) as refused:
        calls.take(sqlite_store, body)
    assert refused.value.status == 400
    assert _rows(sqlite_store) == []


def test_what_gzip_packed_is_bounded_and_must_be_whole() -> None:
    assert answers.unpacked(gzip.compress(b"one") + gzip.compress(b"two")) == b"onetwo"
    for packed, status in ((gzip.compress(bytes(answers.MOST_BYTES + 1)), 413), (gzip.compress(b"x" * 999)[:-9], 400), (b"plain", 400)):
        with pytest.raises(Refused) as refused:
            answers.unpacked(packed)
        assert refused.value.status == status


def test_a_locked_store_is_answered_with_503_and_nothing_is_taken(sqlite_store: Store) -> None:
    with sqlite_store.write() as holding:
        holding.connection()
        _impatient(sqlite_store)
        with pytest.raises(Refused, match="locked") as refused:
            _take(sqlite_store, [{"model": "a/b"}])
    assert refused.value.status == 503
    assert refused.value.headers["retry-after"]
    assert _rows(sqlite_store) == []


def _impatient(store: Store) -> None:
    """Every connection waits for nobody, so that the test need not wait either."""

    @event.listens_for(store.engine, "checkout")
    def _checkout(connection: sqlite3.Connection, *_rest: object) -> None:
        connection.execute("PRAGMA busy_timeout=1")


def test_money_stays_exact(sqlite_store: Store) -> None:
    _take(sqlite_store, [{"model": "a/b", "cost_usd": 0.1} for _ in range(3)])
    assert sum(row.cost_nano or 0 for row in _rows(sqlite_store)) == int(Decimal("0.3") * 10**9)
