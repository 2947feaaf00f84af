"""Columns are what `read` gives as cells, also where they are remembered: whatever another process adds, deletes or changes meanwhile."""

import random

import pytest
from sqlalchemy import select, text, update

from tests.conftest import ManualClock
from tests.ledger.rollups.test_adding_up import CALLS, NOW, a_row, all_rows, put
from workbench import clock
from workbench.ledger import rollups
from workbench.ledger.rollups import columns, keeping, marks
from workbench.ledger.rollups.gather import SUMS
from workbench.ledger.rollups.series import DAY, HOUR, MINUTE
from workbench.stats.sketch import merged
from workbench.store import Store

LOOKS = (
    (NOW - 20 * DAY, NOW + DAY, ("prompt", "version"), DAY),
    (NOW - 35 * DAY, NOW + 2 * DAY, ("provider", "model"), 7 * DAY),
    (NOW - 30 * HOUR, NOW + HOUR, (), HOUR),
)


@pytest.fixture(autouse=True)
def at_now(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    moved = ManualClock(NOW)
    monkeypatch.setattr(clock, "SYSTEM", moved)
    return moved


def check(store: Store, chance: random.Random) -> None:
    since, until, by, bucket_ms = chance.choice(LOOKS)
    filters: rollups.Filters = chance.choice(({}, {"source": "run"}, {"prompt": ("p", None)}, {"traffic": "production"}))
    found = rollups.read_columns(store, since, until, by=by, bucket_ms=bucket_ms, filters=filters)
    cells = rollups.read(store, since, until, by=by, bucket_ms=bucket_ms, filters=filters)
    wanted = columns.joined([columns.of_cells(cells, by)])
    assert found.keys == wanted.keys
    for key in range(len(found.keys)):
        for name, values in wanted.sums.items():
            assert told(found, found.sums[name][key]) == told(wanted, values[key]), name
        assert binned(found, key) == binned(wanted, key)
        assert {place: n for (_, place), n in binned(found, key, bucketed=False).items()} == in_table(found, key)


def check_cells(store: Store, chance: random.Random) -> None:
    """The same of cells, with their sketches; any minute or millisecond may begin or end what is looked at."""
    since, until = sorted(NOW + chance.randint(-50 * 60, 30 * 60) * MINUTE // chance.choice((1, 3)) for _ in range(2))
    bucket_ms, offset_ms = chance.choice(((None, 0), (MINUTE, 0), (15 * MINUTE, 0), (HOUR, 0), (90 * MINUTE, 30 * MINUTE), (DAY, 0)))
    filters: rollups.Filters = chance.choice(({}, {"source": "run"}, {"traffic": "trials"}))
    found, wanted = (
        rollups.read(store, since, until, by=("outcome",), bucket_ms=bucket_ms, offset_ms=offset_ms, filters=filters, remember=remember)
        for remember in (True, False)
    )
    assert [summed(cell) for cell in found] == [summed(cell) for cell in wanted]
    rows = [row for row in all_rows(store) if since <= row["started_ms"] < until and (not filters or row["source"] == "run")]
    assert sum(cell.calls for cell in found) == len(rows)
    assert sum(cell.latency_ms for cell in found) == sum(row["latency_ms"] or 0 for row in rows)


def summed(cell: rollups.Cell) -> tuple[object, ...]:
    sums = tuple(getattr(cell, name) for name in ("key", "bucket_ms", "ok", *SUMS))
    return *sums, *(tuple(map(tuple, (each.tolist() for each in merged(sketches)))) for sketches in (cell.latency, cell.ttft))


def told(of: rollups.Columns, values: object) -> dict[int, int]:
    return {at: value for at, value in zip(of.starts.tolist(), values, strict=True) if value}  # type: ignore[call-overload]


def binned(of: rollups.Columns, key: int, *, bucketed: bool = True) -> dict[tuple[int, int], int]:
    sums: dict[tuple[int, int], int] = {}
    for column, place, n in zip(*(each.tolist() for each in of.sketch(key)), strict=True):
        at = int(of.starts[column]) if bucketed else 0
        sums[at, place] = sums.get((at, place), 0) + n
    return sums


def in_table(of: rollups.Columns, key: int) -> dict[int, int]:
    least, table = of.table
    return {least + place: n for place, n in enumerate(table[key].tolist()) if n}


def test_columns_are_the_cells_whatever_happened_since_they_were_read(store: Store, at_now: ManualClock) -> None:
    chance = random.Random(5)
    put(store, [a_row(chance, number) for number in range(1, 150)])
    for turn in range(30):
        for _ in range(3):
            check(store, chance)
            check_cells(store, chance)
        with store.write() as session:
            connection = session.connection()
            one = dict(connection.execute(select(CALLS).order_by(CALLS.c.id).limit(1)).mappings().one())
            if turn % 3 == 0:
                rollups.erase(connection, CALLS.c.id.in_((one["id"], one["id"] + 1)))
            elif turn % 3 == 1:
                connection.execute(update(CALLS).where(CALLS.c.id == one["id"]).values(latency_ms=77))
                rollups.change(connection, one, one | {"latency_ms": 77})
        put(store, [a_row(chance, 1000 + 5 * turn + number) for number in range(chance.randint(0, 5) or 1)])
        at_now.ms += chance.choice((MINUTE, HOUR, DAY))
    rollups.rebuild(store)
    for _ in range(6):
        check(store, chance)
        check_cells(store, chance)


def test_what_is_closed_is_not_read_again_until_it_changes(store: Store) -> None:
    chance = random.Random(6)
    put(store, [a_row(chance, number) | {"started_ms": NOW - 3 * DAY - number} for number in range(1, 50)])

    def calls() -> int:
        found = rollups.read_columns(store, NOW - 5 * DAY, NOW, by=("source",), bucket_ms=DAY)
        return int(found.sums["calls"].sum())

    assert calls() == 49
    with store.write() as session:  # behind the ledger's back
        session.execute(text("UPDATE rollups SET calls = calls * 2"))
    assert calls() == 49
    put(store, [a_row(chance, 60) | {"started_ms": NOW}])
    assert calls() == 49, "a call of now is not in the range, and leaves what is closed alone"
    put(store, [a_row(chance, 61) | {"started_ms": NOW - 3 * DAY}])
    assert calls() == 99


def test_a_day_that_is_written_is_not_remembered_though_hours_of_it_are_closed(store: Store) -> None:
    chance = random.Random(9)
    put(store, [a_row(chance, number) | {"started_ms": NOW - 3 * DAY - number * HOUR} for number in range(1, 50)])

    def calls(bucket_ms: int) -> int:
        found = rollups.read_columns(store, NOW - NOW % DAY - 9 * DAY, NOW - NOW % DAY + DAY, by=("source",), bucket_ms=bucket_ms)
        return int(found.sums["calls"].sum())

    for number in range(50, 53):
        put(store, [a_row(chance, number) | {"started_ms": NOW - number}])
        assert [calls(DAY), calls(HOUR)] == [number, number]


def test_a_write_that_is_rolled_back_changes_nothing(store: Store) -> None:
    chance = random.Random(7)
    put(store, [a_row(chance, number) for number in range(1, 50)])
    with store.read() as session:
        before = marks.read(session.connection())
    with pytest.raises(ZeroDivisionError), store.write() as session:
        keeping.reopen(session.connection(), NOW - 30 * DAY)
        _ = 1 // 0
    with store.read() as session:
        assert marks.read(session.connection()) == before


def test_a_range_that_no_call_began_after_is_read_from_coarser_rows_and_any_other_is_not(store: Store) -> None:
    """What began later in the same hour or day never counts; the rows of the minutes are not asked where nothing did."""
    chance = random.Random(8)
    put(store, [a_row(chance, number) | {"started_ms": NOW - chance.randint(0, 5 * HOUR)} for number in range(1, 80)])

    def calls(until: int) -> int:
        return rollups.read(store, NOW - 2 * DAY, until)[0].calls

    def agrees() -> None:
        rows = all_rows(store)
        for until in (NOW - HOUR, NOW - 7 * MINUTE, NOW, NOW + 1, NOW + 20 * MINUTE, NOW + 2 * HOUR, NOW + 13 * HOUR, NOW + 3 * DAY):
            assert calls(until) == sum(NOW - 2 * DAY <= row["started_ms"] < until for row in rows), until - NOW

    agrees()
    for number, ahead in enumerate((10 * HOUR, 90 * MINUTE, 10 * MINUTE, MINUTE, 1), 100):  # clocks that are ahead, nearer and nearer
        put(store, [a_row(chance, number) | {"started_ms": NOW + ahead}])
        agrees()
    with store.write() as session:
        rollups.erase(session.connection(), CALLS.c.id >= 100)
        session.execute(text("DELETE FROM rollups WHERE grain < 86400000"))  # behind the ledger's back
    assert calls(NOW + MINUTE) == 79
