"""Everything a result rests on, said one by one: where each number is from, and which field of the scenario changes it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from workbench.cost import latency, prefix, quality, ranges
from workbench.cost.levers import describe, percent
from workbench.cost.model import (
    ANY_CLASS,
    Batch,
    ExactCache,
    Lever,
    OutputCap,
    PromptCaching,
    Recorded,
    Routing,
    Scenario,
    SemanticCache,
    ShorterPrompt,
    Trace,
    Typed,
)
from workbench.cost.outcome import Assumption
from workbench.cost.traffic import Prefix
from workbench.cost.worked import Worked, components_of
from workbench.text.counting import counted

TYPED, MEASURED, STATED, SHIPPED = "typed", "measured", "believed", "shipped"
_MTOK = Decimal(1_000_000)


def listed(done: Worked, known: Mapping[str, quality.Known], times: Mapping[str, latency.Times]) -> tuple[Assumption, ...]:
    """Baseline, prices, levers, quality, latency, and how unsure what is typed is."""
    models = list(dict.fromkeys(stream.model for bill in (done.before, done.after) for stream in bill.flow.streams))
    return (
        *_baseline(done),
        *(_price(done, model) for model in models),
        *_components(done),
        *_levers(done),
        *(_quality(model, known.get(model)) for model in models),
        *(_latency(model, times.get(model)) for model in models),
        *_unsure(done),
    )


def _baseline(done: Worked) -> list[Assumption]:
    scenario, base = done.scenario, done.scenario.baseline
    days = Assumption("Days in a month", f"{scenario.days_per_month:f}", TYPED, "days_per_month")
    if isinstance(base, Typed):
        mix = ", ".join(f"{percent(share)} {model}" for model, share in base.models.items())
        found = [
            Assumption("Queries", f"{base.queries_per_day:,f} a day", TYPED, "baseline.queries_per_day"),
            Assumption("Tokens a query", f"{base.input_tokens:,f} in, {base.output_tokens:,f} out", TYPED, "baseline.input_tokens"),
            Assumption("Models", mix, TYPED, "baseline.models"),
            Assumption("Read from the provider's cache already", percent(base.cached_share), TYPED, "baseline.cached_share"),
        ]
        found += [Assumption(f"Class {name}", percent(one.share), TYPED, f"baseline.classes.{name}") for name, one in base.classes.items()]
    else:
        source = "recorded calls" if isinstance(base, Recorded) else "trace file"
        found = [Assumption("Traffic", done.traffic.label, source, "baseline.since" if isinstance(base, Recorded) else "baseline.path")]
        if isinstance(base, Trace):
            found.append(Assumption("Model of the trace", base.model, TYPED, "baseline.model"))
    if scenario.calibrate and done.ratio is not None:
        found.append(Assumption("Scaled to the stated bill", f"every figure × {done.scale:.4f}", TYPED, "calibrate"))
    return [*found, days]


def _price(done: Worked, model: str) -> Assumption:
    book, rates = done.book, done.book.of(model)
    if rates is None:
        return Assumption(f"Price of {model}", "unknown: its calls are counted apart", "price list", f"prices.{model}")
    own = model in book.prices
    when = "" if own or not book.at_ms else f" at {datetime.fromtimestamp(book.at_ms / 1000, UTC):%Y-%m-%d}"
    shown = f"{_rate(rates['input'] * _MTOK)} in, {_rate(rates['output'] * _MTOK)} out"
    return Assumption(f"Price of {model}", shown, book.source(model) + when, f"prices.{model}" if own else "prices_at")


def _components(done: Worked) -> list[Assumption]:
    found = []
    for one, rate in components_of(done.scenario, done.book):
        value = f"{one.tokens_per_month:,f} tokens a month at {_rate(rate)}"
        found.append(Assumption(one.name, value, "price list" if one.usd_per_mtok is None else TYPED, "baseline.components"))
    return found


def _rate(usd: Decimal | None) -> str:
    if usd is None:
        return "unknown"
    whole = usd.normalize()
    return f"${whole:,f} per million tokens"


def _levers(done: Worked) -> list[Assumption]:
    found: list[Assumption] = []
    for lever in done.scenario.levers:
        at = f"levers.{lever.kind}"
        value, source = _lever(done, lever)
        name = lever.kind.replace("_", " ").capitalize()
        found.append(Assumption(name, value.removeprefix(f"{name}: "), source, at))
        if isinstance(lever, ExactCache | SemanticCache):
            found.append(_look_up(lever))
        if isinstance(lever, SemanticCache):
            found.append(Assumption("False hits", percent(lever.false_hit_rate), TYPED, f"{at}.false_hit_rate"))
        elif isinstance(lever, PromptCaching) and done.base.measured.prefix:
            found += [
                Assumption(f"Fewest tokens {model} caches", f"{prefix.limits(model)[0]:,}", "assumed", f"{at}.prefix_tokens")
                for model in done.base.measured.prefix.assumed
            ]
        elif isinstance(lever, Batch):
            models = dict.fromkeys(stream.model for stream in done.after.flow.streams)
            without = [model for model in models if not done.book.has_batch(model)]
            found += [Assumption("Batch price", f"none for {', '.join(without)}", "price list", "prices")] if without else []
    return found


def _lever(done: Worked, lever: Lever) -> tuple[str, str]:
    """What a lever does, in words, and where its numbers are from."""
    measured, value = done.base.measured, describe(lever)
    if isinstance(lever, ExactCache) and lever.hit_rate is None:
        hits = measured.exact
        told = f"{percent(hits.rate)} hits in a replay of {counted(hits.asked, 'call')}" if hits else "hits not measured"
        return f"{told}, replies kept {lever.ttl_s:,} s", MEASURED
    if isinstance(lever, PromptCaching) and None in (lever.prefix_tokens, lever.hit_rate):
        return (value, "not measured") if measured.prefix is None else _caching(done, lever, measured.prefix)
    if isinstance(lever, ShorterPrompt) and lever.version is not None:
        return value, f"counted, version {lever.version}"
    if isinstance(lever, OutputCap):
        recorded = any(one is not None for group in done.base.lengths for one in group)
        return value, "recorded lengths of replies" if recorded else "lengths taken as exponential around their mean"
    if isinstance(lever, Routing) and not isinstance(done.scenario.baseline, Typed):
        classes = ", ".join(sorted({stream.klass for stream in done.base.streams} - {ANY_CLASS}))
        return value, f"{'rules of the scenario' if lever.rules else 'rules that ship'} on the calls: {classes or 'no class'}"
    return value, TYPED


def _caching(done: Worked, lever: PromptCaching, found: Prefix) -> tuple[str, str]:
    """The shared beginning and how often it is found, as measured where nothing is typed."""
    calls = done.base.month_calls
    mean = sum((many * long for many, long in zip(calls, found.tokens, strict=True)), Decimal(0)) / sum(calls)
    long = mean if lever.prefix_tokens is None else lever.prefix_tokens
    rate = Decimal(ranges.hit_rates([lever], done.base).get(lever.kind, 0.0))
    said = f"{MEASURED} on {counted(found.sampled, 'request')}{', tokens estimated' if found.estimated else ''}"
    return f"beginnings of {long:,.0f} tokens on average are kept {lever.ttl}, {percent(rate)} of them found again", said


def _look_up(lever: ExactCache | SemanticCache) -> Assumption:
    each = f"{lever.usd_per_lookup.normalize():f}"
    value = f"${each} a look-up, an answer in {latency.CACHE_MS:.0f} ms"
    source = TYPED if lever.usd_per_lookup else SHIPPED
    return Assumption(
        f"{'Exact' if isinstance(lever, ExactCache) else 'Semantic'} cache asked", value, source, f"levers.{lever.kind}.usd_per_lookup"
    )


def _quality(model: str, known: quality.Known | None) -> Assumption:
    at = f"believed.{model}.quality"
    if known is None:
        return Assumption(f"Quality of {model}", "unknown: no run has scored it", "runs", at)
    said = [] if known.value is None else [percent(known.value)]
    said += [f"{klass} {percent(one.value)}" for klass, one in known.by_class.items() if one.value is not None]
    return Assumption(f"Quality of {model}", ", ".join(said), STATED if known.source == quality.STATED else known.source, at)


def _latency(model: str, times: latency.Times | None) -> Assumption:
    at = f"believed.{model}.latency_p95_ms"
    if times is None:
        return Assumption(f"Latency of {model}", "unknown: no call is recorded", "ledger", at)
    p50, p95 = (latency.percentile([(1.0, times)], level) for level in (0.5, 0.95))
    return Assumption(
        f"Latency of {model}", f"p50 {p50:,.0f} ms, p95 {p95:,.0f} ms", STATED if times.source == "stated" else times.source, at
    )


def _unsure(done: Worked) -> list[Assumption]:
    unsure, scenario = done.scenario.unsure, done.scenario
    found = []
    if done.base.typed:
        said = f"queries ± {percent(unsure.queries)}, tokens ± {percent(unsure.tokens)}, mix ± {percent(unsure.mix)}"
        found.append(Assumption("How unsure typed numbers are", said, _default(scenario), "unsure"))
    else:
        units = len(done.base.calls)
        drawn = counted(units, "unit of time that was", "units of time that were")
        found.append(Assumption("Range of the traffic", f"drawn from {drawn} recorded", MEASURED, "unsure"))
    said = f"± {percent(unsure.cache)} of a hit rate, ± {percent(unsure.growth)} of growth a month"
    return [*found, Assumption("How unsure caches and growth are", said, _default(scenario), "unsure")]


def _default(scenario: Scenario) -> str:
    return SHIPPED if scenario.unsure == type(scenario.unsure)() else TYPED
