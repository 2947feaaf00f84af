"""What each lever does to traffic: one function a kind, in one order that does not depend on how a scenario lists them.

Pure arithmetic on `flow.Flow`; the same lines work on exact decimals and on floats. Owns no price. `describe` says a lever in words.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.cost.flow import EXACT, Base, Flow, ratio
from workbench.cost.model import (
    KINDS,
    Batch,
    ExactCache,
    Growth,
    Lever,
    NewModel,
    OutputCap,
    PromptCaching,
    Retries,
    Routing,
    Rule,
    SemanticCache,
    ShorterPrompt,
)
from workbench.cost.traffic import Lengths, Stream
from workbench.text.counting import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

ORDER = (
    "routing", "new_model", "shorter_prompt", "output_cap", "exact_cache", "semantic_cache", "prompt_caching", "retries", "batch", "growth",
)  # fmt: skip
INPUT, CACHED, WRITE, WRITE_1H, OUTPUT, REASONING = range(len(KINDS))
ANY_MODEL = "*"
_NONE, _ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True)
class Setting:
    """What the levers of one scenario share. `hits` says, by kind of a caching lever, what its rate is multiplied by (None: 1): the
    ranges move it. `uncached` are classes that no cache may answer, `caps` the classes whose replies end, as the rules say.
    """

    base: Base
    hits: Mapping[str, float] = field(default_factory=dict)
    uncached: frozenset[str] = frozenset()
    caps: Mapping[str, int] = field(default_factory=dict)
    sent: Mapping[str, str] = field(default_factory=dict)  # class -> model, as the rules say
    capped: bool = False  # an output cap is among the levers

    def moved(self, flow: Flow, kind: str, rate: Any) -> Any:
        """A rate as the ranges have it; the point has it as it is."""
        return rate if flow.exact or kind not in self.hits else rate * self.hits[kind]


Arithmetic = Callable[[Flow, Any, Setting], Flow]
_REGISTERED: dict[str, Arithmetic] = {}
_TOLD: dict[str, Callable[[Any], str]] = {}


def lever(kind: str, told: Callable[[Any], str]) -> Callable[[Arithmetic], Arithmetic]:
    """Registers the arithmetic of a kind of lever and how it is said. A kind taken twice raises."""

    def register(arithmetic: Arithmetic) -> Arithmetic:
        if kind in _REGISTERED or kind not in ORDER:
            raise ValueError(f"lever {kind} is registered twice or has no place in the order")
        _REGISTERED[kind], _TOLD[kind] = arithmetic, told
        return arithmetic

    return register


def pull(flow: Flow, levers: Sequence[Lever], setting: Setting) -> Flow:
    """The flow after all levers, in the one order."""
    for each in sorted(levers, key=lambda one: ORDER.index(one.kind)):
        flow = _REGISTERED[each.kind](flow, each, setting)
    return flow


def describe(lever: Lever) -> str:
    """The lever in words: "Exact cache: 40 % hits"."""
    return _TOLD[lever.kind](lever)


def setting_of(base: Base, levers: Sequence[Lever]) -> Setting:
    """What the levers share: the rules of a routing say which classes a cache may answer, where replies end, and where calls go. A
    class follows its rules where all of them say the same.
    """
    rules = next((one.rules for one in levers if isinstance(one, Routing)), ())
    by_class: dict[str, list[Rule]] = {}
    for rule in rules:
        by_class.setdefault(rule.klass, []).append(rule)
    agreed = {name: said[0] for name, said in by_class.items()}
    return Setting(
        base,
        uncached=frozenset(name for name, said in by_class.items() if all(rule.cache is False for rule in said)),
        caps={name: one.cap for name, one in agreed.items() if one.cap and all(rule.cap == one.cap for rule in by_class[name])},
        sent={name: one.model for name, one in agreed.items() if one.model and all(rule.model == one.model for rule in by_class[name])},
        capped=any(isinstance(one, OutputCap) for one in levers),
    )


def routes(routing: Routing | None, setting: Setting) -> dict[tuple[str, str], int]:
    """The places of a routing's shares, from 1: (class, model)."""
    rows = rows_of(routing, setting) if routing else {}
    return {(klass, model): at for at, (klass, model) in enumerate(((k, m) for k, row in rows.items() for m in row), 1)}


def rows_of(routing: Routing, setting: Setting) -> dict[str, Mapping[str, Decimal]]:
    """Class -> model -> share: the shares that are stated, and the models that rules name for classes without shares."""
    return {klass: {model: _ONE} for klass, model in setting.sent.items() if klass not in routing.shares} | dict(routing.shares)


def percent(share: Decimal) -> str:
    """A share as a person writes it: "40 %", "0.7 %"."""
    shown = (share * 100).quantize(Decimal("0.1"))
    return f"{shown.normalize() if shown % 1 else shown.to_integral_value():f} %"


def _tell_routing(it: Routing) -> str:
    rows = (
        f"{klass} {' + '.join(f'{percent(share)} {model}' for model, share in row.items() if share)}" for klass, row in it.shares.items()
    )
    return f"Routing: {'; '.join(rows)}" if it.shares else "Routing by rules"


