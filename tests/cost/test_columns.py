"""The ledger's calls as arrays: every figure as it was recorded, read once, never stale, and nothing odd in a row stops it."""

import random
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from tests.cost.ledger import DAY_MS, START_MS, call, put
from workbench import clock
from workbench.cost import columns, ledger_columns
from workbench.cost.columns import Columns
from workbench.cost.model import KINDS, Recorded
from workbench.errors import InputError
from workbench.ledger import reading, rollups
from workbench.ledger.tables import CallRow
from workbench.store import Store

MONTH = Recorded(START_MS, START_MS + 30 * DAY_MS)
UNKNOWN = -1


def of(filters: dict[str, str | int] | None = None) -> Recorded:
    return Recorded(MONTH.since_ms, MONTH.until_ms, filters or {})


@pytest.fixture
def filled(store: Store) -> Store:
    """240 calls of all sorts, out of order, some before and after the month."""
    chance = random.Random(3)
    put(
        store,
        *(
            call(
                None if n % 11 == 0 else f"Say {n % 17}{'?' if n % 2 else '.'}",
                started_ms=START_MS + chance.randrange(-5 * DAY_MS, 35 * DAY_MS),
                source=("playground", "run")[n % 2],
                prompt=(None, "one", "two")[n % 3],
                version=n % 4 + 1 if n % 3 else None,
                label="production" if n % 5 else None,
                provider=("openai", "simulated")[n % 2],
                model=("m", "n", "o")[n % 3],
                status="error" if n % 7 == 0 else "ok",
                input_tokens=None if n % 7 == 0 or n % 13 == 0 else 100 + n,
                output_tokens=None if n % 7 == 0 else n,
                cached_tokens=n if n % 4 == 0 else None,
                cache_write_tokens=8,
                cache_write_1h_tokens=3,
                reasoning_tokens=n // 2,
                retries=n % 3,
                latency_ms=None if n % 19 == 0 else n * 10,
                cost_nano=None if n % 6 == 0 else n * 1_000,
                processing="batch" if n % 9 == 0 else None,
                user=("ann", "bob", None)[n % 3],
                tags=(("vip", "eu"), (), ("eu",))[n % 3],
                run_id="r1" if n % 2 else None,
            )
            for n in range(240)
        ),
    )
    return store


def rows(store: Store, **filters: Any) -> list[reading.Call]:
    """The calls of the month that have token counts, or were not answered, in order of time."""
    found = reading.page(store, limit=1_000, since_ms=MONTH.since_ms, until_ms=MONTH.until_ms, **filters)
    kept = [one for one in found if one.status != "ok" or (one.input_tokens is not None and one.output_tokens is not None)]
    return sorted(kept, key=lambda one: (one.started_ms, one.id))


def test_every_field_is_what_the_ledger_has(filled: Store) -> None:
    loaded, expected = columns.load(filled, MONTH), rows(filled)
    assert loaded.call_id.tolist() == [one.id for one in expected]
    for at, one in enumerate(expected):
        ok = one.status == "ok"
        assert loaded.started_ms[at] == one.started_ms
        assert loaded.models[loaded.model[at]] == f"{one.provider}/{one.model}"
        assert (loaded.prompts[loaded.prompt[at]] if loaded.prompt[at] >= 0 else None) == one.prompt
        assert (loaded.processings[loaded.processing[at]] if loaded.processing[at] >= 0 else None) == one.processing
        assert (loaded.tag_sets[loaded.tag[at]] if loaded.tag[at] >= 0 else ()) == one.tags
        assert loaded.tokens[at].tolist() == [(getattr(one, f"{kind}_tokens") or 0) if ok else 0 for kind in KINDS]
        assert bool(loaded.ok[at]) is ok
        for name in ("version", "latency_ms", "cost_nano"):
            assert getattr(loaded, name)[at] == (UNKNOWN if getattr(one, name) is None else getattr(one, name))
        assert loaded.retries[at] == one.retries


def test_what_was_worked_out_of_the_text_comes_along(store: Store) -> None:
    put(store, call("How many words are these?"), call("Two words."), call(None), call("Two words."))
    loaded = columns.load(store, MONTH)
    assert loaded.words.tolist() == [5, 2, UNKNOWN, 2]
    assert loaded.question.tolist() == [1, 0, UNKNOWN, 0]
    assert loaded.has_hash.tolist() == [True, True, False, True]
    assert loaded.prompt_hash[1] == loaded.prompt_hash[3] != loaded.prompt_hash[0]


