"""Whatever a provider does, a call comes out as one outcome and one row, and nothing hangs."""

import asyncio
import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from tests.loopback import Answer, Fault, Loopback
from workbench.calls import door, loop
from workbench.calls.door import Call, Outcome
from workbench.calls.limits import Pace
from workbench.calls.retry import RetryPolicy
from workbench.errors import AuthFailed, CallError, Cancelled, ProviderMissing, StoreError
from workbench.ledger import reading
from workbench.ledger.writer import Beside
from workbench.providers import base, connections
from workbench.providers.base import OnText, Parameters, Reply, Request, Usage
from workbench.providers.connections import Connection
from workbench.runner.tables import CellRow, RunRow
from workbench.store import Store
from workbench.text.messages import message

QUICK = RetryPolicy(retries=9, base_s=0.001, cap_s=0.002)
COARSE = {"rate_limit", "timeout", "invalid_request", "server_error", "auth_error", "unknown"}


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as running:
        yield running


@pytest.fixture
def looped(store: Store, server: Loopback) -> Store:
    """A store with a connection called `loop` to the loopback server."""
    connect(store, server)
    return store


def connect(store: Store, server: Loopback, **limits: int) -> None:
    connections.save(store, Connection("loop", "compatible", base_url=server.v1, **limits))


def a_call(words: str = "hello", *, provider: str = "loop", model: str = "m", timeout_s: float = 20.0, **fields: Any) -> Call:
    fields = {"source": "test", "retry": QUICK} | fields
    return Call(provider, Request(model, (message("user", words),), timeout_s=timeout_s), **fields)


def ask_all(store: Store, calls: list[Call], **options: Any) -> list[Outcome]:
    async def gather() -> list[Outcome]:
        return await asyncio.gather(*(door.complete(call, store=store, **options) for call in calls))

    return loop.run(gather())


def rows(store: Store) -> int:
    return reading.totals(store).n


def test_an_answer_comes_back_and_is_a_row_of_the_ledger(looped: Store, server: Loopback) -> None:
    server.reply = Answer("Good day", input_tokens=12, output_tokens=3, cached_tokens=5, reasoning_tokens=1)
    call = a_call("Hi", prompt="greeting", version=3, label="production", tags=("a",), user="u", variables={"name": "Ann"}, trace_id="t")
    outcome = door.ask(call, store=looped)
    assert outcome.success
    assert outcome.unwrap().text == "Good day"
    assert outcome.call_id is not None
    row = reading.get(looped, outcome.call_id)
    assert (row.status, row.provider, row.model, row.source) == ("ok", "loop", "m", "test")
    assert (row.prompt, row.version, row.label, row.user, row.trace_id, row.tags) == ("greeting", 3, "production", "u", "t", ("a",))
    assert (row.input_tokens, row.output_tokens, row.cached_tokens, row.reasoning_tokens) == (12, 3, 5, 1)
    assert (row.reply, row.variables) == ("Good day", {"name": "Ann"})
    assert row.request == {"messages": [{"role": "user", "content": "Hi"}]}
    assert row.cost_nano is None  # nobody knows what a server on this machine charges
    assert row.attempts is None


def test_what_was_set_on_the_call_is_kept_with_it(looped: Store) -> None:
    tools = ({"name": "find", "description": "finds", "parameters": {"type": "object", "properties": {}}},)
    request = Request("m", (message("user", "x"),), Parameters(temperature=0.2, stop=("end",)), tools=tools, tool_choice="find")
    outcome = door.ask(Call("loop", request, "test"), store=looped)
    assert outcome.call_id is not None
    row = reading.get(looped, outcome.call_id)
    assert row.request == {
        "messages": [{"role": "user", "content": "x"}],
        "parameters": {"temperature": 0.2, "stop": ["end"]},
        "tools": list(tools),
        "tool_choice": "find",
    }
    assert row.tool_calls == [{"id": "call_1", "name": "find", "arguments": "{}"}]


