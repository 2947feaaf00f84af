"""Calls come in by thousands as they do one by one: checked, priced at their time, each once, with all that belongs to them."""

import dataclasses
import random
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from tests.ledger.test_fields import a_record
from workbench.errors import InputError, StoreError
from workbench.ledger import budgets, bulk, fields, overrides, reading, spend, tariff
from workbench.ledger.charging import Charges
from workbench.ledger.rows import values_of
from workbench.ledger.tables import BudgetEventRow
from workbench.ledger.writer import Writer
from workbench.pricing import OverrideRates
from workbench.providers.base import Usage
from workbench.store import Store

NOW = 1_790_000_000_000
CALL = {"started_ms": NOW, "source": "http", "provider": "openai", "model": "gpt-5"}


def test_calls_are_there_with_texts_sums_and_prices_when_add_returns(store: Store) -> None:
    records = [a_record(external_id=f"e{n}", input_tokens=1000, output_tokens=100, reply="yes", tags=("t",)) for n in range(3)]
    added = bulk.add(store, records)
    assert (added.taken, added.duplicates, len(added.ids)) == (3, [], 3)
    one = reading.get(store, added.ids[1])
    assert (one.reply, one.tags, one.external_id) == ("yes", ("t",), "e1")
    by_tariff = tariff.price(store, "openai", "gpt-5", Usage(1000, output_tokens=100), at_ms=one.started_ms)
    assert by_tariff is not None
    assert one.cost_nano == by_tariff.nano
    assert spend.total(store, 0, 2**50).cost_nano == 3 * by_tariff.nano


def test_a_row_of_bulk_is_the_row_the_writer_would_have_written(store: Store) -> None:
    whole = a_record(
        latency_ms=3,
        tags=("a", "é"),
        user="ü" * 300,
        model="m\x00",
        request={"messages": [{"role": "user", "content": "a b?"}]},
        cost_nano=7,
    )
    (bulked,) = bulk.add(store, [whole]).ids
    written = Writer(store).append(whole).result(10)
    one, other = reading.get(store, bulked), reading.get(store, written)
    assert dataclasses.replace(one, id=0) == dataclasses.replace(other, id=0)


def test_what_is_there_already_is_left_out_by_its_index(store: Store) -> None:
    bulk.add(store, [a_record(external_id="a")])
    added = bulk.add(store, [a_record(external_id="b"), a_record(external_id="a"), a_record(external_id="b"), a_record()])
    assert (added.taken, added.duplicates) == (2, [1, 2])
    assert bulk.add(store, []) == bulk.Added(0)
    assert reading.totals(store).n == 3


def test_nothing_is_taken_where_one_cannot_be(store: Store) -> None:
    with pytest.raises(StoreError, match="could not be written"):
        bulk.add(store, [a_record(), a_record(latency_ms=10**30)])
    assert reading.totals(store).n == 0


def test_a_budget_notes_the_call_of_a_bulk_that_crosses_it(store: Store) -> None:
    budgets.put(store, scope="total", period="day", limit_usd=100)
    at_ms = budgets.all(store)[0].created_ms
    added = bulk.add(store, [a_record(started_ms=at_ms, cost_nano=60 * 10**9) for _ in range(3)])
    with store.read() as session:
        events = session.scalars(select(BudgetEventRow).where(BudgetEventRow.level == "limit")).all()
    assert [event.call_id for event in events] == [added.ids[1]]


def test_a_bulk_is_priced_as_one_call_is(store: Store) -> None:
    chance = random.Random(3)
    overrides.add(store, "openai", "gpt-5", OverrideRates(input=Decimal(3), output=Decimal(9), batch=Decimal("0.5")), from_ms=NOW)
    charges = Charges(store)
    for _ in range(300):
        provider, model = chance.choice(
            [
                ("openai", "gpt-5"),
                ("openai", "o3"),
                ("anthropic", "claude-sonnet-4-5"),
                ("google", "gemini-2.5-pro"),
                ("local", "x"),
                ("who", "knows"),
            ]
        )
        counts = {name: chance.choice([0, 1, 7, 1000, 250_000]) for name in fields.TOKENS}
        at_ms, processing = NOW + chance.randint(-(10**11), 10**9), chance.choice([None, "batch", "flex"])
        asked = tariff.price(store, provider, model, Usage(**counts), at_ms=at_ms, processing=processing)
        values = {"provider": provider, "model": model, "started_ms": at_ms, "processing": processing, **counts}
        assert charges.cost_nano(values) == (None if asked is None else asked.nano)


def test_a_checked_call_is_as_a_database_can_hold_it() -> None:
    raw: dict[str, Any] = CALL | {
        "latency_ms": 420.6,
        "input_tokens": 12.0,
        "user": "",
        "prompt": "p\x00",
        "label": None,
        "error_type": "timeout",
    }
    values = fields.check_values(raw, now_ms=NOW)
    assert values == CALL | {"latency_ms": 421, "input_tokens": 12, "prompt": "p\ufffd", "error_type": "timeout", "status": "error"}
    assert values_of(fields.check_call(raw, now_ms=NOW)) | values == values_of(fields.check_call(raw, now_ms=NOW))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("latency_ms", -1, "negative"),
        ("input_tokens", "12", "without quotes"),
        ("input_tokens", "many", "is a text"),
        ("output_tokens", 1.5, "whole number"),
        ("latency_ms", float("nan"), "finite"),
        ("started_ms", NOW // 1000, "multiply it by 1,000"),
        ("started_ms", NOW * 1000, "divide it by 1,000"),
        ("started_ms", NOW * 10**6, "divide it by 1,000,000"),
        ("started_ms", NOW + 86_400_001, "future"),
        ("started_ms", "2026-01-01", "is a text"),
        ("feedback", 5, "up"),
        ("status", "failed", "neither ok nor error"),
        ("external_id", "x" * 201, "digest"),
        ("model", "", "is missing"),
        ("model", 7, "in quotes"),
        ("estimated", "yes", "true"),
        ("request", 7, "object"),
    ],
)
def test_what_no_call_can_be_is_refused_by_field_with_a_remedy(field: str, value: object, says: str) -> None:
    with pytest.raises(InputError, match=f"field {field}") as caught:
        fields.check_call(CALL | {field: value}, now_ms=NOW)
    assert says in f"{caught.value} {caught.value.hint}"
    assert caught.value.hint


def test_a_time_up_to_a_day_ahead_is_another_machines_clock() -> None:
    assert fields.check_call(CALL | {"started_ms": NOW + 86_000_000}, now_ms=NOW).started_ms > NOW
