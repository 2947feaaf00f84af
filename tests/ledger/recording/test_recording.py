"""record: three lines in anybody's program make a row; what is wrong is told by name, and nothing is lost at the end of the process."""

import asyncio
import inspect
import logging
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import openai
import pytest

from tests.loopback import Answer, Loopback
from workbench import clock
from workbench.errors import InputError, StoreError
from workbench.ledger import flush, reading, record, recorded, tagged, wrap
from workbench.ledger.recording import recorder
from workbench.store import Store

ROOT = Path(__file__).resolve().parents[3]


def rows(store: Store) -> list[Any]:
    """Everything recorded so far, oldest first, with its texts."""
    assert flush(30)
    return [reading.get(store, call_id) for call_id in sorted(row.id for row in reading.page(store, limit=100))]


def only(store: Store) -> Any:
    (row,) = rows(store)
    return row


def test_a_call_is_recorded_priced_and_there_when_its_future_resolves(store: Store) -> None:
    before = clock.now_ms()
    future = record(
        model="openai/gpt-5", input_tokens=1_000, cached_tokens=400, output_tokens=100, latency_ms=420, prompt="support/triage",
        version=7, user="u-1", tags=["a", "b"], request="Hi?", reply="Good day", store=store,
    )  # fmt: skip
    row = reading.get(store, future.result(30))
    assert (row.provider, row.model, row.source, row.status) == ("openai", "gpt-5", "client", "ok")
    assert row.cost_nano == 600 * 1_250 + 400 * 125 + 100 * 10_000
    assert before - 420 <= row.started_ms <= clock.now_ms() - 420
    assert (row.prompt, row.version, row.user, row.tags, row.reply) == ("support/triage", 7, "u-1", ("a", "b"), "Good day")
    assert row.request == {"messages": [{"role": "user", "content": "Hi?"}]}


