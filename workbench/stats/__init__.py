"""Statistics, pure numerics: intervals and paired tests. Knows no database, no clock, no network; scipy and numpy load when used."""

from workbench.stats.intervals import Interval, by_case, mean_interval, score_interval, wilson
from workbench.stats.paired import PairResult, bootstrap, compare, mcnemar_exact, mcnemar_midp, permutation, tango

__all__ = [
    "Interval",
    "PairResult",
    "bootstrap",
    "by_case",
    "compare",
    "mcnemar_exact",
    "mcnemar_midp",
    "mean_interval",
    "permutation",
    "score_interval",
    "tango",
    "wilson",
]
