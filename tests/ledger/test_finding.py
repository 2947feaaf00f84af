"""Calls are found by any field, newest first, a page at a time in both directions; where only a part was looked at, that is said."""

import json
import random
from typing import Any

import pytest
from sqlalchemy import event

from tests.cost.ledger import call, put
from workbench.ledger import feedback, finding, reading
from workbench.ledger.finding import LAST, Sought
from workbench.ledger.reading import Call
from workbench.store import Store

START = 1_700_000_000_000


@pytest.fixture
def filled(store: Store) -> Store:
    chance = random.Random(3)

    def one(n: int) -> Any:
        failed = chance.random() < 0.3
        return call(
            f"question {chance.choice('abc')}x about {n % 4}",
            started_ms=START + chance.randrange(60),  # many share a millisecond
            prompt=chance.choice(["p", "q", None]),
            version=chance.choice([1, 2, None]),
            label=chance.choice(["production", None]),
            provider=chance.choice(["openai", "anthropic"]),
            model=chance.choice(["m1", "m2", "m3"]),
            source=chance.choice(["run", "client"]),
            status="error" if failed else "ok",
            error_type=chance.choice(["timeout", "server", None]) if failed else None,
            user=chance.choice(["ann", 'bo "b"', None]),
            tags=tuple(chance.sample(["red", "dark red", 'a "b"', "ä\\"], chance.randrange(3))),
            run_id=chance.choice(["r1", None]),
            cell_id=chance.choice(["c1", None]),
            trace_id=chance.choice(["t1", "t2", None]),
            external_id=f"x{n}" if n % 2 else None,
            latency_ms=chance.choice([None, 10, 500]),
            cost_nano=chance.choice([None, 0, 5_000]),
            feedback=chance.choice([1, -1, 0, None]),
        )

    put(store, *(one(n) for n in range(160)))
    return store


def fits(one: Call, name: str, value: Any) -> bool:
    signs = {"up": 1, "down": -1, "neither": 0}
    special: dict[str, bool] = {
        "prompt": (one.prompt or "") == value,
        "error_type": one.status == "error" and (one.error_type or "unknown") == value,
        "tag": value in one.tags,
        "rated": one.feedback is not None and (value == "any" or one.feedback == signs.get(value)),
        "since_ms": name == "since_ms" and one.started_ms >= value,
        "until_ms": name == "until_ms" and one.started_ms < value,
        "latency_ms": name == "latency_ms" and (one.latency_ms or 0) >= value,
        "cost_nano": name == "cost_nano" and (one.cost_nano or 0) >= value,
        "tokens": name == "tokens" and (one.input_tokens or 0) + (one.output_tokens or 0) >= value,
        "words": name == "words" and all(word in json.dumps(one.request) for word in value.split()),
    }
    return special[name] if name in special else bool(getattr(one, name) == value)


ASKED = [
    Sought(),
    *(Sought(**{name: value}) for name, value in {
        "prompt": "p", "version": 2, "label": "production", "provider": "openai", "model": "m2", "source": "run", "status": "ok",
        "error_type": "timeout", "user": 'bo "b"', "run_id": "r1", "cell_id": "c1", "trace_id": "t2", "external_id": "x7",
        "since_ms": START + 20, "until_ms": START + 20, "latency_ms": 500, "cost_nano": 5_000, "tokens": 15, "words": "bx",
    }.items()),
    Sought(prompt=""),
    *(Sought(tag=tag) for tag in ("red", 'a "b"', "ä\\", "nobody")),
    *(Sought(rated=rated) for rated in finding.RATED),
    Sought(prompt="p", version=1, status="error", since_ms=START + 5, until_ms=START + 50),
    Sought(provider="openai", source="run", user="ann"),
    Sought(prompt="q", tag="dark red", rated="down"),
    Sought(trace_id="t1", status="ok", latency_ms=10),
    Sought(words="cx 2", provider="anthropic", until_ms=START + 40),
    Sought(status="error", error_type="server", model="m1"),
    Sought(status="ok", error_type="server"),
    Sought(error_type="unknown"),
]  # fmt: skip


def test_whatever_is_asked_for_pages_hold_exactly_what_fits_in_both_directions(filled: Store) -> None:
    finding.search.catch_up(filled)
    every = [reading.get(filled, one.id) for one in finding.walk(filled, Sought(), limit=1000)]
    assert len(every) == 160
    for wanted in ASKED:
        expected = [one.id for one in every if all(fits(one, *asked) for asked in wanted.given.items())]
        found, cursors = [], []
        page = finding.page(filled, wanted, limit=40)
        while True:
            found += [one.id for one in page.calls]
            assert page.reached is None
            if not page.older:
                break
            cursors.append(page.calls[-1].cursor)
            page = finding.page(filled, wanted, older_than=cursors[-1], limit=40)
        assert found == expected, wanted
        back: list[int] = []
        cursor = (0, 0)
        while (page := finding.page(filled, wanted, newer_than=cursor, limit=40)).calls:
            back = [one.id for one in page.calls] + back
            cursor = page.calls[0].cursor
        assert back == expected, wanted


