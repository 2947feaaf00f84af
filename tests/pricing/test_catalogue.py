"""The price list can be searched; a name is resolved or refused with near names; a price is shown as the periods it held."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from workbench import pricing
from workbench.errors import NotFound
from workbench.pricing import Override, OverrideRates, catalogue, entries

DAY = 86_400_000


def ms(year: int, month: int, day: int) -> int:
    return round(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000)


def test_a_search_finds_every_word_and_puts_the_exact_name_first() -> None:
    found = catalogue.models("gpt-5")
    assert found[0].ref == "openai/gpt-5"
    assert all("gpt-5" in f"{one.ref} {one.name}".lower() for one in found)
    assert {"sonnet", "4"} <= set("".join(catalogue.models("sonnet 4")[0].ref.replace("-", " ")).split())
    assert catalogue.models("no such model at all") == ()
    assert len(catalogue.models()) > 2_000


@pytest.mark.parametrize(
    ("name", "resolved"),
    [
        ("gpt-5", ("openai", "gpt-5")),
        ("openai/gpt-5", ("openai", "gpt-5")),
        ("claude-sonnet-4-5", ("anthropic", "claude-sonnet-4-5")),
        ("claude-sonnet-4-5-20250929", ("anthropic", "claude-sonnet-4-5-20250929")),
        ("openrouter/openai/gpt-5", ("openrouter", "openai/gpt-5")),
        ("gemini-2.5-pro", ("google", "gemini-2.5-pro")),
        ("local/anything", ("local", "anything")),
        ("house/llm-1", ("house", "llm-1")),
        ("llm-1", ("house", "llm-1")),
    ],
)
def test_a_name_means_one_model(name: str, resolved: tuple[str, str]) -> None:
    own = Override("house", "llm-1", 0, None, OverrideRates(Decimal(1), Decimal(1)), "", 1)
    assert catalogue.resolve(name, (own,)) == resolved


def test_an_unknown_name_is_refused_with_near_ones() -> None:
    with pytest.raises(NotFound) as refused:
        catalogue.resolve("gpt5-mini")
    assert "openai/gpt-5-mini" in refused.value.hint
    with pytest.raises(NotFound, match="Several providers") as several:
        catalogue.resolve("meta-llama/llama-3.3-70b-instruct")
    assert "/meta-llama/llama-3.3-70b-instruct" in several.value.hint
    with pytest.raises(NotFound) as lost:
        catalogue.resolve("qqqqqqqqqqqqqqqqqqqqqqqq")
    assert "own price" in lost.value.hint


def test_a_price_that_changed_is_shown_as_its_periods() -> None:
    first, second = catalogue.periods("openai", "o3")
    assert (first.from_ms, first.until_ms, second.from_ms, second.until_ms) == (None, ms(2025, 6, 10), ms(2025, 6, 10), None)
    assert first.rates.input is not None
    assert second.rates.input is not None
    assert (first.rates.input.usd_per_mtok, second.rates.input.usd_per_mtok) == (10, 2)
    assert second.url.startswith("https://")
    assert second.source == catalogue.edition().name
    assert second.checked == catalogue.edition().newest_change


def test_a_price_by_the_hour_names_its_hours() -> None:
    day, night = catalogue.periods("deepseek", "deepseek-chat")
    assert (day.hours, night.hours) == ("00:30–16:30 UTC", "16:30–00:30 UTC")
    assert day.rates.input is not None
    assert night.rates.input is not None
    assert day.rates.input.base == 2 * night.rates.input.base
    for period, hour in ((day, 12), (night, 20)):
        found = pricing.rates("deepseek", "deepseek-chat", at_ms=ms(2026, 5, 5) + hour * 3_600_000)
        assert found is not None
        assert found.input == period.rates.input


def test_own_prices_cut_into_the_periods_of_the_list() -> None:
    rates = OverrideRates(Decimal(1), Decimal(4))
    own = Override("openai", "o3", ms(2026, 1, 1), ms(2026, 2, 1), rates, "deal", ms(2026, 1, 9))
    found = catalogue.periods("openai", "o3", (own,))
    assert [one.source == "own price" for one in found] == [False, False, True, False]
    assert (found[2].from_ms, found[2].until_ms) == (own.from_ms, own.until_ms)
    assert str(found[2].checked) == "2026-01-09"
    assert (found[1].until_ms, found[3].from_ms) == (own.from_ms, own.until_ms)
    alone = catalogue.periods("house", "llm-1", (Override("house", "llm-1", 5, None, rates, "", 1),))
    assert [(one.from_ms, one.until_ms) for one in alone] == [(5, None)]
    assert catalogue.periods("house", "llm-1") == ()


def test_batch_prices_have_periods_of_their_own() -> None:
    *_, last = catalogue.periods("openai", "gpt-5", processing="batch")
    assert last.rates.processing == "batch"
    assert last.rates.input is not None
    assert last.rates.input.usd_per_mtok == Decimal("0.625")


def test_periods_say_what_a_price_asks_at_any_time() -> None:
    for provider, model in (("anthropic", "claude-sonnet-4-6"), ("openai", "o3"), ("google", "gemini-2.5-flash"), ("openai", "gpt-5.5")):
        for period in catalogue.periods(provider, model):
            for at_ms in (period.from_ms or ms(2023, 1, 1), (period.until_ms or ms(2028, 1, 1)) - 1):
                found = pricing.rates(provider, model, at_ms=at_ms)
                assert found is not None
                assert (found.input, found.output, found.cached) == (period.rates.input, period.rates.output, period.rates.cached)


def test_a_check_that_the_entrys_note_names_is_told_and_no_other() -> None:
    noted = entries.find("openai", "gpt-5")
    silent = entries.find("anthropic", "claude-v1")
    assert noted is not None
    assert silent is not None
    assert noted.noted_check is not None
    assert str(noted.noted_check) in noted.listed.price_comments
    assert silent.noted_check is None
