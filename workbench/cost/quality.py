"""How good the answers of a mix are: the mean score of its models, each from the person's own runs, with its interval.

The newest ended run that scored a model speaks for it; where rules are given, also class by class, over the cases whose calls the rules
put there. Refuses to guess: a model that no run has scored and nobody has stated anything of is unknown, and so is a mix with it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ColumnElement, select

from workbench.cost.model import Believed, Rule
from workbench.cost.outcome import Quality
from workbench.ledger.tables import CallRow
from workbench.runner.reading import ENDED
from workbench.runner.tables import CellRow, RunRow, RunVariantRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from workbench.store import Store

LOOKED_AT = 200  # runs, newest first
ENOUGH = 2  # cases a figure needs: one bounds nothing
STATED = "stated"
_WITH = " with "
_DIGITS = Decimal("0.000001")
_Key = TypeVar("_Key")


@dataclass(frozen=True)
class Known:
    """A mean score 0..1 with its 95 % interval over `n` cases; low and high are None where it is stated, `value` where only classes
    are known. `by_class` has the same for classes of calls.
    """

    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    n: int
    source: str
    by_class: Mapping[str, "Known"] = field(default_factory=dict)
    run_id: str | None = None


def known(store: "Store", models: Sequence[str], prompt: str | None = None, *, rules: Sequence[Rule] = ()) -> dict[str, Known]:
    """What runs say of models (`provider/model`), on one prompt or on any; models that no run has scored are left out."""
    wanted = set(models)

    def key(variant: RunVariantRow) -> str | None:
        name = f"{variant.provider}/{variant.model}"
        return name if name in wanted and prompt in (None, variant.prompt) else None

    return _newest(store, wanted, key, rules)


def of_version(store: "Store", models: Sequence[str], prompt: str, version: int) -> dict[str, Known]:
    """What runs say of models on one version of a prompt, under their `versioned` names; those that no run has scored are left out."""
    names = {model: versioned(model, prompt, version) for model in models}

    def key(variant: RunVariantRow) -> str | None:
        return names.get(f"{variant.provider}/{variant.model}") if (variant.prompt, variant.version) == (prompt, version) else None

    return _newest(store, set(names.values()), key, ())


def versioned(model: str, prompt: str, version: int) -> str:
    """The name under which a model's quality on one version is known."""
    return f"{model}{_WITH}{prompt}@{version}"


def parted(name: str) -> tuple[str, str]:
    """The model of a name, and the version it is about: empty where it is about any."""
    model, _, reference = name.partition(_WITH)
    return model, reference


def merged(found: Mapping[str, Known], believed: Mapping[str, Believed]) -> dict[str, Known]:
    """What is known with what is stated beside it: a run comes before a statement, and a class before the whole."""
    together = dict(found)
    for model, said in believed.items():
        classes = {name: Known(value, None, None, 0, STATED) for name, value in said.quality_by_class.items()}
        if model in found:
            together[model] = replace(found[model], by_class={**classes, **found[model].by_class})
        elif said.quality is not None or classes:
            together[model] = Known(said.quality, None, None, 0, STATED, classes)
    return together


def of_mix(shares: Mapping[tuple[str, str], Decimal], known: Mapping[str, Known], *, false_hits: Decimal = Decimal(0)) -> Quality:
    """The mean over (class, model) -> share of the calls (relative to their sum), `known` being `merged`.

    `false_hits` is the share of all calls that a semantic cache answers with the reply to another question: they count as wrong. What
    else a cache answers is as good as what it kept. The interval adds the variances of independent figures, each side with its own
    half-width (Zou and Donner, Statistics in Medicine 27 (2008) 1693-1702); a figure used for several classes is one figure. It is
    None where every figure is stated.
    """
    asked = {place: share for place, share in shares.items() if share > 0}
    whole = sum(asked.values(), Decimal(0))
    weights: dict[tuple[str, str | None], Decimal] = {}
    unknown = set()
    for (klass, model), share in asked.items():
        figure = _figure(known.get(model), klass)
        if figure is None or figure.value is None:
            unknown.add(model)
            continue
        place = (model, klass if figure is not known[model] else None)
        weights[place] = weights.get(place, Decimal(0)) + share / whole
    used = {place: _figure(known[place[0]], place[1]) for place in weights}
    sources = _sources(used)
    if unknown or not weights:
        return Quality(None, None, None, tuple(sorted(unknown)), sources)
    right = 1 - false_hits
    terms = [(weight, figure) for place, weight in weights.items() if (figure := used[place]) is not None]
    value = sum((weight * figure.value for weight, figure in terms if figure.value is not None), Decimal(0))
    if all(figure.low is None for _, figure in terms):
        return Quality(_rounded(value * right), None, None, (), sources)
    low, high = value - _reach(terms, "low"), value + _reach(terms, "high")
    return Quality(_rounded(value * right), _rounded(low * right), _rounded(high * right), (), sources)


