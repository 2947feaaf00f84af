"""Why no plan keeps all limits: the smallest sets of limits that exclude each other, and how near each can be come. Solves, says nothing
of scenarios; the words are in `plan_words`.
"""

from collections.abc import Iterable
from decimal import Decimal

from workbench.cost import plan_words, solving
from workbench.cost.optimiser import SLOW_SHARE, Limit
from workbench.cost.programme import Programme

MOST_SETS = 3


def sentences(built: Programme, limits: tuple[Limit, ...]) -> tuple[str, ...]:
    """Sentences with figures, a set of limits at a time. A set is irreducible: without any one of its limits the rest can be had, so
    every limit of it is told by how far it would have to give way, the others kept.
    """
    if not solving.possible(built, ()):
        served = built.open.any(axis=(0, 1, 3))
        return tuple(plan_words.nobody(name) for name, some in zip(built.problem.classes, served, strict=True) if not some)
    said: list[str] = []
    for stuck in _sets(built, limits):
        found = [(limit, *_within(built, limit, stuck, limits)) for limit in stuck]
        said += plan_words.together(found) if len(stuck) > 1 else plan_words.alone(found[0], nearest(built, stuck[0], ()))
    return tuple(said)


def _sets(built: Programme, limits: tuple[Limit, ...]) -> list[tuple[Limit, ...]]:
    """Irreducible sets, at most MOST_SETS: the first, then those that are left where any one limit of a set found is taken out."""
    found: list[tuple[Limit, ...]] = []
    queue = [limits]
    while queue and len(found) < MOST_SETS:
        left = queue.pop(0)
        if any(set(stuck) <= set(left) for stuck in found) or solving.possible(built, left):
            continue
        stuck = irreducible(built, left)
        found.append(stuck)
        queue += [tuple(each for each in left if each != limit) for limit in stuck]
    return found


def irreducible(built: Programme, limits: tuple[Limit, ...]) -> tuple[Limit, ...]:
    """A smallest set out of `limits` that cannot be had together: the deletion filter (Chinneck and Dravnieks 1991)."""
    kept = limits
    for limit in limits:
        without = tuple(each for each in kept if each != limit)
        if not solving.possible(built, without):
            kept = without
    return kept


def nearest(built: Programme, limit: Limit, others: Iterable[Limit]) -> float | None:
    """The best that can be had of what `limit` is on while `others` are kept; None: nothing is known that could be told."""
    others = tuple(others)
    if limit.name in SLOW_SHARE:
        return _fastest(built, limit, others)
    row, _ = built.row(limit)
    tie = solving.TIE * solving.SCALE * built.usd_row / built.money
    found = solving.best(built, row * solving.SCALE + tie, others, known=(limit.name,))
    return None if found is None else built.reached(limit, found)


def _fastest(built: Programme, limit: Limit, others: tuple[Limit, ...]) -> float | None:
    """The lowest percentile in milliseconds. The choice with the fewest calls over L has a percentile below L, which is the next L, until
    it moves no more: then no choice has few enough over less (the idea of Dinkelbach, Management Science 13 (1967) 492-498).
    """
    found = solving.cheapest(built, others, known=(limit.name,))
    ms = None if found is None else built.percentile(found, SLOW_SHARE[limit.name])
    for _ in range(40):
        if ms is None:
            return None
        row, _ = built.row(Limit(limit.name, Decimal(ms)))
        found = solving.best(built, row * solving.SCALE, others, known=(limit.name,))
        lower = None if found is None else built.percentile(found, SLOW_SHARE[limit.name])
        if lower is None or lower > ms - 0.1:
            break
        ms = lower
    return ms


def _within(built: Programme, limit: Limit, stuck: tuple[Limit, ...], limits: tuple[Limit, ...]) -> tuple[float | None, bool]:
    """What can be had while all other limits are kept, else (False) while those of the set are: the others may exclude each other."""
    every = tuple(each for each in limits if each != limit)
    if solving.possible(built, every):
        return nearest(built, limit, every), True
    return nearest(built, limit, tuple(each for each in stuck if each != limit)), False
