"""What a run will take: calls, tokens, money, time, each as a range, before anything is spent. Sends nothing, keeps nothing.

Tokens are counted offline on a sample of rendered cells. Lengths of replies and seconds a call come from the ledger where it knows the
model; else from the parameters, and the quote says so. A model without a price is named, never counted as free.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from workbench.clock import SYSTEM, Clock
from workbench.ledger.tables import CallRow
from workbench.runner import budgeting
from workbench.runner.checking import check
from workbench.runner.fingerprints import fingerprint, known
from workbench.runner.prices import is_priced, nano
from workbench.runner.spec import CONCURRENCY, LOCAL_CONCURRENCY, RunSpec, Variant

if TYPE_CHECKING:
    from workbench.datasets.cases import Case
    from workbench.store import Store

SAMPLE = 200  # rendered cells
_HISTORY = 200  # calls of a model that tell its pace
_SAID = (20, 500)  # tokens of a reply of which nothing is known
_SECONDS = {"local": (0.1, 1.0), "simulated": (0.0, 0.3)}
_SECONDS_ELSEWHERE = (0.5, 6.0)


@dataclass(frozen=True)
class Quote:
    """What a run will take. Costs are None where nothing has a price; `unpriced` names the models without one.

    `estimated` says that the tokens are not counted by the model's own tokenizer or not over all cells.
    """

    calls: int
    reusable: int
    input_tokens: int
    output_tokens_low: int
    output_tokens_high: int
    cost_usd_low: Decimal | None
    cost_usd_high: Decimal | None
    seconds_low: float
    seconds_high: float
    estimated: bool
    simulated: bool
    unpriced: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The quote as JSON."""
        money = {"cost_usd_low": _float(self.cost_usd_low), "cost_usd_high": _float(self.cost_usd_high)}
        return {**vars(self), **money, "unpriced": list(self.unpriced), "warnings": list(self.warnings)}


@dataclass(frozen=True)
class Expected:
    """What one call of a variant will take: tokens in, tokens out, seconds."""

    input_tokens: float
    output: tuple[float, float]
    seconds: tuple[float, float]
    warnings: list[str] = field(default_factory=list)
    estimated: bool = False


@dataclass(frozen=True)
class Past:
    """What the ledger remembers of a model: tokens out of the same version, of the prompt's other versions, and seconds a call."""

    output: Sequence[int]
    kin: Sequence[int]
    seconds: Sequence[float]


