"""How often a rule would have fired is said in words that hold at the end of the past, too."""

import pytest

from workbench.monitoring.preview import Episode, Preview
from workbench.monitoring.rules import Rule

NOON = 1_700_049_600_000  # 2023-11-15 12:00 UTC
MINUTE = 60_000
RULE = Rule(name="Slow", metric="latency", aggregation="p95", threshold=2_000.0)


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([], "It would not have fired."),
        ([(0, None)], "It would have fired once, and would be firing now, since 2023-11-15 12:00 UTC."),
        ([(-5, 0)], "It would have fired once, 5 minutes in all."),
        ([(-9, -7), (-5, -2)], "It would have fired 2 times, 5 minutes in all."),
        ([(-9, -6), (0, None)], "It would have fired 2 times, 3 minutes in all, and would be firing now."),
        ([(-9, -9)], "It would have fired once."),
    ],
)
def test_times_are_counted_and_no_length_is_nought(spans: list[tuple[int, int | None]], said: str) -> None:
    episodes = tuple(
        Episode(NOON + begin * MINUTE, None if end is None else NOON + end * MINUTE, 3_000.0, 3_000.0, 20) for begin, end in spans
    )
    made = Preview(RULE, NOON - 60 * MINUTE, NOON, MINUTE, episodes, (), ())
    assert made.said == made.to_json()["said"] == said
