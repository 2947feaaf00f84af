"""An own price stands before the list while it holds, and leaves the list as it is."""

from decimal import Decimal

import pytest

from workbench import pricing
from workbench.errors import InputError
from workbench.pricing import Override, OverrideRates, Overrides, overrides
from workbench.providers.base import Usage

DAY = 86_400_000
NOW = 1_795_000_000_000
USAGE = Usage(1_000_000, 400_000, 300_000, 100_000, 60_000, 200_000)


def an_override(model: str = "gpt-5", *, since: int = 0, until: int | None = None, made: int = 1, **rates: str) -> Override:
    read = overrides.from_json(rates or {"input": "1", "output": "2"})
    return Override("openai", model, since, until, read, "", made)


def test_every_kind_of_an_own_price_is_billed_once() -> None:
    one = an_override(input="1", output="10", cached="0.1", cache_write="1.25", cache_write_1h="2", reasoning="20", per_request="0.5")
    found = pricing.price("openai", "gpt-5", USAGE, at_ms=NOW, overrides=(one,))
    assert found is not None
    assert {part.kind: (part.tokens, part.nano) for part in found.parts} == {
        "cached": (400_000, 40_000_000),
        "cache_write_1h": (200_000, 400_000_000),
        "cache_write": (100_000, 125_000_000),
        "input": (300_000, 300_000_000),
        "reasoning": (60_000, 1_200_000_000),
        "output": (40_000, 400_000_000),
    }
    assert found.request_nano == 500_000_000
    assert found.nano == 2_965_000_000
    assert (found.source, found.model_ref) == ("own price", "openai/gpt-5")


def test_a_kind_without_a_rate_is_billed_as_the_kind_around_it() -> None:
    found = pricing.price("openai", "gpt-5", USAGE, at_ms=NOW, overrides=(an_override(),))
    assert found is not None
    assert [(part.kind, part.tokens) for part in found.parts] == [("input", 1_000_000), ("output", 100_000)]
    written = pricing.price("openai", "gpt-5", USAGE, at_ms=NOW, overrides=(an_override(input="1", output="2", cache_write="1.5"),))
    assert written is not None
    assert [(part.kind, part.tokens) for part in written.parts] == [("cache_write", 300_000), ("input", 700_000), ("output", 100_000)]


def test_the_list_counts_again_outside_the_period() -> None:
    listed = pricing.price("openai", "gpt-5", USAGE, at_ms=NOW)
    one = an_override(since=NOW, until=NOW + DAY)
    for at_ms, owned in ((NOW - 1, False), (NOW, True), (NOW + DAY - 1, True), (NOW + DAY, False)):
        found = pricing.price("openai", "gpt-5", USAGE, at_ms=at_ms, overrides=(one,))
        assert (found == listed) is not owned


def test_of_several_that_hold_the_newest_made_counts() -> None:
    old, new = an_override(made=5), an_override(made=9, input="3", output="3")
    for given in ((old, new), (new, old), Overrides((old, new))):
        found = pricing.price("openai", "gpt-5", Usage(1_000_000), at_ms=NOW, overrides=given)
        assert found is not None
        assert found.nano == 3_000_000_000
    assert pricing.price("openai", "gpt-5-mini", USAGE, at_ms=NOW, overrides=(old, new)) == pricing.price(
        "openai", "gpt-5-mini", USAGE, at_ms=NOW
    )


def test_a_batch_costs_its_share_of_every_rate() -> None:
    one = an_override(input="3", output="15", cached="0.3", batch="0.5")
    standard = pricing.price("openai", "gpt-5", USAGE, at_ms=NOW, overrides=(one,))
    batch = pricing.rates("openai", "gpt-5", at_ms=NOW, processing="batch", overrides=(one,))
    assert standard is not None
    assert batch is not None
    assert pricing.priced(batch, USAGE).nano * 2 == standard.nano
    assert batch.processing == "batch"
    flex = pricing.rates("openai", "gpt-5", at_ms=NOW, processing="flex", overrides=(one,))
    assert flex is not None
    assert flex.processing is None


def test_a_model_nobody_else_knows_gets_a_price() -> None:
    own = Override("house", "llm-1", 0, None, OverrideRates(Decimal(1), Decimal(1)), "", 1)
    assert pricing.price("house", "llm-1", USAGE, at_ms=NOW) is None
    found = pricing.price("house", "llm-1", Usage(1), at_ms=NOW, overrides=(own,))
    assert found is not None
    assert found.nano == 1_000


def test_the_parts_sum_to_the_total_whatever_is_rounded() -> None:
    one = an_override(input="0.000333", output="0.000777", cached="0.0001", reasoning="0.0000005")
    for n in range(1, 200):
        found = pricing.price("openai", "gpt-5", Usage(n * 7, n * 3, 0, n * 5, n), at_ms=NOW, overrides=(one,))
        assert found is not None
        assert sum(part.nano for part in found.parts) + found.request_nano == found.nano
        exact = sum(part.tokens * part.usd_per_mtok for part in found.parts) * 1_000
        assert abs(exact - found.nano) <= Decimal("0.5")
        assert all(part.nano >= 0 for part in found.parts)


def test_rates_come_back_from_their_json_without_a_lost_digit() -> None:
    rates = OverrideRates(Decimal("0.1"), Decimal("1E-7"), batch=Decimal("0.50"), free=True)
    assert overrides.from_json(rates.to_json()) == rates


@pytest.mark.parametrize(("raw", "place"), [({"input": "x"}, "field input"), ({"inptu": "1"}, "field inptu")])
def test_json_that_is_no_price_names_its_field(raw: dict[str, str], place: str) -> None:
    with pytest.raises(InputError) as refused:
        overrides.from_json(raw)
    assert refused.value.place == place
