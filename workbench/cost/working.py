"""Works a scenario out on the store: loads its baseline, measures what levers leave to be measured, asks for prices, quality, latency.

All that is slow is kept in memory: the calls by `columns`, here what was made of them, as long as the ledger says the same. A slider
then costs what `engine.evaluate` costs. Owns no arithmetic.
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import WeakKeyDictionary

from workbench import clock
from workbench.cost import engine, latency, quality, rates, replay, rules, worked
from workbench.cost.model import ANY_CLASS, Batch, ExactCache, PromptCaching, Recorded, Routing, Rule, Scenario, ShorterPrompt, Trace, Typed
from workbench.cost.outcome import Outcome
from workbench.cost.traffic import Measured, Traffic
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.cost.columns import Columns
    from workbench.store import Store

_FRESH_S = 10.0  # runs and latencies are asked for anew after that
_KEPT = 64
_LATEST = 2_000  # latencies that stand for a model without calls in the baseline
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Inputs:
    """What a scenario is worked out of; see `engine.evaluate`."""

    traffic: Traffic
    measured: Measured
    book: rates.Book
    quality: Mapping[str, quality.Known]
    latency: Mapping[str, latency.Times]


def work_out(store: "Store", scenario: Scenario, *, draws: int = 10_000, seed: int = 0) -> Outcome:
    """The scenario worked out on the store. Raises InputError naming the field that cannot be."""
    found = inputs(store, scenario)
    return engine.evaluate(scenario, found.traffic, found.measured, found.book, found.quality, found.latency, draws=draws, seed=seed)


def inputs(store: "Store", scenario: Scenario) -> Inputs:
    """What the scenario is worked out of, loaded and measured. Raises InputError naming the field."""
    from workbench.cost import checking

    checking.check(scenario)
    return _inputs(store, scenario, _rules(scenario))


def plan_inputs(store: "Store", scenario: Scenario) -> Inputs:
    """The same inputs with the calls told apart by class, whatever the levers are: what the optimiser chooses over."""
    from workbench.cost import checking

    checking.check(scenario)
    found = _rules(scenario)
    return _inputs(store, scenario, found or rules.SHIPPED)


def models(scenario: Scenario, traffic: Traffic) -> tuple[str, ...]:
    """Every model the scenario may send a call to: of the traffic, the levers, the rules, its prices and its limits."""
    named = [*(stream.model for stream in traffic.streams), *_named(scenario)]
    return tuple(dict.fromkeys(named))


def _named(scenario: Scenario) -> Iterable[str]:
    yield from worked.models_named(scenario.levers)
    yield from scenario.limits.models
    yield from scenario.prices
    yield from scenario.believed


def _rules(scenario: Scenario) -> tuple[Rule, ...]:
    """The rules that say what class a recorded call is of; none where no lever tells classes apart."""
    routing = next((lever for lever in scenario.levers if isinstance(lever, Routing)), None)
    if routing is not None and (routing.rules or routing.shares.keys() - {ANY_CLASS}):
        return routing.rules or rules.SHIPPED
    batch = next((lever for lever in scenario.levers if isinstance(lever, Batch)), None)
    return rules.SHIPPED if batch is not None and set(batch.classes) - {ANY_CLASS} else ()


def _inputs(store: "Store", scenario: Scenario, ruling: tuple[Rule, ...]) -> Inputs:
    book = _book(store, scenario)
    baseline = scenario.baseline
    if isinstance(baseline, Typed):
        from workbench.cost import typed

        # Every model that may be chosen has its bands in it, so that none is billed at another length's price.
        bands = book.bands(dict.fromkeys([*baseline.models, *_named(scenario)]))
        traffic, measured = typed.traffic(baseline, days_per_month=scenario.days_per_month, bands=bands), Measured()
        recorded: Mapping[str, latency.Times] = {}
    else:
        loaded = _columns(store, baseline)
        bands = book.bands(dict.fromkeys([*loaded.models, *_named(scenario)]))
        traffic = _of_columns(loaded, ruling, bands, scenario.days_per_month)
        measured = _measured(store, scenario, loaded, traffic, ruling)
        recorded = _of(loaded, ("latency", ruling, bands), lambda: latency.known(traffic))
    there = models(scenario, traffic)
    prompt = baseline.filters.get("prompt") if isinstance(baseline, Recorded) else None
    known = _kept(
        store,
        ("quality", there, prompt, ruling),
        lambda: quality.known(store, there, None if prompt is None else str(prompt), rules=ruling),
        seconds=_FRESH_S,
    )
    return Inputs(
        traffic,
        measured,
        book.banded(traffic.bands),
        quality.merged(known, scenario.believed) | _of_version(store, scenario, there),
        _latency(store, scenario, there, recorded),
    )


def _of_version(store: "Store", scenario: Scenario, there: tuple[str, ...]) -> dict[str, quality.Known]:
    """What runs say of the version that a shorter prompt names."""
    lever = next((one for one in scenario.levers if isinstance(one, ShorterPrompt)), None)
    if lever is None or lever.prompt is None or lever.version is None:
        return {}
    prompt, version = lever.prompt, lever.version
    return _kept(store, ("version", there, prompt, version), lambda: quality.of_version(store, there, prompt, version), seconds=_FRESH_S)


def _book(store: "Store", scenario: Scenario) -> rates.Book:
    from workbench.ledger import overrides, tariff

    def vendor(provider: str) -> tuple[str, str]:
        found = tariff.vendor(store, provider)
        return found.provider, found.base_url

    at_ms = scenario.prices_at_ms if scenario.prices_at_ms is not None else clock.now_ms()
    return rates.Book(scenario.prices, overrides.current(store), at_ms, vendor=vendor)


def _columns(store: "Store", baseline: Recorded | Trace) -> "Columns":
    if isinstance(baseline, Recorded):
        from workbench.cost import columns

        return columns.load(store, baseline)
    from workbench.cost import trace

    return trace.load(baseline.path, baseline.model)


def _of_columns(loaded: "Columns", ruling: tuple[Rule, ...], bands: tuple[int, ...], days: Decimal) -> Traffic:
    from workbench.cost import loading

    key = ("traffic", ruling, bands, days)
    return _of(loaded, key, lambda: loading.traffic(loaded, rules=ruling, bands=bands, days_per_month=days))


def _measured(store: "Store", scenario: Scenario, loaded: "Columns", traffic: Traffic, ruling: tuple[Rule, ...]) -> Measured:
    """What the levers leave to be measured."""
    from workbench.cost import prefix

    found, baseline, key = Measured(), scenario.baseline, (ruling, traffic.bands)
    for lever in scenario.levers:
        if isinstance(lever, ExactCache) and lever.hit_rate is None:
            replayed = partial(replay.exact, loaded, traffic, lever.ttl_s, rules=ruling)
            found = replace(found, exact=_of(loaded, ("exact", lever.ttl_s, *key), replayed))
        elif isinstance(lever, PromptCaching) and None in (lever.prefix_tokens, lever.hit_rate) and isinstance(baseline, Recorded):
            measured = partial(prefix.measure, store, loaded, traffic, ttl=lever.ttl, rules=ruling)
            found = replace(found, prefix=_of(loaded, ("prefix", lever.ttl, *key), measured))
    return found


def _latency(
    store: "Store", scenario: Scenario, there: Iterable[str], recorded: Mapping[str, latency.Times]
) -> Mapping[str, latency.Times]:
    """The times of every model: of the baseline's own calls, else of its newest calls in the ledger, else as stated."""
    found: dict[str, latency.Times] = {}
    for model in there:
        believed = scenario.believed.get(model)
        times = recorded.get(model) or _times(store, model) or (latency.stated(believed) if believed else None)
        if times is not None:
            found[model] = times
    return found


