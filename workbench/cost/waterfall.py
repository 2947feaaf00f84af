"""The waterfall: what each lever changes alone, and what they change together beyond that. Exact in nano-dollars, by construction."""

from collections.abc import Sequence
from decimal import Decimal

from workbench.cost.levers import ORDER, describe
from workbench.cost.model import Lever
from workbench.cost.outcome import Part

INTERACTION = "interaction"


def parts(before: Decimal, alone: Sequence[tuple[Lever, Decimal]], after: Decimal) -> tuple[Part, ...]:
    """A part a lever, in the order of the pipeline, and the interaction where there are several levers. `alone` has the month's total
    with that lever only; all totals are rounded to nano-dollars already, so that `before + parts == after` exactly.
    """
    ordered = sorted(alone, key=lambda one: ORDER.index(one[0].kind))
    found = [Part(lever.kind, describe(lever), usd - before) for lever, usd in ordered]
    rest = after - before - sum((part.usd for part in found), Decimal(0))
    return (*found, Part(INTERACTION, "Levers together", rest)) if len(found) > 1 else tuple(found)