def test_a_cost_that_is_given_stands_and_a_model_nobody_knows_has_none(sqlite_store: Store) -> None:
    record(model="openai/gpt-5", input_tokens=10, output_tokens=1, cost_usd=0.25, store=sqlite_store, wait=True)
    record(provider="mine", model="own/model", input_tokens=10, output_tokens=1, store=sqlite_store, wait=True)
    record(model="openai/gpt-5", output_tokens=1, store=sqlite_store, wait=True)
    given, unknown, partly = rows(sqlite_store)
    assert (given.cost_nano, unknown.cost_nano, unknown.model, partly.cost_nano) == (250_000_000, None, "own/model", None)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"model": "openai/gpt-5", "latncy_ms": 4}, "field latncy_ms"),
        ({"model": "openai/gpt-5", "latency_ms": "4"}, "field latency_ms"),
        ({"model": "openai/gpt-5", "input_tokens": -1}, "field input_tokens"),
        ({"model": "openai/gpt-5", "input_tokens": "12"}, "field input_tokens"),
        ({"model": "openai/gpt-5", "cost_usd": float("nan")}, "field cost_usd"),
        ({"model": "openai/gpt-5", "tags": "a"}, "field tags"),
        ({"model": "openai/gpt-5", "started_ms": 1_700_000_000}, "field started_ms"),
        ({"model": "gpt-5"}, "field model: .* give provider= as well"),
        ({"latency_ms": 4}, "field model"),
    ],
)
def test_what_is_wrong_is_refused_at_once_by_its_name(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        record(**fields)


def test_what_a_call_raised_becomes_its_type_and_its_message_carries_no_key(sqlite_store: Store) -> None:
    record(model="openai/gpt-5", error=TimeoutError("slow"), store=sqlite_store)
    record(model="openai/gpt-5", error=ValueError("key sk-test-0123456789abcdef is wrong"), store=sqlite_store)
    timed_out, other = rows(sqlite_store)
    assert (timed_out.status, timed_out.error_type) == ("error", "timeout")
    assert (other.error_type, other.error_message) == ("unknown", "ValueError: key [key hidden] is wrong")


class Odd:
    def __str__(self) -> str:
        raise RuntimeError("no text")


def test_whatever_hangs_on_a_request_can_be_kept_and_no_key_among_it(sqlite_store: Store) -> None:
    tools = [{"type": "mcp", "headers": {"Authorization": "Bearer abcdefghijkl"}, "api_key": "anything"}]
    request = {"messages": [{"role": "user", "content": b"1234"}], "tools": tools, "parameters": {"x": Odd(), "y": float("inf")}}
    record(model="openai/gpt-5", request=request, variables={"when": {1, }, "deep": [[[]]]}, store=sqlite_store, wait=True)  # fmt: skip
    row = only(sqlite_store)
    assert row.request == {
        "messages": [{"role": "user", "content": "(4 bytes)"}],
        "tools": [{"type": "mcp", "headers": {"Authorization": "[key hidden]"}, "api_key": "[key hidden]"}],
        "parameters": {"x": "(Odd)", "y": "inf"},
    }
    assert row.variables == {"when": [1], "deep": [[[]]]}


def test_a_row_the_store_refuses_is_told_to_who_waits_and_logged(sqlite_store: Store, caplog: pytest.LogCaptureFixture) -> None:
    record(model="openai/gpt-5", external_id="e", store=sqlite_store, wait=True)
    with caplog.at_level(logging.ERROR, "workbench.ledger"), pytest.raises(StoreError):
        record(model="openai/gpt-5", external_id="e", store=sqlite_store, wait=True)
    assert any("is lost" in message for message in caplog.messages)


def test_who_records_faster_than_the_store_takes_waits(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    record(model="openai/gpt-5", store=sqlite_store, wait=True)
    monkeypatch.setattr(recorder, "_MOST_UNSETTLED", 5)
    held = Event()
    with sqlite_store.write() as session:
        session.connection()
        program = Thread(target=lambda: ([record(model="openai/gpt-5", store=sqlite_store) for _ in range(8)], held.set()))
        program.start()
        assert not held.wait(0.5)
        assert recorder._recorder._unsettled == 5
    program.join(30)
    assert held.is_set()
    assert len(rows(sqlite_store)) == 9


ENDING = """
import atexit
atexit.register(lambda: record(model="openai/gpt-5", external_id="the very last"))  # runs after everything of the workbench
from workbench.ledger import record, recorded
for number in range(300):
    record(model="openai/gpt-5", input_tokens=1, output_tokens=1, external_id=f"main-{number}")
@recorded(model="openai/gpt-5")
def pieces():
    yield "No tokens were told: they are counted here."
list(pieces())
"""
FORKING = """
import multiprocessing, os
from workbench.ledger import record
def work(kind):
    for number in range(20):
        record(model="openai/gpt-5", input_tokens=1, output_tokens=1, external_id=f"{kind}-{number}")
if __name__ == "__main__":
    record(model="openai/gpt-5", input_tokens=1, output_tokens=1, external_id="before", wait=True)
    for kind in ("fork", "spawn"):
        child = multiprocessing.get_context(kind).Process(target=work, args=(kind,))
        child.start()
        child.join(60)
    record(model="openai/gpt-5", input_tokens=1, output_tokens=1, external_id="after")
"""


@pytest.mark.parametrize(("program", "calls"), [(ENDING, 302), (FORKING, 42)])
def test_a_program_that_ends_at_once_and_one_that_forks_lose_nothing(home: Path, tmp_path: Path, program: str, calls: int) -> None:
    script = tmp_path / "program.py"
    script.write_text(program)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, str(script)], env=env, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    from workbench import store as stores

    assert reading.totals(stores.current()).n == calls


def test_the_package_is_light_until_something_is_recorded() -> None:
    code = "import sys, workbench.ledger; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
    code = (
        "import sys; from workbench.ledger import record, recorded, wrap; sys.exit(bool({'openai', 'anthropic', 'numpy'} & {*sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


CHAT = {
    "model": "gpt-5-2025",
    "choices": [{"message": {"content": "Yes"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 2},
}


def test_the_tariff_of_a_stream_is_that_of_its_start(sqlite_store: Store) -> None:
    @recorded(model="anthropic/claude-sonnet-4-6", store=sqlite_store)
    def events() -> Iterator[dict[str, Any]]:
        yield {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 9, "service_tier": "priority"}}}
        yield {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}

    assert len(list(events())) == 2
    row = only(sqlite_store)
    assert (row.processing, row.input_tokens, row.output_tokens) == ("priority", 9, 2)


def test_a_decorated_function_is_a_row_and_stays_the_function_it_was(sqlite_store: Store) -> None:
    @recorded(prompt="p", version=3, model="openai/gpt-5", capture=True, store=sqlite_store)
    def triage(text: str, *, tone: str = "kind") -> dict[str, Any]:
        """Sorts."""
        return CHAT

    assert triage("Hi") is CHAT
    assert (triage.__name__, triage.__doc__, list(inspect.signature(triage).parameters)) == ("triage", "Sorts.", ["text", "tone"])
    row = only(sqlite_store)
    assert (row.provider, row.model, row.prompt, row.version, row.input_tokens, row.output_tokens) == ("openai", "gpt-5", "p", 3, 9, 2)
    assert (row.reply, row.variables) == ("Yes", {"text": "Hi", "tone": "kind"})
    assert row.latency_ms is not None
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        triage()  # type: ignore[call-arg]


def test_a_decorated_function_without_a_model_takes_it_from_its_argument_or_the_answer(sqlite_store: Store) -> None:
    @recorded(store=sqlite_store)
    def by_argument(model: str) -> str:
        return "text"

    @recorded(store=sqlite_store)
    def by_answer() -> Any:
        return CHAT

    assert by_argument("anthropic/claude-sonnet-4-6") == "text"
    by_answer()
    first, second = rows(sqlite_store)
    assert (first.provider, first.model, first.reply, first.variables) == ("anthropic", "claude-sonnet-4-6", "text", None)
    assert (second.provider, second.model) == ("openai", "gpt-5-2025")


def test_coroutines_and_what_they_raise_are_recorded(sqlite_store: Store) -> None:
    @recorded(model="openai/gpt-5", store=sqlite_store)
    async def ask(fails: type[BaseException] | None) -> Any:
        if fails:
            raise fails("broken")
        return CHAT

    assert inspect.iscoroutinefunction(ask)
    assert asyncio.run(ask(None)) is CHAT
    for kind in (ConnectionError, asyncio.CancelledError):
        with pytest.raises(kind):
            asyncio.run(ask(kind))
    assert [(row.status, row.error_type, row.error_kind) for row in rows(sqlite_store)] == [
        ("ok", None, None), ("error", "server_error", "connection"), ("error", "unknown", "cancelled"),
    ]  # fmt: skip


def test_generators_are_timed_to_their_first_text_and_take_what_is_sent_and_thrown(sqlite_store: Store) -> None:
    @recorded(model="openai/gpt-5", store=sqlite_store)
    def talk() -> Iterator[Any]:
        try:
            sent = yield "one "
        except KeyError:
            sent = "caught "
        yield sent
        return "end"

    def drive() -> Iterator[Any]:
        ended.append((yield from talk()))

    ended: list[Any] = []
    assert inspect.isgeneratorfunction(talk)
    speaking: Any = drive()
    assert (next(speaking), speaking.send("two ")) == ("one ", "two ")
    assert (next(speaking, None), ended) == (None, ["end"])
    other: Any = talk()
    assert (next(other), other.throw(KeyError("x"))) == ("one ", "caught ")
    other.close()
    with pytest.raises(ZeroDivisionError):
        third: Any = talk()
        next(third)
        third.throw(ZeroDivisionError("x"))
    whole, left, broken = rows(sqlite_store)
    assert (whole.reply, whole.ttft_ms is not None, whole.status) == ("one two ", True, "ok")
    assert (left.reply, left.status) == ("one caught ", "ok")
    assert (broken.reply, broken.status, broken.error_message) == ("one ", "error", "ZeroDivisionError: x")


def test_async_generators_too(sqlite_store: Store) -> None:
    @recorded(model="openai/gpt-5", store=sqlite_store)
    async def talk() -> AsyncIterator[str]:
        yield "one "
        yield "two"

    async def all_and_one() -> list[str]:
        heard = [piece async for piece in talk()]
        left: Any = talk()
        heard.append(await anext(left))
        await left.aclose()
        return heard

    assert inspect.isasyncgenfunction(talk)
    assert asyncio.run(all_and_one()) == ["one ", "two", "one "]
    assert [(row.reply, row.status) for row in rows(sqlite_store)] == [("one two", "ok"), ("one ", "ok")]


def test_a_call_inside_a_decorated_function_is_recorded_once_with_what_the_function_says(sqlite_store: Store) -> None:
    with Loopback(reply=Answer("x", input_tokens=5, output_tokens=1)) as server:
        client = wrap(openai.OpenAI(base_url=server.v1, api_key="x"), store=sqlite_store, provider="openai")

        @recorded(prompt="inner", tags=["f"], store=sqlite_store)
        def ask() -> Any:
            return client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": "Hi"}])

        @recorded(store=sqlite_store)
        def stream() -> Any:
            return openai.OpenAI(base_url=server.v1, api_key="x").chat.completions.create(model="gpt-5", messages=[], stream=True)

        with tagged(user="ann"):
            ask()
        assert len(list(stream())) > 2
    once, streamed = rows(sqlite_store)
    assert (once.prompt, once.tags, once.user, once.input_tokens) == ("inner", ("f",), "ann", 5)
    assert (streamed.model, streamed.reply, streamed.estimated) == ("gpt-5", "x", True)


def test_the_examples_of_the_guide_run(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = (ROOT / "docs" / "watch.md").read_text("utf-8").partition("## Recording from Python")[2].partition("\n## ")[0]
    examples = [block.partition("```")[0] for block in guide.split("```python\n")[1:]]
    assert len(examples) == 3
    with Loopback(reply=Answer("x", input_tokens=5, output_tokens=1)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.v1)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")
        known: dict[str, Any] = {}
        for example in examples:
            exec(example, known)
        assert known["triage"]("I was charged twice") == "billing"
        assert flush(30)
    from workbench import store as stores

    found = rows(stores.current())
    assert [(row.prompt, row.version, row.model) for row in found] == [("support/triage", 7, "gpt-5-mini")] * 3
    assert (found[1].tags, found[1].user, found[2].variables) == (("batch",), "u-12", {"message": "I was charged twice"})
