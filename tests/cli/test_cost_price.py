"""`workbench cost price`, as a person types it."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from workbench import store
from workbench.cli.cost_price import price
from workbench.errors import NotFound
from workbench.ledger import overrides
from workbench.pricing import OverrideRates, catalogue
from workbench.providers import connections
from workbench.providers.connections import Connection


def command(*arguments: str) -> Result:
    return CliRunner().invoke(price, list(arguments))


def said(*arguments: str) -> dict[str, Any]:
    done = command(*arguments, "--json")
    assert done.exit_code == 0, done.output
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_a_call_costs_its_parts(home: Path) -> None:
    written = ("--cache-write", "300000", "--cache-write-1h", "100000")
    found = said("claude-opus-5", "--input", "1000000", "--output", "1000", "--cached", "500000", *written)
    assert {part["kind"]: (part["tokens"], part["usd_per_mtok"], part["cost_usd"]) for part in found["parts"]} == {
        "input": (200_000, 5, 1),
        "cached": (500_000, 0.5, 0.25),
        "cache_write": (200_000, 6.25, 1.25),
        "cache_write_1h": (100_000, 10, 1),
        "output": (1_000, 25, 0.025),
    }
    assert found["cost_usd"] == 3.525
    assert (found["model"], found["provider"], found["model_ref"]) == ("claude-opus-5", "anthropic", "anthropic/claude-opus-5")
    assert found["source"] == catalogue.edition().name
    assert found["url"].startswith("https://")
    assert found["rates"]["cache_write_1h"] == 10


def test_a_date_gives_the_price_that_held_and_its_period(home: Path) -> None:
    before = said("openai/o3", "--input", "1000000", "--at", "2025-06-09")
    after = said("openai/o3", "--input", "1000000", "--at", "2025-06-10")
    assert (before["cost_usd"], after["cost_usd"]) == (10, 2)
    assert before["held_from"] is None
    assert before["held_until"] == after["held_from"] == "2025-06-10T00:00:00+00:00"


def test_a_day_before_any_date_in_the_list_is_told_to_be_unsure(home: Path) -> None:
    undated = said("openai/gpt-4", "--input", "1000", "--at", "2023-06-01")
    assert (undated["held_from"], undated["held_until"]) == (None, None)
    assert undated["note"] == "the list holds one price of it, without dates: it may have been another at that time"
    assert undated["note"] in command("openai/gpt-4", "--input", "1000", "--at", "2023-06-01").stdout
    assert "since when this price, its oldest, held" in said("openai/o3", "--input", "1000", "--at", "2025-06-09")["note"]
    assert said("openai/o3", "--input", "1000", "--at", "2025-06-10")["note"] == ""
    assert said("openai/gpt-4", "--input", "1000")["note"] == ""


def test_a_batch_costs_its_own_price_and_says_so_where_there_is_none(home: Path) -> None:
    batch = said("gpt-5", "--input", "1000000", "--batch", "--at", "2026-11-01")
    assert (batch["cost_usd"], batch["processing"]) == (0.625, "batch")
    early = command("gpt-5", "--input", "1000000", "--batch", "--at", "2025-11-01", "--json")
    assert json.loads(early.stdout)["processing"] is None
    assert "standard price" in early.stderr


def test_tiers_are_shown_and_counted(home: Path) -> None:
    found = said("claude-sonnet-4-5", "--input", "300000", "--output", "10")
    assert found["rates"]["input_tiers"] == [{"over_input_tokens": 200_000, "usd_per_mtok": 6}]
    assert found["parts"][0]["usd_per_mtok"] == 6


def test_an_own_price_comes_before_the_list(home: Path) -> None:
    rates = OverrideRates(Decimal(1), Decimal(2))
    overrides.add(store.current(), "house", "llm-1", rates, from_ms=0, note="deal")
    found = said("llm-1", "--input", "10", "--output", "10")
    assert (found["cost_usd"], found["source"], found["provider"]) == (0.00003, "own price", "house")
    assert said("house/llm-1", "--input", "10")["cost_usd"] == 0.00001


def test_people_read_the_total_first(home: Path) -> None:
    done = command("gpt-5", "--input", "1000000", "--output", "10", "--cached", "1000000")
    assert done.stdout.startswith("$0.1251  openai/gpt-5\n")
    assert "cached" in done.stdout


def test_an_unknown_model_is_refused_with_near_names(home: Path) -> None:
    done = command("gpt5-mini", "--input", "1")
    assert done.exit_code == 1
    assert isinstance(done.exception, NotFound)
    assert "openai/gpt-5-mini" in done.exception.hint


def test_a_connection_with_an_address_of_its_own_has_no_price_of_a_namesake(home: Path) -> None:
    assert said("groq/llama-3.3-70b-versatile", "--input", "1000000")["cost_usd"] == 0.59
    connections.save(store.current(), Connection("groq", "compatible", base_url="http://127.0.0.1:9/v1"))
    done = command("groq/llama-3.3-70b-versatile", "--input", "1000000")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "No price per token of groq/llama-3.3-70b-versatile is known" in done.stderr


def test_a_connection_without_an_address_is_told_with_its_vendors_page(home: Path) -> None:
    connections.save(store.current(), Connection("work", "anthropic"))
    document = said("work/claude-sonnet-4-5", "--input", "100000")
    assert (document["provider"], document["model_ref"], document["cost_usd"]) == ("work", "anthropic/claude-sonnet-4-5", 0.3)
    assert document["url"].startswith("https://")


def test_a_model_that_is_not_priced_by_tokens_is_no_0_dollars(home: Path) -> None:
    done = command("groq/whisper-large-v3", "--input", "1", "--json")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "No price per token" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--input", "-1"), "-1"),
        (("--input", "1.5"), "1.5"),
        (("--input", "5", "--cached", "4", "--cache-write", "2"), "parts of --input"),
        (("--input", "5", "--cache-write", "2", "--cache-write-1h", "3"), "part of --cache-write"),
        (("--output", "5", "--reasoning", "6"), "part of --output"),
        (("--at", "yesterday"), "yesterday"),
        (("--at", "99999-01-01"), "99999"),
        (("--at", "0001-01-01T00:00:00+14:00"), "0001"),
        (("--at", "9999-12-31T23:59:59-14:00"), "9999"),
    ],
)
def test_numbers_that_contradict_each_other_are_refused(home: Path, arguments: tuple[str, ...], word: str) -> None:
    done = command("gpt-5", *arguments)
    assert done.exit_code == 2
    assert word in done.stderr


def test_a_thousand_million_million_tokens_are_counted_exactly(home: Path) -> None:
    assert said("gpt-5", "--input", str(10**15))["cost_usd"] == 1.25 * 10**9
