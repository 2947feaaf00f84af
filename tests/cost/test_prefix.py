"""The beginnings that recorded prompts share, and how often a provider would still have them."""

import random
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cost.ledger import START_MS, call, put
from workbench.cost import columns as loaded
from workbench.cost import prefix
from workbench.cost.model import KINDS, Recorded
from workbench.cost.rules import SHIPPED
from workbench.cost.traffic import Prefix, Stream, Traffic
from workbench.ledger.fields import CallRecord
from workbench.store import Store
from workbench.text import tokens

PERIOD = Recorded(START_MS, START_MS + 86_400_000)
WORDS = "alpha river stone window paper garden silver market"
MINUTE = 60_000


def manual(words: int, seed: int = 0) -> str:
    """A long text that no other seed begins alike."""
    drawn = random.Random(seed)
    return f"Manual {seed}. " + " ".join(drawn.choice(WORDS.split()) for _ in range(words))


def asked(system: str | None, user: str, at_ms: int, model: str = "openai/gpt-4o", **fields: Any) -> CallRecord:
    provider, _, name = model.partition("/")
    messages = [{"role": "user", "content": user}]
    if system is not None:
        messages.insert(0, {"role": "system", "content": system})
    counted = tokens.count(f"{system}{user}", model).tokens + 8
    request = {"messages": messages}
    usual: dict[str, Any] = {
        "provider": provider,
        "model": name,
        "input_tokens": counted,
        "started_ms": START_MS + at_ms,
        "prompt": "support",
    }
    return call(None, **{**usual, "request": request, **fields})


def traffic(*streams: Stream) -> Traffic:
    return Traffic(streams, np.zeros((1, len(streams))), np.zeros((1, len(streams), len(KINDS))), (), (), 0)


def measured(store: Store, *streams: Stream, **more: Any) -> Prefix:
    return prefix.measure(store, loaded.load(store, PERIOD), traffic(*streams), **more)


GPT = Stream("openai/gpt-4o", "support")