def test_answered_calls_without_token_counts_are_left_out_and_counted(filled: Store) -> None:
    found = reading.page(filled, limit=1_000, since_ms=MONTH.since_ms, until_ms=MONTH.until_ms, status="ok")
    uncounted = sum(one.input_tokens is None or one.output_tokens is None for one in found)
    assert columns.load(filled, MONTH).without_tokens == uncounted > 0


@pytest.mark.parametrize(
    "filters",
    [
        {"prompt": "one"},
        {"prompt": "one", "version": 2},
        {"prompt": "two", "label": "production"},
        {"provider": "openai", "model": "n"},
        {"status": "ok"},
        {"run_id": "r1"},
    ],
    ids=str,
)
def test_a_filter_leaves_what_the_ledgers_own_filter_leaves(filled: Store, filters: dict[str, str | int]) -> None:
    found = columns.load(filled, of(filters))
    assert found.call_id.tolist() == [one.id for one in rows(filled, **filters)]
    assert 0 < len(found) < len(columns.load(filled, MONTH))


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        ({"source": "run"}, lambda one: one.source == "run"),
        ({"user": "ann"}, lambda one: one.user == "ann"),
        ({"tag": "vip"}, lambda one: "vip" in one.tags),
        ({"tag": "eu", "provider": "openai"}, lambda one: "eu" in one.tags and one.provider == "openai"),
        ({"tag": "nobody's"}, lambda one: False),
    ],
    ids=["source", "user", "tag", "tag and provider", "a tag nobody has"],
)
def test_source_user_and_tag_are_filters_too(filled: Store, filters: dict[str, str | int], holds: Any) -> None:
    assert columns.load(filled, of(filters)).call_id.tolist() == [one.id for one in rows(filled) if holds(one)]


def test_an_empty_ledger_has_no_calls_and_no_error(store: Store) -> None:
    loaded = columns.load(store, MONTH)
    assert (len(loaded), loaded.models, loaded.tokens.shape) == (0, (), (0, len(KINDS)))


@pytest.mark.parametrize(
    ("recorded", "place"),
    [
        (Recorded(5, 5), "field baseline.until"),
        (Recorded(5, 4), "field baseline.until"),
        (Recorded(10**14, 2 * 10**14), "field baseline.since"),
        (of({"colour": "red"}), "field baseline.filters.colour"),
        (of({"version": 2}), "field baseline.filters.version"),
    ],
)
def test_a_period_or_filter_that_is_none_is_refused(store: Store, recorded: Recorded, place: str) -> None:
    with pytest.raises(InputError) as caught:
        columns.load(store, recorded)
    assert caught.value.place == place


def test_a_period_ends_with_the_present_hour_at_the_latest(filled: Store) -> None:
    now_ms = clock.now_ms()
    ends = columns.load(filled, Recorded(START_MS, 10**14)).until_ms
    assert now_ms <= ends <= now_ms + 3_700_000
    assert columns.load(filled, Recorded(START_MS, START_MS + DAY_MS)).until_ms == START_MS + DAY_MS


def test_what_is_asked_again_is_not_read_again(filled: Store) -> None:
    assert columns.load(filled, MONTH) is columns.load(filled, of())
    assert columns.load(filled, of({"prompt": "one"})) is not columns.load(filled, MONTH)


def equal(one: Columns, other: Columns) -> bool:
    """Whether both say the same of the same calls; codes may differ."""
    named = [[found.models[code] for code in found.model] for found in (one, other)]
    rest = ("call_id", "started_ms", "tokens", "cost_nano", "ok", "prompt_hash")
    return named[0] == named[1] and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in rest)


def afresh(store: Store, recorded: Recorded = MONTH) -> Columns:
    columns._kept.pop(store, None)
    return columns.load(store, recorded)


