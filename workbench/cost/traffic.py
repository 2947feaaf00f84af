"""Traffic as sums: what was asked of the models, by time, model, prompt, class and band of input length. Frozen values, no store.

Every figure of a scenario is worked out of these sums, so that a million calls and a thousand cost the same to ask again.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Stream:
    """Calls that are alike for a price: same model, prompt, class, and band of input tokens (`Traffic.bands`), same processing."""

    model: str  # provider/model
    prompt: str | None = None
    klass: str = "all"
    band: int = 0
    processing: str | None = None  # batch, flex: the tariff they were recorded under


@dataclass(frozen=True)
class Lengths:
    """How long the replies of a stream were: ascending output tokens and how many calls had so many."""

    tokens: "NDArray[Any]"  # int64
    calls: "NDArray[Any]"  # int64


@dataclass(frozen=True)
class Traffic:
    """T units of time by S streams. `calls[t, s]` were answered; `tokens[t, s, k]` are their sums by `model.KINDS`.

    Typed traffic has one unit of time and stated means; `month_calls` and `month_tokens` are exact in both cases: a month of each stream.
    """

    streams: tuple[Stream, ...]
    calls: "NDArray[Any]"  # float64 [T, S]
    tokens: "NDArray[Any]"  # float64 [T, S, K]
    month_calls: tuple[Decimal, ...]  # [S]
    month_tokens: tuple[tuple[Decimal, ...], ...]  # [S][K]
    unit_ms: int  # length of a unit of time; 0 for typed traffic
    start_ms: int = 0
    bands: tuple[int, ...] = ()  # input tokens where some model's price steps: band b has more than bands[b - 1] of them
    lengths: tuple[Lengths | None, ...] = ()  # [S]; empty: not known (typed)
    latency_ms: tuple["NDArray[Any] | None", ...] = ()  # [S] ascending sample of at most 2,000 recorded latencies
    recorded: int = 0  # answered calls that these are sums of; 0 for typed traffic
    recorded_nano: int = 0  # what the ledger says all of them cost
    recorded_unpriced: int = 0  # of them, those whose cost it does not know
    failed: int = 0  # calls that were not answered; not in `calls`
    can_wait: frozenset[str] = frozenset()  # classes that may go in a batch
    label: str = ""  # "412,331 calls of 30 days, 3 models"
    thinned: str = ""  # that the period began long before its first call, said before anything else
    notes: tuple[str, ...] = ()  # what to know: "1,204 answered calls were left out, without token counts"


@dataclass(frozen=True)
class Hits:
    """What an exact-match cache would have answered, stream by stream: shares 0..1 of the calls and of each kind of token."""

    calls: tuple[Decimal, ...]  # [S]
    tokens: tuple[tuple[Decimal, ...], ...]  # [S][K]
    rate: Decimal  # of all calls
    asked: int = 0
    hits: int = 0
    without_text: int = 0  # calls whose prompt was not recorded: taken as never repeated


@dataclass(frozen=True)
class Prefix:
    """The beginning that prompts of a stream share, in tokens, and the share of calls that would find it in the provider's cache."""

    tokens: tuple[Decimal, ...]  # [S]
    hit_rate: tuple[Decimal, ...]  # [S]
    estimated: bool = True  # counted by another tokenizer than the model's own
    sampled: int = 0
    assumed: tuple[str, ...] = ()  # models of which nobody here knows the fewest tokens that are cached


@dataclass(frozen=True)
class Measured:
    """What replays of the recorded calls gave to a scenario's levers; None where nothing was measured."""

    exact: Hits | None = None
    prefix: Prefix | None = None