def quote(store: "Store", spec: RunSpec, *, clock: Clock = SYSTEM) -> Quote:
    """What `spec` will take. Raises as `plan` does: what cannot run has no quote."""
    spec = check(store, spec)
    cases, sample = _sample(store, spec)
    cells = cases * spec.repeats
    each = [_expected(store, variant, sample) for variant in spec.variants]
    reusable = _reusable(store, spec, sample, cells) if spec.reuse else 0
    share = 1 - reusable / (cells * len(each))
    calls = [cells * share] * len(each)
    at_ms = clock.now_ms()
    thousands = [[_thousand(store, variant, one, side, at_ms) for variant, one in zip(spec.variants, each, strict=True)] for side in (0, 1)]
    low, high = (_cost(side, calls) for side in thousands)
    unpriced = tuple(dict.fromkeys(variant.full_model for variant in spec.variants if not is_priced(store, variant)))
    seconds = [_seconds(store, spec, each, calls, side) for side in (0, 1)]
    warnings = [warning for one in each for warning in one.warnings]
    if unpriced:
        warnings.append(f"No price is known for {', '.join(unpriced)}: the cost leaves it out.")
    warnings.extend(budgeting.warnings(store, spec.variants, [[(one or 0) * calls[0] / 1000 for one in side] for side in thousands], at_ms))
    return Quote(
        calls=cells * len(each) - reusable,
        reusable=reusable,
        input_tokens=round(sum(one.input_tokens * n for one, n in zip(each, calls, strict=True))),
        output_tokens_low=round(sum(one.output[0] * n for one, n in zip(each, calls, strict=True))),
        output_tokens_high=round(sum(one.output[1] * n for one, n in zip(each, calls, strict=True))),
        cost_usd_low=low,
        cost_usd_high=high,
        seconds_low=round(seconds[0], 1),
        seconds_high=round(seconds[1], 1),
        estimated=len(sample) < cases or any(one.estimated for one in each),
        simulated=any(variant.provider == "simulated" for variant in spec.variants),
        unpriced=unpriced,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def concurrency(spec_concurrency: int | None, provider: str) -> int:
    """Calls in flight at a provider: what was asked for, else its default."""
    return spec_concurrency or (LOCAL_CONCURRENCY if provider == "local" else CONCURRENCY)


def past(store: "Store", variant: Variant) -> Past:
    """The newest calls of the variant's model."""
    query = (
        select(CallRow.prompt, CallRow.version, CallRow.output_tokens, CallRow.latency_ms)
        .where(CallRow.provider == variant.provider, CallRow.model == variant.model, CallRow.status == "ok")
        .order_by(CallRow.started_ms.desc())
        .limit(_HISTORY)
    )
    with store.read() as session:
        rows = session.execute(query).all()
    said = [row for row in rows if row.output_tokens is not None and row.prompt == variant.prompt]
    own = [row.output_tokens for row in said if row.version == variant.version]
    kin = [row.output_tokens for row in said if row.version != variant.version]
    return Past(own, kin, [row.latency_ms / 1000 for row in rows if row.latency_ms is not None])


def _sample(store: "Store", spec: RunSpec) -> "tuple[int, list[Case]]":
    """How many cases will run, and some of them."""
    from workbench.datasets import registry
    from workbench.datasets.cases import Case

    wanted = max(1, SAMPLE // len(spec.variants))
    if not spec.dataset:
        items = spec.items[: spec.limit]
        step = max(1, len(items) // wanted)
        return len(items), [Case(0, n, item) for n, item in enumerate(items[::step][:wanted])]
    there = registry.count(store, spec.dataset, split=spec.split)
    cases = min(there, spec.limit or there)
    if spec.limit is not None and spec.sample_seed is None:
        return cases, registry.cases(store, spec.dataset, limit=min(cases, wanted), split=spec.split)
    return cases, registry.sample(store, spec.dataset, min(cases, wanted), spec.sample_seed or 0, split=spec.split)


def _expected(store: "Store", variant: Variant, sample: "Sequence[Case]") -> Expected:
    from workbench.text import tokens

    warnings: list[str] = []
    counted = []
    for case in sample:
        messages = variant.messages(case.inputs)
        counted.append(tokens.count_messages(messages, variant.content.tools, variant.model))
    before = past(store, variant)
    output = _output(variant, before)
    if not before.seconds and variant.provider not in _SECONDS:
        warnings.append(f"No call of {variant.full_model} is recorded yet: its time is a guess.")
    longest = max(count.tokens for count in counted)
    window = tokens.context_window(variant.model)
    if window is not None and longest + (variant.content.parameters.max_tokens or 0) > window:
        warnings.append(f"{variant.name}: the longest case has about {longest:,} tokens, and {variant.model} takes {window:,} in all.")
    return Expected(
        input_tokens=fmean(count.tokens for count in counted),
        output=output,
        seconds=_per_call(variant.provider, before.seconds),
        warnings=warnings,
        estimated=any(count.estimated for count in counted),
    )


def _output(variant: Variant, before: Past) -> tuple[float, float]:
    """Tokens a reply will have, on average."""
    most = variant.content.parameters.max_tokens
    if len(before.output) >= 5:
        middle = fmean(before.output)
        reach = max(0.15 * middle, 3 * stdev(before.output) / len(before.output) ** 0.5)
        return _within(middle - reach, middle + reach, most)
    if len(before.kin) >= 5:  # other versions of the prompt may say much less or much more
        return _within(min(before.kin), max(before.kin) if most is None else most, most)
    if most is None:
        return _SAID
    return max(1.0, min(_SAID[0], most / 10)), float(most)


def _within(low: float, high: float, most: int | None) -> tuple[float, float]:
    """The range, at least one token, and never above max_tokens."""
    top = max(1.0, high if most is None else min(float(most), high))
    return min(top, max(1.0, low)), top


def _per_call(provider: str, seconds: Sequence[float]) -> tuple[float, float]:
    if len(seconds) < 5:
        return _SECONDS.get(provider, _SECONDS_ELSEWHERE)
    middle = fmean(seconds)
    return 0.8 * middle, 1.3 * middle


def _thousand(store: "Store", variant: Variant, one: Expected, side: int, at_ms: int) -> int | None:
    """Nano-dollars of a thousand calls: counted together, fractions of a token are not rounded away."""
    return nano(store, variant, round(1000 * one.input_tokens), round(1000 * one.output[side]), at_ms)


def _cost(thousands: Sequence[int | None], calls: Sequence[float]) -> Decimal | None:
    """Dollars of everything that has a price; None where nothing has."""
    priced = [thousand * n / 1000 for thousand, n in zip(thousands, calls, strict=True) if thousand is not None]
    return Decimal(round(sum(priced))) / 10**9 if priced else None


def _seconds(store: "Store", spec: RunSpec, each: list[Expected], calls: list[float], side: int) -> float:
    """Wall time: providers work side by side, each at its own concurrency and rate."""
    work: dict[str, float] = {}
    asked: dict[str, float] = {}
    for variant, one, n in zip(spec.variants, each, calls, strict=True):
        work[variant.provider] = work.get(variant.provider, 0.0) + one.seconds[side] * n
        asked[variant.provider] = asked.get(variant.provider, 0.0) + n
    paced = sum(asked.values()) * 60 / spec.rpm if spec.rpm else 0.0
    return max(paced, *(work[name] / min(concurrency(spec.concurrency, name), max(1, asked[name])) for name in work))


def _reusable(store: "Store", spec: RunSpec, sample: "Sequence[Case]", cells: int) -> int:
    """How many cells an earlier run has answered, by the sample's share."""
    prints = [
        fingerprint(variant, variant.messages(case.inputs), repeat)
        for variant in spec.variants
        for case in sample
        for repeat in range(spec.repeats)
    ]
    found = known(store, prints)
    return round(sum(print_ in found for print_ in prints) / len(prints) * cells * len(spec.variants))


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
