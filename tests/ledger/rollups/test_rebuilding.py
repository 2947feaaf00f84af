"""What was tampered with is found and put right; a store of an earlier release is counted at first use; two processes lose nothing."""

import csv
import gzip
import random
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, select, text, update

from tests.conftest import ManualClock
from tests.ledger.rollups.test_adding_up import NOW, a_row, agrees, at_now, put
from workbench import clock
from workbench.ledger import retention, rollups
from workbench.ledger.rollups.series import DAY, HOUR, MINUTE
from workbench.ledger.tables import CallRow, LedgerMarkRow, RollupRow, SeriesRow
from workbench.ledger.writer import Writer
from workbench.store import Store

__all__ = ["at_now"]
ROOT = Path(__file__).resolve().parents[3]
TRACE = ROOT / "tests" / "data" / "azure-llm-trace" / "conv.csv.gz"


@pytest.fixture
def rows(store: Store, at_now: ManualClock) -> list[dict[str, object]]:
    chance = random.Random(5)
    made = [a_row(chance, n) for n in range(1, 61)]
    put(store, made)
    return made


def test_what_was_tampered_with_is_found_and_put_right(store: Store, rows: list[dict[str, object]]) -> None:
    assert rollups.verify(store) == []
    with store.write() as session:
        day = session.scalars(select(RollupRow.start_ms).where(RollupRow.grain == DAY).order_by(RollupRow.start_ms)).first()
        of_day = RollupRow.grain == DAY, RollupRow.start_ms == day
        session.execute(update(RollupRow).where(*of_day).values(cost_nano=RollupRow.cost_nano + 1))
        hour = session.scalars(select(RollupRow.start_ms).where(RollupRow.grain == HOUR).order_by(RollupRow.start_ms.desc())).first()
        session.execute(delete(RollupRow).where(RollupRow.grain == HOUR, RollupRow.start_ms == hour))
        session.execute(update(RollupRow).where(RollupRow.grain == MINUTE, RollupRow.timed > 0).values(latency=b""))
    found = rollups.verify(store)
    assert {(one.grain, one.field) for one in found} == {(DAY, "cost_nano"), (HOUR, "calls"), (MINUTE, "latency sketch")}
    wrong = next(one for one in found if one.grain == DAY)
    assert wrong.kept == wrong.counted + 1
    assert wrong.to_json()["grain"] == "day"
    assert len(rollups.verify(store, most=2)) == 2
    assert rollups.rebuild(store) > 3
    assert rollups.verify(store) == []
    agrees(rollups.read(store, NOW - 99 * DAY, NOW + 99 * DAY)[0], rows)


def test_a_store_of_an_earlier_release_is_counted_when_it_is_read(store: Store, rows: list[dict[str, object]]) -> None:
    of_an_earlier_release(store)
    agrees(rollups.read(store, NOW - 99 * DAY, NOW + 99 * DAY)[0], rows)
    assert rollups.verify(store) == []


def test_a_store_of_an_earlier_release_is_counted_before_it_is_written_to(store: Store, rows: list[dict[str, object]]) -> None:
    of_an_earlier_release(store)
    put(store, [a_row(random.Random(8), 100)])
    assert rollups.verify(store) == []
    of_an_earlier_release(store)
    with store.write() as session:
        assert rollups.erase(session.connection(), CallRow.id < 30) == 29
    assert rollups.verify(store) == []
    of_an_earlier_release(store)
    from tests.ledger.test_fields import a_record

    Writer(store).append(a_record(started_ms=NOW)).result(10)
    assert rollups.verify(store) == []
    assert rollups.read(store, NOW - 99 * DAY, NOW + 99 * DAY)[0].calls == 33


def of_an_earlier_release(store: Store) -> None:
    from workbench.ledger.rollups import rebuilding

    rebuilding._whole.discard(store)
    with store.write() as session:
        for table in (RollupRow, SeriesRow, LedgerMarkRow):
            session.execute(delete(table))


def test_dropped_texts_and_calls_leave_the_sums_as_they_were(store: Store, at_now: ManualClock, rows: list[dict[str, object]]) -> None:
    with store.write() as session:
        session.execute(text("INSERT INTO call_texts (call_id, reply) SELECT id, 'said' FROM calls"))
        session.execute(text("UPDATE call_texts SET note = 'good' WHERE call_id % 2 = 0"))
    assert retention.apply(store, NOW) == retention.Dropped(0, 0)
    retention.put(store, text_days=1, row_days=3)
    edge, text_edge = (NOW - n * DAY - (NOW - n * DAY) % DAY for n in (3, 1))
    old = [row for row in rows if row["started_ms"] < edge]
    textless = [row for row in rows if row["started_ms"] < text_edge]
    span = (NOW - 99 * DAY, NOW + 99 * DAY)
    before = rollups.read(store, *span, by=("prompt", "model"), bucket_ms=HOUR)
    done = retention.apply(store, NOW)
    assert (done.texts, done.rows, len(old) > 5) == (len(textless), len(old), True)
    assert retention.apply(store, NOW) == retention.Dropped(0, 0)
    with store.read() as session:
        texts = session.execute(
            text("SELECT note, reply FROM call_texts JOIN calls ON id = call_id WHERE started_ms < :edge"), {"edge": text_edge}
        )
        assert set(texts.all()) <= {("good", None)}
    assert rollups.read(store, *span, by=("prompt", "model"), bucket_ms=HOUR) == before
    assert rollups.verify(store) == []
    rollups.rebuild(store)
    assert rollups.read(store, *span, by=("prompt", "model"), bucket_ms=HOUR) == before
    halves = [rollups.read(store, *half)[0] for half in ((span[0], edge - 90 * MINUTE - 7), (edge - 90 * MINUTE - 7, span[1]))]
    agrees(halves[0] + halves[1], rows)
    late = a_row(random.Random(3), 900) | {"started_ms": edge - 5 * DAY}
    put(store, [late])
    assert retention.apply(store, NOW).rows == 1
    agrees(rollups.read(store, *span)[0], [*rows, late])


