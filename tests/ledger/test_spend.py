"""The sums by day are the calls added up, whatever was inserted and deleted, by whom and in which order."""

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.ledger.test_fields import a_record
from workbench import demo
from workbench.ledger import rollups, spend
from workbench.ledger.fields import CallRecord
from workbench.ledger.periods import DAY_MS, day, end, start
from workbench.ledger.tables import CallRow
from workbench.ledger.writer import Writer
from workbench.runner.tables import RunRow
from workbench.store import Store

NOON = 1_700_049_600_000  # 2023-11-15 12:00 UTC
NAMES = ("day_ms", "provider", "model", "prompt")
SUMS = ("calls", "ok", "input_tokens", "output_tokens", "cost_nano", "unpriced")
calls = st.lists(
    st.builds(
        CallRecord,
        started_ms=st.integers(NOON - 2 * DAY_MS, NOON + 2 * DAY_MS),
        source=st.just("test"),
        provider=st.sampled_from(["openai", "anthropic"]),
        model=st.sampled_from(["a", "b", "m" * 300]),
        prompt=st.sampled_from([None, "intent", "p\x00"]),
        status=st.sampled_from(["ok", "ok", "error"]),
        input_tokens=st.none() | st.integers(0, 10**6),
        output_tokens=st.none() | st.integers(0, 10**6),
        cost_nano=st.none() | st.integers(0, 10**15),
        run_id=st.sampled_from([None, "r1", "r2"]),
    ),
    max_size=12,
)


def kept(store: Store) -> dict[tuple[object, ...], tuple[int, ...]]:
    """The days' sums by model and prompt."""
    days = spend.days(store, NOON - 9 * DAY_MS, NOON + 9 * DAY_MS)
    return {tuple(getattr(one, name) for name in NAMES): tuple(getattr(one, name) for name in SUMS) for one in days}


def raw(store: Store) -> dict[tuple[object, ...], tuple[int, ...]]:
    """The same by hand, from the calls there are."""
    found: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0] * 6)
    with store.read() as session:
        for row in session.scalars(select(CallRow)):
            into = found[row.started_ms // DAY_MS * DAY_MS, row.provider, row.model, row.prompt or ""]
            values = (
                1,
                row.status == "ok",
                row.input_tokens,
                row.output_tokens,
                row.cost_nano,
                row.status == "ok" and row.cost_nano is None,
            )
            for position, value in enumerate(values):
                into[position] += int(value or 0)
    return {key: tuple(values) for key, values in found.items()}


def write(store: Store, *records: CallRecord) -> list[int]:
    shared = Writer(store)
    futures = [shared.append(record) for record in records]
    return [future.result(30) for future in futures]


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(calls, st.sampled_from(["keep", "r1", "r2", "old", "everything"])), min_size=1, max_size=4))
def test_sums_are_the_calls_added_up_under_any_inserts_and_deletes(store: Store, steps: list[tuple[list[CallRecord], str]]) -> None:
    for records, gone in steps:
        write(store, *records)
        assert kept(store) == raw(store)
        conditions = {
            "r1": CallRow.run_id == "r1", "r2": CallRow.run_id == "r2", "old": CallRow.started_ms < NOON, "everything": CallRow.id > 0,
        }  # fmt: skip
        if gone in conditions:
            with store.write() as session:
                there = session.scalar(select(func.count()).where(conditions[gone]))
                assert rollups.erase(session.connection(), conditions[gone]) == there
        assert kept(store) == raw(store)
        before = kept(store)
        rollups.rebuild(store)
        assert kept(store) == before


def test_two_writers_add_to_the_same_sums(store: Store) -> None:
    one, other = Writer(store), Writer(store)
    futures = [side.append(a_record(cost_nano=1)) for _ in range(60) for side in (one, other)]
    assert len({future.result(30) for future in futures}) == 120
    assert spend.total(store, 0, 2**50).cost_nano == 120
    assert kept(store) == raw(store)


