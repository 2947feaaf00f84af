"""Traffic made by hand: typed streams of a month, and recorded ones of many days."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from workbench.cost.model import KINDS, OwnPrice, Scenario, Typed
from workbench.cost.rates import Book
from workbench.cost.traffic import Stream, Traffic

DAY_MS = 86_400_000
D = Decimal

PRICES = {
    "gpt-4": OwnPrice(D(30), D(60)),
    "gpt-3.5-turbo": OwnPrice(D(1), D(2)),
    "claude-instant": OwnPrice(D("0.8"), D("2.4")),
}
"""The prices of the example, per million tokens."""

ALL = Typed(D(100_000), D(150), D(200), {"gpt-4": D(1)})


def scenario(*levers: Any, **fields: Any) -> Scenario:
    """The example with these levers."""
    return Scenario("example", fields.pop("baseline", ALL), tuple(levers), prices=fields.pop("prices", PRICES), **fields)


def book(prices: Mapping[str, OwnPrice] = PRICES) -> Book:
    return Book(prices)


def month(*rows: tuple[Stream, Any, Mapping[str, Any]]) -> Traffic:
    """Typed traffic: a stream, its calls of a month, and tokens a call by kind."""
    calls = [D(str(many)) for _, many, _ in rows]
    tokens = [tuple(many * D(str(each.get(kind, 0))) for kind in KINDS) for many, (_, _, each) in zip(calls, rows, strict=True)]
    return Traffic(
        streams=tuple(stream for stream, _, _ in rows),
        calls=np.array([[float(many) for many in calls]]),
        tokens=np.array([[[float(each) for each in row] for row in tokens]]),
        month_calls=tuple(calls),
        month_tokens=tuple(tokens),
        unit_ms=0,
        label="typed",
    )


def example() -> Traffic:
    """100,000 queries a day for 30 days, 150 tokens in and 200 out, all on gpt-4."""
    return month((Stream("gpt-4"), 3_000_000, {"input": 150, "output": 200}))


def recorded(streams: Sequence[Stream], calls: Any, tokens: Any, **fields: Any) -> Traffic:
    """Recorded days: calls [T, S] and tokens [T, S, K]; a month is 30 days like them."""
    calls, tokens = np.asarray(calls, dtype=float), np.asarray(tokens, dtype=float)
    scale = D(30) / D(len(calls))
    return Traffic(
        streams=tuple(streams),
        calls=calls,
        tokens=tokens,
        month_calls=tuple(D(int(many)) * scale for many in calls.sum(axis=0)),
        month_tokens=tuple(tuple(D(int(many)) * scale for many in row) for row in tokens.sum(axis=0)),
        unit_ms=DAY_MS,
        recorded=int(calls.sum()),
        label="recorded",
        **fields,
    )
