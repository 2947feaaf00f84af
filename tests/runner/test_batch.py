"""A plain list of prompts: answers in order, errors as answers, a run like any other behind it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

import workbench.runner
from tests.runner.conftest import Bench
from workbench.errors import InputError, ProviderMissing
from workbench.providers.base import Parameters
from workbench.runner import batch, reading
from workbench.runner.pacing import EvenPace


def echo(body: dict[str, object]) -> str:
    turns = body["messages"]
    assert isinstance(turns, list)
    return f"you said {turns[-1]['content']}"


def test_answers_come_in_the_order_of_the_prompts(bench: Bench) -> None:
    bench.server.reply = echo  # type: ignore[assignment]
    prompts = [f"prompt {n}" for n in range(4)]
    answers = workbench.runner.ask_all(prompts, "loop/m", store=bench.store)
    assert [answer.response for answer in answers] == [f"you said {prompt}" for prompt in prompts]
    assert all(answer.success and answer.error is None and answer.latency_ms is not None for answer in answers)
    assert list(answers[0].to_json()) == ["prompt", "response", "success", "error", "latency_ms"]


def test_braces_in_a_prompt_are_text_and_repeated_prompts_are_asked_each(bench: Bench) -> None:
    bench.server.reply = echo  # type: ignore[assignment]
    prompt = "{{name}} {% if %} {{> partial}} {0}"
    answers = batch.ask_all([prompt, prompt, ""], "loop/m", store=bench.store)
    assert [answer.response for answer in answers] == [f"you said {prompt}"] * 2 + ["you said "]
    assert bench.server.count == 3


def test_a_prompt_that_fails_is_an_answer_with_its_error(bench: Bench) -> None:
    bench.server.reply = "fine"
    bench.server.fail("policy")
    answers = batch.ask_all(["bad", "good"], "loop/m", concurrency=1, store=bench.store)
    assert [answer.success for answer in answers] == [False, True]
    assert answers[0].response is None
    assert answers[0].error is not None
    assert answers[0].error.startswith("content_refused: ")


def test_its_defaults_are_five_at_once_sixty_a_minute_thirty_seconds(bench: Bench) -> None:
    batch.ask_all(["a"], "loop/m", store=bench.store)
    run = reading.page(bench.store)[0]
    assert (run.kind, run.plan.concurrency, run.plan.rpm, run.plan.timeout_s) == ("batch", 5, 60, 30.0)
    assert run.plan.retry == "runs"


def test_parameters_reach_the_model(bench: Bench) -> None:
    bench.server.reply = "fine"
    batch.ask_all(["a"], "loop/m", parameters=Parameters(temperature=0.3, max_tokens=7), store=bench.store)
    assert bench.server.requests[0].body["temperature"] == 0.3


def test_nothing_is_asked_for_nothing_and_bad_input_is_told_first(bench: Bench) -> None:
    assert batch.ask_all([], "loop/m", store=bench.store) == []
    with pytest.raises(ProviderMissing):
        batch.ask_all(["a"], "nobody/m", store=bench.store)
    with pytest.raises(InputError, match="prompt 2: is a int"):
        batch.ask_all(["a", 5], "loop/m", store=bench.store)  # type: ignore[list-item]
    assert bench.server.count == 0


def test_a_pace_lets_a_few_go_at_once_and_then_spreads_the_rest() -> None:
    import asyncio

    from tests.conftest import ManualClock

    clock = ManualClock()

    async def starts() -> list[float]:
        pace = EvenPace(60, 5, clock)
        begun_s, seen = clock.monotonic_s(), []
        for _ in range(130):
            await pace.wait()
            seen.append(clock.monotonic_s() - begun_s)
        return seen

    seen = asyncio.run(starts())
    assert seen[:7] == pytest.approx([0, 0, 0, 0, 0, 1, 2], abs=0.01)
    assert all(sum(1 for other in seen if at <= other < at + 60) <= 60 for at in seen)
    assert seen[-1] < 131


def test_five_are_under_way_at_once(bench: Bench) -> None:
    bench.server.latency_s = 0.3
    bench.server.reply = "fine"
    begun_s = time.monotonic()
    batch.ask_all([str(n) for n in range(10)], "loop/m", rpm=None, store=bench.store)
    assert time.monotonic() - begun_s >= 0.6
    assert bench.server.count == 10


def test_a_prompt_that_no_request_can_carry_is_an_invalid_request(bench: Bench) -> None:
    answer = batch.ask_all(["half a pair: \ud800"], "loop/m", store=bench.store)[0]
    assert answer.error is not None
    assert answer.error.startswith("invalid_request")


@pytest.mark.parametrize(
    "program",
    [
        "from workbench.runner import ask_all; assert ask_all(['hello', ''], 'simulated/good')[0].success",
        "from workbench import store; from workbench.runner import reading; assert reading.page(store.current()) == []",
        "from workbench import demo, store; demo.load(store.current(), run=False); demo.remove(store.current())",
        (
            "from workbench.calls import door; from workbench.providers.base import Request; from workbench.text.messages import message;"
            "assert door.ask(door.Call('simulated', Request('good', (message('user', 'x'),)), 'mine')).call_id"
        ),
    ],
    ids=["ask_all", "runs", "demo", "a call"],
)
def test_each_door_opens_in_a_program_that_imported_nothing_else(home: Path, program: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
