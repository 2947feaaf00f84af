"""Repricing is a view: exact against one price a call, unpriced apart, and the ledger stays as it was."""

import random
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from workbench.cost import repricing, usage
from workbench.cost.model import Recorded
from workbench.errors import InputError, ProviderMissing
from workbench.ledger import overrides, tariff
from workbench.ledger.fields import CallRecord
from workbench.ledger.rows import call_row
from workbench.ledger.tables import CallRow
from workbench.pricing import OverrideRates, catalogue, entries
from workbench.pricing.rates import rounded
from workbench.providers.base import Usage
from workbench.store import Store

DAY = 86_400_000
SINCE = round(datetime(2025, 6, 8, tzinfo=UTC).timestamp() * 1000)
UNTIL = SINCE + 4 * DAY
WHOLE = Recorded(SINCE, UNTIL)
MODELS = [
    ("openai", "o3", None),
    ("openai", "gpt-5", "flex"),
    ("openai", "gpt-5", "batch"),
    ("anthropic", "claude-sonnet-4-5", None),
    ("deepseek", "deepseek-chat", None),
    ("house", "llm-1", None),
    ("nobody", "m", None),
    ("simulated", "good", None),
]


def record(random_: random.Random, **changes: Any) -> CallRecord:
    provider, model, processing = random_.choice(MODELS)
    size = random_.choice([0, 7, 900, 199_999, 200_000, 200_001, 450_000])
    cached, written = random_.randint(0, size), random_.randint(0, size)
    output = random_.randint(0, 9_000)
    made = {
        "started_ms": random_.randrange(SINCE, UNTIL),
        "source": "test",
        "provider": provider,
        "model": model,
        "processing": processing,
        "input_tokens": size,
        "cached_tokens": cached,
        "cache_write_tokens": written,  # together they may be more than the input: a provider's own contradiction
        "cache_write_1h_tokens": random_.randint(0, written),
        "output_tokens": output,
        "reasoning_tokens": random_.randint(0, output + 5),
        "cost_nano": random_.choice([None, random_.randint(0, 10**9)]),
    }
    return CallRecord(**(made | changes))


def fill(store: Store, records: list[CallRecord], first: int = 1) -> list[CallRecord]:
    with store.write() as session:
        session.execute(insert(CallRow.__table__), [call_row(one, first + n) for n, one in enumerate(records)])
    return records


def by_hand(store: Store, records: list[CallRecord], at_ms: int | None = None, target: tuple[str, str] | None = None) -> dict[str, Any]:
    """One price a call, summed exactly and rounded once a model."""
    exact: defaultdict[tuple[str, bool], int] = defaultdict(int)
    found: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in records:
        counted = Usage(*(getattr(one, name) or 0 for name in Usage.__dataclass_fields__))
        provider, model = target or (one.provider, one.model)
        when = one.started_ms if at_ms is None else at_ms
        rates = tariff.rates(store, provider, model, at_ms=when, processing=one.processing)
        line, billed = found[f"{one.provider}/{one.model}"], one.cost_nano is not None
        if rates is None:
            line["lost" if billed else "unpriced"] += 1
            line["lost_nano"] += one.cost_nano or 0
            continue
        line["calls" if billed else "gained"] += 1
        line["billed_nano"] += one.cost_nano or 0
        exact[f"{one.provider}/{one.model}", billed] += rates.exact(counted, size=counted.input_tokens)
    for (model, billed), nano in exact.items():
        found[model]["repriced_nano" if billed else "gained_nano"] = rounded(nano)
    return {model: dict(line) for model, line in found.items()}


def shown(view: repricing.Repriced) -> dict[str, dict[str, int]]:
    names = [name for name in repricing.Line.__slots__ if name != "model"]
    return {line.model: {name: getattr(line, name) for name in names if getattr(line, name)} for line in view.lines}


def without_zeros(lines: dict[str, Any]) -> dict[str, Any]:
    return {model: {name: value for name, value in line.items() if value} for model, line in lines.items()}


@pytest.fixture
def filled(store: Store) -> tuple[Store, list[CallRecord]]:
    chance = random.Random(11)
    own = OverrideRates(Decimal("0.333"), Decimal("1.77"), cached=Decimal("0.0009"))
    overrides.add(store, "house", "llm-1", own, from_ms=SINCE + DAY + 12_345_678, until_ms=SINCE + 3 * DAY + 1)
    return store, fill(store, [record(chance) for _ in range(1_500)])


def test_each_call_at_its_own_time_is_exact(filled: tuple[Store, list[CallRecord]]) -> None:
    store, records = filled
    assert shown(repricing.reprice(store, WHOLE)) == without_zeros(by_hand(store, records))


@pytest.mark.parametrize("at_ms", [SINCE, SINCE + 2 * DAY, 1_795_000_000_000])
def test_another_date_is_exact(filled: tuple[Store, list[CallRecord]], at_ms: int) -> None:
    store, records = filled
    assert shown(repricing.reprice(store, WHOLE, at_ms=at_ms)) == without_zeros(by_hand(store, records, at_ms))


