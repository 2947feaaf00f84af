"""A budget notes the very call that crosses it, once; it stops what it says, and nothing that is free."""

import asyncio
import logging
import random
import runpy
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from tests.conftest import ManualClock
from tests.ledger.test_fields import a_record
from tests.ledger.test_spend import write
from tests.loopback import Answer, Loopback
from workbench import store as stores
from workbench.calls import door, loop
from workbench.calls.door import Call, Outcome
from workbench.errors import BudgetReached, InputError, NotFound
from workbench.ledger import book, budgets, overrides, reading, rollups, spend
from workbench.ledger.budgets import Budget
from workbench.ledger.fields import CallRecord
from workbench.ledger.periods import DAY_MS
from workbench.ledger.rollups import writing
from workbench.ledger.rows import call_row
from workbench.ledger.tables import CallRow
from workbench.ledger.writer import Writer
from workbench.pricing import OverrideRates
from workbench.providers import connections
from workbench.providers.base import Request
from workbench.providers.connections import Connection
from workbench.store import Store
from workbench.text.messages import message

USD = 10**9


def at(clock: ManualClock, cost_usd: float = 1, **more: Any) -> CallRecord:
    return a_record(started_ms=clock.ms, cost_nano=round(cost_usd * USD), **({"provider": "openai", "model": "big", "prompt": "p"} | more))


def refused(store: Store, clock: ManualClock, model: str = "openai/big", prompt: str | None = "p") -> BudgetReached | None:
    provider, _, name = model.partition("/")
    try:
        budgets.check(store, provider, name, prompt, clock.ms)
    except BudgetReached as error:
        return error
    return None


def told(store: Store) -> list[tuple[str, int | None, int]]:
    return [(event.level, event.call_id, event.spent_nano) for event in reversed(budgets.events(store))]


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
def test_each_level_is_noted_once_with_the_call_that_crosses_it(store: Store, clock: ManualClock, together: bool) -> None:
    made = budgets.put(store, scope="total", period="day", limit_usd=10, clock=clock)
    records = [at(clock, 1.5) for _ in range(9)]
    ids = write(store, *records) if together else [write(store, record)[0] for record in records]
    assert told(store) == [("warn", ids[5], 9 * USD), ("limit", ids[6], 10.5 * USD)]
    event = budgets.events(store)[0]
    assert (event.budget, event.at_ms, event.limit_nano, event.period_ms) == (made, clock.ms, 10 * USD, clock.ms - clock.ms % DAY_MS)
    (standing,) = budgets.standings(store, clock.ms)
    assert (standing.state, standing.spent_usd, standing.left_usd, standing.share) == ("over", Decimal("13.5"), 0, 1.35)


def test_the_next_period_starts_anew(store: Store, clock: ManualClock) -> None:
    budgets.put(store, scope="total", period="day", limit_usd=2, warn_percent=None, stops=True, clock=clock)
    budgets.put(store, scope="total", period="month", limit_usd=5, warn_percent=None, stops=True, clock=clock)
    write(store, at(clock), at(clock))
    assert "all calls a day" in str(refused(store, clock))
    clock.advance(86_400)
    assert refused(store, clock) is None
    write(store, at(clock), at(clock), at(clock))
    assert [event.budget.period for event in budgets.events(store)] == ["month", "day", "day"]
    clock.advance(86_400)
    assert "all calls a month" in str(refused(store, clock))


def test_budgets_of_models_and_prompts_count_their_own(store: Store, clock: ManualClock) -> None:
    for scope, key in (("model", "openai/big"), ("model", "openai/small"), ("prompt", "p")):
        budgets.put(store, scope=scope, key=key, period="day", limit_usd=3, stops=True, clock=clock)
    write(store, at(clock, 2), at(clock, 2, model="small", prompt=None), at(clock, 1, prompt=None))
    assert [(one.budget.key, one.spent_usd) for one in budgets.standings(store, clock.ms)] == [
        ("openai/big", 3), ("openai/small", 2), ("p", 2),
    ]  # fmt: skip
    assert refused(store, clock, "openai/big", None)
    assert refused(store, clock, "openai/small") is None
    assert refused(store, clock, "anthropic/big") is None
    write(store, at(clock, 1, model="other"))
    error = refused(store, clock, "anthropic/big")
    assert error is not None
    assert error.message == "The budget of $3.00 for prompt p a day is used up: $3.00 spent."
    assert error.hint.startswith("It starts anew at 2023-11-15 00:00 UTC.")
    assert not error.retryable