def test_new_calls_come_along_in_order_of_time_with_their_new_names(filled: Store) -> None:
    before = columns.load(filled, MONTH)
    put(
        filled,
        call(started_ms=START_MS + 29 * DAY_MS, model="late", tags=("new",)),
        call(started_ms=START_MS + 1, model="early", prompt="three"),
        call(started_ms=START_MS + 2, input_tokens=None),
        call(started_ms=START_MS - 1, model="before the month"),
    )
    after = columns.load(filled, MONTH)
    assert len(after) == len(before) + 2
    assert after.without_tokens == before.without_tokens + 1
    assert {"p/late", "p/early"} <= set(after.models)
    assert equal(after, afresh(filled))
    assert after.models[: len(before.models)] == before.models


def test_calls_that_were_removed_are_gone(filled: Store) -> None:
    before = columns.load(filled, MONTH)
    with filled.write() as session:
        gone = int(before.call_id[3])
        rollups.erase(session.connection(), CallRow.id == gone)
    put(filled, call(started_ms=START_MS + 5))
    after = columns.load(filled, MONTH)
    assert gone not in after.call_id.tolist()
    assert equal(after, afresh(filled))


def test_only_a_few_loads_are_kept(filled: Store) -> None:
    for days in range(1, 8):
        columns.load(filled, Recorded(START_MS, START_MS + days * DAY_MS))
    assert len(columns._kept[filled]) == 3


def test_figures_that_cannot_be_are_left_out_and_counted(store: Store) -> None:
    first, second, third, *_ = put(store, *(call(started_ms=START_MS + n) for n in range(6)))
    with store.write() as session:
        session.execute(text("UPDATE calls SET input_tokens = -5 WHERE id = :id"), {"id": first})
        session.execute(text("UPDATE calls SET latency_ms = -7, retries = -1, cost_nano = -3, words = -9 WHERE id = :id"), {"id": second})
        session.execute(text("UPDATE calls SET cost_nano = 9223372036854775807, output_tokens = 2147483647 WHERE id = :id"), {"id": third})
    loaded = columns.load(store, MONTH)
    assert (len(loaded), loaded.impossible) == (5, 1)
    assert [getattr(loaded, name)[0] for name in ("latency_ms", "retries", "cost_nano", "words")] == [-1, 0, -1, -1]
    assert loaded.cost_nano[1] == 2**63 - 1


def test_no_part_is_larger_than_its_whole(store: Store) -> None:
    """As `pricing.rates` bills them: else a call with more cached than sent tokens would cost less than nothing."""
    parts = {"cached_tokens": 8, "cache_write_tokens": 9, "cache_write_1h_tokens": 7, "output_tokens": 4, "reasoning_tokens": 6}
    put(store, call(started_ms=START_MS, input_tokens=10, **parts), call(started_ms=START_MS + 1, input_tokens=5, **parts))
    assert columns.load(store, MONTH).tokens.tolist() == [[10, 8, 2, 2, 4, 4], [5, 5, 0, 0, 4, 4]]


def test_what_sqlite_lets_into_a_number_stops_nothing(sqlite_store: Store) -> None:
    ids = put(sqlite_store, *(call(started_ms=START_MS + n) for n in range(5)))
    with sqlite_store.write() as session:
        for call_id, odd in zip(ids, ("'many'", "1e308 * 10", "9007199254740993000", "x'00ff'"), strict=False):
            session.execute(text(f"UPDATE calls SET output_tokens = {odd}, tags = '{{broken' WHERE id = :id"), {"id": call_id})
    loaded = columns.load(sqlite_store, MONTH)
    assert (len(loaded), loaded.impossible) == (1, 4)


@pytest.mark.parametrize(
    "filters", [{}, {"source": "x"}, {"user": "ann"}, {"tag": "vip"}, {"provider": "p", "model": "m"}, {"prompt": "one"}], ids=str
)
def test_whatever_the_filter_an_index_finds_the_calls(sqlite_store: Store, filters: dict[str, str | int]) -> None:
    put(sqlite_store, call())
    asked: list[str] = []
    with sqlite_store.read() as session:
        connection = session.connection()
        connection.connection.driver_connection.set_trace_callback(asked.append)
        ledger_columns.read(connection, of(filters))
        connection.connection.driver_connection.set_trace_callback(None)
        (query,) = (one for one in asked if one.startswith("SELECT"))
        plan = [str(step) for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()]
    assert plan
    assert all("USING INDEX" in step for step in plan)