def test_a_search_without_an_index_looks_at_the_newest_calls_and_says_how_far(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "LOOK", 50)
    monkeypatch.setattr(finding, "LOOK_APART", 20)
    found = finding.page(filled, Sought(tag="nobody"))
    assert (found.calls, found.older) == ([], True)
    assert found.reached is not None
    looked = 0
    while found.reached is not None:
        looked += 1
        found = finding.page(filled, Sought(tag="nobody"), older_than=found.reached)
    assert looked == 3  # 160 calls, 50 and then 51 at a time
    assert not found.older
    parts = finding.page(filled, Sought(prompt="p", tag="nobody"))  # the index of a prompt is in parts, a version each
    assert parts.reached is None or parts.older
    assert finding.page(filled, Sought(tag="nobody"), newer_than=(0, 0)).reached is not None


def test_a_jump_to_a_time_begins_there(filled: Store) -> None:
    found = finding.page(filled, Sought(), older_than=(START + 30, LAST), limit=5)
    assert found.calls[0].started_ms == START + 30
    assert found.newer


def test_the_total_is_that_of_the_rollups_where_they_know_the_fields(filled: Store) -> None:
    for wanted in ASKED:
        number = finding.counted(filled, wanted, START)
        if number is not None:
            assert number == len(list(finding.walk(filled, wanted, limit=1000))), wanted
    assert finding.counted(filled, Sought(), START) == 160
    assert finding.counted(filled, Sought(user="ann"), START) is None


def test_every_page_of_a_field_that_has_an_index_is_answered_by_it(sqlite_store: Store) -> None:
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.startswith("SELECT calls.started_ms"):
            plans.extend(str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())

    put(sqlite_store, *(call("x", prompt="p", version=n, user="u", feedback=1, trace_id="t", external_id=f"e{n}") for n in range(3)))
    event.listen(sqlite_store.engine, "before_cursor_execute", explain)
    for wanted, index in (
        (Sought(), "ix_calls_started"), (Sought(prompt="p"), "ix_calls_prompt"), (Sought(prompt="p", version=1), "ix_calls_prompt"),
        (Sought(provider="p"), "ix_calls_model"), (Sought(provider="p", model="m"), "ix_calls_model"),
        (Sought(source="test"), "ix_calls_source"),
        (Sought(status="ok"), "ix_calls_status"), (Sought(user="u"), "ix_calls_user"), (Sought(rated="up"), "ix_calls_feedback"),
        (Sought(error_type="x"), "ix_calls_status"), (Sought(tag="x"), "ix_calls_started"), (Sought(user="u", status="ok"), "ix_calls"),
    ):  # fmt: skip
        plans.clear()
        finding.page(sqlite_store, wanted, older_than=(START * 2, 5))
        assert plans, wanted
        assert all(index in plan for plan in plans), (wanted, plans)
        assert not any("TEMP B-TREE" in plan for plan in plans), (wanted, plans)


def test_siblings_are_those_of_the_trace_else_the_cell_else_the_run(store: Store) -> None:
    first, second, third, other = put(
        store, call(trace_id="t", run_id="r"), call(trace_id="t"), call(run_id="r", cell_id="c"), call(run_id="r")
    )
    assert [one.id for one in reading.siblings(store, reading.get(store, second))] == [first, second]
    assert [one.id for one in reading.siblings(store, reading.get(store, third))] == [third]
    assert [one.id for one in reading.siblings(store, reading.get(store, other))] == [first, third, other]
    assert [one.id for one in reading.siblings(store, reading.get(store, other), limit=4)] == [third, other]
    (alone,) = put(store, call())
    assert reading.siblings(store, reading.get(store, alone)) == []


def test_a_rating_is_kept_counted_and_taken_back(store: Store) -> None:
    from workbench.errors import InputError, NotFound
    from workbench.ledger import rollups

    with_text, without = put(store, call("x", started_ms=START), call(None, started_ms=START))

    def sums() -> tuple[int, int]:
        cells = rollups.read(store, START - 1, START + 1)
        return sum(one.rated for one in cells), sum(one.liked for one in cells)

    assert feedback.rate(store, with_text, 1, " good ") == (None, None)
    assert feedback.rate(store, without, -1, "bad") == (None, None)
    assert sums() == (2, 1)
    kept = reading.get(store, without)
    assert (kept.feedback, kept.note) == (-1, "bad")
    before = feedback.rate(store, with_text, None)
    assert before == (1, "good")
    assert sums() == (1, 0)
    feedback.rate(store, with_text, *before)
    assert (reading.get(store, with_text).note, sums()) == ("good", (2, 1))
    assert [one.id for one in finding.page(store, Sought(rated="up")).calls] == [with_text]
    with pytest.raises(NotFound):
        feedback.rate(store, 99, 1)
    with pytest.raises(InputError, match="no rating"):
        feedback.rate(store, with_text, 5)