def test_rare_users_of_past_days_are_put_together_and_still_come_off(store: Store, at_now: ManualClock) -> None:
    plain = a_row(random.Random(1), 1) | {"tags": None, "started_ms": NOW - 2 * DAY}
    names = ["ann", "ann", "ben", "ben", "cy", "di"]
    put(store, [plain | {"id": n, "user_name": name} for n, name in enumerate(names, 1)])
    assert rollups.tidy(store, NOW, keep=2) == 2
    found, n, at_least = rollups.top(store, "user", NOW - 3 * DAY, NOW)
    assert ([(one.value, one.calls) for one in found], n, at_least) == ([("ann", 2), ("ben", 2)], 2, True)
    with store.write() as session:
        rollups.erase(session.connection(), CallRow.id.in_([1, 5, 6]))
    found, n, at_least = rollups.top(store, "user", NOW - 3 * DAY, NOW)
    assert ([(one.value, one.calls) for one in found], n, at_least) == ([("ben", 2), ("ann", 1)], 2, False)
    with store.write() as session:
        rollups.erase(session.connection(), CallRow.id > 0)
    assert rollups.drop_series(store) > 0
    with store.read() as session:
        assert session.scalars(select(SeriesRow.id)).all() == []


def test_percentiles_of_a_real_hour_are_within_two_per_cent(sqlite_store: Store) -> None:
    """The trace says how long requests and replies are: a millisecond a token stands for the time they take."""
    plain = a_row(random.Random(1), 1) | {"status": "ok", "error_type": None}
    with gzip.open(TRACE, "rt") as held:
        requests = [
            (datetime.fromisoformat(one["TIMESTAMP"][:26]), int(one["ContextTokens"]), int(one["GeneratedTokens"]))
            for one in csv.DictReader(held)
        ]
    made = [
        plain
        | {"id": n, "started_ms": round(at.timestamp() * 1000), "latency_ms": sent + 20 * received, "ttft_ms": sent, "model": "ab"[n % 2]}
        for n, (at, sent, received) in enumerate(requests, 1)
    ]
    for first in range(0, len(made), 5_000):
        put(sqlite_store, made[first : first + 5_000])
    shares = (0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
    since = made[0]["started_ms"] + 17 * MINUTE + 1_234
    for model in ("a", "b"):
        (cell,) = rollups.read(sqlite_store, since, since + 40 * MINUTE, filters={"model": model})
        chosen = [row for row in made if row["model"] == model and since <= row["started_ms"] < since + 40 * MINUTE]
        for found, name in ((cell.percentiles(shares), "latency_ms"), (cell.ttft_percentiles(shares), "ttft_ms")):
            np.testing.assert_allclose(found, np.quantile([row[name] for row in chosen], shares), rtol=0.02)
    assert rollups.verify(sqlite_store) == []


WRITES = """
import sys
from workbench.ledger.fields import CallRecord
from workbench.ledger.writer import Writer
from workbench.store import open_store
store = open_store(sys.argv[1])
writer = Writer(store)
plain = dict(source="test", provider="p", cost_nano=1)
made = [CallRecord(started_ms={now} + n % 7 * 20_000, model=f"m{{n % 3}}", latency_ms=n, **plain) for n in range(150)]
for first in range(0, 150, 30):
    for one in [writer.append(one) for one in made[first:first + 30]]:
        one.result(60)
"""


def test_two_processes_that_write_at_once_lose_nothing(store: Store) -> None:
    url = store.engine.url.render_as_string(hide_password=False)
    at_ms = clock.now_ms()
    running = [subprocess.Popen([sys.executable, "-c", WRITES.format(now=at_ms), url], cwd=ROOT) for _ in range(2)]
    assert [one.wait(60) for one in running] == [0, 0]
    (cell,) = rollups.read(store, at_ms, at_ms + HOUR)
    assert (cell.calls, cell.cost_nano, cell.latency_ms) == (300, 300, 2 * sum(range(150)))
    assert rollups.verify(store) == []