@lever("routing", _tell_routing)
def _routing(flow: Flow, it: Routing, setting: Setting) -> Flow:
    rows, places = rows_of(it, setting), routes(it, setting)
    picks: list[tuple[int, Stream, Decimal, int]] = []
    for at, stream in enumerate(flow.streams):
        row = rows.get(stream.klass)
        if row is None:
            picks.append((at, stream, _ONE, 0))
            continue
        picks += [(at, replace(stream, model=model), share, places[stream.klass, model]) for model, share in row.items() if share]
    routed = flow.split(picks)
    return routed if setting.capped else _capped(routed, {}, setting)


def _tell_new(it: NewModel) -> str:
    which = "every model" if it.instead_of == ANY_MODEL else it.instead_of
    return f"{it.model} instead of {which}" + ("" if it.share == 1 else f" for {percent(it.share)}")


@lever("new_model", _tell_new)
def _new_model(flow: Flow, it: NewModel, _setting: Setting) -> Flow:
    picks: list[tuple[int, Stream, Decimal, int]] = []
    for at, stream in enumerate(flow.streams):
        moves = it.instead_of in (ANY_MODEL, stream.model) and stream.model != it.model
        if not moves or it.share < 1:
            picks.append((at, stream, _ONE - it.share if moves else _ONE, 0))
        if moves and it.share:
            picks.append((at, replace(stream, model=it.model), it.share, 0))
    return flow.split(picks)


def _tell_shorter(it: ShorterPrompt) -> str:
    which = "Prompts" if it.prompt is None else it.prompt + (f" version {it.version}" if it.version else "")
    return f"{which} {'shorter' if it.tokens_saved >= 0 else 'longer'} by {abs(it.tokens_saved):,f} tokens"


@lever("shorter_prompt", _tell_shorter)
def _shorter_prompt(flow: Flow, it: ShorterPrompt, _setting: Setting) -> Flow:
    import numpy as np

    by_stream = flow.column([it.tokens_saved if it.prompt in (None, stream.prompt) else _NONE for stream in flow.streams])
    before = flow.tokens[..., INPUT]
    after = np.maximum(before - by_stream * flow.calls, flow.number(0))
    # Calls without input tokens have no cached ones: what is added to them is plain input.
    shrunk = flow.tokens[..., CACHED:OUTPUT] * ratio(np.minimum(after, before), before)[..., None]
    return replace(flow, tokens=np.concatenate([after[..., None], shrunk, flow.tokens[..., OUTPUT:]], axis=-1))


@lever("output_cap", lambda it: f"Replies end after {counted(it.max_tokens, 'token')}" + (f" ({it.prompt})" if it.prompt else ""))
def _output_cap(flow: Flow, it: OutputCap, setting: Setting) -> Flow:
    return _capped(flow, {at: it.max_tokens for at, one in enumerate(flow.streams) if it.prompt in (None, one.prompt)}, setting)


def _capped(flow: Flow, stated: Mapping[int, int], setting: Setting) -> Flow:
    """The flow with replies that end at the stated caps and at those of the rules, whichever is less."""
    import numpy as np

    ruled = {at: setting.caps[stream.klass] for at, stream in enumerate(flow.streams) if stream.klass in setting.caps}
    caps = {at: min(one.get(at, cap) for one in (stated, ruled)) for at, cap in {**stated, **ruled}.items()}
    if not caps:
        return flow
    shares = {(flow.origin[at], cap): kept_output(setting.base, flow.origin[at], cap) for at, cap in caps.items()}
    kept = flow.column([shares[flow.origin[at], caps[at]] if at in caps else _ONE for at in range(len(flow.streams))])
    return replace(flow, tokens=np.concatenate([flow.tokens[..., :OUTPUT], flow.tokens[..., OUTPUT:] * kept[:, None]], axis=-1))


def kept_output(base: Base, at: int, cap: int) -> Decimal:
    """The share of a stream's output tokens that is left where replies end after `cap`: by the lengths that are known, else as if
    they were exponential around their mean mu, mu(1 - e^(-cap/mu)).
    """
    if (at, cap) not in base.caps:
        base.caps[at, cap] = _kept_share(base, at, cap)
    return base.caps[at, cap]


def _kept_share(base: Base, at: int, cap: int) -> Decimal:
    known = [lengths for lengths in base.lengths[at] if lengths is not None and len(lengths.tokens)]
    if known:
        return _kept_of(known, cap)
    calls, output = base.month_calls[at], base.month_tokens[at][OUTPUT]
    if not calls or not output:
        return _ONE
    return _ONE - (-Decimal(cap) * calls / output).exp(EXACT)


def _kept_of(known: Sequence[Lengths], cap: int) -> Decimal:
    import numpy as np

    whole = sum(int((each.tokens * each.calls).sum()) for each in known)
    left = sum(int((np.minimum(each.tokens, cap) * each.calls).sum()) for each in known)
    return Decimal(left) / Decimal(whole) if whole else _ONE


