"""From a scenario to the optimiser's problem, and from its plan back to a scenario. Owns what is decided and what stays as it is.

Decided are routing, caches and batches, and a new model is one of those that may be chosen. All other levers stay and are paid for: a
shorter prompt, an output cap, prompt caching, retries, growth. Costs, hits and false hits come out of the engine's own pipeline, once for
each way to cache with and without batches, with every class sent to every model: what the engine does to a month is linear in the
shares of a routing. The chosen plan is worked out once more by the engine, in decimals, and those are the figures it is told with.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

from workbench.cost.model import Batch, ExactCache, Lever, NewModel, Routing, Rule, Scenario, SemanticCache, Typed
from workbench.cost.optimiser import CacheOption, Limit, Plan, Problem
from workbench.cost.outcome import Assumption, Figure, Side

if TYPE_CHECKING:
    from workbench.cost.billing import Bill
    from workbench.cost.quality import Known
    from workbench.cost.worked import Worked
    from workbench.cost.working import Inputs
    from workbench.store import Store

DECIDED = (Routing, ExactCache, SemanticCache, Batch, NewModel)
OFF, EXACTLY, SIMILARLY, BOTH = "off", "exact", "semantic", "exact+semantic"
CLOSE = Decimal("1e-9")
_ONE = Decimal(1)


@dataclass(frozen=True)
class Setup:
    """What may be decided: models, classes, ways to cache with their levers, how much of a class goes in batches. `stay` are the levers
    that stay, `left_out` sentences on models that cannot be chosen.
    """

    scenario: Scenario
    inputs: "Inputs"
    models: tuple[str, ...]
    classes: tuple[str, ...]
    caches: Mapping[str, tuple[Lever, ...]]
    can_wait: frozenset[str]
    batch_share: Decimal
    rules: tuple[Rule, ...]
    stay: tuple[Lever, ...]

    def levers(self, shares: Mapping[str, Mapping[str, Decimal]], cache: str, batched: Sequence[str]) -> tuple[Lever, ...]:
        """The levers of a plan."""
        routing = Routing(shares, self.rules)
        batch = (Batch(self.batch_share, tuple(batched)),) if batched else ()
        return (routing, *self.caches[cache], *batch, *self.stay)


def optimise(store: "Store", scenario: Scenario) -> Plan:
    """The cheapest plan that keeps the scenario's limits, or the sentences that say why there is none. Raises InputError."""
    from workbench.cost import checking, working

    checking.check(scenario)
    begun = time.perf_counter()
    plan = plan_for(setup(scenario, working.plan_inputs(store, scenario)))
    return replace(plan, seconds=time.perf_counter() - begun)


def plan_for(made: Setup) -> Plan:
    """The same on inputs that are there. What rounding would let pass a limit is sought again under a limit that much tighter."""
    from workbench.cost import optimiser

    given = problem(made)
    limits = optimiser.limits_of(made.scenario.limits)
    asked, plan = given, Plan(feasible=False)
    for _ in range(3):
        plan = optimiser.solve(asked)
        if not plan.feasible:
            break
        plan = exactly(made, plan)
        missed = [(limit, by) for limit in limits if (by := missed_by(limit, plan)) > CLOSE * max(_ONE, limit.value)]
        if not missed:
            break
        asked = replace(asked, limits=_tighter(asked.limits, missed))
    else:
        plan = Plan(feasible=False, conflict=("No plan was found that keeps every limit to the last digit: give one of them more room.",))
    return replace(plan, notes=(*plan.notes, *unpriced(made, given)), assumptions=assumed(made))


def setup(scenario: Scenario, inputs: "Inputs") -> Setup:
    """What may be decided in a scenario. Its own levers say which caches there are and what can wait."""
    by_kind = {lever.kind: lever for lever in scenario.levers}
    exact, semantic, batch, routing = (by_kind.get(kind) for kind in ("exact_cache", "semantic_cache", "batch", "routing"))
    caches: dict[str, tuple[Lever, ...]] = {OFF: ()}
    caches |= {EXACTLY: (exact,)} if exact else {}
    caches |= {SIMILARLY: (semantic,)} if semantic else {}
    caches |= {BOTH: (exact, semantic)} if exact and semantic else {}
    classes = tuple(dict.fromkeys(stream.klass for stream in inputs.traffic.streams))
    can_wait = inputs.traffic.can_wait & set(classes)
    if isinstance(batch, Batch):
        can_wait |= frozenset(batch.classes) & set(classes) if batch.classes or can_wait else frozenset(classes)
    return Setup(
        scenario=scenario,
        inputs=inputs,
        models=candidates(scenario, inputs),
        classes=classes,
        caches=caches,
        can_wait=can_wait,
        batch_share=batch.share if isinstance(batch, Batch) and batch.share else _ONE,
        rules=routing.rules if isinstance(routing, Routing) else (),
        stay=tuple(lever for lever in scenario.levers if not isinstance(lever, DECIDED)),
    )


