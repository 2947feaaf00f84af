"""The cells of a run as arrays: for every metric a value for each variant and case, NaN where there is none. Reads once, decides nothing.

Repeats of a case are averaged into one value: they are not more cases. Only answered cells have a cost, a latency and tokens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from workbench.comparison.model import METRICS, SCORE, Metric
from workbench.runner.reading import Run
from workbench.runner.tables import CellRow, RunCaseRow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from workbench.store import Store

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

_COLUMNS = ("variant", "case_position", "status", "score", "latency_ms", "input_tokens", "output_tokens", "cost_nano", "finished_ms")


@dataclass(frozen=True)
class Matrix:
    """Every array is (variants, cases). `values` holds a metric's means over repeats; `missing` counts cells that finished without a
    score; `scores` holds each repeat's score as (variant, case, score) rows; `finished_ms` is when the last repeat came in.
    """

    names: tuple[str, ...]
    metrics: tuple[Metric, ...]
    values: Mapping[str, "Floats"]
    missing: "Counts"
    finished_ms: "Counts"
    scores: "Floats"
    tags: tuple[tuple[str, ...], ...] = ()
    left_out: tuple[str, ...] = ()  # sentences: metrics that nothing is known of
    repeats: int = 1
    paired: bool = True
    limits: tuple[float, float] | None = (-1.0, 1.0)  # of a difference in score

    @property
    def cases(self) -> int:
        """How many cases there are."""
        return int(self.missing.shape[1])

    @property
    def scored(self) -> bool:
        """Whether there is any score at all."""
        return SCORE.name in self.values

    def metric(self, name: str) -> Metric:
        """The metric of that name."""
        return next(item for item in self.metrics if item.name == name)

    def limits_of(self, name: str) -> tuple[float, float] | None:
        """What bounds a difference in the metric; None where nothing does."""
        return self.limits if name == SCORE.name else None

    def counted_wrong(self) -> "Matrix":
        """The same with every cell that finished without a score counted as 0."""
        import numpy as np

        score = self.values[SCORE.name]
        have = self._repeats_with_score()
        total = have + self.missing
        with np.errstate(invalid="ignore", divide="ignore"):
            wrong = np.where(total > 0, np.nan_to_num(score) * have / total, np.nan)
        return replace(self, values={**self.values, SCORE.name: wrong})

    def first(self, count: int) -> "Matrix":
        """The same for the first cases in planned order alone."""
        rows = self.scores[self.scores[:, 1] < count]
        values = {name: array[:, :count] for name, array in self.values.items()}
        missing, finished = self.missing[:, :count], self.finished_ms[:, :count]
        return replace(self, values=values, missing=missing, finished_ms=finished, scores=rows, tags=self.tags[:count])

    def only(self, chosen: "NDArray[np.bool_]") -> "Matrix":
        """The same for the scores of some cases alone; `chosen` is one flag a case."""
        values = {SCORE.name: self.values[SCORE.name][:, chosen]}
        return replace(
            self,
            metrics=(self.metric(SCORE.name),),
            values=values,
            missing=self.missing[:, chosen],
            finished_ms=self.finished_ms[:, chosen],
        )

    def _repeats_with_score(self) -> "Counts":
        import numpy as np

        have = np.zeros(self.missing.shape, dtype=np.int64)
        if len(self.scores):
            np.add.at(have, (self.scores[:, 0].astype(int), self.scores[:, 1].astype(int)), 1)
        return have


def read(store: "Store", run: Run) -> Matrix:
    """The finished cells of `run`: one query over the key of the cells, one for the tags."""
    query = select(*(getattr(CellRow, name) for name in _COLUMNS)).where(CellRow.run_id == run.id)
    tagged = select(RunCaseRow.position, RunCaseRow.tags).where(RunCaseRow.run_id == run.id).order_by(RunCaseRow.position)
    with store.read() as session:
        rows = session.execute(query).all()
        tags = {position: tuple(map(str, found or ())) for position, found in session.execute(tagged)}
    shape = (len(run.variants), max([run.plan.cases, *(row.case_position + 1 for row in rows)]))
    return _gathered(run, rows, shape, tuple(tags.get(position, ()) for position in range(shape[1])))


def _gathered(run: Run, rows: Sequence[Any], shape: tuple[int, int], tags: tuple[tuple[str, ...], ...]) -> Matrix:
    import numpy as np

    columns = dict(zip(_COLUMNS, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(_COLUMNS, ())
    place = np.array(columns["variant"], dtype=np.int64) * shape[1] + np.array(columns["case_position"], dtype=np.int64)
    ok = np.array([status == "ok" for status in columns["status"]], dtype=bool)

    def mean(name: str, scale: float = 1.0) -> "Floats":
        column = np.array([np.nan if value is None else value for value in columns[name]], dtype=float) * scale
        column[~ok] = np.nan
        return _means(place, column, shape)

    values = {name: mean(name) for name in ("score", "latency_ms", "input_tokens", "output_tokens")}
    values["cost_usd"] = mean("cost_nano", 1e-9)
    scored = ok & np.array([score is not None for score in columns["score"]], dtype=bool)
    score = np.array([np.nan if value is None else value for value in columns["score"]], dtype=float)
    finished = np.zeros(shape, dtype=np.int64)
    np.maximum.at(finished.reshape(-1), place, np.array(columns["finished_ms"], dtype=np.int64))
    kept, left_out = _known(values, run)
    return Matrix(
        names=tuple(variant.name for variant in run.variants),
        metrics=kept,
        values={metric.name: values[metric.name] for metric in kept},
        missing=np.bincount(place[~scored], minlength=shape[0] * shape[1]).reshape(shape),
        finished_ms=finished,
        scores=np.column_stack([place[scored] // shape[1], place[scored] % shape[1], score[scored]]),
        tags=tags,
        left_out=left_out,
        repeats=run.plan.repeats,
    )


def _means(place: "Counts", column: "Floats", shape: tuple[int, int]) -> "Floats":
    import numpy as np

    there = np.isfinite(column)
    size = shape[0] * shape[1]
    count = np.bincount(place[there], minlength=size)
    total = np.bincount(place[there], weights=column[there], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Floats = np.where(count > 0, total / count, np.nan)
    return means.reshape(shape)


def _known(values: "Mapping[str, Floats]", run: Run) -> tuple[tuple[Metric, ...], tuple[str, ...]]:
    """The metrics that have data, and why others are left out."""
    import numpy as np

    kept, said = [], []
    for metric in METRICS:
        if metric is SCORE and run.plan.score is None:
            continue
        there = values[metric.name][np.isfinite(values[metric.name])]
        if metric.name == "cost_usd" and not there.any():
            why = "nothing in this run cost money" if len(there) else "no price is known for these models"
            said += [f"Cost is left out: {why}."] if np.isfinite(values["latency_ms"]).any() or len(there) else []
        elif len(there):
            kept.append(metric)
    return tuple(kept), tuple(said)


@dataclass(frozen=True)
class Scores:
    """Plain scores as they were read: (variant, case, score) rows, NaN for a score that is not there; for unpaired data a case a row."""

    names: tuple[str, ...]
    cases: int
    rows: Sequence[tuple[int, int, float]] = field(repr=False)
    paired: bool = True
    higher_is_better: bool = True
    notes: tuple[str, ...] = ()  # how the file was read, where that was a guess


def of_scores(scores: Scores) -> Matrix:
    """Plain scores as a matrix with one metric: shares within limits, or plain numbers without.

    Shares are 0 and 1 alone, and scores within 0..1 of which higher ones are better: seconds below 1 bound nothing. A case for which a
    variant has no row is missing, as one whose score is empty.
    """
    import numpy as np

    shape = (len(scores.names), scores.cases)
    rows = np.array(scores.rows, dtype=float).reshape(-1, 3)
    rows[~np.isfinite(rows[:, 2]), 2] = np.nan
    place = rows[:, 0].astype(np.int64) * shape[1] + rows[:, 1].astype(np.int64)
    there = np.isfinite(rows[:, 2])
    known = rows[there]
    shares = _shares(known[:, 2], higher_is_better=scores.higher_is_better)
    metric = Metric(SCORE.name, SCORE.title, "share" if shares else "number", higher_is_better=scores.higher_is_better)
    counts = np.bincount(place, minlength=shape[0] * shape[1]).reshape(shape)
    missing = np.bincount(place[~there], minlength=shape[0] * shape[1]).reshape(shape).astype(np.int64)
    if scores.paired:
        missing[counts == 0] = 1
    return Matrix(
        names=scores.names,
        metrics=(metric,) if len(known) else (),
        values={SCORE.name: _means(place, rows[:, 2], shape)} if len(known) else {},
        missing=missing,
        finished_ms=np.zeros(shape, dtype=np.int64),
        scores=known,
        repeats=max(1, int(counts.max(initial=0))) if scores.paired else 1,
        paired=scores.paired,
        limits=(-1.0, 1.0) if shares else None,
    )


def _shares(known: "Floats", *, higher_is_better: bool) -> bool:
    import numpy as np

    if not len(known):
        return True
    return bool(known.min() >= 0 and known.max() <= 1) if higher_is_better else bool(np.isin(known, (0.0, 1.0)).all())
