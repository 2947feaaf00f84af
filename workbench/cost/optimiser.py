"""The cheapest plan under limits, as a small mixed-integer linear programme. Owns what a problem is, what a plan is, and `solve`.

Pure: arrays in, a plan out. Knows no store, no scenario's levers, no price list; see `optimising` for those and `programme` for the rows.
What is decided: each class of traffic splits over models in shares; one cache option stands before all of them; a class that can wait
goes in batches or does not (a yes or no, with one share for all: what the Batch lever can say). Cost, mean quality, the share of calls
that are too slow and a model's share of the calls are all linear in those shares, so that the plan is the cheapest one, not one that
was found.

Latency is a limit on a percentile of a mixture: p95 <= L holds exactly where at most 5 % of the calls somebody waits for take longer
than L. Calls in a batch are waited for by nobody and stand outside. Answers of caches are never too slow.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.cost.model import Limits, Scenario
from workbench.cost.outcome import Assumption

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.cost.programme import Choice, Programme

SLOW_SHARE = {"latency_p95_ms": 0.05, "latency_p50_ms": 0.5}
UNIT = {"quality": Decimal("0.01"), "latency_p95_ms": Decimal(100), "latency_p50_ms": Decimal(100), "most_models": Decimal(1)}
"""How far a limit is moved to see what it is worth: a point of quality or share, 100 ms, a model."""


@dataclass(frozen=True)
class CacheOption:
    """A way to cache. By class: `kept` is the share of calls that it leaves for a model, `right` the share of answers that are not the
    answer to another question. `usd` a month on top, whatever answers the rest.
    """

    name: str
    kept: "NDArray[Any]"  # [C]
    right: "NDArray[Any]"  # [C]
    usd: float = 0.0


@dataclass(frozen=True)
class Problem:
    """What may be chosen and what it gives. nan in `usd`: cannot be chosen; in `quality` or `slower`: not known, and therefore not
    chosen where there is a limit on it.
    """

    classes: tuple[str, ...]
    models: tuple[str, ...]
    caches: tuple[CacheOption, ...]
    calls: "NDArray[Any]"  # [C] asked for in a month
    usd: "NDArray[Any]"  # [K, 2, C, M]: a month, all of the class by that model behind that cache; second axis: not batched, batched
    quality: "NDArray[Any]"  # [C, M] 0..1
    slower: Callable[[float], "NDArray[Any]"]  # ms -> [C, M]: share of a model's calls that take longer
    can_wait: "NDArray[Any]"  # [C] bool
    limits: Limits = field(default_factory=Limits)
    base_usd: float = 0.0  # a month, whatever is decided
    model_usd: Mapping[str, float] = field(default_factory=dict)  # a month for using a model at all
    batch_share: float = 1.0  # of a class that is batched, what nobody waits for


@dataclass(frozen=True)
class Limit:
    """One limit by its name: usd_per_month, quality, latency_p95_ms, latency_p50_ms, most.<model>, least.<model>, most_models."""

    name: str
    value: Decimal

    @property
    def model(self) -> str:
        """The model of a limit on a model's share; empty for the others."""
        return self.name.partition(".")[2]

    @property
    def kind(self) -> str:
        """The name without the model."""
        return self.name.partition(".")[0]

    @property
    def unit(self) -> Decimal:
        """One more unit of it, as in `Binding.worth_usd`."""
        return UNIT.get(self.name, Decimal("0.01"))

    def relaxed(self) -> "Limit":
        """The limit, one unit easier to keep."""
        lower = self.kind in ("quality", "least")
        if lower:
            return Limit(self.name, max(Decimal(0), self.value - self.unit))
        return Limit(self.name, min(Decimal(1), self.value + self.unit) if self.kind == "most" else self.value + self.unit)


@dataclass(frozen=True)
class Binding:
    """A limit that makes the plan dearer. `worth_usd`: what a month gets cheaper where the limit is one `unit` easier."""

    name: str
    limit: Decimal
    reached: Decimal
    worth_usd: Decimal = Decimal(0)
    unit: Decimal = Decimal(0)
    text: str = ""


@dataclass(frozen=True)
class Plan:
    """The cheapest plan, or why there is none. Shares of a class sum to 1; `batch` names the classes that go in batches."""

    feasible: bool
    shares: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    cache: str = "off"  # off, exact, semantic, exact+semantic
    batch: Mapping[str, Decimal] = field(default_factory=dict)
    usd: Decimal | None = None
    quality: Decimal | None = None  # None: not known of some model that takes a share
    p95_ms: float | None = None
    p50_ms: float | None = None
    binding: tuple[Binding, ...] = ()
    conflict: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    scenario: Scenario | None = None
    seconds: float = 0.0


