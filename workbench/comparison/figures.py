"""What each variant is on its own: mean with interval, spread and median on every metric; repeats that disagree; the ranking."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.comparison.model import WINNER, Figures, Metric, Options, Pair, Rank, Stability

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from workbench.comparison.matrix import Matrix


def of_all(matrix: "Matrix", options: Options) -> list[Figures]:
    """One line a metric and variant, over the cases it has a value for."""
    import numpy as np

    from workbench.stats.mean import bounds, figure
    from workbench.stats.sample import sample

    rows = [(metric, name, row[np.isfinite(row)]) for metric in matrix.metrics for name, row in _rows(matrix, metric)]
    # What nothing limits is drawn in one call: the intervals share their random numbers.
    free = iter(bounds([sample(row) for metric, _, row in rows if metric.unit != "share"], level=options.level, seed=options.seed))
    found = []
    for metric, name, row in rows:
        share = metric.unit == "share"
        interval = figure(row.tolist(), limits=(0.0, 1.0), level=options.level, seed=options.seed) if share else next(free)
        found.append(_line(metric, name, row, interval))
    return found


def _rows(matrix: "Matrix", metric: Metric) -> "list[tuple[str, NDArray[np.float64]]]":
    return list(zip(matrix.names, matrix.values[metric.name], strict=True))


def _line(metric: Metric, name: str, row: "NDArray[np.float64]", interval: tuple[float | None, float | None, str]) -> Figures:
    import numpy as np

    count = len(row)
    if not count:
        return Figures(name, metric.name, 0, None, None, None, None, None)
    if bool((row == row[0]).all()):  # rounding in the mean must not look like a spread
        value = float(row[0])
        return Figures(name, metric.name, count, value, 0.0 if count > 1 else None, value, *interval)
    spread = float(row.std(ddof=1)) if count > 1 else None
    return Figures(name, metric.name, count, float(row.mean()), spread, float(np.median(row)), *interval)


def ranking(names: Sequence[str], figures: Sequence[Figures], pairs: Sequence[Pair], metric: Metric) -> tuple[Rank, ...]:
    """The variants by score, best first; those that no test tells apart share a place."""
    from workbench.stats.correction import ranking as ranked

    means = {item.variant: item.mean for item in figures if item.metric == metric.name}
    won = {(pair.winner, pair.b if pair.winner == pair.a else pair.a) for pair in pairs if pair.metric == metric.name and pair.winner}
    found = ranked(
        [means.get(name) for name in names],
        lambda one, other: (names[one], names[other]) in won,
        higher_is_better=metric.higher_is_better,
    )
    return tuple(Rank(place, names[at], means.get(names[at])) for place, at in found)


def stability(matrix: "Matrix", options: Options) -> tuple[Stability, ...]:
    """How often repeats of a case disagree, and what all replies together say, for every variant that has repeats."""
    import numpy as np

    from workbench.stats.clusters import cluster_bootstrap, effective
    from workbench.stats.clusters import stability as flips

    if matrix.repeats < 2 or not matrix.scored:
        return ()
    found = []
    least, most = (0.0, 1.0) if matrix.limits is not None else (-np.inf, np.inf)
    for at, name in enumerate(matrix.names):
        mine = matrix.scores[matrix.scores[:, 0] == at]
        order = np.argsort(mine[:, 1], kind="stable")
        cases, starts = np.unique(mine[order, 1], return_index=True)
        groups = [group.tolist() for group in np.split(mine[order, 2], starts[1:])] if len(cases) else []
        groups = [group for group in groups if len(group) > 1]
        if groups and (share := flips(groups)) is not None:
            values, clusters = mine[:, 2], mine[:, 1].tolist()
            bounds = cluster_bootstrap(values, clusters, options.level, seed=options.seed)
            low, high = (None, None) if bounds is None else (max(least, bounds.low), min(most, bounds.high))
            alone = effective(values, clusters)
            found.append(Stability(name, len(groups), *share, len(values), float(values.mean()), low, high, alone))
    return tuple(found)


def beaten(pairs: Sequence[Pair], name: str) -> bool:
    """Whether any other variant is better."""
    return any(pair.outcome == WINNER and name in (pair.a, pair.b) and pair.winner != name for pair in pairs)