def test_a_shared_system_prompt_is_counted_in_the_steps_of_the_provider(store: Store) -> None:
    system = manual(1_500)
    put(store, *[asked(system, f"{n} is my question", n * MINUTE) for n in range(10)])
    found = measured(store, GPT)
    whole = tokens.count(f"system\n{system}\nuser\n", "gpt-4o").tokens
    assert found.tokens == (Decimal(whole // 128 * 128),)
    assert 1_024 < found.tokens[0] <= whole
    assert found.hit_rate == (Decimal("0.9"),)
    assert (found.sampled, found.estimated, found.assumed) == (10, False, ())


def test_a_model_whose_provider_nobody_here_knows_is_named(sqlite_store: Store) -> None:
    put(sqlite_store, *[asked(manual(1_500), f"{n} is my question", n, "own/model") for n in range(5)])
    assert measured(sqlite_store, Stream("own/model", "support")).assumed == ("own/model",)


def test_a_beginning_under_the_minimum_of_the_provider_is_none(sqlite_store: Store) -> None:
    put(sqlite_store, *[asked(manual(600), f"{n} {manual(700, n)}", n) for n in range(1, 6)])
    found = measured(sqlite_store, GPT)
    assert (found.tokens, found.hit_rate, found.sampled) == ((Decimal(0),), (Decimal(0),), 5)


def test_requests_too_short_for_the_provider_are_not_even_read(sqlite_store: Store) -> None:
    put(sqlite_store, *[asked("Be brief.", f"{n}?", n) for n in range(5)])
    assert measured(sqlite_store, GPT).sampled == 0


def test_each_use_renews_the_entry_and_a_longer_pause_loses_it(sqlite_store: Store) -> None:
    system = manual(1_500)
    minutes = [0, 5, 10, 16, 70, 131]  # pauses of 5, 5, 6, 54, 61
    put(sqlite_store, *[asked(system, f"{n}", n * MINUTE) for n in minutes])
    assert measured(sqlite_store, GPT).hit_rate[0] == Decimal("0.333333333")
    assert measured(sqlite_store, GPT, ttl="1h").hit_rate[0] == Decimal("0.666666667")


def test_versions_and_models_have_entries_of_their_own_and_a_stream_is_their_mean(sqlite_store: Store) -> None:
    one, two = manual(1_500, 1), manual(3_000, 2)
    records = [asked(one, f"{n}", n * 1_000, version=1) for n in range(4)]
    records += [asked(two, f"{n}", n * 1_000 + 1, version=2) for n in range(2)]
    records += [asked(two, f"{n}", n * 1_000 + 2, "anthropic/claude-haiku-4-5") for n in range(3)]
    put(sqlite_store, *records)
    found = measured(sqlite_store, Stream("anthropic/claude-haiku-4-5", "support"), GPT)
    sizes = [prefix.kept("gpt-4o", tokens.count(f"system\n{text}\nuser\n", "gpt-4o").tokens) for text in (one, two)]
    mean = Decimal(4 * sizes[0] + 2 * sizes[1]) / 6
    assert found.tokens[1] == pytest.approx(mean)
    # Of tokens: 3 of 4 calls find the first, 1 of 2 the second.
    assert found.hit_rate[1] == pytest.approx(Decimal(3 * sizes[0] + sizes[1]) / (4 * sizes[0] + 2 * sizes[1]))
    assert found.tokens[0] == 0  # about 3,450 tokens: fewer than Haiku's 4,096
    assert found.estimated is False


def test_two_kinds_of_prompt_under_one_name_are_told_apart(sqlite_store: Store) -> None:
    one, two = manual(1_500, 1), manual(1_500, 2)
    put(sqlite_store, *[asked(one if n % 2 else two, f"{n}", n) for n in range(40)], asked(None, manual(1_500, 3), 50))
    found = measured(sqlite_store, GPT)
    sizes = [prefix.kept("gpt-4o", tokens.count(f"system\n{text}\nuser\n", "gpt-4o").tokens) for text in (one, two)]
    assert float(found.tokens[0]) == pytest.approx(20 / 41 * sum(sizes), rel=1e-6)
    assert 0.9 < found.hit_rate[0] < 1


def test_streams_are_told_apart_by_class_and_calls_without_text_share_nothing(sqlite_store: Store) -> None:
    system = manual(1_500)
    long = " ".join(["word"] * 300)
    put(
        sqlite_store,
        *[asked(system, "What is it?", n) for n in range(3)],
        *[asked(system, f"Tell {n} {long}", 10 + n) for n in range(3)],
        *[asked(system, "x", 20 + n, request=None) for n in range(3)],
    )
    simple, complex_ = (Stream("openai/gpt-4o", "support", name) for name in ("simple", "complex"))
    found = measured(sqlite_store, simple, complex_, rules=SHIPPED)
    assert found.tokens[0] == 2 * found.tokens[1] > 0
    assert found.sampled == 6


def test_the_sample_is_bounded_and_always_the_same(sqlite_store: Store) -> None:
    system = manual(1_200)
    put(sqlite_store, *[asked(system, f"{n}", n, input_tokens=1_500) for n in range(700)])
    first, again = measured(sqlite_store, GPT), measured(sqlite_store, GPT)
    assert first.sampled == prefix.SAMPLED
    assert first == again


def test_tools_come_first_and_after_one_that_changes_nothing_is_shared(sqlite_store: Store) -> None:
    def request(number: int) -> dict[str, Any]:
        tool = {"name": "search", "description": f"{number} {manual(1_200)}"}
        return {"tools": [tool], "messages": [{"role": "user", "content": manual(1_200)}]}

    put(sqlite_store, *[asked(None, "", n, request=request(n), input_tokens=9_000, version=1) for n in range(1, 5)])
    put(sqlite_store, *[asked(None, "", n, request=request(7), input_tokens=9_000, version=2) for n in range(1, 5)])
    found = measured(sqlite_store, GPT)
    size = prefix.kept("gpt-4o", tokens.count(prefix.written(request(7)), "gpt-4o").tokens)
    assert size > 2_200
    assert found.tokens == (Decimal(size) / 2,)  # all of the second version, nothing of the first


@pytest.mark.parametrize(
    ("model", "limits"),
    [
        ("openai/gpt-4o", (1_024, 128)),
        ("openai/o3-mini", (1_024, 128)),
        ("openai/gpt-5.6-mini", (1_024, 1)),
        ("anthropic/claude-sonnet-4-5-20250929", (1_024, 1)),
        ("openrouter/anthropic/claude-haiku-4.5", (4_096, 1)),
        ("anthropic/claude-3-5-haiku-latest", (2_048, 1)),
        ("anthropic/claude-opus-4-1", (1_024, 1)),
        ("anthropic/claude-opus-4-6", (4_096, 1)),
        ("anthropic/claude-opus-5", (512, 1)),
        ("google/gemini-2.5-flash", (2_048, 1)),
        ("local/anything", (1_024, 1)),
    ],
)
def test_providers_have_minimums_and_steps_of_their_own(model: str, limits: tuple[int, int]) -> None:
    assert prefix.limits(model) == limits
    assert prefix.kept(model, limits[0] - 1) == 0
    assert prefix.kept(model, limits[0]) == limits[0]
    assert prefix.kept(model, limits[0] + 129) == limits[0] + (128 if limits[1] == 128 else 129)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="ab", max_size=6), max_size=30))
def test_every_beginning_is_one_and_no_text_counts_twice(texts: list[str]) -> None:
    left = list(texts)
    for beginning, count in prefix.alike(texts):
        assert beginning
        having = [text for text in left if text.startswith(beginning)]
        assert len(having) == count >= 2
        left = [text for text in left if not text.startswith(beginning)]


def test_what_all_texts_share_is_found_to_its_last_character() -> None:
    assert prefix.alike(["abcx", "abcy", "abcz"]) == [("abc", 3)]
    assert prefix.alike(["same", "same"]) == [("same", 2)]
    assert prefix.alike(["one", "two"]) == []
    assert prefix.alike([]) == []
