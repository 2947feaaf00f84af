"""The verdict over two or more variants: of a run in the store, or of plain scores. Everything a comparison says comes through here.

Reads the cells once, leaves the numerics to `stats`, and keeps the last results, so that looking again costs a count of cells.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.comparison import checks, explain, figures, matrix, overall, pairs, sentences, slices
from workbench.comparison.matrix import Matrix, Scores
from workbench.comparison.model import LEFT_OUT, SCORE, UNDECIDED, WRONG, Comparison, Options
from workbench.errors import InputError
from workbench.runner import reading
from workbench.runner.reading import Run

if TYPE_CHECKING:
    from workbench.store import Store

PEEKED = ("running", "interrupted", "stopped", "decided")  # states in which somebody looked, or could have, before the planned end
_KEPT = 32
_results: "OrderedDict[tuple[object, ...], Comparison]" = OrderedDict()
_lock = threading.Lock()
_DEFAULT = Options()


def compare_run(store: "Store", run_id: str, options: Options = _DEFAULT) -> Comparison:
    """What a run says, at work or ended. Raises NotFound, and InputError for options that make no sense."""
    run = reading.get(store, run_id)
    checked(options, [variant.name for variant in run.variants])
    if options.margin is None and run.plan.margin is not None:
        options = replace(options, margin=run.plan.margin)  # the margin the run was planned with
    # What a finished cell is made of adds up to these; a cell that is asked again changes at least one of them.
    sums = (run.ok, run.failed, run.spent_nano, run.input_tokens, run.output_tokens, run.retries)
    key = (str(store.engine.url), run.id, run.created_ms, run.state, run.ended_ms, sums, options)
    with _lock:
        if key in _results:
            _results.move_to_end(key)
            return _results[key]
    cells = matrix.read(store, run)
    if run.decided_after is not None:  # what was under way at that moment came in later, and did not decide
        cells = cells.first(run.decided_after)
    found = compare_matrix(cells, options, peeked=looked_at(run), about=_about(run))
    with _lock:
        _results[key] = found
        while len(_results) > _KEPT:
            _results.popitem(last=False)
    return found


def looked_at(run: Run) -> bool:
    """Whether the scores of `run` were, or could have been, judged before its planned end.

    A run that stops when decided was judged at every look, whether or not it came to its end: a plain test on top would be one look
    too many.
    """
    return run.state in PEEKED or run.plan.until_decided or run.plan.decision is not None


def compare_scores(
    names: Sequence[str],
    values: Iterable[Iterable[float]],
    options: Options = _DEFAULT,
    *,
    paired: bool = True,
    higher_is_better: bool = True,
    about: Mapping[str, Any] | None = None,
) -> Comparison:
    """What plain scores say: one row a variant, NaN for a missing score; rows align by case where `paired`, else in length as they come.

    Raises InputError for two variants of one name and rows that do not fit.
    """
    rows = [[float(value) for value in row] for row in values]
    if len(rows) != len(names):
        raise InputError(f"{len(rows)} rows of scores for {len(names)} variants", place="scores")
    if len(set(names)) < len(names):
        twice = next(name for at, name in enumerate(names) if name in names[:at])
        raise InputError(f"there are two variants named {twice!r}", place="scores", hint="Give each variant a name of its own.")
    longest = max(map(len, rows), default=0)
    if paired and any(len(row) != longest for row in rows):
        raise InputError("paired scores need the same cases in every row", place="scores", hint="Write NaN where a score is missing.")
    triples = [(at, case, value) for at, row in enumerate(rows) for case, value in enumerate(row)]
    return compare_file(Scores(tuple(names), longest, triples, paired=paired, higher_is_better=higher_is_better), options, about=about)


def compare_file(scores: Scores, options: Options = _DEFAULT, *, about: Mapping[str, Any] | None = None) -> Comparison:
    """What scores say that were read from a file (`scores_file.read`). Raises InputError for options that make no sense."""
    checked(options, scores.names)
    return compare_matrix(matrix.of_scores(scores), options, about=about or {})


def compare_matrix(found: Matrix, options: Options, *, peeked: bool = False, about: Mapping[str, Any] | None = None) -> Comparison:
    """The whole comparison of a matrix that is read already."""
    if found.scored and found.limits is not None and (options.margin or 0.0) >= 1:
        hint = f"Scores lie between 0 and 1: write {(options.margin or 0.0) / 100:g} for {options.margin:g} points."
        raise InputError(f"{options.margin:g} is more than any difference there can be", place="margin", hint=hint)
    if options.missing == WRONG and found.scored:
        if found.limits is None or not found.metric(SCORE.name).higher_is_better:
            hint = f"0 is wrong only for scores of 0 to 1 of which higher ones are better: write {LEFT_OUT}."
            raise InputError("what counts as wrong is not known for scores like these", place="missing", hint=hint)
        found = found.counted_wrong()
    lines = figures.of_all(found, options)
    made = pairs.of_all(found, options, peeked=peeked)
    told = sentences.about(made, found.metrics, options, peeked=peeked, paired=found.paired)
    made = [replace(pair, verdict=sentences.of_pair(told, pair)) for pair in made]
    told = told.with_verdicts(made)
    base = Comparison(
        names=found.names,
        options=options,
        metrics=found.metrics,
        figures=tuple(lines),
        pairs=tuple(made),
        ranking=figures.ranking(found.names, lines, made, found.metric(SCORE.name)) if found.scored else (),
        outcome=UNDECIDED,
        winner=None,
        verdict="",
        stability=figures.stability(found, options),
        peeked=peeked,
        about=dict(about or {}),
    )
    return _judged(base, found, told)


def _judged(base: Comparison, found: Matrix, told: sentences.Told) -> Comparison:
    """The comparison with its verdict and all that hangs on it."""
    if not found.scored:
        verdict = sentences.without_score(told, found.names) if found.metrics else _nothing(base)
        return replace(base, verdict=verdict, method=explain.method(base, found), checks=checks.of(base, found, None))
    standing = overall.stand(found.names, base.pairs, base.figures, found.metric(SCORE.name), base.options.baseline)
    base = replace(base, outcome=standing.outcome, winner=standing.winner, verdict=overall.told(standing, told, found.names))
    base = replace(base, slices=slices.of(base, found))
    return replace(
        base,
        numbers=explain.numbers(base, told, standing),
        method=explain.method(base, found),
        trade_offs=explain.trade_offs(base, told, standing),
        would_change=explain.would_change(base, told, standing, found),
        checks=checks.of(base, found, standing),
    )


def outcomes(found: Comparison) -> dict[str, overall.Standing]:
    """The outcome of every metric by itself, by the same rule as the overall one."""
    return {metric.name: overall.stand(found.names, found.pairs, found.figures, metric, found.options.baseline) for metric in found.metrics}


def checked(options: Options, names: Sequence[str]) -> Options:
    """`options` if they make sense for these variants. Raises InputError that names the option."""
    if not 0.5 < options.level < 1:
        raise InputError(f"{options.level:g} is no level", place="level", hint="Write a share above 0.5 and below 1, such as 0.95.")
    if options.margin is not None and not options.margin > 0:
        raise InputError(f"{options.margin:g} is no margin", place="margin", hint="Write a difference above 0, e.g. 0.03 for 3 points.")
    if options.baseline is not None and options.baseline not in names:
        raise InputError(f"there is no variant {options.baseline!r}", place="baseline", hint=f"Variants are {', '.join(names)}.")
    if options.missing not in (LEFT_OUT, WRONG):
        raise InputError(f"{options.missing!r} is no way to count", place="missing", hint=f"Write {LEFT_OUT} or {WRONG}.")
    return options


def _nothing(base: Comparison) -> str:
    """What is said where no cell has come in, or no row was there."""
    if base.about.get("failed"):
        failed = {"running": "every cell so far has failed", "finished": "every cell failed"}
        return f"There is nothing to compare: {failed.get(base.about.get('state', ''), 'every cell that was asked failed')}."
    if base.about.get("run_id"):
        return "There is nothing to compare yet: no cell has been answered."
    return "There is nothing to compare: no score was found."


def _about(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "name": run.name,
        "state": run.state,
        "dataset": run.dataset,
        "cells": run.total,
        "done": run.done,
        "failed": run.failed,
        "decided_after": run.decided_after,
        "saved_calls": run.saved_calls,
        "saved_usd": None if run.saved_usd is None else float(run.saved_usd),
        "repeats": run.plan.repeats,
        "scored_by": (run.plan.score or {}).get("name"),
        "simulated": [variant.name for variant in run.variants if variant.provider == "simulated"],
    }