def test_a_warning_alone_stops_nothing_and_is_logged_once(store: Store, clock: ManualClock, caplog: pytest.LogCaptureFixture) -> None:
    budgets.put(store, scope="total", period="day", limit_usd=100, warn_percent=50, clock=clock)
    with caplog.at_level(logging.WARNING, "workbench.ledger"):
        for _ in range(3):
            write(store, *(at(clock, 20) for _ in range(3)))
    said = [record.message for record in caplog.records]
    assert said == [
        "The budget of $100.00 for all calls a day: $60.00 spent, its warn level is crossed by call 3.",
        "The budget of $100.00 for all calls a day: $100.00 spent, its limit is reached by call 5.",
    ]
    assert refused(store, clock) is None


def test_a_budget_set_later_sees_what_was_spent_before(store: Store, clock: ManualClock) -> None:
    write(store, at(clock, 9))
    budgets.put(store, scope="total", period="month", limit_usd=10, stops=True, clock=clock)
    assert told(store) == [("warn", None, 9 * USD)]
    assert refused(store, clock) is None
    (crossing,) = write(store, at(clock, 1))
    assert told(store)[1:] == [("limit", crossing, 10 * USD)]
    assert refused(store, clock)


def test_calls_of_a_period_before_the_budget_was_set_alert_nobody(store: Store, clock: ManualClock) -> None:
    budgets.put(store, scope="total", period="day", limit_usd=1, clock=clock)
    write(store, *(a_record(started_ms=clock.ms - n * DAY_MS, cost_nano=5 * USD) for n in range(1, 5)))
    assert told(store) == []
    (late,) = write(store, a_record(started_ms=clock.ms + DAY_MS, cost_nano=5 * USD))
    assert told(store) == [("warn", late, 5 * USD), ("limit", late, 5 * USD)]


def test_one_batch_over_several_days_and_months_adds_each_to_its_own(store: Store, clock: ManualClock) -> None:
    for period in ("day", "month"):
        budgets.put(store, scope="total", period=period, limit_usd=10, warn_percent=None, clock=clock)
    ids = write(store, *(a_record(started_ms=clock.ms + n * DAY_MS, cost_nano=3 * USD) for n in range(4) for _ in range(n + 1)))
    assert [(event.budget.period, event.call_id, event.period_ms) for event in reversed(budgets.events(store))] == [
        ("month", ids[3], 1_698_796_800_000), ("day", ids[9], 1_700_179_200_000),
    ]  # fmt: skip


def test_the_crossing_call_is_right_under_any_interleaving_of_writers(store: Store, clock: ManualClock) -> None:
    """Two stores on one database are two processes; what they spend is mixed in any order, deletes among it."""
    other = stores.open_store(store.engine.url.render_as_string(hide_password=False))
    chance = random.Random(7)
    for limit in (5, 11, 17, 23):
        with store.write() as session:
            rollups.erase(session.connection(), CallRow.id > 0)
        made = budgets.put(store, scope="total", period="day", limit_usd=limit, warn_percent=None, clock=clock)
        ids: list[int] = []
        while len(ids) < 30:
            side = chance.choice((store, other))
            ids += write(side, *(at(clock) for _ in range(chance.randint(1, 4))))
        event = budgets.events(store)[0]
        assert (event.budget, event.call_id, event.spent_nano) == (made, ids[limit - 1], limit * USD)
    other.close()


def test_writers_at_the_same_time_note_a_level_once(store: Store, clock: ManualClock) -> None:
    budgets.put(store, scope="total", period="day", limit_usd=50, warn_percent=None, clock=clock)
    sides = [store, *(stores.open_store(store.engine.url.render_as_string(hide_password=False)) for _ in range(2))]
    threads = [threading.Thread(target=lambda side=side: [write(side, at(clock)) for _ in range(30)]) for side in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(level, spent) for level, _call, spent in told(store)] == [("limit", 50 * USD)]
    for side in sides[1:]:
        side.close()


