"""The sums are the calls added up: any range, grouping and filter, whatever was inserted, deleted and changed, by whom and when."""

import random
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from tests.conftest import ManualClock
from workbench import clock
from workbench.ledger import rollups
from workbench.ledger.fields import TRIALS
from workbench.ledger.rollups.cells import Cell
from workbench.ledger.rollups.gather import SUMS
from workbench.ledger.rollups.ranges import GROUPS
from workbench.ledger.rollups.series import DAY, HOUR, MINUTE
from workbench.ledger.tables import CallRow, LedgerMarkRow, RollupRow, SeriesRow, TopDayRow
from workbench.stats import sketch
from workbench.store import Store

NOW = 1_700_049_661_234  # 2023-11-15 12:01:01.234 UTC
CALLS = CallRow.__table__
BUCKETS = ((None, 0), (DAY, 0), (HOUR, 0), (5 * MINUTE, 0), (DAY, 2 * HOUR), (DAY, 330 * MINUTE), (90 * MINUTE, -7 * HOUR))


@pytest.fixture
def at_now(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    moved = ManualClock(NOW)
    monkeypatch.setattr(clock, "SYSTEM", moved)
    return moved


def a_row(chance: random.Random, call_id: int) -> dict[str, Any]:
    """A call as the table has it: late, of just now, or of the future; with and without every field."""
    maybe = lambda low, high: None if chance.random() < 0.3 else chance.randint(low, high)  # noqa: E731
    span = chance.choice([10 * MINUTE, 3 * HOUR, 4 * DAY, 40 * DAY])
    failed = chance.random() < 0.3
    prompt = chance.choice([None, "", "p", "q"])
    return dict.fromkeys(column.name for column in CALLS.columns) | {
        "id": call_id, "started_ms": NOW + chance.randint(-span, span // 4), "latency_ms": maybe(0, 90_000), "ttft_ms": maybe(1, 900),
        "source": chance.choice(["run", "client"]), "prompt": prompt, "version": chance.randint(1, 2) if prompt else None,
        "label": chance.choice([None, "production"]), "provider": chance.choice(["openai", "anthropic"]), "model": chance.choice("ab"),
        "status": "error" if failed else "ok", "error_type": chance.choice([None, "timeout", "rate_limit"]) if failed else None,
        "retries": chance.randint(0, 2), "input_tokens": maybe(0, 2**31 - 1), "cached_tokens": maybe(0, 9),
        "cache_write_tokens": maybe(0, 9), "output_tokens": maybe(0, 99), "reasoning_tokens": maybe(0, 9), "cost_nano": maybe(0, 10**15),
        "estimated": False, "user_name": chance.choice([None, "ann", "ben"]), "tags": chance.choice([None, ["x"], ["x", "y"]]),
        "feedback": maybe(-1, 1), "run_id": chance.choice([None, "r1", "r2"]),
    }  # fmt: skip


def put(store: Store, rows: list[dict[str, Any]]) -> None:
    with store.write() as session:
        session.execute(insert(CALLS), rows)
        rollups.note(session.connection(), rows)


def all_rows(store: Store) -> list[dict[str, Any]]:
    with store.read() as session:
        return [dict(row) for row in session.execute(select(CALLS)).mappings()]


def dimension(row: dict[str, Any], name: str) -> Any:
    if name == "outcome":
        return "" if row["status"] == "ok" else row["error_type"] or "unknown"
    return row["version"] if name == "version" else row[name] or ""


def by_hand(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Every field of a cell, the slow way."""
    priced = [row["cost_nano"] for row in rows if row["cost_nano"] is not None]
    counts = {
        "calls": len(rows),
        "ok": sum(row["status"] == "ok" for row in rows),
        "cost_nano": sum(priced),
        "unpriced": sum(row["status"] == "ok" and row["cost_nano"] is None for row in rows),
        "token_calls": sum(row["input_tokens"] is not None or row["output_tokens"] is not None for row in rows),
        "cached_calls": sum(bool(row["cached_tokens"]) for row in rows),
        "timed": sum(row["latency_ms"] is not None for row in rows),
        "first_timed": sum(row["ttft_ms"] is not None for row in rows),
        "rated": sum(row["feedback"] is not None for row in rows),
        "liked": sum(row["feedback"] == 1 for row in rows),
    }
    return counts | {name: sum(row[name] or 0 for row in rows) for name in SUMS if name not in counts}


def agrees(cell: Cell, rows: list[dict[str, Any]]) -> None:
    assert {name: getattr(cell, name) for name in (*SUMS, "ok")} == by_hand(rows)
    for kept, name in ((cell.latency, "latency_ms"), (cell.ttft, "ttft_ms")):
        values = [row[name] for row in rows if row[name] is not None]
        places, counts = sketch.merged(kept)
        assert dict(zip(places.tolist(), counts.tolist(), strict=True)) == sketch.add({}, values)
        found = cell.percentiles((0.5, 0.99)) if name == "latency_ms" else cell.ttft_percentiles((0.5, 0.99))
        if values:
            np.testing.assert_allclose(found, np.quantile(values, (0.5, 0.99)), rtol=0.02)
        else:
            assert found is None


def a_question(chance: random.Random) -> dict[str, Any]:
    bucket_ms, offset_ms = chance.choice(BUCKETS)
    possible = {
        "prompt": [None, "", "p", ("p", "q"), ("p", None)], "version": [1, (1, 2), None], "label": ["production", ""],
        "provider": ["openai", ("openai", "anthropic")], "model": ["a", ("b",)], "source": ["run"],
        "status": ["ok", "error", ("ok", "error")], "error_type": ["timeout", ("unknown", "rate_limit")],
        "traffic": ["production", "trials", ("production", "trials")],
    }  # fmt: skip
    filters = {name: chance.choice(possible[name]) for name in chance.sample(sorted(possible), chance.choice([0, 0, 1, 2]))}
    by = tuple(chance.sample(GROUPS, chance.choice([0, 0, 1, 2])))
    return {"by": by, "bucket_ms": bucket_ms, "offset_ms": offset_ms, "filters": filters}


def meets(row: dict[str, Any], filters: dict[str, Any]) -> bool:
    for name, value in filters.items():
        allowed = value if isinstance(value, tuple) else (value,)
        if name in ("user", "tag"):
            met = bool(set(allowed) & ({row["user_name"]} if name == "user" else set(row["tags"] or ())))
        elif name == "status":
            met = row["status"] in allowed
        elif name == "traffic":
            met = ("trials" if row["source"] in TRIALS else "production") in allowed
        elif name == "error_type":
            met = row["status"] != "ok" and dimension(row, "outcome") in allowed
        else:
            met = dimension(row, name) in {"" if one is None and name != "version" else one for one in allowed}
        if not met:
            return False
    return True


def grouped(rows: list[dict[str, Any]], asked: dict[str, Any]) -> dict[tuple[Any, Any], list[dict[str, Any]]]:
    found = defaultdict(list)
    for row in rows:
        if meets(row, asked["filters"]):
            at = row["started_ms"]
            bucket = None if asked["bucket_ms"] is None else at - (at + asked["offset_ms"]) % asked["bucket_ms"]
            found[tuple(row["status"] if name == "status" else dimension(row, name) for name in asked["by"]), bucket].append(row)
    if not asked["by"] and asked["bucket_ms"] is None:
        found[(), None] += []
    return found


def answers_agree(store: Store, chance: random.Random, rows: list[dict[str, Any]]) -> None:
    ends = [NOW + chance.randint(-45 * DAY, 12 * DAY), NOW + chance.choice([MINUTE, HOUR, DAY]) * chance.randint(-50, 5)]
    since, until = sorted(ends)
    inside = [row for row in rows if since <= row["started_ms"] < until]
    asked = a_question(chance)
    more = asked | {"filters": asked["filters"] | chance.choice([{}, {"user": "ann"}, {"tag": ("y", "z")}, {"user": "ben", "tag": "x"}])}
    result = rollups.read_raw(store, since, until, **more)
    assert (result.complete, result.reached_ms) == (True, since)
    for question, cells in ((asked, rollups.read(store, since, until, **asked)), (more, result.cells)):
        expected = grouped(inside, question)
        assert {(tuple(cell.key.values()), cell.bucket_ms) for cell in cells} == set(expected), question
        for cell in cells:
            agrees(cell, expected[tuple(cell.key.values()), cell.bucket_ms])


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), steps=st.lists(st.sampled_from(["insert", "insert", "erase", "rate", "later"]), min_size=2, max_size=6))
def test_sums_are_the_calls_added_up_whatever_happens_to_them(store: Store, at_now: ManualClock, seed: int, steps: list[str]) -> None:
    at_now.ms, chance = NOW, random.Random(seed)
    with store.write() as session:
        for table in (CallRow, RollupRow, SeriesRow, TopDayRow, LedgerMarkRow):
            session.execute(delete(table))
    for step in ["insert", *steps]:
        rows = all_rows(store)
        if step == "insert":
            first = max((row["id"] for row in rows), default=0) + 1
            put(store, [a_row(chance, first + n) for n in range(chance.choice([1, 5, 60]))])
        elif step == "erase":
            gone = chance.choice([CallRow.run_id == "r1", CallRow.started_ms < NOW - DAY, CallRow.id % 3 == 0, CallRow.user == "ann"])
            with store.write() as session:
                rollups.erase(session.connection(), gone)
        elif step == "rate" and rows:
            before = chance.choice(rows)
            after = before | {"feedback": chance.choice([None, -1, 0, 1])}
            with store.write() as session:
                session.execute(update(CALLS).where(CALLS.c.id == before["id"]).values(feedback=after["feedback"]))
                rollups.change(session.connection(), before, after)
        elif step == "later":
            at_now.ms += chance.choice([HOUR, 5 * DAY])
    rows = all_rows(store)
    for _ in range(6):
        answers_agree(store, chance, rows)
    assert rollups.verify(store) == []


def test_a_scan_ends_after_its_newest_calls_and_says_where(store: Store) -> None:
    rows = [a_row(random.Random(n), n + 1) | {"started_ms": NOW + n // 2, "user_name": "ann"} for n in range(20)]
    put(store, rows)
    for filters in ({}, {"user": "ann"}, {"user": ("ann", "ben"), "status": ("ok", "error")}):
        result = rollups.read_raw(store, NOW, NOW + DAY, filters=filters, most=7)
        assert (result.complete, result.reached_ms, result.scanned) == (False, NOW + 7, 7)
        agrees(result.cells[0], rows[14:])


def test_the_busiest_users_and_tags_of_whole_days(store: Store) -> None:
    plain = a_row(random.Random(1), 1) | {"cost_nano": 5, "input_tokens": 2, "output_tokens": None, "status": "ok", "error_type": None}
    names = [("ann", ["x"]), ("ann", ["x", "x", "y"]), ("ben", None), (None, ["y"])]
    put(store, [plain | {"id": n, "started_ms": NOW, "user_name": user, "tags": tags} for n, (user, tags) in enumerate(names, 1)])
    users, n, at_least = rollups.top(store, "user", NOW + MINUTE, NOW + HOUR, 1)
    assert ([(one.value, one.calls, one.ok, one.tokens, one.cost_nano, one.unpriced) for one in users], n, at_least) == (
        [("ann", 2, 2, 4, 10, 0)], 2, False,
    )  # fmt: skip
    assert [(one.value, one.calls) for one in rollups.top(store, "tag", NOW, NOW + 1)[0]] == [("x", 2), ("y", 2)]
    assert rollups.top(store, "tag", NOW + DAY, NOW + 2 * DAY) == ([], 0, False)
    with store.write() as session:
        rollups.erase(session.connection(), CallRow.id == 2)
    assert [(one.value, one.calls) for one in rollups.top(store, "tag", NOW, NOW + 1)[0]] == [("x", 1), ("y", 1)]
