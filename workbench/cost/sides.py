"""The two sides of an outcome: a month of calls by model, and what the mix does to quality and latency. A saving stands beside both."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from workbench.cost import latency, levers, quality
from workbench.cost.billing import Bill, nano
from workbench.cost.model import ANY_CLASS, KINDS, Lever, SemanticCache, ShorterPrompt
from workbench.cost.outcome import Figure, Latency, Quality, Share, Side
from workbench.cost.traffic import Stream
from workbench.cost.worked import Worked

_NONE = Decimal(0)
_A_CALL = Decimal("1e-12")
_BEFORE_SEMANTIC = ("routing", "new_model", "exact_cache")


def side(
    done: Worked,
    bill: Bill,
    pulled: tuple[Lever, ...],
    usd: Figure,
    *,
    known: Mapping[str, quality.Known],
    times: Mapping[str, latency.Times],
) -> Side:
    """A month of `bill`, which came of the levers `pulled`, and costs `usd`."""
    flow = bill.flow
    asked: Decimal = flow.asked.sum()
    unpriced, of_these = (
        sum((calls for calls, priced in zip(each, bill.priced, strict=True) if not priced), _NONE) for each in (flow.calls, flow.asked)
    )
    beside = sum(flow.beside, _NONE) + done.components
    return Side(
        usd=usd,
        calls=nano(asked),
        models=_shares(done, bill),
        unpriced_calls=nano(unpriced),
        quality=_quality(done, bill, pulled, known),
        latency=_latency(bill, times),
        usd_per_call=(usd.value / (asked - of_these)).quantize(_A_CALL) if asked > of_these else None,
        components_usd=nano(beside * done.scale),
        unpriced_asked=nano(of_these),
    )


def _shares(done: Worked, bill: Bill) -> tuple[Share, ...]:
    """A line a model and class, dearest first; the class is empty where there is one only."""
    flow, paid = bill.flow, bill.of_models()
    places: dict[tuple[str, str], list[int]] = {}
    for at, stream in enumerate(flow.streams):
        places.setdefault((stream.model, stream.klass), []).append(at)
    reached: Decimal = flow.calls.sum()
    single = len({stream.klass for stream in flow.streams}) == 1
    found = []
    for (model, klass), group in places.items():
        calls = sum((flow.calls[at] for at in group), _NONE)
        tokens = {kind: nano(sum((flow.tokens[at, k] for at in group), _NONE)) for k, kind in enumerate(KINDS)}
        usd = nano(sum((paid[at] for at in group), _NONE) * done.scale) if all(bill.priced[at] for at in group) else None
        shown = "" if single and klass == ANY_CLASS else klass
        found.append(Share(model, nano(calls), nano(calls / reached) if reached else _NONE, tokens, usd, done.book.source(model), shown))
    return tuple(sorted(found, key=lambda one: (one.usd is None, -(one.usd or _NONE), -one.calls, one.model, one.klass)))


def _quality(done: Worked, bill: Bill, pulled: tuple[Lever, ...], known: Mapping[str, quality.Known]) -> Quality:
    flow = bill.flow
    shares: dict[tuple[str, str], Decimal] = {}
    shorter = next((one for one in pulled if isinstance(one, ShorterPrompt) and one.version is not None), None)
    for stream, asked in zip(flow.streams, flow.asked, strict=True):
        place = stream.klass, _speaks(stream, shorter, known)
        shares[place] = shares.get(place, _NONE) + asked
    return quality.of_mix(shares, known, false_hits=_false_hits(done, pulled))


def _speaks(stream: Stream, shorter: ShorterPrompt | None, known: Mapping[str, quality.Known]) -> str:
    """Under which name the quality of a stream is known: another version of its prompt is another thing, unless a person states it."""
    if shorter is None or shorter.prompt is None or shorter.version is None or stream.prompt != shorter.prompt:
        return stream.model
    said = known.get(stream.model)
    name = quality.versioned(stream.model, shorter.prompt, shorter.version)
    return stream.model if said is not None and said.source == quality.STATED and name not in known else name


def _false_hits(done: Worked, pulled: tuple[Lever, ...]) -> Decimal:
    """The share of all calls that a semantic cache answers with the reply to another question."""
    semantic = next((one for one in pulled if isinstance(one, SemanticCache)), None)
    if semantic is None or not semantic.false_hit_rate:
        return _NONE
    setting = levers.setting_of(done.base, pulled)
    flow = levers.pull(done.base.flow(exact=True), [one for one in pulled if one.kind in _BEFORE_SEMANTIC], setting)
    met = sum((calls for calls, stream in zip(flow.calls, flow.streams, strict=True) if stream.klass not in setting.uncached), _NONE)
    asked: Decimal = flow.asked.sum()
    return met * semantic.hit_rate * semantic.false_hit_rate / asked if asked else _NONE


def _latency(bill: Bill, times: Mapping[str, latency.Times]) -> Latency:
    """Of the calls that somebody waits for: those that do not go in batches."""
    flow = bill.flow
    shares: dict[str, Decimal] = {}
    for stream, calls, batched in zip(flow.streams, flow.calls, flow.batch, strict=True):
        shares[stream.model] = shares.get(stream.model, _NONE) + calls * (1 - batched)
    waited = sum((asked * (1 - batched) for asked, batched in zip(flow.asked, flow.batch, strict=True)), _NONE)
    cached = 1 - sum(shares.values(), _NONE) / waited if waited else _NONE
    found = latency.of_mix(shares, times, cached=min(max(cached, _NONE), Decimal(1)))
    return replace(found, sources=dict(sorted(found.sources.items())))
