"""A price equals the price list's own arithmetic to the nano-dollar, at the call's own time, and is never guessed."""

import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from genai_prices import Usage as ListUsage
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import pricing
from workbench.providers.base import Usage

NOON_MS = 1_790_000_000_000
SHAPES = [
    Usage(0, 0, 0, 0, 0),
    Usage(1, 0, 0, 1, 0),
    Usage(1_234, 0, 0, 567, 0),
    Usage(1_234, 1_000, 0, 567, 300),
    Usage(50_001, 10_000, 20_000, 4_096, 4_096),
    Usage(200_000, 199_999, 1, 3, 1),
    Usage(300_000, 0, 250_000, 8_000, 0),
    Usage(1_100_000, 7, 11, 13, 5),
]


def by_the_list(provider: str, model: str, usage: Usage, at_ms: int) -> int:
    """Nano-dollars by genai-prices itself."""
    given = ListUsage(
        input_tokens=usage.input_tokens,
        cache_read_tokens=usage.cached_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        output_tokens=usage.output_tokens,
        output_reasoning_tokens=usage.reasoning_tokens,
    )
    found = get_snapshot().calc(given, model, provider, None, datetime.fromtimestamp(at_ms / 1000, UTC))
    return int((found.total_price * 10**9).quantize(Decimal(1)))


def every_model() -> list[tuple[str, str]]:
    return [(owner.id, model.id) for owner in get_snapshot().providers for model in owner.models]


def test_every_model_of_the_list_costs_what_the_list_says() -> None:
    compared = 0
    for number, (provider, model) in enumerate(every_model()):
        usage = SHAPES[number % len(SHAPES)]
        priced = pricing.price(provider, model, usage, at_ms=NOON_MS)
        if priced is not None:
            assert priced.nano == by_the_list(provider, model, usage, NOON_MS), (provider, model, usage)
            compared += 1
    assert compared > 2_000


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-5"),
        ("openai", "gpt-4o-mini"),
        ("openai", "gpt-5.1"),
        ("openai", "text-embedding-3-small"),
        ("anthropic", "claude-sonnet-4-5"),
        ("anthropic", "claude-opus-4-1"),
        ("google", "gemini-2.5-pro"),
        ("deepseek", "deepseek-chat"),
        ("perplexity", "sonar"),
        ("perplexity", "sonar-deep-research"),
    ],
)
def test_a_grid_of_shapes_and_times_costs_what_the_list_says(provider: str, model: str) -> None:
    for at_ms in (1_700_000_000_000, 1_750_003_600_000, 1_770_070_000_000, NOON_MS):
        for usage in SHAPES:
            priced = pricing.price(provider, model, usage, at_ms=at_ms)
            assert priced is not None
            assert priced.nano == by_the_list(provider, model, usage, at_ms), (usage, at_ms)


@settings(max_examples=60, deadline=None)
@given(
    tokens=st.integers(0, 1_000_000),
    cached=st.floats(0, 1),
    written=st.floats(0, 1),
    output=st.integers(0, 200_000),
    model=st.sampled_from([("anthropic", "claude-sonnet-4-5"), ("openai", "gpt-5-nano"), ("google", "gemini-2.5-pro")]),
)
def test_any_usage_costs_what_the_list_says(tokens: int, cached: float, written: float, output: int, model: tuple[str, str]) -> None:
    read = int(tokens * cached)
    usage = Usage(tokens, read, int((tokens - read) * written), output, 0)
    priced = pricing.price(*model, usage, at_ms=NOON_MS)
    assert priced is not None
    assert priced.nano == by_the_list(*model, usage, NOON_MS)


def test_cached_tokens_are_billed_once_and_reasoning_lies_inside_output() -> None:
    plain = pricing.price("openai", "gpt-5", Usage(1_000_000, 0, 0, 1_000, 0), at_ms=NOON_MS)
    cached = pricing.price("openai", "gpt-5", Usage(1_000_000, 1_000_000, 0, 1_000, 900), at_ms=NOON_MS)
    assert plain is not None
    assert cached is not None
    assert (plain.input_nano, cached.input_nano) == (1_250_000_000, 125_000_000)
    assert plain.output_nano == cached.output_nano == 10_000_000
    assert cached.nano == cached.input_nano + cached.output_nano
    assert cached.model_ref == "openai/gpt-5"
    assert cached.source.startswith("genai-prices ")


