"""Which price counts, in which band, and what a kind without a rate of its own costs."""

from tests.cost.streams import D
from workbench.cost.model import Component, OwnPrice
from workbench.cost.rates import PER_TOKEN, Book
from workbench.pricing import catalogue, rates
from workbench.pricing.overrides import Override, OverrideRates

AT_MS = 1_790_000_000_000
OWN = Override("openai", "gpt-4o", 0, None, OverrideRates(input=D(2), output=D(8), per_request=D("0.01"), training=D(25)))


def test_a_price_of_the_scenario_comes_first_and_is_per_token() -> None:
    book = Book({"openai/gpt-4o": OwnPrice(D(30), D(60), cached=D(3))}, (OWN,), AT_MS)
    found = book.of("openai/gpt-4o")
    assert found is not None
    # $30 per million is 0.00003 a token.
    assert (found["input"], found["cached"], found["output"]) == (D("0.00003"), D("0.000003"), D("0.00006"))
    assert book.source("openai/gpt-4o") == "this scenario"


def test_an_own_price_of_the_ledger_comes_before_the_list() -> None:
    book = Book(overrides=(OWN,), at_ms=AT_MS)
    found = book.of("openai/gpt-4o")
    assert found is not None
    assert (found["input"], found["output"], found["request"]) == (D("0.000002"), D("0.000008"), D("0.01"))
    assert book.source("openai/gpt-4o") == "own price"


def test_the_list_is_asked_at_the_time_of_the_book() -> None:
    listed = rates("openai", "gpt-4o", at_ms=AT_MS)
    assert listed is not None
    assert listed.input is not None
    found = Book(at_ms=AT_MS).of("openai/gpt-4o")
    assert found is not None
    assert found["input"] * 1_000_000 == listed.input.usd_per_mtok
    assert tuple(found) == PER_TOKEN


def test_a_kind_without_a_rate_costs_what_the_kind_around_it_costs() -> None:
    found = Book({"m": OwnPrice(D(1), D(2), cache_write=D("1.25"))}).of("m")
    assert found is not None
    assert found["cached"] == found["input"]
    assert found["cache_write_1h"] == found["cache_write"] == D("0.00000125")
    assert found["reasoning"] == found["output"]


def test_a_batch_costs_its_share_and_the_standard_price_where_none_is_offered() -> None:
    book = Book({"half": OwnPrice(D(10), D(20), cached=D(4), batch=D("0.5")), "none": OwnPrice(D(10), D(20))})
    half, none = book.of("half", "batch"), book.of("none", "batch")
    assert half is not None
    assert none is not None
    assert (half["input"], half["cached"], half["output"]) == (D("0.000005"), D("0.000002"), D("0.00001"))
    assert none == book.of("none")
    assert (book.has_batch("half"), book.has_batch("none")) == (True, False)


def test_an_unknown_model_has_no_rates_and_a_local_one_costs_nothing() -> None:
    book = Book(at_ms=AT_MS)
    assert book.of("nobody/nothing") is None
    assert book.of("gpt-4-without-a-provider") is None
    assert book.source("nobody/nothing") == ""
    free = book.of("simulated/fair")
    assert free is not None
    assert set(free.values()) == {D(0)}
    assert book.source("simulated/fair") == "free"


def test_bands_begin_where_a_tier_of_the_list_does_and_take_its_rate() -> None:
    listed = rates("google", "gemini-2.5-pro", at_ms=AT_MS)
    assert listed is not None
    assert listed.input is not None
    book = Book(at_ms=AT_MS)
    thresholds = book.bands(["google/gemini-2.5-pro", "openai/gpt-4o"])
    assert thresholds == listed.bands
    banded = book.banded(thresholds)
    below, above = banded.of("google/gemini-2.5-pro", None, 0), banded.of("google/gemini-2.5-pro", None, 1)
    assert below is not None
    assert above is not None
    assert below["input"] == listed.input.usd_per_mtok / 1_000_000
    assert above["input"] == listed.input.steps[0][1] / 1_000_000


def test_a_connection_is_billed_by_its_vendor() -> None:
    book = Book(at_ms=AT_MS, vendor=lambda name: ("openai", "") if name == "office" else (name, ""))
    assert book.of("office/gpt-4o") == Book(at_ms=AT_MS).of("openai/gpt-4o")


def test_components_are_priced_by_what_is_stated_then_by_training_or_input_rates() -> None:
    book = Book(overrides=(OWN,), at_ms=AT_MS)
    assert book.of_component(Component("tuned", "fine_tuning", "openai/gpt-4o", D(1), D(3))) == D(3)
    assert book.of_component(Component("tuned", "fine_tuning", "openai/gpt-4o", D(1))) == D(25)
    assert book.of_component(Component("corpus", "embedding", "openai/gpt-4o", D(1))) == D(2)
    assert book.of_component(Component("corpus", "embedding", "nobody/x", D(1))) is None
    assert book.of_component(Component("tuned", "fine_tuning", "simulated/fair", D(1))) is None


def test_a_name_without_provider_is_looked_up_and_its_source_says_what_was_taken() -> None:
    book = Book(at_ms=AT_MS)
    assert book.of("gpt-4o") == book.of("openai/gpt-4o")
    assert book.source("gpt-4o") == f"openai/gpt-4o of the price list ({catalogue.edition().name})"
    assert book.has_batch("gpt-4o") == book.has_batch("openai/gpt-4o")
    assert book.of("gpt-4oo") is None
    assert book.of("llama-3.1-8b") is None  # several providers have it


def test_a_bare_name_has_the_own_price_of_what_it_means_and_the_scenarios_before_it() -> None:
    book = Book(overrides=(OWN,), at_ms=AT_MS)
    assert book.of("gpt-4o") == book.of("openai/gpt-4o")
    assert book.source("gpt-4o") == "own price of openai/gpt-4o"
    assert Book({"gpt-4o": OwnPrice(D(30), D(60))}, (OWN,), AT_MS).source("gpt-4o") == "this scenario"