def candidates(scenario: Scenario, inputs: "Inputs") -> tuple[str, ...]:
    """The models that may be used: those the limits name, else all that are priced in the scenario, used in the baseline or by a lever."""
    if scenario.limits.models:
        return scenario.limits.models
    new = [lever.model for lever in scenario.levers if isinstance(lever, NewModel)]
    routed = [model for lever in scenario.levers if isinstance(lever, Routing) for row in lever.shares.values() for model in row]
    used = [stream.model for stream in inputs.traffic.streams]
    typed = list(scenario.baseline.models) if isinstance(scenario.baseline, Typed) else []
    return tuple(dict.fromkeys((*typed, *used, *scenario.prices, *routed, *new)))


def problem(made: Setup) -> Problem:
    """The optimiser's problem: what a month costs with all of a class on a model, for each way to cache, batched and not."""
    import numpy as np

    from workbench.cost import billing, flow, worked

    shape = len(made.classes), len(made.models)
    everywhere = {klass: dict.fromkeys(made.models, _ONE) for klass in made.classes}
    with localcontext(flow.EXACT):
        done = worked.work(replace(made.scenario, levers=made.stay), *_first(made))
        usd = np.full((len(made.caches), 2, *shape), np.nan)
        options, kept = [], {}
        for k, cache in enumerate(made.caches):
            for b, batched in enumerate(((), made.classes)):
                bill = billing.work(done.base, made.levers(everywhere, cache, batched), done.book)
                usd[k, b] = _dollars(made, done, bill)
            kept[cache] = _kept(made, bill)
            options.append(CacheOption(cache, kept[cache], np.full(shape[0], 1 - _wrong(made, kept, cache, bill))))
    calls = _by_class(made, bill, bill.flow.asked) / max(1, len(made.models))
    return Problem(
        classes=made.classes,
        models=made.models,
        caches=tuple(options),
        calls=calls,
        usd=usd,
        quality=_qualities(made),
        slower=lambda ms: _slower(made, ms),
        can_wait=np.array([klass in made.can_wait for klass in made.classes]),
        limits=made.scenario.limits,
        base_usd=float(done.components * done.scale),
        batch_share=float(made.batch_share),
    )


def exactly(made: Setup, plan: Plan) -> Plan:
    """The plan with its scenario, and with the engine's own figures of it."""
    from workbench.cost import flow, sides, worked

    levers = made.levers(plan.shares, plan.cache, tuple(plan.batch))
    scenario = replace(made.scenario, levers=levers)
    with localcontext(flow.EXACT):
        done = worked.work(scenario, *_first(made))
        usd = done.dollars(done.after.total)
        side: Side = sides.side(done, done.after, levers, Figure(usd), known=made.inputs.quality, times=made.inputs.latency)
    latency = side.latency
    quality = None if side.quality.value is None else plan.quality
    return replace(plan, scenario=scenario, usd=usd, quality=quality, p95_ms=latency.p95_ms, p50_ms=latency.p50_ms)


def missed_by(limit: Limit, plan: Plan) -> Decimal:
    """By how much the plan passes a limit on money, quality or latency; 0 where it keeps it."""
    reached = {"usd_per_month": plan.usd, "quality": plan.quality, "latency_p95_ms": plan.p95_ms, "latency_p50_ms": plan.p50_ms}
    value = reached.get(limit.name)
    if value is None:
        return Decimal(0)
    by = Decimal(value) - limit.value
    return max(Decimal(0), -by if limit.name == "quality" else by)


def unpriced(made: Setup, given: Problem) -> tuple[str, ...]:
    """Sentences on models that cannot be chosen, because nobody knows what they cost."""
    import numpy as np

    without = np.isnan(given.usd).all(axis=(0, 1, 2))
    return tuple(f"{model} is left out: its price is not known." for model, unknown in zip(made.models, without, strict=True) if unknown)


def assumed(made: Setup) -> tuple[Assumption, ...]:
    """Everything a plan rests on: also of the models, caches and classes that it does without."""
    from workbench.cost import assumptions, flow, worked

    part = _ONE / max(1, len(made.models))
    shares = {klass: dict.fromkeys(made.models, part) for klass in made.classes}
    levers = [lever for lever in made.scenario.levers if not isinstance(lever, Routing | NewModel)]
    with localcontext(flow.EXACT):
        done = worked.work(replace(made.scenario, levers=(Routing(shares, made.rules), *levers)), *_first(made))
        listed = assumptions.listed(done, made.inputs.quality, made.inputs.latency)
    qualities = {f"believed.{model}.quality" for model in made.models if made.inputs.quality.get(model)}
    waits = ", ".join(sorted(made.can_wait)) or "nothing"
    return (
        *(each for each in listed if each.field != "levers.routing" and each.field not in qualities),
        *_quality_by_class(made),
        Assumption("May go in batches", waits, "typed", "baseline.classes"),
    )


