"""The first budget that is offered: a round limit above what the month comes to at the pace so far. Pure arithmetic."""

from decimal import ROUND_CEILING, Decimal

from workbench.cost.projection import Projection

_FIRST_USD = Decimal(10)  # where nothing was spent yet
_STEPS = tuple(Decimal(each) for each in ("1", "1.5", "2", "3", "5", "7.5", "10"))
_SPACE = Decimal("1.2")  # what is left above the projection


def limit(found: Projection) -> Decimal:
    """A sensible first limit for a month: some space above what it comes to, as a round number."""
    high = None if found.projected is None else found.projected.high or found.projected.value
    wanted = (high if high is not None else found.spent_usd * 3) * _SPACE
    if not wanted:
        return _FIRST_USD
    wanted = max(wanted, Decimal("0.01"))
    size = Decimal(1).scaleb(wanted.adjusted())
    return next(step * size for step in _STEPS if step * size >= wanted.quantize(Decimal("1e-9"), ROUND_CEILING))