def limits_of(limits: Limits) -> tuple[Limit, ...]:
    """The limits that are asked for, one by one."""
    plain = [
        Limit(name, Decimal(value))
        for name in ("usd_per_month", "quality", "latency_p95_ms", "latency_p50_ms", "most_models")
        if (value := getattr(limits, name)) is not None
    ]
    most = [Limit(f"most.{model}", share) for model, share in limits.most.items()]
    return (*plain, *most, *(Limit(f"least.{model}", share) for model, share in limits.least.items()))


def solve(problem: Problem, *, explain: bool = True) -> Plan:
    """The cheapest plan that keeps every limit; of equal cost, the one of best quality. Infeasible: `conflict` says in sentences which
    limits exclude each other and how far each is from what can be had. `explain` False: neither that nor what limits are worth. What
    was not found out in time is said in `notes`; raises solving.Unfinished (an InputError) where not even a plan was.
    """
    from workbench.cost import conflict, plan_words, programme, solving

    begun = time.perf_counter()
    built = programme.Programme(problem)
    limits = limits_of(problem.limits)
    notes, found = _notes(problem), solving.cheapest(built, limits)
    plan = Plan(feasible=False) if found is None else told(built, found)
    try:
        if explain and found is None:
            plan = replace(plan, conflict=conflict.sentences(built, limits))
        elif explain and found is not None:
            plan = replace(plan, binding=tuple(_binding(built, limits, found)))
    except solving.Unfinished:
        notes += (plan_words.UNTOLD,)
    notes += (plan_words.unproven(solving.SECONDS),) if found is not None and not found.proven else ()
    return replace(plan, notes=notes, seconds=time.perf_counter() - begun)


def told(built: "Programme", choice: "Choice") -> Plan:
    """A choice as a plan: names for numbers, and what it costs and gives."""
    from workbench.cost import plan_words

    problem = built.problem
    return Plan(
        feasible=True,
        shares=choice.by_name(problem),
        cache=problem.caches[choice.cache].name,
        batch={name: Decimal(repr(problem.batch_share)) for name, batched in zip(problem.classes, choice.batched, strict=True) if batched},
        usd=plan_words.money(built.usd(choice)),
        quality=plan_words.exact(built.quality(choice)),
        p95_ms=built.percentile(choice, SLOW_SHARE["latency_p95_ms"]),
        p50_ms=built.percentile(choice, SLOW_SHARE["latency_p50_ms"]),
    )


def _binding(built: "Programme", limits: tuple[Limit, ...], found: "Choice") -> Iterator[Binding]:
    """The limits that cost something: at their bound, and a month is cheaper where they give way by a unit."""
    from workbench.cost import plan_words, solving

    usd = built.usd(found)
    for place, limit in enumerate(limits):
        if limit.name == "usd_per_month" or not built.tight(limit, found):
            continue  # spending less is what is sought: that limit makes nothing dearer
        easier = solving.cheapest(built, (*limits[:place], limit.relaxed(), *limits[place + 1 :]))
        worth = usd - built.usd(easier) if easier else 0.0
        if worth > 1e-9 * max(1.0, usd):
            reached = plan_words.exact(built.reached(limit, found)) or Decimal(0)
            amount = plan_words.money(worth)
            yield Binding(limit.name, limit.value, reached, amount, limit.unit, plan_words.binding(limit, amount))


def _notes(problem: Problem) -> tuple[str, ...]:
    """What was left out because nothing is known of it."""
    import numpy as np

    from workbench.cost import plan_words

    notes = []
    priced = ~np.isnan(problem.usd).all(axis=(0, 1))
    latency = problem.limits.latency_p95_ms or problem.limits.latency_p50_ms
    for known, asked, what in (
        (~np.isnan(problem.quality), problem.limits.quality is not None, "quality"),
        (~np.isnan(problem.slower(float(latency or 1))), latency is not None, "latency"),
    ):
        for m, model in enumerate(problem.models):
            missing = [name for c, name in enumerate(problem.classes) if priced[c, m] and not known[c, m]]
            if asked and missing:
                notes.append(plan_words.left_out(model, what, missing if len(missing) < len(problem.classes) else []))
    return tuple(notes)
