"""The replay of an exact-match cache against a plain simulation, and its shares by stream."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cost.columns import made
from workbench.cost import loading, replay
from workbench.cost.columns import Columns
from workbench.cost.model import KINDS
from workbench.cost.rules import SHIPPED
from workbench.cost.traffic import Stream, Traffic
from workbench.errors import InputError


def brute(calls: Sequence[dict[str, Any]], ttl_s: int) -> list[bool]:
    """A dictionary of entries and when each was written, call by call."""
    written: dict[tuple[str, int], int] = {}
    found = [False] * len(calls)
    for at in sorted(range(len(calls)), key=lambda at: calls[at]["started_ms"]):
        call = calls[at]
        if not call.get("ok", True) or call["hash"] is None:
            continue
        key = (call["model"], call["hash"])
        if key in written and call["started_ms"] - written[key] < ttl_s * 1000:
            found[at] = True
        else:
            written[key] = call["started_ms"]
    return found


def traffic(*streams: Stream, bands: tuple[int, ...] = ()) -> Traffic:
    empty = np.zeros((1, len(streams)))
    return Traffic(streams, empty, np.zeros((1, len(streams), len(KINDS))), (), (), 0, bands=bands)


CALL = st.fixed_dictionaries(
    {
        "started_ms": st.integers(0, 20).map(lambda second: second * 500),
        "model": st.sampled_from(["p/a", "p/b"]),
        "hash": st.none() | st.integers(-2, 2),
        "ok": st.sampled_from([True, True, True, False]),
    }
)


@settings(max_examples=400, deadline=None)
@given(st.lists(CALL, max_size=40), st.integers(0, 12))
def test_hits_are_those_of_a_plain_simulation(calls: list[dict[str, Any]], ttl_s: int) -> None:
    assert replay.hits(made(calls), ttl_s).tolist() == brute(calls, ttl_s)


@pytest.mark.parametrize("keys", [1, 7, 400])
@pytest.mark.parametrize("ttl_s", [0, 1, 60, 3_600, 10**12])
def test_hits_are_those_of_a_plain_simulation_over_many_calls(keys: int, ttl_s: int) -> None:
    drawn = np.random.default_rng(keys)
    calls = [
        {"started_ms": int(ms), "model": f"p/{int(model)}", "hash": int(key), "ok": bool(ok)}
        for ms, model, key, ok in zip(
            np.sort(drawn.integers(0, 50_000_000, 3_000)),
            drawn.integers(0, 2, 3_000),
            drawn.integers(0, keys, 3_000) * 2**55 - 2**62,
            drawn.random(3_000) < 0.95,
            strict=True,
        )
    ]
    assert replay.hits(made(calls), ttl_s).tolist() == brute(calls, ttl_s)


def test_a_hit_renews_nothing_and_the_next_miss_writes_again() -> None:
    calls = [{"started_ms": second * 1000, "model": "p/a", "hash": 1} for second in (0, 6, 9, 10, 19, 20)]
    assert replay.hits(made(calls), 10).tolist() == [False, True, True, False, True, False]


def test_a_call_that_was_not_answered_writes_nothing() -> None:
    calls = [{"started_ms": n, "model": "p/a", "hash": 1, "ok": ok} for n, ok in enumerate([False, True, True])]
    assert replay.hits(made(calls), 10).tolist() == [False, False, True]


def test_equal_requests_to_two_models_are_two_entries() -> None:
    calls = [{"started_ms": n, "model": model, "hash": 1} for n, model in enumerate(["p/a", "p/b", "p/a", "p/b"])]
    assert replay.hits(made(calls), 10).tolist() == [False, False, True, True]


def test_shares_are_told_stream_by_stream_and_kind_by_kind() -> None:
    calls = [
        {"started_ms": 0, "model": "p/a", "hash": 1, "input": 30, "output": 7, "cached": 4},
        {"started_ms": 1, "model": "p/a", "hash": 1, "input": 10, "output": 0, "cached": 1},
        {"started_ms": 2, "model": "p/a", "hash": None, "input": 10, "output": 1},
        {"started_ms": 3, "model": "p/b", "hash": 1, "input": 10},
        {"started_ms": 4, "model": "p/c", "hash": 1, "input": 10},  # of no stream
        {"started_ms": 5, "model": "p/c", "hash": 1, "input": 10},
    ]
    found = replay.exact(made(calls), traffic(Stream("p/b"), Stream("p/a"), Stream("p/none")), 60)
    assert found.calls == (Decimal(0), Decimal(1) / Decimal(3), Decimal(0))
    by_kind = dict(zip(KINDS, found.tokens[1], strict=True))
    assert (by_kind["input"], by_kind["cached"], by_kind["output"], by_kind["reasoning"]) == (Decimal("0.2"), Decimal("0.2"), 0, 0)
    assert (found.rate, found.asked, found.hits, found.without_text) == (Decimal("0.25"), 4, 1, 1)


def test_a_call_is_of_the_stream_of_its_model_prompt_class_band_and_tariff() -> None:
    calls: list[dict[str, Any]] = [
        {"model": "p/a", "prompt": "x", "words": 5, "question": 1, "input": 100},
        {"model": "p/a", "prompt": "x", "words": 5, "question": 1, "input": 101},
        {"model": "p/a", "words": 500, "question": 1, "input": 201},
        {"model": "p/a", "processing": "batch", "words": 50, "question": 0, "input": 1},
        {"model": "p/a", "prompt": "y", "words": 50, "question": 0, "input": 1},
    ]
    streams = (
        Stream("p/a", "x", "simple", 1),
        Stream("p/a", None, "medium", 0, "batch"),
        Stream("p/a", "x", "simple", 0),
        Stream("p/a", None, "complex", 2),
        Stream("p/unseen", "y", "medium", 0),
    )
    assert replay.places(made(calls), traffic(*streams, bands=(100, 200)), SHIPPED).tolist() == [2, 0, 3, 1, -1]


def test_no_calls_and_no_time_are_no_hits() -> None:
    found = replay.exact(made([]), traffic(Stream("p/a")), 60)
    assert (found.rate, found.asked, found.calls) == (Decimal(0), 0, (Decimal(0),))
    twice = made([{"started_ms": 0, "hash": 1}, {"started_ms": 0, "hash": 1}])
    assert replay.exact(twice, traffic(Stream("p/m")), 0).hits == 0
    with pytest.raises(InputError, match="ttl_s: -1 is under 0"):
        replay.exact(twice, traffic(Stream("p/m")), -1)


def test_a_hundred_thousand_calls_of_one_key_are_followed_write_by_write() -> None:
    n = 100_000
    one = made([{"started_ms": 0, "hash": 1}])
    arrays = {name: np.repeat(getattr(one, name), n, axis=0) for name in ("model", "ok", "prompt_hash", "has_hash", "prompt", "tokens")}
    many = Columns(**{**vars(one), **arrays, "started_ms": np.arange(n) * 100})
    found = replay.hits(many, 1)
    assert int(found.sum()) == n * 9 // 10
    assert np.flatnonzero(~found).tolist() == list(range(0, n, 10))


def test_calls_stand_in_the_streams_that_the_traffic_was_cut_into() -> None:
    drawn = np.random.default_rng(3)
    calls = [
        {
            "started_ms": n * 60_000,
            "model": f"p/{drawn.integers(3)}",
            "prompt": [None, "x", "y"][drawn.integers(3)],
            "processing": [None, "batch"][drawn.integers(2)],
            "words": int(drawn.integers(-1, 150)),
            "question": int(drawn.integers(-1, 2)),
            "input": int(drawn.integers(1, 400)),
            "ok": bool(drawn.random() < 0.9),
        }
        for n in range(2_000)
    ]
    columns = replace(made(calls), until_ms=2_000 * 60_000)
    cut = loading.traffic(columns, rules=SHIPPED, bands=(100, 200), days_per_month=30)
    streams = replay.places(columns, cut, SHIPPED)
    assert int(streams[columns.ok].min()) >= 0
    counts = np.bincount(streams[columns.ok], minlength=len(cut.streams))
    month = 30 * 86_400_000 / (2_000 * 60_000)
    assert [float(calls) for calls in cut.month_calls] == pytest.approx((counts * month).tolist())