def test_a_call_to_openai_is_priced_and_carries_no_key_anywhere(store: Store, server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")
    monkeypatch.setenv("OPENAI_BASE_URL", server.v1)
    server.reply = Answer("x", input_tokens=1_000, output_tokens=100, cached_tokens=400)
    outcome = door.ask(a_call(provider="openai", model="gpt-5"), store=store)
    assert server.requests[-1].key == "sk-test-0123456789abcdef"
    assert outcome.cost_nano == 600 * 1_250 + 400 * 125 + 100 * 10_000
    assert outcome.to_json()["cost_usd"] == pytest.approx(0.0018)
    server.fail_always("401")
    failed = door.ask(a_call(provider="openai", model="gpt-5"), store=store)
    assert failed.error_kind == "auth_error"
    with store.read() as session:
        everything = str(session.execute(text("SELECT * FROM calls, call_texts")).all()) + json.dumps(failed.to_json())
    assert "sk-test" not in everything


def test_simulated_calls_cost_nothing(store: Store) -> None:
    outcome = door.ask(a_call(provider="simulated", model="good?latency_ms=0"), store=store)
    assert (outcome.success, outcome.cost_nano) == (True, 0)


@pytest.mark.parametrize(
    ("fault", "error", "requests"),
    [
        ("rate_limit", "rate_limit rate_limit", 3),
        ("500", "server_error server_error", 3),
        ("529", "server_error overloaded", 3),
        ("reset", "server_error connection", 3),
        ("malformed", "server_error malformed_reply", 3),
        ("truncated", "server_error truncated_reply", 3),
        ("timeout", "timeout timeout", 3),
        ("401", "auth_error auth_error", 1),
        ("404", "invalid_request model_unknown", 1),
        ("context", "invalid_request context_too_long", 1),
        ("policy", "invalid_request content_refused", 1),
        ("invalid", "invalid_request invalid_request", 1),
    ],
)
def test_every_failure_is_an_outcome_with_its_words_and_a_row(
    sqlite_store: Store, server: Loopback, fault: str, error: str, requests: int
) -> None:
    error_type, kind = error.split()
    connect(sqlite_store, server)
    server.fail_always(fault)
    call = a_call(timeout_s=0.2 if fault == "timeout" else 20, retry=RetryPolicy(retries=2, base_s=0.001, cap_s=0.001))
    outcome = door.ask(call, store=sqlite_store)
    shown = outcome.to_json()
    assert (shown["success"], shown["data"], shown["error_type"], shown["error_kind"]) == (False, None, error_type, kind)
    assert shown["message"]
    assert shown["hint"]
    assert shown["error_type"] in COARSE
    assert server.count == requests == len(outcome.attempts) == outcome.retries + 1
    assert {attempt.error_kind for attempt in outcome.attempts} == {kind}
    assert json.loads(json.dumps(shown)) == shown
    assert outcome.call_id is not None
    row = reading.get(sqlite_store, outcome.call_id)
    assert (row.status, row.error_type, row.error_kind, row.retries) == ("error", error_type, kind, requests - 1)
    assert row.error_message == outcome.message
    assert row.attempts is not None
    assert len(row.attempts) == requests
    assert row.cost_nano is None
    with pytest.raises(CallError) as caught:
        outcome.unwrap()
    assert caught.value.kind == kind


def test_a_failure_that_passes_is_retried_and_every_attempt_is_kept(
    looped: Store, server: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    server.fail("500", "truncated", "rate_limit=0.05")
    with caplog.at_level(logging.INFO, "workbench.calls"):
        outcome = door.ask(a_call(), store=looped)
    assert outcome.success
    assert outcome.retries == 3
    assert [attempt.error_kind for attempt in outcome.attempts] == ["server_error", "truncated_reply", "rate_limit", None]
    assert outcome.attempts[3].waited_s >= 0.05
    assert [attempt.started_ms for attempt in outcome.attempts] == sorted(attempt.started_ms for attempt in outcome.attempts)
    assert outcome.call_id is not None
    kept = reading.get(looped, outcome.call_id)
    assert kept.attempts == [attempt.to_json() for attempt in outcome.attempts]
    assert [record.getMessage().split(",")[0] for record in caplog.records] == [
        "loop/m failed (server_error)",
        "loop/m failed (truncated_reply)",
        "loop/m failed (rate_limit)",
    ]
    assert rows(looped) == 1


def test_of_calls_that_fail_seventy_percent_of_the_time_three_in_a_hundred_are_lost(sqlite_store: Store, server: Loopback) -> None:
    connect(sqlite_store, server)
    server.fail_share(0.7, "500", "malformed", "truncated", seed=11)
    outcomes = ask_all(sqlite_store, [a_call(str(number)) for number in range(250)])
    lost = sum(not outcome.success for outcome in outcomes)
    assert 1 <= lost <= 18  # 0.7 ** 10 of 250 is 7.1
    assert all(outcome.retries == 9 for outcome in outcomes if not outcome.success)
    assert rows(sqlite_store) == 250
    assert server.count == sum(len(outcome.attempts) for outcome in outcomes)


def test_a_retry_after_delays_its_own_call_and_nobody_else(sqlite_store: Store, server: Loopback) -> None:
    connect(sqlite_store, server)
    first = [Fault("rate_limit", 1.5)]
    server.fail_when(lambda seen: first.pop() if first and "unlucky" in str(seen.body) else None)
    ended: dict[str, float] = {}

    async def one(words: str) -> Outcome:
        outcome = await door.complete(a_call(words), store=sqlite_store)
        ended[words] = time.monotonic()
        return outcome

    async def gather() -> list[Outcome]:
        return await asyncio.gather(one("unlucky"), *(one(str(number)) for number in range(30)))

    begun = time.monotonic()
    outcomes = loop.run(gather())
    assert all(outcome.success for outcome in outcomes)
    assert outcomes[0].retries == 1
    assert ended["unlucky"] - begun >= 1.5
    assert max(at_s for words, at_s in ended.items() if words != "unlucky") < ended["unlucky"]


def test_a_storm_of_rate_limits_loses_nothing(sqlite_store: Store, server: Loopback) -> None:
    connect(sqlite_store, server)
    server.fail_share(0.3, "rate_limit=0.3", seed=5)
    outcomes = ask_all(sqlite_store, [a_call(str(number), retry=RetryPolicy()) for number in range(200)])
    assert all(outcome.success for outcome in outcomes)
    assert sum(outcome.retries for outcome in outcomes) == server.count - 200 > 0
    assert rows(sqlite_store) == 200


def test_a_stream_hands_over_its_pieces_and_is_kept_whole(looped: Store, server: Loopback) -> None:
    server.reply = "one two three"
    pieces: list[str] = []
    outcome = door.ask(a_call(), on_text=pieces.append, store=looped)
    assert outcome.success
    assert len(pieces) > 1
    assert "".join(pieces) == outcome.unwrap().text == "one two three"
    assert outcome.call_id is not None
    assert reading.get(looped, outcome.call_id).ttft_ms is not None


def test_a_stream_that_breaks_before_its_first_text_is_retried(looped: Store, server: Loopback) -> None:
    server.fail("500", "reset")
    pieces: list[str] = []
    outcome = door.ask(a_call(), on_text=pieces.append, store=looped)
    assert (outcome.success, outcome.retries) == (True, 2)
    assert "".join(pieces) == outcome.unwrap().text


def test_a_stream_that_breaks_after_text_was_shown_is_not_retried_and_keeps_the_text(looped: Store, server: Loopback) -> None:
    server.reply = "a b c d e f g h"
    server.fail("stream_break")
    pieces: list[str] = []
    outcome = door.ask(a_call(), on_text=pieces.append, store=looped)
    assert not outcome.success
    assert server.count == 1
    assert outcome.partial == "".join(pieces) != ""
    assert outcome.call_id is not None
    assert reading.get(looped, outcome.call_id).reply == outcome.partial


def test_a_reader_that_fails_loses_its_text_and_not_the_call(looped: Store, server: Loopback) -> None:
    def broken(_piece: str) -> None:
        raise RuntimeError("the page is gone")

    assert door.ask(a_call(), on_text=broken, store=looped).success
    assert server.count == 1


def test_stop_ends_calls_at_once_and_those_that_had_left_are_recorded(looped: Store, server: Loopback) -> None:
    server.fail_always("timeout")
    connect(looped, server, concurrency=3)

    async def walk() -> tuple[list[Outcome], float]:
        stop = asyncio.Event()
        tasks = [asyncio.create_task(door.complete(a_call(str(n)), cancel=stop, store=looped)) for n in range(10)]
        while server.count < 3:
            await asyncio.sleep(0.01)
        begun = time.monotonic()
        stop.set()
        return await asyncio.gather(*tasks), time.monotonic() - begun

    outcomes, took_s = loop.run(walk())
    assert took_s < 15  # the server would never answer, and a call may take 20 s
    assert {outcome.error_kind for outcome in outcomes} == {"cancelled"}
    assert {outcome.error_type for outcome in outcomes} == {"unknown"}
    assert sum(outcome.call_id is not None for outcome in outcomes) == 3 == rows(looped)
    with pytest.raises(Cancelled):
        outcomes[0].unwrap()


def test_stop_does_not_wait_for_a_retry_after(looped: Store, server: Loopback) -> None:
    server.fail_always("rate_limit=60")

    async def walk() -> Outcome:
        stop = asyncio.Event()
        task = asyncio.create_task(door.complete(a_call(), cancel=stop, store=looped))
        while server.count < 1:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        stop.set()
        return await asyncio.wait_for(task, 5)

    outcome = loop.run(walk())
    assert outcome.error_kind == "cancelled"
    assert [attempt.error_kind for attempt in outcome.attempts] == ["rate_limit"]
    assert outcome.call_id is not None


def test_a_stop_that_came_before_sends_nothing(looped: Store, server: Loopback) -> None:
    async def walk() -> Outcome:
        stop = asyncio.Event()
        stop.set()
        return await door.complete(a_call(), cancel=stop, store=looped)

    outcome = loop.run(walk())
    assert (outcome.error_kind, outcome.call_id, server.count, rows(looped)) == ("cancelled", None, 0, 0)


def test_a_cancelled_task_is_cancelled_and_its_request_recorded(looped: Store, server: Loopback) -> None:
    server.fail_always("timeout")

    async def walk() -> None:
        task = asyncio.create_task(door.complete(a_call(), store=looped))
        while server.count < 1:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    loop.run(walk())
    from workbench.ledger import writer

    assert writer.of(looped).flush()
    assert [call.error_kind for call in reading.page(looped)] == ["cancelled"]


def test_a_provider_that_is_not_there_is_an_outcome_without_a_row(store: Store) -> None:
    outcome = door.ask(a_call(provider="nowhere"), store=store)
    assert (outcome.success, outcome.error_kind, outcome.call_id, rows(store)) == (False, "provider_missing", None, 0)
    with pytest.raises(ProviderMissing):
        outcome.unwrap()


class Odd(base.Provider):
    """A provider that breaks the rules, each model in its own way."""

    name = "odd"

    @classmethod
    def connect(cls, connection: Connection) -> "Odd":
        return cls()

    async def complete(self, request: Request, on_text: OnText | None = None) -> Reply:
        if request.model == "hangs":
            await asyncio.sleep(1_000)
        if request.model == "raises":
            raise KeyError("Authorization: Bearer sk-secret-abcdefghijklmnop")
        if request.model == "raises ours":
            raise StoreError("not a call error")
        return Reply("fine", usage=Usage(1, 0, 0, 1, 0))

    async def models(self) -> list[str]:
        return ["hangs", "raises"]


@pytest.fixture
def odd(store: Store) -> Store:
    if "odd" not in base.registered():
        base.provider("odd")(Odd)
    from workbench.providers.tables import ConnectionRow

    with store.write() as session:
        session.add(ConnectionRow(name="odd", kind="odd", created_ms=1))
    connections.forget(store)
    return store


def test_a_provider_that_raises_anything_is_an_unknown_failure_without_secrets(odd: Store, caplog: pytest.LogCaptureFixture) -> None:
    outcome = door.ask(a_call(provider="odd", model="raises"), store=odd)
    assert (outcome.error_type, outcome.error_kind, outcome.retries) == ("unknown", "unknown", 0)
    assert "KeyError" in outcome.message
    assert "sk-secret" not in outcome.message
    assert outcome.call_id is not None
    assert "sk-secret" not in str(reading.get(odd, outcome.call_id))
    assert "KeyError" in caplog.text
    assert "sk-secret" not in caplog.text
    assert door.ask(a_call(provider="odd", model="raises ours"), store=odd).error_kind == "unknown"


def test_a_provider_that_forgets_its_timeout_is_timed_out(odd: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_GRACE_S", 0.05)
    outcome = door.ask(a_call(provider="odd", model="hangs", timeout_s=0.05, retry=RetryPolicy(retries=1, base_s=0)), store=odd)
    assert (outcome.error_type, outcome.retries) == ("timeout", 1)


def a_cell(run_id: str) -> door.RowsBeside:
    statement = insert(CellRow.__table__)

    def make(outcome: Outcome) -> list[Beside]:
        values = {
            "run_id": run_id, "variant": 0, "case_position": 0, "repeat": 0, "status": "ok" if outcome.success else "error",
            "score_reason": "", "error_message": outcome.message, "retries": outcome.retries, "fingerprint": "f", "finished_ms": 1,
            "call_id": None,
        }  # fmt: skip
        return [Beside(statement, values, call_id="call_id")]

    return make


def cell(store: Store) -> tuple[str, int | None]:
    with store.read() as session:
        row = session.query(CellRow).one()
        return row.status, row.call_id


def a_run(store: Store) -> None:
    with store.write() as session:
        session.add(RunRow(id="r", name="", kind="comparison", state="running", plan={}, total=1, created_ms=1))


def test_rows_beside_a_call_are_committed_with_it(looped: Store) -> None:
    a_run(looped)
    outcome = loop.run(door.complete(a_call(run_id="r", cell_id="r:0"), store=looped, beside=a_cell("r")))
    assert cell(looped) == ("ok", outcome.call_id)
    (call,) = reading.page(looped, run_id="r")
    assert (call.cell_id, call.id) == ("r:0", outcome.call_id)


def test_rows_beside_a_call_that_never_left_are_written_without_it(store: Store) -> None:
    a_run(store)
    outcome = loop.run(door.complete(a_call(provider="nowhere"), store=store, beside=a_cell("r")))
    assert outcome.call_id is None
    assert cell(store) == ("error", None)


def test_a_call_is_kept_although_its_rows_cannot_be_made_or_written(looped: Store) -> None:
    def broken(_outcome: Outcome) -> list[Beside]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        loop.run(door.complete(a_call(), store=looped, beside=broken))
    with pytest.raises(StoreError):
        loop.run(door.complete(a_call(), store=looped, beside=a_cell("no such run")))
    assert rows(looped) == 2


def test_the_limits_of_a_connection_hold(looped: Store, server: Loopback) -> None:
    server.latency_s = 0.01
    connect(looped, server, concurrency=2)
    outcomes = ask_all(looped, [a_call(str(number)) for number in range(20)])
    assert all(outcome.success for outcome in outcomes)
    assert server.open <= 2  # a client opens a connection only when every other one is in use


def test_the_pace_of_a_run_holds_every_attempt(sqlite_store: Store, server: Loopback) -> None:
    connect(sqlite_store, server)
    server.fail("500")

    async def walk() -> None:
        pace = Pace(3)
        outcomes = await asyncio.gather(*(door.complete(a_call(str(n), pace=pace), store=sqlite_store) for n in range(2)))
        assert all(outcome.success for outcome in outcomes)
        late = asyncio.create_task(door.complete(a_call("late", pace=pace), store=sqlite_store))
        await asyncio.sleep(0.2)
        assert not late.done()  # two calls and a retry were three requests: the minute is full
        late.cancel()
        await asyncio.gather(late, return_exceptions=True)

    loop.run(walk())
    assert server.count == 3


def test_a_ledger_that_cannot_be_written_is_the_one_thing_raised(tmp_path: Path, sqlite_store: Store, server: Loopback) -> None:
    connect(sqlite_store, server)
    assert door.ask(a_call(), store=sqlite_store).success
    with sqlite_store.write() as session:
        session.execute(text("ALTER TABLE calls RENAME TO gone"))
    with pytest.raises(StoreError, match="could not be written"):
        door.ask(a_call(), store=sqlite_store)


def test_without_a_store_the_one_of_the_settings_is_used(home: Path) -> None:
    outcome = door.ask(a_call(provider="simulated", model="good?latency_ms=0"))
    from workbench import store as stores

    assert outcome.call_id is not None
    assert reading.get(stores.current(), outcome.call_id).reply == outcome.unwrap().text


def test_the_error_an_outcome_raises_is_the_one_that_happened(looped: Store, server: Loopback) -> None:
    server.fail_always("401")
    with pytest.raises(AuthFailed):
        door.ask(a_call(), store=looped).unwrap()


def test_waits_grow_in_an_outage_and_stay_short_where_others_are_answered(sqlite_store: Store, server: Loopback) -> None:
    connect(sqlite_store, server)
    server.fail("500", "500", "500")
    alone = door.ask(a_call(retry=RetryPolicy(retries=3, base_s=0.05, factor=4, jitter=False)), store=sqlite_store)
    assert all(attempt.waited_s >= least for attempt, least in zip(alone.attempts[1:], (0.05, 0.2, 0.8), strict=True))
    server.fail_when(lambda seen: Fault("500") if "unlucky" in str(seen.body) else None)
    steep = RetryPolicy(retries=3, base_s=0.1, factor=10, cap_s=60, jitter=False)  # by itself it waits 0.1, 1 and 10 s

    async def walk() -> Outcome:
        unlucky = asyncio.create_task(door.complete(a_call("unlucky", retry=steep), store=sqlite_store))
        while not unlucky.done():
            assert (await door.complete(a_call("other"), store=sqlite_store)).success
        return await unlucky

    outcome = loop.run(walk())
    assert outcome.retries == 3
    assert outcome.attempts[-1].waited_s < 10


def test_a_call_that_waits_to_try_again_gives_its_room_to_others(sqlite_store: Store, server: Loopback) -> None:
    connect(sqlite_store, server)
    server.fail("rate_limit=30")

    async def walk() -> None:
        room = asyncio.Semaphore(1)
        waiting = asyncio.create_task(door.complete(a_call("first", room=room), store=sqlite_store))
        while server.count < 1:
            await asyncio.sleep(0.01)
        others = [door.complete(a_call(str(n), room=room), store=sqlite_store) for n in range(5)]
        assert all(outcome.success for outcome in await asyncio.wait_for(asyncio.gather(*others), 10))
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert not room.locked()

    loop.run(walk())


def test_a_turn_of_the_pace_is_taken_when_the_request_can_leave_and_not_before(sqlite_store: Store, server: Loopback) -> None:
    connect(sqlite_store, server)
    server.latency_s = 0.2
    turns: list[int] = []

    class Noted(Pace):
        async def wait(self) -> None:
            await super().wait()
            turns.append(server.count)

    async def walk() -> None:
        room, pace = asyncio.Semaphore(1), Noted(600)
        await asyncio.gather(*(door.complete(a_call(str(n), room=room, pace=pace), store=sqlite_store) for n in range(4)))

    loop.run(walk())
    assert turns == [0, 1, 2, 3]


def test_what_a_provider_loads_before_its_first_call_is_no_latency(odd: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slowly(self: object) -> None:
        await asyncio.sleep(0.5)

    async def at_once(self: object, request: Request, on_text: object = None) -> Reply:
        return Reply("here", usage=Usage(1, output_tokens=1))

    monkeypatch.setattr(Odd, "ready", slowly)
    monkeypatch.setattr(Odd, "complete", at_once)
    outcome = door.ask(a_call(provider="odd"), store=odd)
    assert outcome.success
    assert outcome.latency_ms < 400
    assert outcome.attempts[0].started_ms == outcome.started_ms