def test_a_price_is_that_of_the_calls_own_time() -> None:
    usage = Usage(1_000_000, 0, 0, 0, 0)
    changed = [
        (owner.id, model.id, dated.constraint.start_date)
        for owner in get_snapshot().providers
        for model in owner.models
        if isinstance(model.prices, list) and len(model.prices) == 2
        for dated in model.prices
        if hasattr(dated.constraint, "start_date") and model.prices[0].prices.input_mtok != model.prices[1].prices.input_mtok
    ]
    assert changed, "the list dates its prices"
    provider, model, start = changed[0]
    start_ms = round(datetime(start.year, start.month, start.day, tzinfo=UTC).timestamp() * 1000)
    before = pricing.price(provider, model, usage, at_ms=start_ms - 1)
    after = pricing.price(provider, model, usage, at_ms=start_ms)
    assert before is not None
    assert after is not None
    assert before.nano != after.nano


@pytest.mark.parametrize("provider", ["simulated", "local"])
def test_what_runs_on_this_machine_costs_nothing(provider: str) -> None:
    priced = pricing.price(provider, "anything", Usage(10_000, 0, 0, 10_000, 0), at_ms=NOON_MS)
    assert priced is not None
    assert priced.nano == 0


def test_an_unknown_model_or_provider_has_no_price_rather_than_a_guess() -> None:
    usage = Usage(10, 0, 0, 10, 0)
    assert pricing.price("openai", "no-such-model", usage, at_ms=NOON_MS) is None
    assert pricing.price("my-own-box", "gpt-5", usage, at_ms=NOON_MS) is None
    assert pricing.price("my-own-box", "gpt-5", usage, at_ms=NOON_MS, base_url="http://127.0.0.1:11434/v1") is None
    assert pricing.price("groq", "llama-3.3-70b-versatile", usage, at_ms=NOON_MS, base_url="http://127.0.0.1:11434/v1") is None


def test_a_connection_is_priced_by_its_address() -> None:
    usage = Usage(1_000, 0, 0, 10, 0)
    by_address = pricing.price("routed", "openai/gpt-4o-mini", usage, at_ms=NOON_MS, base_url="https://openrouter.ai/api/v1")
    by_id = pricing.price("openrouter", "openai/gpt-4o-mini", usage, at_ms=NOON_MS)
    assert by_address is not None
    assert by_address == by_id


def test_a_gateway_in_front_of_openai_keeps_openais_price() -> None:
    usage = Usage(1_000, 0, 0, 10, 0)
    assert pricing.price("openai", "gpt-5", usage, at_ms=NOON_MS, base_url="https://llm.example.org/v1") == pricing.price(
        "openai", "gpt-5", usage, at_ms=NOON_MS
    )


def test_audio_by_the_hour_is_not_priced_by_tokens() -> None:
    assert pricing.price("groq", "whisper-large-v3", Usage(10, 0, 0, 10, 0), at_ms=NOON_MS) is None


def test_a_providers_contradictory_counts_never_cost_less_than_nothing() -> None:
    odd = pricing.price("openai", "gpt-5", Usage(10, 50, 40, 5, 900), at_ms=NOON_MS)
    whole = pricing.price("openai", "gpt-5", Usage(10, 10, 0, 5, 5), at_ms=NOON_MS)
    assert odd is not None
    assert odd == whole


def test_a_warm_price_does_not_look_the_model_up_again() -> None:
    usage = Usage(1_000, 100, 0, 10, 0)
    pricing.price("openai", "gpt-5", usage, at_ms=NOON_MS)
    snapshot = get_snapshot()
    looked_up = len(snapshot._lookup_cache)
    started = time.process_time()
    for _ in range(1_000):
        pricing.price("openai", "gpt-5", usage, at_ms=NOON_MS)
    spent_us = (time.process_time() - started) * 1_000
    assert len(snapshot._lookup_cache) == looked_up
    print(f"one warm price: {spent_us:.1f} us")
