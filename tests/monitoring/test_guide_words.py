"""What the guide says of how the Overview finds what got worse is what it does."""

from pathlib import Path

from workbench.monitoring.slices import ENOUGH

GUIDE = " ".join((Path(__file__).parents[2] / "docs" / "guide.md").read_text("utf-8").split())


def test_the_guide_says_against_what_and_from_how_many_calls_on() -> None:
    assert "the range against the period before, and the last quarter of the range against everything before it" in GUIDE
    assert ENOUGH["error_rate"] == ENOUGH["cost_per_call"]
    counts = f"from {ENOUGH['error_rate']} calls on either side for errors and cost, {ENOUGH['p95']} for p95"
    assert f"{counts} and {ENOUGH['satisfaction']} ratings for satisfaction" in GUIDE
    assert "*Compare* on this page sets it beside another version" in GUIDE
