import asyncio
import time

import pytest

from workbench import errors, providers
from workbench.providers import imitation, simulated
from workbench.providers.base import Parameters, Request
from workbench.text.messages import message

LABELS = ["card_arrival", "lost_or_stolen_card", "exchange_rate", "request_refund"]
SCHEMA = {"type": "object", "properties": {"label": {"enum": LABELS}}, "required": ["label"]}


def ask(model: str, text: str = "When will my card arrive?", seed: int | None = None, schema: dict | None = None, timeout_s: float = 5):
    request = Request(model, (message("user", text),), Parameters(seed=seed, response_schema=schema), timeout_s=timeout_s)
    return asyncio.run(providers.get("simulated").complete(request))


def outcomes(model: str) -> list[list[str]]:
    """For each of 40 requests the kinds of error of its attempts, up to the one that succeeds, by a process that starts anew."""
    provider = simulated.Simulated()

    async def until_it_succeeds(text: str) -> list[str]:
        kinds: list[str] = []
        while True:
            try:
                await provider.complete(Request(model, (message("user", text),)))
                return kinds
            except errors.CallError as error:
                kinds.append(error.kind)

    async def attempt_all() -> list[list[str]]:
        return [await until_it_succeeds(f"hello {n}") for n in range(40)]

    return asyncio.run(attempt_all())


def test_the_same_request_gets_the_same_reply():
    assert ask("fair?latency_ms=0").text == ask("fair?latency_ms=0").text


def test_another_seed_may_get_another_reply():
    replies = {ask("poor?latency_ms=0", seed=seed, schema=SCHEMA).text for seed in range(20)}
    assert len(replies) > 1


def test_skill_is_how_often_the_best_label_is_chosen():
    def right(skill: float) -> int:
        return sum("card_arrival" in ask(f"good?latency_ms=0&skill={skill}", seed=seed, schema=SCHEMA).text for seed in range(60))

    assert right(1) == 60
    assert right(0) == 0
    assert 30 < right(0.75) < 58


@pytest.mark.parametrize(
    "prompt",
    [
        "Classify into one of: card_arrival, lost_or_stolen_card, exchange_rate or request_refund.\n\nMy card was stolen",
        "Labels:\n- card_arrival\n- lost_or_stolen_card: it is gone\n- exchange_rate\n\n<message>My card was stolen</message>\nLabel:",
        "Answer with a label, nothing else.\n1. card_arrival\n2. lost_or_stolen_card\n\nMy card was stolen\nIntent:",
    ],
)
def test_a_label_listed_in_the_prompt_is_answered(prompt: str):
    assert ask("good?latency_ms=0&skill=1", prompt).text == "lost_or_stolen_card"


def test_prose_with_commas_is_no_list_of_labels():
    assert imitation.listed("Write about the sea, the wind and what it felt like to be there as a small child who had no idea.") == []
    assert ask("good?latency_ms=0", "Tell me a story").text == "Simulated reply to: Tell me a story"


def test_errors_come_as_often_as_asked_and_a_retry_may_succeed():
    model = "good?latency_ms=0&error_rate=0.5&errors=rate_limit,server_error"
    told = outcomes(model)
    assert told == outcomes(model)
    assert {kind for kinds in told for kind in kinds} == {"rate_limit", "server_error"}
    failed = sum(map(len, told))
    assert 0.3 < failed / (failed + len(told)) < 0.7


def test_a_rate_limit_says_when_to_come_back():
    with pytest.raises(errors.RateLimited) as raised:
        ask("good?latency_ms=0&error_rate=1&errors=rate_limit&retry_after_s=2")
    assert raised.value.retry_after_s == 2


def test_a_simulated_timeout_waits_for_the_limit_of_the_call():
    with pytest.raises(errors.CallTimeout):
        ask("good?latency_ms=0&error_rate=1&errors=timeout", timeout_s=0.05)


def test_latency_and_speed_are_kept():
    before = time.perf_counter()
    ask("good?latency_ms=60&tps=200", "one two three four five six seven eight")
    assert time.perf_counter() - before >= 0.06


@pytest.mark.parametrize(
    ("model", "kind", "said"),
    [
        ("best", errors.ModelUnknown, "'best'"),
        ("good?speed=9", errors.InvalidRequest, "'speed'"),
        ("good?skill=9", errors.InvalidRequest, "skill"),
        ("good?latency_ms=soon", errors.InvalidRequest, "latency_ms"),
        ("good?latency_ms=nan", errors.InvalidRequest, "latency_ms"),
        ("good?errors=bang", errors.InvalidRequest, "'bang'"),
        ("good?latency_ms=0&context=3", errors.ContextTooLong, "3 tokens"),
    ],
)
def test_what_cannot_be_is_refused_by_name(model: str, kind: type[errors.CallError], said: str):
    with pytest.raises(kind, match=said):
        ask(model)


def test_a_schema_is_met():
    schema = {
        "type": "object",
        "$defs": {"mood": {"enum": ["glad", "sad"]}},
        "properties": {
            "mood": {"$ref": "#/$defs/mood"},
            "score": {"type": "integer", "minimum": 1, "maximum": 5},
            "tags": {"type": "array", "items": {"type": "string"}},
            "sure": {"type": ["boolean", "null"]},
        },
        "required": ["mood", "score", "tags", "sure"],
    }
    import json

    import jsonschema

    jsonschema.validate(json.loads(ask("good?latency_ms=0", schema=schema).text), schema)


def test_a_schema_that_points_at_itself_comes_to_an_end():
    schema = {"type": "object", "properties": {"next": {"$ref": "#"}}}
    assert ask("good?latency_ms=0", schema=schema).text.startswith('{"next"')


@pytest.mark.timeout(120)  # seconds; a pattern that backtracks takes minutes
def test_hostile_text_costs_no_time():
    for text in ("a ," * 30_000, "<a>" * 30_000, "\n" * 100_000, "- a b\n" * 20_000, ' """ ' * 20_000):
        ask("good?latency_ms=0&context=1e9", text)