def _figure(of: Known | None, klass: str | None) -> Known | None:
    return of.by_class.get(klass, of) if of is not None and klass is not None else of


def _sources(used: "Mapping[tuple[str, str | None], Known | None]") -> dict[str, str]:
    """Model -> where its figures are from, each said once."""
    found: dict[str, list[str]] = {}
    for (model, _), figure in used.items():
        if figure is not None:
            found.setdefault(model, []).append(figure.source)
    return {model: "; ".join(dict.fromkeys(said)) for model, said in found.items()}


def _reach(terms: Sequence[tuple[Decimal, Known]], side: str) -> Decimal:
    """How far the mean reaches to one side: the root of the sum of the squares of the weighted half-widths."""
    ends = [(weight, figure.value, getattr(figure, side)) for weight, figure in terms]
    squares = [float(weight * (end - value)) ** 2 for weight, value, end in ends if end is not None and value is not None]
    return Decimal(math.sqrt(math.fsum(squares)))


def _rounded(value: Decimal | float) -> Decimal:
    return min(Decimal(1), max(Decimal(0), Decimal(value))).quantize(_DIGITS)


def _newest(store: "Store", wanted: set[_Key], key: Callable[[RunVariantRow], _Key | None], rules: Sequence[Rule]) -> dict[_Key, Known]:
    """The newest figure of every key; a run of the demo speaks only where no own run does."""
    found: dict[_Key, Known] = {}
    with store.read() as session:
        ended = select(RunRow.id, RunRow.name, RunRow.demo).where(RunRow.state.in_(ENDED))
        runs = session.execute(ended.order_by(RunRow.created_ms.desc(), RunRow.id.desc()).limit(LOOKED_AT)).all()
        variants: dict[str, list[RunVariantRow]] = {}
        of_runs = select(RunVariantRow).where(RunVariantRow.run_id.in_([run.id for run in runs])).order_by(RunVariantRow.position)
        for variant in session.scalars(of_runs):
            variants.setdefault(variant.run_id, []).append(variant)
        for run in sorted(runs, key=lambda run: bool(run.demo)):
            mine: dict[_Key, list[RunVariantRow]] = {}
            for variant in variants.get(run.id, ()):
                name = key(variant)
                if name is not None and name not in found:
                    mine.setdefault(name, []).append(variant)
            for name, chosen in mine.items():
                figure = _of_run(session, run.id, f"{'demo ' if run.demo else ''}run {run.name}", chosen, rules)
                if figure is not None:
                    found[name] = figure
            if len(found) == len(wanted):
                break
    return found


def _of_run(session: "Session", run_id: str, named: str, variants: Sequence[RunVariantRow], rules: Sequence[Rule]) -> Known | None:
    """The figure of one run; its variants of the same model are averaged case by case. None where too few cases are scored."""
    rows: list[Any] = []
    for variant in variants:
        rows += _scored(session, (CellRow.run_id == run_id) & (CellRow.variant == variant.position), variant)
    whole = _mean(rows, named, run_id)
    if whole is None or not rules:
        return whole
    by_class: dict[str, list[Any]] = {}
    for row, klass in zip(rows, _classes(rows, rules), strict=True):
        if klass is not None:
            by_class.setdefault(klass, []).append(row)
    figures = {klass: _mean(mine, f"{named}, {klass}", run_id) for klass, mine in by_class.items()}
    return replace(whole, by_class={klass: figure for klass, figure in figures.items() if figure is not None})


def _scored(session: "Session", of: ColumnElement[bool], variant: RunVariantRow) -> list[dict[str, Any]]:
    facts = (CallRow.words, CallRow.question, CallRow.input_tokens, CallRow.tags)
    query = select(CellRow.case_position, CellRow.score, *facts).outerjoin(CallRow, CallRow.id == CellRow.call_id)
    rows = session.execute(query.where(of, CellRow.status == "ok", CellRow.score.is_not(None))).mappings()
    return [{**row, "prompt": variant.prompt, "model": f"{variant.provider}/{variant.model}"} for row in rows]


def _mean(rows: Sequence[Mapping[str, Any]], named: str, run_id: str) -> Known | None:
    from workbench.stats.intervals import by_case, score_interval

    means = by_case([row["score"] for row in rows], [row["case_position"] for row in rows])
    if len(means) < ENOUGH:
        return None
    low, high = score_interval(means)
    value = math.fsum(means) / len(means)
    return Known(_rounded(value), _rounded(low), _rounded(high), len(means), f"{named}, n = {len(means)}", run_id=run_id)


def _classes(rows: Sequence[Mapping[str, Any]], rules: Sequence[Rule]) -> list[str | None]:
    """The class of every cell by what its call is known to be; None where the rules cannot tell."""
    from workbench.cost import facts
    from workbench.cost import rules as ruling

    decided = ruling.decide(facts.of_rows(rows), rules)
    names, codes = ruling.class_names(rules, decided)
    return [None if unsure else names[code] for unsure, code in zip(decided.unsure.tolist(), codes.tolist(), strict=True)]
