"""Prices agree with the list's own arithmetic to the nano-dollar over providers, tiers, dates, tariffs and one-hour cache writes."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest
from genai_prices import Usage as ListUsage
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import pricing
from workbench.pricing import entries
from workbench.providers.base import Usage

TIMES = [datetime(2025, 1, 5, 3, tzinfo=UTC), datetime(2025, 6, 10, tzinfo=UTC), datetime(2026, 3, 12, 23, 59, 59, tzinfo=UTC)]
TIMES += [datetime(2026, 10, 14, 12, tzinfo=UTC), datetime(2026, 11, 21, 17, 30, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)]
TARIFFS = [None, "batch", "flex", "priority", "fast"]
USAGES = [
    Usage(1_000, 0, 0, 250, 0),
    Usage(200_000, 1_000, 30_000, 4_096, 4_000, 20_000),
    Usage(200_001, 199_000, 1_001, 7, 3, 1_001),
    Usage(300_007, 11, 250_013, 8_191, 17, 0),
    Usage(999_999, 333_333, 333_333, 65_537, 1, 111_111),
]


def by_the_list(model: Any, owner: Any, usage: Usage, moment: datetime, tariff: str | None) -> int:
    """Nano-dollars by genai-prices itself."""
    counted = ListUsage(
        input_tokens=usage.input_tokens,
        cache_read_tokens=usage.cached_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        cache_write_1h_tokens=usage.cache_write_1h_tokens,
        output_tokens=usage.output_tokens,
        output_reasoning_tokens=usage.reasoning_tokens,
    )
    found = model.calc_price(counted, owner, genai_request_timestamp=moment, price_context=entries.context(tariff))
    return int((found.total_price * 10**9).quantize(Decimal(1), ROUND_HALF_EVEN))


def grid() -> list[tuple[Any, Any, Usage, datetime, str | None]]:
    """Every provider's first models, and every model with tiers, dates, tariffs or one-hour writes, in turn with everything else."""
    special, plain = [], []
    for owner in get_snapshot().providers:
        for number, model in enumerate(owner.models):
            dated = isinstance(model.prices, list)
            hour = any(one.cache_write_1h_mtok is not None for one in ([part.prices for part in model.prices] if dated else [model.prices]))
            if dated or model.price_variants or hour:
                special.append((owner, model))
            elif number < 4:
                plain.append((owner, model))
    points = []
    for number, (owner, model) in enumerate(special + plain):
        times = TIMES if number < len(special) else TIMES[3:5]
        for place, moment in enumerate(times):
            points.append((owner, model, USAGES[(number + place) % len(USAGES)], moment, TARIFFS[(number + place) % len(TARIFFS)]))
    return points


def test_a_grid_of_usages_costs_what_the_list_says_to_the_nano_dollar() -> None:
    compared, providers, tariffs, hours, tiers = 0, set(), set(), 0, 0
    for owner, model, usage, moment, tariff in grid():
        at_ms = round(moment.timestamp() * 1000)
        found = pricing.price(owner.id, model.id, usage, at_ms=at_ms, processing=tariff)
        if found is None:
            continue
        if found.model_ref != f"{owner.id}/{model.id}":
            continue  # the list itself takes this name for another of its models
        assert found.nano == by_the_list(model, owner, usage, moment, tariff), (owner.id, model.id, usage, moment, tariff)
        assert sum(part.nano for part in found.parts) + found.request_nano == found.nano
        known = pricing.rates(owner.id, model.id, at_ms=at_ms, processing=tariff)
        assert known is not None
        compared += 1
        providers.add(owner.id)
        tariffs.add(known.processing)
        hours += any(part.kind == "cache_write_1h" for part in found.parts)
        tiers += bool(known.bands and usage.input_tokens > known.bands[0])
    assert compared >= 800, compared
    assert len(providers) >= 40
    assert tariffs == set(TARIFFS)
    assert hours >= 50
    assert tiers >= 30


