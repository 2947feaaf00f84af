"""A plan's metrics on slides: each target against what is measured now, none left out silently. Owns no figure."""

from collections.abc import Sequence
from typing import Any

from workbench.export.plans.measures import Measured

MOST = 4  # on a slide; all stand in its notes
NAMED = 3  # targets that were missed, in a sentence


def facts(measured: Sequence[Measured]) -> dict[str, Any]:
    """Facts `reached` (sentences for the slide), `more_reached` (how many more the plan has) and `all_reached` (in full, for notes)."""
    return {
        "reached": [sentence(one) for one in measured[:MOST]],  # how sure that is stands in the notes: a column holds four short lines
        "more_reached": more(len(measured), MOST),
        "all_reached": [_whole(one) for one in measured],
    }


def sentence(one: Measured) -> str:
    """A target against what is measured: accuracy 0.51 of 0.90, not met."""
    return one.sentence if one.standing in ("no data", "no target") else f"{one.sentence}, {one.standing}"


def missed(measured: Sequence[Measured]) -> tuple[str, ...]:
    """One sentence that names the targets that were missed; none where none was."""
    found = [one.sentence for one in measured if one.standing == "not met"]
    if not found:
        return ()
    left = more(len(found), NAMED)
    return (f"Target{'s' if len(found) > 1 else ''} of the plan missed: {'; '.join(found[:NAMED])}{f', {left}' if left else ''}.",)


def more(count: int, most: int) -> str:
    """How many of the plan are not among the first `most`: "and 1 more in the plan"; empty where none is left."""
    return f"and {count - most} more in the plan" if count > most else ""


def _whole(one: Measured) -> str:
    reading = one.reading
    if reading.value is None:
        return f"{one.sentence}. {reading.why}".strip()
    parts = [f"95 % interval {reading.within}" if reading.within else "", f"n = {reading.n:,}" if reading.n else "", reading.period]
    doubt = f" ({one.remark})" if one.remark else ""
    return f"{sentence(one)}{doubt}: {', '.join(part for part in parts if part)}."