def _times(store: "Store", model: str) -> latency.Times | None:
    """How long the newest answers of a model took, whoever asked; None where none is recorded."""
    return _kept(store, ("latency", model), lambda: _latest(store, model), seconds=_FRESH_S)


def _latest(store: "Store", model: str) -> latency.Times | None:
    import numpy as np
    from sqlalchemy import select

    from workbench.ledger.fields import OK
    from workbench.ledger.tables import CallRow

    provider, _, name = model.partition("/")
    query = select(CallRow.latency_ms).where(CallRow.provider == provider, CallRow.model == name)
    query = query.where(CallRow.status == OK, CallRow.latency_ms.is_not(None)).order_by(CallRow.started_ms.desc()).limit(_LATEST)
    with store.read() as session:
        found = np.sort(np.array(session.scalars(query).all(), dtype=np.int64))
    return latency.sampled([(found, float(len(found)))], f"{counted(len(found), 'newest answer')} in the ledger")


# What is kept in memory -----------------------------------------------------------------------------------------------------------------

_held: "WeakKeyDictionary[Store, dict[Hashable, tuple[float, Any]]]" = WeakKeyDictionary()
_made: "WeakKeyDictionary[Columns, dict[Hashable, Any]]" = WeakKeyDictionary()  # a baseline with new calls has other columns
_lock = threading.Lock()


def _kept(store: "Store", key: Hashable, make: Callable[[], _Value], *, seconds: float = float("inf")) -> _Value:
    """What `make` gave for this key at most `seconds` ago; of a store's values the latest used stay."""
    with _lock:
        held = _held.setdefault(store, {})
        made_s, value = held.pop(key, (-float("inf"), None))
        if time.monotonic() - made_s <= seconds:
            held[key] = made_s, value
            return cast("_Value", value)
    value = make()
    with _lock:
        held[key] = time.monotonic(), value
        while len(held) > _KEPT:
            del held[next(iter(held))]
    return value


def _of(loaded: "Columns", key: Hashable, make: Callable[[], _Value]) -> _Value:
    """What `make` gave for these columns and this key."""
    with _lock:
        held = _made.setdefault(loaded, {})
        if key in held:
            held[key] = held.pop(key)
            return cast("_Value", held[key])
    value = make()
    with _lock:
        held[key] = value
        while len(held) > _KEPT:
            del held[next(iter(held))]
    return value
