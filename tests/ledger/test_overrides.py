"""Own prices are kept, never changed; they stand before the list while they hold; the door bills by them."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.loopback import Answer, Loopback
from workbench.calls import door
from workbench.calls.door import Call
from workbench.errors import InputError, NotFound
from workbench.ledger import overrides, reading, tariff
from workbench.pricing import OverrideRates
from workbench.providers import connections
from workbench.providers.base import Request, Usage
from workbench.providers.connections import Connection
from workbench.store import Store, open_store
from workbench.text.messages import message

PLAIN = OverrideRates(input=Decimal(2), output=Decimal("8.5"))


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as running:
        yield running


def ask(store: Store, *, model: str = "m", provider: str = "loop") -> reading.Call:
    outcome = door.ask(Call(provider, Request(model, (message("user", "hello"),)), source="test"), store=store)
    assert outcome.success, outcome.message
    assert outcome.call_id is not None
    return reading.get(store, outcome.call_id)


def test_an_own_price_comes_back_as_it_was_added(store: Store) -> None:
    rates = OverrideRates(Decimal("0.1"), Decimal("0.30000000000000004"), cached=Decimal("0.01"), batch=Decimal("0.5"))
    made = overrides.add(store, "openai", "gpt-5", rates, from_ms=10, until_ms=20, note="from the contract")
    assert made.rates == rates
    assert overrides.current(store) == (made,) == overrides.all(store)
    assert (made.from_ms, made.until_ms, made.note) == (10, 20, "from the contract")
    assert made.created_ms > 0


def test_a_removed_price_counts_no_more_and_can_be_brought_back(store: Store) -> None:
    made = overrides.add(store, "own", "m", PLAIN, from_ms=0)
    overrides.remove(store, made.id)
    assert overrides.current(store) == ()
    assert overrides.all(store) == ()
    assert overrides.all(store, removed=True) == (made,)
    overrides.restore(store, made.id)
    assert overrides.current(store) == (made,)
    with pytest.raises(NotFound):
        overrides.remove(store, made.id + 1)


def test_what_another_process_adds_is_noticed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert overrides.current(store) == ()
    other = open_store(store.engine.url.render_as_string(hide_password=False))
    try:
        made = overrides.add(other, "own", "m", PLAIN, from_ms=0)
    finally:
        other.close()
    assert overrides.current(store) == ()  # out of memory: no query a call
    monkeypatch.setattr(overrides, "_FRESH_S", 0.0)
    assert overrides.current(store) == (made,)


def test_while_nothing_changes_the_same_object_comes_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    overrides.add(store, "own", "m", PLAIN, from_ms=0)
    first = overrides.current(store)
    monkeypatch.setattr(overrides, "_FRESH_S", 0.0)
    assert overrides.current(store) is first


@pytest.mark.parametrize(
    ("rates", "place"),
    [
        (OverrideRates(), "field input"),
        (OverrideRates(output=Decimal(1)), "field input"),
        (OverrideRates(input=Decimal(1)), "field output"),
        (OverrideRates(training=Decimal(25)), "field input"),
        (OverrideRates(cached=Decimal(1), per_request=Decimal(1)), "field input"),
        (OverrideRates(input=Decimal(0), free=True), "field output"),
        (OverrideRates(Decimal(0), Decimal(1)), "field input"),
        (OverrideRates(Decimal(1), Decimal(0)), "field output"),
        (OverrideRates(Decimal(-1), Decimal(1)), "field input"),
        (OverrideRates(Decimal("NaN"), Decimal(1)), "field input"),
        (OverrideRates(Decimal("Infinity"), Decimal(1)), "field input"),
        (OverrideRates(Decimal(10**7), Decimal(1)), "field input"),
        (OverrideRates(Decimal(1), Decimal(1), batch=Decimal("1.5")), "field batch"),
        (OverrideRates(Decimal(1), Decimal(1), cached=Decimal(0)), "field cached"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused_with_its_field(store: Store, rates: OverrideRates, place: str) -> None:
    with pytest.raises(InputError) as refused:
        overrides.add(store, "own", "m", rates, from_ms=0)
    assert refused.value.place == place
    assert refused.value.hint
    assert overrides.all(store, removed=True) == ()


def test_free_is_said_on_purpose(store: Store) -> None:
    made = overrides.add(store, "own", "m", OverrideRates(free=True), from_ms=0)
    priced = tariff.price(store, "own", "m", Usage(1_000, output_tokens=1_000), at_ms=1)
    assert made.rates.input == 0
    assert priced is not None
    assert (priced.nano, priced.source) == (0, "own price")


@pytest.mark.parametrize(
    ("provider", "model"), [("", "m"), ("p", " "), ("p", "x" * 201), ("p" * 101, "m"), ("p\x00", "m"), ("p", "\ud800")]
)
def test_a_name_that_no_ledger_has_is_refused(store: Store, provider: str, model: str) -> None:
    with pytest.raises(InputError, match="empty or too long"):
        overrides.add(store, provider, model, PLAIN, from_ms=0)


def test_an_end_before_the_start_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="field until"):
        overrides.add(store, "p", "m", PLAIN, from_ms=5, until_ms=5)


def test_a_call_is_billed_by_the_own_price_of_the_model_it_asked_for(store: Store, server: Loopback) -> None:
    connections.save(store, Connection("loop", "compatible", base_url=server.v1))
    server.reply = Answer("Good day", input_tokens=1_000, output_tokens=100)
    assert ask(store).cost_nano is None
    overrides.add(store, "loop", "m", PLAIN, from_ms=0)
    assert ask(store).cost_nano == 1_000 * 2_000 + 100 * 8_500
    overrides.add(store, "loop", "m", OverrideRates(Decimal(4), Decimal(4)), from_ms=0)
    assert ask(store).cost_nano == 1_100 * 4_000


def test_an_own_price_of_a_free_connection_counts(store: Store) -> None:
    assert ask(store, provider="simulated", model="good").cost_nano == 0
    overrides.add(store, "simulated", "good", OverrideRates(per_request=Decimal("0.001")), from_ms=0)
    assert ask(store, provider="simulated", model="good").cost_nano == 1_000_000


def test_a_connection_is_billed_by_its_vendor(store: Store) -> None:
    connections.save(store, Connection("mine", "openai"))
    connections.save(store, Connection("routed", "compatible", base_url="https://openrouter.ai/api/v1"))
    usage = Usage(1_000, output_tokens=10)
    assert tariff.vendor(store, "mine").provider == "openai"
    for provider, model in (("mine", "gpt-5"), ("routed", "openai/gpt-5"), ("openai", "gpt-5")):
        priced = tariff.price(store, provider, model, usage, at_ms=1_790_000_000_000)
        assert priced is not None
        assert priced.nano == 1_350_000
    assert tariff.price(store, "nobody", "gpt-5", usage, at_ms=1_790_000_000_000) is None