@pytest.mark.parametrize("tariff", TARIFFS)
@pytest.mark.parametrize("model", ["claude-sonnet-4-5", "claude-opus-4-6", "claude-opus-5"])
def test_one_hour_writes_cost_what_the_list_says_under_every_tariff(model: str, tariff: str | None) -> None:
    owner = next(one for one in get_snapshot().providers if one.id == "anthropic")
    entry = next(one for one in owner.models if one.id == model)
    for moment in TIMES:
        for usage in USAGES:
            found = pricing.price("anthropic", model, usage, at_ms=round(moment.timestamp() * 1000), processing=tariff)
            assert found is not None
            assert found.nano == by_the_list(entry, owner, usage, moment, tariff)


MODELS = [
    ("anthropic", "claude-sonnet-4-5"),
    ("anthropic", "claude-opus-5"),
    ("openai", "gpt-5"),
    ("openai", "gpt-4o"),
    ("google", "gemini-2.5-pro"),
    ("perplexity", "sonar-deep-research"),
]
KINDS = ("input", "cached", "cache_write", "cache_write_1h", "output", "reasoning")
counts = st.tuples(*[st.integers(0, 400)] * 6)


@settings(max_examples=150, deadline=None)
@given(model=st.sampled_from(MODELS), tariff=st.sampled_from(TARIFFS), thousands=counts)
def test_no_token_is_billed_twice(model: tuple[str, str], tariff: str | None, thousands: tuple[int, ...]) -> None:
    """Every token is in one part; a thousand tokens that turn into another kind change the cost by exactly the rates' difference."""
    at_ms = 1_795_000_000_000

    def usage(moved_in: str = "", moved_out: str = "") -> Usage:
        one = {kind: 1_000 * count for kind, count in zip(KINDS, thousands, strict=True)}
        # A thousand of each, so that a kind always has some to give.
        one = {kind: count + 1_000 * (1 + (kind == moved_in) - (kind == moved_out)) for kind, count in one.items()}
        whole = one["input"] + one["cached"] + one["cache_write"] + one["cache_write_1h"]
        written = one["cache_write"] + one["cache_write_1h"]
        return Usage(whole, one["cached"], written, one["output"] + one["reasoning"], one["reasoning"], one["cache_write_1h"])

    rates = pricing.rates(*model, at_ms=at_ms, processing=tariff)
    assert rates is not None
    before = pricing.priced(rates, usage())
    size = usage().input_tokens
    assert sum(part.tokens for part in before.parts if part.kind not in ("output", "reasoning")) == size
    assert sum(part.tokens for part in before.parts if part.kind in ("output", "reasoning")) == usage().output_tokens
    own = {kind: getattr(rates, kind) for kind in KINDS}
    around = {"cached": "input", "cache_write": "input", "cache_write_1h": "cache_write", "reasoning": "output"}
    for inner, outer in around.items():
        after = pricing.priced(rates, usage(inner, outer))
        billed = [next(own[kind] for kind in chain(name, around) if own[kind] is not None).at(size) for name in (inner, outer)]
        assert after.nano - before.nano == (billed[0] - billed[1]) * 1_000 // 10**15
    everything = [own[kind].at(size) for kind in own if own[kind] is not None]
    tokens = size + usage().output_tokens
    assert min(everything) * tokens <= before.nano * 10**15 <= max(everything) * tokens


def chain(kind: str, around: dict[str, str]) -> list[str]:
    """A kind and the kinds around it, outwards."""
    return [kind, *(chain(around[kind], around) if kind in around else [])]


@settings(max_examples=100, deadline=None)
@given(model=st.sampled_from(MODELS), few=st.integers(0, 150_000), more=st.integers(0, 150_000), output=st.integers(0, 9_000))
def test_more_tokens_never_cost_less(model: tuple[str, str], few: int, more: int, output: int) -> None:
    small = pricing.price(*model, Usage(few, output_tokens=output), at_ms=1_795_000_000_000)
    large = pricing.price(*model, Usage(few + more, output_tokens=output + 1), at_ms=1_795_000_000_000)
    assert small is not None
    assert large is not None
    assert small.nano <= large.nano
