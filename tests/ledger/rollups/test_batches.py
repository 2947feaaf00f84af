"""Many calls added up as arrays are the calls added up one by one: every sum, sketch and name, wherever minutes begin to be kept."""

import random
from typing import Any

import pytest

from tests.ledger.rollups.test_adding_up import NOW, a_row
from workbench.ledger.rollups import batches, gather
from workbench.ledger.rollups.gather import N, Sums
from workbench.ledger.rollups.series import DAY, GRAINS, HOUR
from workbench.stats import sketch


def told(sums: Sums) -> dict[int, dict[gather.Place, list[Any]]]:
    unpacked = sketch.unpack if sums.packed else dict
    return {grain: {place: [*row[:N], *map(unpacked, row[N:])] for place, row in sums.by_grain[grain].items()} for grain in GRAINS}


@pytest.mark.parametrize("kept_from", [NOW - NOW % HOUR - 100 * DAY, NOW - NOW % HOUR - 2 * HOUR, NOW - NOW % HOUR + 100 * DAY])
@pytest.mark.parametrize("seed", range(3))
def test_a_batch_as_arrays_is_the_batch_added_up_one_by_one(seed: int, kept_from: int) -> None:
    chance = random.Random(seed)
    rows = [a_row(chance, number) for number in range(batches.ENOUGH + 100)]
    for row in rows[:50]:
        del row["ttft_ms"], row["feedback"]
    if seed == 2:
        rows = [row | {"latency_ms": None} for row in rows]
    found, wanted = batches.gathered(rows, kept_from), gather.gathered(rows, kept_from)
    assert found.packed
    assert found.names == wanted.names
    assert told(found) == told(wanted)


def test_sums_that_outgrow_eight_bytes_are_left_to_whoever_can_count_them() -> None:
    chance = random.Random(4)
    rows = [a_row(chance, number) | {"cost_nano": 2**62} for number in range(batches.ENOUGH)]
    assert told(batches.gathered(rows, NOW)) == told(gather.gathered(rows, NOW))
    rows[0]["latency_ms"] = 2**70
    assert told(batches.gathered(rows, NOW)) == told(gather.gathered(rows, NOW))