@pytest.mark.parametrize("model", ["openai/gpt-5.5", "anthropic/claude-sonnet-4-5", "deepseek/deepseek-chat", "house/llm-1", "nobody/else"])
def test_another_model_is_exact_its_tiers_of_each_call(filled: tuple[Store, list[CallRecord]], model: str) -> None:
    store, records = filled
    provider, _, name = model.partition("/")
    assert shown(repricing.reprice(store, WHOLE, model=model)) == without_zeros(by_hand(store, records, target=(provider, name)))


def test_the_total_is_the_sum_of_the_lines_and_of_all_calls(filled: tuple[Store, list[CallRecord]]) -> None:
    store, records = filled
    view = repricing.reprice(store, WHOLE)
    assert view.total.all_calls == len(records)
    for name in ("billed_nano", "repriced_nano", "gained_nano", "lost_nano", "unpriced"):
        assert getattr(view.total, name) == sum(getattr(line, name) for line in view.lines)
    unknown = next(line for line in view.lines if line.model == "nobody/m")
    assert (unknown.calls, unknown.repriced_nano, unknown.gained) == (0, 0, 0)
    assert unknown.unpriced > 0
    assert unknown.lost > 0


def test_the_ledger_stays_as_it_was(filled: tuple[Store, list[CallRecord]]) -> None:
    store, _records = filled
    everything = select(CallRow.__table__).order_by(CallRow.id)
    with store.read() as session:
        before = session.execute(everything).all()
    repricing.reprice(store, WHOLE, model="openai/gpt-5")
    with store.read() as session:
        assert session.execute(everything).all() == before


def test_calls_that_came_since_are_added_and_deleted_ones_are_gone(
    filled: tuple[Store, list[CallRecord]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, records = filled
    repricing.reprice(store, WHOLE)
    more = fill(store, [record(random.Random(3)) for _ in range(20)], first=5_000)
    outside = fill(store, [record(random.Random(3), started_ms=UNTIL), record(random.Random(3), started_ms=SINCE - 1)], first=6_000)
    assert len(outside) == 2
    assert shown(repricing.reprice(store, WHOLE)) == without_zeros(by_hand(store, records + more))
    with store.write() as session:
        session.execute(delete(CallRow).where(CallRow.id >= 5_000))
    assert shown(repricing.reprice(store, WHOLE)) == without_zeros(by_hand(store, records))
    with store.write() as session:
        session.execute(delete(CallRow).where(CallRow.id <= 1_000))
    monkeypatch.setattr(usage, "_FRESH_S", -1.0)
    assert shown(repricing.reprice(store, WHOLE)) == without_zeros(by_hand(store, records[1_000:]))


def test_calls_without_a_count_and_failed_ones_are_apart(store: Store) -> None:
    empty = dict.fromkeys(
        ("input_tokens", "cached_tokens", "cache_write_tokens", "cache_write_1h_tokens", "output_tokens", "reasoning_tokens")
    )
    chance = random.Random(1)
    fill(store, [record(chance, **empty, provider="openai", model="gpt-5", status=status, cost_nano=5) for status in ("ok", "error")])
    view = repricing.reprice(store, WHOLE)
    assert (view.total.uncounted, view.total.all_calls, view.total.billed_nano, view.total.repriced_nano) == (1, 1, 0, 0)


def test_filters_narrow_the_view_and_a_wrong_one_is_refused(filled: tuple[Store, list[CallRecord]]) -> None:
    store, records = filled
    view = repricing.reprice(store, Recorded(SINCE, UNTIL, {"provider": "openai", "model": "o3"}))
    assert view.total.all_calls == sum(one.model == "o3" for one in records)
    with pytest.raises(InputError, match="colour"):
        repricing.reprice(store, Recorded(SINCE, UNTIL, {"colour": "red"}))
    with pytest.raises(ProviderMissing):
        repricing.reprice(store, WHOLE, model="gpt-5")


def test_an_empty_ledger_gives_an_empty_view(store: Store) -> None:
    view = repricing.reprice(store, WHOLE)
    assert view.lines == ()
    assert (view.total.all_calls, view.total.ratio) == (0, None)


def test_the_times_kept_apart_are_those_at_which_the_list_changes() -> None:
    """A price of the list changes at midnight or at one of the hours that sums are kept apart by: nothing lies between."""
    assert all(edge % DAY == 0 for listed in catalogue.models() for edge in starts(listed))
    assert set(entries.hours()) >= {1_800_000, 59_400_000}
    assert 200_000 in entries.thresholds()


def starts(listed: catalogue.Listed) -> tuple[int, ...]:
    entry = entries.find(listed.provider, listed.model)
    return entry.starts() if entry else ()