def test_what_another_process_spends_is_seen_when_the_memory_is_not_fresh(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    budgets.put(store, scope="total", period="day", limit_usd=1, stops=True, clock=clock)
    assert refused(store, clock) is None
    other = stores.open_store(store.engine.url.render_as_string(hide_password=False))
    write(other, at(clock))
    monkeypatch.setattr(book, "_FRESH_S", 0)
    assert refused(store, clock)
    budgets.remove(other, budgets.all(other)[0].id, clock=clock)
    assert refused(store, clock) is None
    other.close()


def test_a_check_asks_the_store_nothing_while_its_memory_is_fresh(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "_FRESH_S", 1_000)
    budgets.put(store, scope="total", period="day", limit_usd=2, stops=True, clock=clock)
    assert refused(store, clock) is None
    with monkeypatch.context() as unreachable:
        unreachable.setattr(store, "read", None)
        assert refused(store, clock) is None
    write(store, at(clock, 2))
    with monkeypatch.context() as unreachable:
        unreachable.setattr(store, "read", None)
        assert refused(store, clock)  # what this process spends counts at once


def test_a_budget_is_replaced_and_its_history_stays(store: Store, clock: ManualClock) -> None:
    first = budgets.put(store, scope="model", key="openai/big", period="day", limit_usd="0.10", clock=clock)
    assert budgets.put(store, scope="model", key=" openai/big ", period="day", limit_usd=0.1, clock=clock) == first
    write(store, at(clock, 1))
    clock.advance(1)
    second = budgets.put(store, scope="model", key="openai/big", period="day", limit_usd=20, clock=clock)
    assert (first.limit_usd, first.title, second.id != first.id) == (Decimal("0.1"), "openai/big a day", True)
    assert budgets.all(store) == [second]
    assert [one.id for one in budgets.all(store, removed=True)] == [second.id, first.id]
    assert {event.budget.id for event in budgets.events(store)} == {first.id}
    clock.advance(1)
    assert budgets.restore(store, first.id, clock=clock).removed_ms is None
    assert [one.id for one in budgets.all(store)] == [first.id]
    assert budgets.get(store, second.id).removed_ms == clock.ms
    assert budgets.remove(store, first.id, clock=clock).removed_ms == clock.ms
    assert budgets.all(store) == []
    assert refused(store, clock) is None


def test_deleted_calls_give_their_money_back(store: Store, clock: ManualClock) -> None:
    budgets.put(store, scope="total", period="day", limit_usd=3, warn_percent=None, stops=True, clock=clock)
    write(store, at(clock, 2, run_id="r"), at(clock, 1))
    with store.write() as session:
        rollups.erase(session.connection(), CallRow.run_id == "r")
    (standing,) = budgets.standings(store, clock.ms)
    assert (standing.state, standing.spent_usd) == ("ok", 1)
    write(store, at(clock, 1))
    assert told(store)[1:] == []  # noted once in a period, whatever was deleted since


@pytest.mark.postgres
def test_a_budget_that_is_set_while_a_call_is_being_written_sees_it(postgres_store: Store, clock: ManualClock) -> None:
    other = stores.open_store(postgres_store.engine.url.render_as_string(hide_password=False))
    setting = threading.Thread(target=lambda: budgets.put(other, scope="total", period="day", limit_usd=1, clock=clock))
    row = call_row(at(clock, 5), 1)
    with postgres_store.write() as session:
        connection = session.connection()
        noted = book.of(postgres_store).note(connection, [row])
        setting.start()
        setting.join(0.3)
        assert setting.is_alive()  # it waits for what is being spent
        session.execute(insert(CallRow.__table__), [row])
        rollups.note(connection, [row])
    noted.settle()
    setting.join()
    assert told(postgres_store) == [("warn", None, 5 * USD), ("limit", None, 5 * USD)]
    other.close()


def test_what_another_process_deletes_is_soon_no_longer_counted(store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "_FRESH_S", 0)
    budgets.put(store, scope="total", period="day", limit_usd=3, warn_percent=None, clock=clock)
    shared = Writer(store)
    old, kept = (shared.append(at(clock)).result(10) for _ in range(2))
    known = writing.erasures
    with store.write() as session:
        rollups.erase(session.connection(), CallRow.id == old)
    monkeypatch.setattr(writing, "erasures", known)  # as if another process had done it
    shared.append(at(clock)).result(10)
    assert told(store) == []
    crossing = shared.append(at(clock)).result(10)
    assert told(store) == [("limit", crossing, 3 * USD)]
    assert crossing == kept + 2


def test_a_crossing_whose_call_was_erased_says_so_and_names_no_other(store: Store, clock: ManualClock) -> None:
    budgets.put(store, scope="total", period="day", limit_usd=3, warn_percent=None, clock=clock)
    (gone,) = write(store, at(clock, 4, run_id="r"))
    assert [(event.call_id, event.erased) for event in budgets.events(store)] == [(gone, False)]
    with store.write() as session:
        rollups.erase(session.connection(), CallRow.run_id == "r")
    clock.advance(1)
    write(store, at(clock, 1))  # on SQLite it takes the number that has become free
    (event,) = budgets.events(store)
    assert (event.call_id, event.erased, event.to_json()["erased"]) == (gone, True, True)


def test_as_many_other_budgets_with_equal_sums_of_ids_are_noticed(store: Store, clock: ManualClock) -> None:
    other = stores.open_store(store.engine.url.render_as_string(hide_password=False))
    for number in range(1, 8):
        made = budgets.put(store, scope="model", key=f"openai/m{number}", period="day", limit_usd=1, stops=True, clock=clock)
        assert made.id == number
    for number in (2, 3, 4, 7):
        budgets.remove(store, number, clock=clock)
    assert refused(store, clock, "openai/m3") is None
    clock.advance(0.001)
    for number, instead in ((1, 2), (5, 3), (6, 7)):  # 1 + 5 + 6 == 2 + 3 + 7, and so are their squares
        budgets.remove(other, number, clock=clock)
        budgets.restore(other, instead, clock=clock)
    assert [one.id for one in budgets.all(store)] == [2, 3, 7]
    write(other, at(clock, 2, model="m3"))
    book.of(store).forget()
    assert refused(store, clock, "openai/m3")
    other.close()


def test_calls_of_unknown_price_are_counted_apart(store: Store, clock: ManualClock) -> None:
    budgets.put(store, scope="model", key="openai/big", period="month", limit_usd=3, clock=clock)
    write(store, at(clock), a_record(started_ms=clock.ms, model="big"), a_record(started_ms=clock.ms, model="other"))
    (standing,) = budgets.standings(store, clock.ms)
    assert (standing.spent_usd, standing.unpriced, standing.state) == (1, 1, "ok")
    assert standing.to_json()["budget"]["title"] == "openai/big a month"


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"scope": "team"}, "scope"),
        ({"period": "week"}, "period"),
        ({"limit_usd": 0}, "limit_usd"),
        ({"limit_usd": -1}, "limit_usd"),
        ({"limit_usd": float("nan")}, "limit_usd"),
        ({"limit_usd": "1e15"}, "limit_usd"),
        ({"limit_usd": "ten"}, "limit_usd"),
        ({"warn_percent": 0}, "warn_percent"),
        ({"warn_percent": 101}, "warn_percent"),
        ({"warn_percent": 80.5}, "warn_percent"),
        ({"warn_percent": "80"}, "warn_percent"),
        ({"warn_percent": True}, "warn_percent"),
        ({"key": "x"}, "key"),
        ({"scope": "model", "key": "gpt-4o"}, "key"),
        ({"scope": "model", "key": ""}, "key"),
        ({"scope": "prompt", "key": "p" * 201}, "key"),
    ],
)
def test_what_is_wrong_with_a_budget_is_named(sqlite_store: Store, given: dict[str, Any], place: str) -> None:
    with pytest.raises(InputError) as caught:
        budgets.put(sqlite_store, **({"scope": "total", "period": "day", "limit_usd": 1} | given))
    assert caught.value.place == f"field {place}"
    assert budgets.all(sqlite_store) == []


