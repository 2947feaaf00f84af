"""What a flow costs: tokens by kind times the rates of each stream's model, in dollars. Owns no rate and rounds nothing but totals.

The same lines bill exact decimals and floats by unit of time. A stream whose model has no known price is told apart, never counted as 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.cost import levers as pulled
from workbench.cost.flow import EXACT, Base, Flow, column
from workbench.cost.levers import Setting
from workbench.cost.model import KINDS, Lever
from workbench.cost.rates import AROUND, BATCH, Book

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDES = ("input", "output", "beside")  # what a stream's dollars are for; beside: requests and look-ups in caches
_NANO = Decimal("1e-9")
_NONE = Decimal(0)
_FREE = dict.fromkeys((*KINDS, "request"), _NONE)


@dataclass(frozen=True)
class Bill:
    """Dollars of a flow: `usd[..., s, side]`, and whether a price is known of each stream's model."""

    flow: Flow
    usd: "NDArray[Any]"
    priced: tuple[bool, ...]

    @property
    def total(self) -> Decimal:
        """Dollars of all streams; of an exact flow only. Not rounded."""
        total: Decimal = self.usd.sum() if self.usd.size else _NONE
        return total

    def of_models(self) -> "NDArray[Any]":
        """Dollars that a stream's model is paid, without look-ups in caches."""
        paid: NDArray[Any] = self.usd.sum(axis=-1) - self.flow.beside
        return paid


def bill(flow: Flow, book: Book) -> Bill:
    """What the flow costs."""
    import numpy as np

    rows = [_row(book, stream.model, stream.processing, stream.band) for stream in flow.streams]
    known = tuple(row is not None for row in rows)
    rates = _table([row or _FREE for row in rows], exact=flow.exact)
    if any(flow.batch):
        batched = [_row(book, one.model, BATCH, one.band) if share else None for one, share in zip(flow.streams, flow.batch, strict=True)]
        there = _table([row or own or _FREE for row, own in zip(batched, rows, strict=True)], exact=flow.exact)
        rates = rates + (there - rates) * flow.batch[:, None]
    spent = flow.tokens * rates[:, : len(KINDS)]
    beside = flow.requests * rates[:, len(KINDS)] + flow.beside
    return Bill(flow, np.stack([spent[..., :4].sum(axis=-1), spent[..., 4:].sum(axis=-1), beside], axis=-1), known)


def work(base: Base, levers: Sequence[Lever], book: Book, hits: Mapping[str, float] | None = None, *, exact: bool = True) -> Bill:
    """The bill of the base with these levers pulled; see `levers.Setting` for `hits`."""
    setting: Setting = replace(pulled.setting_of(base, levers), hits=hits or {})
    return bill(pulled.pull(base.flow(exact=exact), levers, setting), book)


def nano(usd: Decimal) -> Decimal:
    """Dollars to the nano-dollar, a half to the even neighbour."""
    return usd.quantize(_NANO, context=EXACT)


def _row(book: Book, model: str, processing: str | None, band: int) -> Mapping[str, Decimal] | None:
    """What one more token of a kind adds: kinds nest, so that a cached token adds what it costs less than a plain one."""
    rates = book.of(model, processing, band)
    if rates is None:
        return None
    return {kind: rate - rates[AROUND[kind]] if kind in AROUND else rate for kind, rate in rates.items()}


def _table(rows: Sequence[Mapping[str, Decimal]], *, exact: bool) -> "NDArray[Any]":
    import numpy as np

    if not rows:
        return np.zeros((0, len(KINDS) + 1), dtype=object if exact else float)
    return np.stack([column([row[name] for row in rows], exact=exact) for name in (*KINDS, "request")], axis=-1)