def _quality_by_class(made: Setup) -> Iterator[Assumption]:
    """The quality of each model once: class by class where it is known so, else of the model."""
    from workbench.cost.levers import percent

    for model in made.models:
        known = made.inputs.quality.get(model)
        if known is None:
            continue  # it is said to be unknown already
        told = {klass: one for klass, one in known.by_class.items() if klass in made.classes and one.value is not None}
        if set(made.classes) - told.keys():  # the model's own counts for the classes that nothing is known of
            value = "unknown in the other classes" if known.value is None else percent(known.value)
            yield Assumption(f"Quality of {model}", value, _source(known), f"believed.{model}.quality")
        for klass, figure in told.items():
            value = percent(figure.value or Decimal(0))
            yield Assumption(f"Quality of {model}, {klass}", value, _source(figure), f"believed.{model}.quality_by_class.{klass}")


def _source(known: "Known") -> str:
    from workbench.cost.quality import STATED

    return "believed" if known.source == STATED else known.source


def _first(made: Setup) -> tuple[Any, Any, Any]:
    return made.inputs.traffic, made.inputs.measured, made.inputs.book


def _places(made: Setup, bill: "Bill") -> Iterator[tuple[int, int, int]]:
    """Each stream of the bill with the class and the model it was sent to."""
    for at, stream in enumerate(bill.flow.streams):
        yield at, made.classes.index(stream.klass), made.models.index(stream.model)


def _dollars(made: Setup, done: "Worked", bill: "Bill") -> Any:
    """Dollars [C, M], calibrated; nan where a price is unknown."""
    import numpy as np

    spent = bill.usd.sum(axis=-1)
    found = np.zeros((len(made.classes), len(made.models)))
    for at, c, m in _places(made, bill):
        found[c, m] += float(spent[at] * done.scale) if bill.priced[at] else np.nan
    return found


def _by_class(made: Setup, bill: "Bill", values: Any) -> Any:
    import numpy as np

    found = np.zeros(len(made.classes))
    for at, c, _ in _places(made, bill):
        found[c] += float(values[at])
    return found


def _kept(made: Setup, bill: "Bill") -> Any:
    """The share of calls [C] that caches leave for a model."""
    import numpy as np

    asked = _by_class(made, bill, bill.flow.asked)
    return np.divide(_by_class(made, bill, bill.flow.calls), asked, out=np.ones_like(asked), where=asked > 0)


def _wrong(made: Setup, kept: Mapping[str, Any], cache: str, bill: "Bill") -> float:
    """The share of all answers that a semantic cache gives to another question; as the engine has it, one share for all classes."""
    semantic = next((lever for lever in made.caches[cache] if isinstance(lever, SemanticCache)), None)
    asked = _by_class(made, bill, bill.flow.asked)
    if semantic is None or not asked.sum():
        return 0.0
    hits = asked @ (kept[EXACTLY if cache == BOTH else OFF] - kept[cache]) / asked.sum()
    return float(hits) * float(semantic.false_hit_rate)


def _qualities(made: Setup) -> Any:
    """Quality [C, M]: of the class where it is known, else of the model."""
    import numpy as np

    found = np.full((len(made.classes), len(made.models)), np.nan)
    for m, model in enumerate(made.models):
        known = made.inputs.quality.get(model)
        for c, klass in enumerate(made.classes):
            figure = known.by_class.get(klass, known) if known else None
            if figure is not None and figure.value is not None:
                found[c, m] = float(figure.value)
    return found


def _slower(made: Setup, ms: float) -> Any:
    """The share of a model's answers that take longer, the same in every class."""
    import numpy as np

    from workbench.cost import latency

    times = [made.inputs.latency.get(model) for model in made.models]
    row = [np.nan if one is None else latency.exceeds(one, ms) for one in times]
    return np.tile(np.array(row, dtype=float), (len(made.classes), 1))


def _tighter(limits: Any, missed: list[tuple[Limit, Decimal]]) -> Any:
    changed = {}
    for limit, by in missed:
        moved = getattr(limits, limit.name) + (2 * by if limit.name == "quality" else -2 * by)
        changed[limit.name] = int(moved) if limit.name.startswith("latency") else moved
    return replace(limits, **changed)
