"""Traffic on its way through a scenario's levers: calls and tokens by stream, once as exact decimals, once as floats by unit of time.

Both are arrays with the streams last, so that a lever's arithmetic is written once: [S] and [S, K] of Decimal objects for the point,
[T, S] and [T, S, K] of floats for what the ranges are drawn from. Owns how streams that no lever tells apart are put together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

from workbench.cost.model import KINDS
from workbench.cost.traffic import Lengths, Measured, Stream, Traffic

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXACT = Context(prec=200)  # 10**15 queries of 10**6 tokens that grow tenfold a month for ten years, to the nano-dollar
_NONE = Decimal(0)


@dataclass(frozen=True)
class Flow:
    """Calls that are asked for, those that reach a model, the requests that are billed (retries among them), and their tokens.

    `origin[s]` is the stream of the base that stream s came out of, `route[s]` the routing row's place that sent it (0: none did).
    `beside` are dollars for look-ups in caches; `batch[s]` the share of the stream that goes in batches.
    """

    exact: bool
    streams: tuple[Stream, ...]
    origin: tuple[int, ...]
    route: tuple[int, ...]
    asked: "NDArray[Any]"
    calls: "NDArray[Any]"
    requests: "NDArray[Any]"
    tokens: "NDArray[Any]"
    beside: "NDArray[Any]"
    batch: "NDArray[Any]"

    def number(self, value: Decimal | int) -> Any:
        """A number that these arrays can be multiplied by."""
        return Decimal(value) if self.exact else float(value)

    def column(self, values: Sequence[Decimal]) -> "NDArray[Any]":
        """Values by stream as an array that goes with these."""
        return column(values, exact=self.exact)

    def split(self, picks: Sequence[tuple[int, Stream, Decimal, int]]) -> "Flow":
        """New streams: each out of an old one, with a share of its calls and tokens, and its route."""
        at = [old for old, _, _, _ in picks]
        share = self.column([part for _, _, part, _ in picks])
        return replace(
            self,
            streams=tuple(stream for _, stream, _, _ in picks),
            origin=tuple(self.origin[old] for old in at),
            route=tuple(route or self.route[old] for old, _, _, route in picks),
            asked=self.asked[..., at] * share,
            calls=self.calls[..., at] * share,
            requests=self.requests[..., at] * share,
            tokens=self.tokens[..., at, :] * share[:, None],
            beside=self.beside[..., at] * share,
            batch=self.batch[at],
        )

    def times(self, share: Any) -> "Flow":
        """The calls that go on, and their tokens, times `share`."""
        spread = share[..., None] if getattr(share, "ndim", 0) else share
        return replace(self, calls=self.calls * share, requests=self.requests * share, tokens=self.tokens * spread)


@dataclass(frozen=True)
class Base:
    """Streams that a scenario tells apart, a month of each, and their units of time. Hits and prefixes are means over what was joined."""

    streams: tuple[Stream, ...]
    month_calls: tuple[Decimal, ...]
    month_tokens: tuple[tuple[Decimal, ...], ...]
    calls: "NDArray[Any]"  # [T, S]; typed: [1, S] of a month
    tokens: "NDArray[Any]"
    measured: Measured
    lengths: tuple[tuple[Lengths | None, ...], ...]  # of the streams that were joined
    typed: bool
    unit_ms: int = 0
    caps: dict[tuple[int, int], Decimal] = field(default_factory=dict, repr=False, compare=False)  # kept by `levers.kept_output`

    def flow(self, *, exact: bool) -> Flow:
        """Where the levers begin."""
        import numpy as np

        size = len(self.streams)
        if exact:
            calls, tokens = column(self.month_calls, exact=True), table(self.month_tokens)
            nothing = column([_NONE] * size, exact=True)
            return Flow(True, self.streams, tuple(range(size)), (0,) * size, calls, calls, calls, tokens, nothing, nothing)
        zero = np.zeros_like(self.calls)
        return Flow(
            False, self.streams, tuple(range(size)), (0,) * size, self.calls, self.calls, self.calls, self.tokens, zero, np.zeros(size)
        )


def column(values: Sequence[Decimal], *, exact: bool) -> "NDArray[Any]":
    """Values as an array of Decimal objects, or of floats."""
    import numpy as np

    if not exact:
        return np.array([float(value) for value in values], dtype=np.float64)
    made = np.empty(len(values), dtype=object)
    made[:] = list(values)
    return made


def table(rows: Sequence[Sequence[Decimal]]) -> "NDArray[Any]":
    """Rows of values by KINDS as an array of Decimal objects."""
    import numpy as np

    made = np.empty((len(rows), len(KINDS)), dtype=object)
    for at, row in enumerate(rows):
        made[at, :] = list(row)
    return made


def ratio(part: "NDArray[Any]", whole: "NDArray[Any]") -> "NDArray[Any]":
    """The part by the whole, 0 where the whole is 0."""
    import numpy as np

    empty = whole == 0
    shared: NDArray[Any] = np.where(empty, part * 0, part / np.where(empty, whole * 0 + 1, whole))
    return shared


def collapse(traffic: Traffic, measured: Measured, prompts: frozenset[str] = frozenset()) -> Base:
    """The traffic with streams joined that differ only in a prompt none of `prompts`."""
    import numpy as np

    groups: dict[Stream, list[int]] = {}
    for at, stream in enumerate(traffic.streams):
        groups.setdefault(stream if stream.prompt in prompts else replace(stream, prompt=None), []).append(at)
    members = list(groups.values())
    typed = traffic.unit_ms == 0
    calls, tokens = traffic.calls, traffic.tokens
    if typed:
        calls = column(traffic.month_calls, exact=False)[None, :]
        tokens = table(traffic.month_tokens).astype(np.float64)[None, :, :]
    order, starts = [at for group in members for at in group], np.cumsum([0, *(len(group) for group in members)][:-1])
    return Base(
        streams=tuple(groups),
        month_calls=tuple(_sum(traffic.month_calls, group) for group in members),
        month_tokens=tuple(tuple(_sum([row[k] for row in traffic.month_tokens], group) for k in range(len(KINDS))) for group in members)
        if len(members) < len(order)
        else tuple(traffic.month_tokens[at] for at in order),
        calls=np.add.reduceat(calls[:, order], starts, axis=1) if members else calls,
        tokens=np.add.reduceat(tokens[:, order], starts, axis=1) if members else tokens,
        measured=_joined(traffic, measured, members),
        lengths=tuple(tuple(traffic.lengths[at] if traffic.lengths else None for at in group) for group in members),
        typed=typed,
        unit_ms=traffic.unit_ms,
    )


def _sum(values: Sequence[Decimal], group: Iterable[int]) -> Decimal:
    total = _NONE
    for at in group:
        total += values[at]
    return total


def _joined(traffic: Traffic, measured: Measured, members: list[list[int]]) -> Measured:
    """What was measured, weighed by the calls and tokens of the streams that were joined."""
    hits, prefix, calls, tokens = measured.exact, measured.prefix, traffic.month_calls, traffic.month_tokens
    if hits:
        by_kind = [([row[k] for row in hits.tokens], [row[k] for row in tokens]) for k in range(len(KINDS))]
        hits = replace(
            hits,
            calls=tuple(_mean(hits.calls, calls, group) for group in members),
            tokens=tuple(tuple(_mean(shares, weights, group) for shares, weights in by_kind) for group in members),
        )
    if prefix:
        found = [many * long for many, long in zip(calls, prefix.tokens, strict=True)]
        prefix = replace(
            prefix,
            tokens=tuple(_mean(prefix.tokens, calls, group) for group in members),
            hit_rate=tuple(_mean(prefix.hit_rate, found, group) for group in members),
        )
    return replace(measured, exact=hits, prefix=prefix)


def _mean(values: Sequence[Decimal], weights: Sequence[Decimal], group: list[int]) -> Decimal:
    if len(group) == 1:
        return values[group[0]]
    total = sum((weights[at] for at in group), _NONE)
    return sum((values[at] * weights[at] for at in group), _NONE) / total if total else _NONE