def _tell_exact(it: ExactCache) -> str:
    return f"Exact cache: {percent(it.hit_rate)} hits" if it.hit_rate is not None else f"Exact cache, replies kept {it.ttl_s:,} s"


@lever("exact_cache", _tell_exact)
def _exact_cache(flow: Flow, it: ExactCache, setting: Setting) -> Flow:
    import numpy as np

    found = setting.base.measured.exact
    if it.hit_rate is not None:
        by_calls = [it.hit_rate] * len(flow.streams)
        by_tokens = [[it.hit_rate] * len(KINDS)] * len(flow.streams)
    elif found:
        by_calls = [found.calls[at] for at in flow.origin]
        by_tokens = [list(found.tokens[at]) for at in flow.origin]
    else:
        return flow  # nothing to replay: a finding says so
    may = _may(flow, setting)
    missed = 1 - setting.moved(flow, it.kind, flow.column(by_calls) * may)
    shares = np.stack([flow.column([row[k] for row in by_tokens]) * may for k in range(len(KINDS))], axis=-1)
    paid = flow.calls * may * flow.number(it.usd_per_lookup)
    return replace(
        flow,
        beside=flow.beside + paid,
        calls=flow.calls * missed,
        requests=flow.requests * missed,
        tokens=flow.tokens * (1 - setting.moved(flow, it.kind, shares)),
    )


@lever("semantic_cache", lambda it: f"Semantic cache: {percent(it.hit_rate)} hits, {percent(it.false_hit_rate)} of them false")
def _semantic_cache(flow: Flow, it: SemanticCache, setting: Setting) -> Flow:
    may = _may(flow, setting)
    paid = flow.calls * may * flow.number(it.usd_per_lookup)
    missed = 1 - setting.moved(flow, it.kind, may * flow.number(it.hit_rate))
    return replace(flow.times(missed), beside=flow.beside + paid)


def _may(flow: Flow, setting: Setting) -> "NDArray[Any]":
    """1 for streams that a cache may answer, else 0."""
    return flow.column([_NONE if stream.klass in setting.uncached else _ONE for stream in flow.streams])


def _tell_caching(it: PromptCaching) -> str:
    long = "measured prefix" if it.prefix_tokens is None else f"prefix of {it.prefix_tokens:,f} tokens"
    return f"Prompt caching ({it.ttl}): {long}, {'measured' if it.hit_rate is None else percent(it.hit_rate)} hits"


@lever("prompt_caching", _tell_caching)
def _prompt_caching(flow: Flow, it: PromptCaching, setting: Setting) -> Flow:
    import numpy as np

    found = setting.base.measured.prefix
    if found is None and (it.prefix_tokens is None or it.hit_rate is None):
        return flow  # nothing to measure by: a finding says so
    prefixes = [it.prefix_tokens if it.prefix_tokens is not None else found.tokens[at] if found else _NONE for at in flow.origin]
    hits = [it.hit_rate if it.hit_rate is not None else found.hit_rate[at] if found else _NONE for at in flow.origin]
    shared = np.minimum(flow.column(prefixes) * flow.calls, flow.tokens[..., INPUT])
    cached = shared * setting.moved(flow, it.kind, flow.column(hits))
    written = shared - cached
    hour = written if it.ttl == "1h" else written * 0
    # A stream of which no beginning was measured stays as it was recorded: what is not seen here may still be cached there.
    taken = flow.column([_NONE if it.prefix_tokens is None and not long else _ONE for long in prefixes])[:, None]
    kinds = np.stack([cached, written, hour], axis=-1) * taken + flow.tokens[..., CACHED:OUTPUT] * (1 - taken)
    return replace(flow, tokens=np.concatenate([flow.tokens[..., :CACHED], kinds, flow.tokens[..., OUTPUT:]], axis=-1))


@lever(
    "retries",
    lambda it: (
        f"{percent(it.failure_rate)} of attempts fail, {counted(it.retries, 'retry', 'retries')}, {percent(it.billed)} of a failure billed"
    ),
)
def _retries(flow: Flow, it: Retries, _setting: Setting) -> Flow:
    extra = sum((it.failure_rate**attempt for attempt in range(1, it.retries + 1)), _NONE)
    billed = flow.number(1 + extra * it.billed)
    return replace(flow, requests=flow.requests * billed, tokens=flow.tokens * billed)


@lever("batch", lambda it: f"{percent(it.share)} in batches" + (f" ({', '.join(it.classes)})" if it.classes else ""))
def _batch(flow: Flow, it: Batch, _setting: Setting) -> Flow:
    return replace(flow, batch=flow.column([it.share if not it.classes or one.klass in it.classes else _NONE for one in flow.streams]))


@lever("growth", lambda it: f"Growth of {percent(it.per_month)} a month")
def _growth(flow: Flow, it: Growth, _setting: Setting) -> Flow:
    factor = flow.number(1 + it.per_month)
    return replace(flow.times(factor), asked=flow.asked * factor, beside=flow.beside * factor)