def test_a_budget_that_is_not_there_is_said_so(sqlite_store: Store) -> None:
    for ask in (budgets.get, budgets.remove, budgets.restore):
        with pytest.raises(NotFound, match="no budget 9"):
            ask(sqlite_store, 9)


def test_the_door_refuses_before_it_asks_and_never_what_is_free(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    budgets.put(store, scope="model", key="openai/gpt-4o", period="day", limit_usd="0.003", stops=True)
    request = Request("gpt-4o", (message("user", "Which intent?"),))
    with Loopback(reply=lambda _body: Answer("card", input_tokens=1_000, output_tokens=100)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.v1)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef0123")
        assert door.ask(Call("openai", request, "test"), store=store).success  # $0.0035: the call that crosses is answered
        outcome = door.ask(Call("openai", request, "test"), store=store)
        assert (outcome.success, outcome.error_type, outcome.error_kind) == (False, "invalid_request", "budget_reached")
        assert outcome.message == "The budget of $0.0030 for openai/gpt-4o a day is used up: $0.0035 spent."
        assert "starts anew at" in outcome.hint
        assert (outcome.call_id, server.count) == (None, 1)
        with pytest.raises(BudgetReached):
            outcome.unwrap()
        other = Request("gpt-4o-mini", request.messages)
        assert door.ask(Call("openai", other, "test"), store=store).success
    budgets.put(store, scope="total", period="day", limit_usd="0.001", stops=True)
    assert door.ask(Call("simulated", Request("good", request.messages), "test"), store=store).success
    assert reading.totals(store).n == 3


def test_a_call_that_stood_in_line_is_refused_for_what_was_spent_meanwhile(store: Store) -> None:
    overrides.add(store, "loop", "m", OverrideRates(input=Decimal(1_000), output=Decimal(1_000)), from_ms=0)
    budgets.put(store, scope="total", period="day", limit_usd=1, stops=True)
    with Loopback(latency_s=0.2, reply=lambda _body: Answer("card", input_tokens=1_000, output_tokens=100)) as server:
        connections.save(store, Connection("loop", "compatible", base_url=server.v1, concurrency=1))
        call = Call("loop", Request("m", (message("user", "Which intent?"),)), "test")

        async def all_at_once() -> list[Outcome]:
            return await asyncio.gather(*(door.complete(call, store=store) for _ in range(6)))

        outcomes = loop.run(all_at_once())
        # The first one crosses; the next may have left before the cost of the first was written.
        assert 1 <= server.count == sum(one.success for one in outcomes) <= 3
        assert {one.error_kind for one in outcomes if not one.success} == {"budget_reached"}


def test_an_own_price_makes_a_free_model_stop_at_its_budget(store: Store) -> None:
    overrides.add(store, "simulated", "good", OverrideRates(input=Decimal(1_000), output=Decimal(1_000)), from_ms=0)
    budgets.put(store, scope="total", period="day", limit_usd="0.001", stops=True)
    call = Call("simulated", Request("good", (message("user", "Which intent is it?"),)), "test")
    assert door.ask(call, store=store).success
    assert door.ask(call, store=store).error_kind == "budget_reached"


def test_a_budget_says_what_it_limits_in_json(sqlite_store: Store) -> None:
    made: Budget = budgets.put(sqlite_store, scope="prompt", key="intent", period="month", limit_usd="12.5", warn_percent=None)
    assert made.to_json() == {
        "id": made.id, "scope": "prompt", "key": "intent", "period": "month", "warn_percent": None, "stops": False,
        "created_ms": made.created_ms, "removed_ms": None, "title": "prompt intent a month", "limit_usd": 12.5,
    }  # fmt: skip
    assert Writer(sqlite_store).append(a_record(prompt="intent", cost_nano=1)).result(10)


def test_the_worked_example_in_the_docs_is_what_it_prints(sqlite_store: Store) -> None:
    docs = Path(__file__).resolve().parents[2] / "docs"
    example = runpy.run_path(str(docs / "examples" / "budgets.py"))
    printed = example["told"](sqlite_store)
    assert "```\n" + "\n".join(printed) + "\n```" in (docs / "budgets.md").read_text(), "write it anew: docs/examples/budgets.py"
    records = example["generated"]()
    total, crossing = 0, 0
    for number, record in enumerate(records, 1):
        total += record.cost_nano
        crossing = crossing or (number if total >= 10 * USD else 0)
    assert len(records) == 1_000
    assert spend.total(sqlite_store, 0, 2**50).cost_nano == total
    assert any(line.startswith(f"call {crossing:>4}") and "limit reached    all calls a day" in line for line in printed)
    for record in records:
        rate_in, rate_out = {"large": (15, 75), "medium": (3, 15), "small": (Decimal("0.8"), 4)}[record.model]
        assert record.cost_usd == (rate_in * Decimal(record.input_tokens) + rate_out * Decimal(record.output_tokens)) / 10**6