def test_a_refused_call_is_in_no_sum(store: Store) -> None:
    shared = Writer(store)
    shared.append(a_record(external_id="e", cost_nano=5)).result(10)
    futures = [shared.append(a_record(external_id=name, cost_nano=5)) for name in ("e", "f", "g")]
    assert [future.exception(10) is None for future in futures] == [False, True, True]
    assert spend.total(store, 0, 2**50).cost_nano == 15


def test_a_failed_call_that_cost_counts_and_one_without_a_price_is_counted_apart(store: Store) -> None:
    write(
        store,
        a_record(cost_nano=3_000_000, input_tokens=10),
        a_record(cost_nano=1_000_000, status="error", error_type="timeout"),
        a_record(status="error"),
        a_record(cost_nano=None, output_tokens=4),
    )
    found = spend.total(store, 0, 2**50)
    assert (found.calls, found.ok, found.unpriced, found.cost_usd) == (4, 2, 1, Decimal("0.004"))
    assert found.usd_per_call == Decimal("0.001333333")
    assert found.usd_per_ok == Decimal("0.004")
    assert found.to_json()["cost_usd"] == 0.004


def test_sums_by_day_model_and_prompt_cover_whole_days(store: Store) -> None:
    write(
        store,
        a_record(started_ms=NOON, model="big", prompt="p", cost_nano=10),
        a_record(started_ms=NOON + DAY_MS, model="small", prompt="p", cost_nano=1),
        a_record(started_ms=NOON + DAY_MS, model="small", cost_nano=1),
        a_record(started_ms=NOON + 3 * DAY_MS, model="small", cost_nano=100),
    )
    since, until = NOON + 1, NOON + 2 * DAY_MS
    assert [(one.full_model, one.cost_nano) for one in spend.by_model(store, since, until)] == [("openai/big", 10), ("openai/small", 2)]
    assert [(one.prompt, one.calls) for one in spend.by_prompt(store, since, until)] == [("p", 2), ("", 1)]
    assert [(one.day_ms, one.cost_nano) for one in spend.by_day(store, since, until)] == [(day(NOON), 10), (day(NOON) + DAY_MS, 2)]
    assert [one.cost_nano for one in spend.by_day(store, since, until, scope="model", key="openai/small")] == [2]
    assert [(one.day_ms - day(NOON), one.model, one.prompt) for one in spend.days(store, since, until)] == [
        (0, "big", "p"), (DAY_MS, "small", ""), (DAY_MS, "small", "p"),
    ]  # fmt: skip
    assert spend.total(store, since, until, scope="prompt", key="p").cost_nano == 11
    assert spend.total(store, NOON + 9 * DAY_MS, NOON + 10 * DAY_MS).calls == 0


def test_removing_the_demo_takes_its_calls_out_of_the_sums(store: Store) -> None:
    with store.write() as session:
        session.add(
            RunRow(id="demo1", name="", kind="run", state="finished", plan={"workbench": "0", "cases": 1}, total=1, created_ms=1, demo=True)
        )
    write(store, a_record(run_id="demo1", cost_nano=7), a_record(run_id="demo1", cost_nano=7), a_record(cost_nano=2))
    assert demo.remove(store).calls == 2
    assert spend.total(store, 0, 2**50).cost_nano == 2
    assert kept(store) == raw(store)


@pytest.mark.parametrize(
    ("period", "begins", "ends"), [("day", 1_709_164_800_000, 1_709_251_200_000), ("month", 1_706_745_600_000, 1_709_251_200_000)]
)
def test_periods_are_days_and_months_of_utc(period: str, begins: int, ends: int) -> None:
    last = 1_709_251_199_999  # 2024-02-29 23:59:59.999
    assert start(period, last) == begins  # type: ignore[arg-type]
    assert end(period, last) == ends  # type: ignore[arg-type]
    assert start(period, ends) == ends  # type: ignore[arg-type]
