"""Statistics, pure numerics. Knows no database, no clock, no network; every name loads its module when it is first asked for.

A function named like its module (bayes, equivalence, sequential, correction) is imported from there: `from workbench.stats.bayes
import bayes`. The package would hold the module under that name as soon as anybody imported it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.stats.bayes import Bayes
    from workbench.stats.binary import mcnemar_exact, mcnemar_midp, odds_ratio, tango
    from workbench.stats.equivalence import Equivalence
    from workbench.stats.intervals import (
        Interval,
        by_case,
        clopper_pearson,
        median_interval,
        proportion,
        score_interval,
        wilson,
    )
    from workbench.stats.mean import figure
    from workbench.stats.paired import PairResult, compare, compare_all
    from workbench.stats.resampling import bca, bootstrap_t, envelope, permutation, student
    from workbench.stats.sequential import Sequential

# Name: the module that holds it.
_HOME = {
    "Bayes": "bayes",
    "Equivalence": "equivalence",
    "Interval": "intervals",
    "PairResult": "paired",
    "Sequential": "sequential",
    "bca": "resampling",
    "bootstrap_t": "resampling",
    "by_case": "intervals",
    "clopper_pearson": "intervals",
    "compare": "paired",
    "compare_all": "paired",
    "envelope": "resampling",
    "figure": "mean",
    "mcnemar_exact": "binary",
    "mcnemar_midp": "binary",
    "median_interval": "intervals",
    "odds_ratio": "binary",
    "permutation": "resampling",
    "proportion": "intervals",
    "score_interval": "intervals",
    "student": "resampling",
    "tango": "binary",
    "wilson": "intervals",
}

__all__ = [
    "Bayes",
    "Equivalence",
    "Interval",
    "PairResult",
    "Sequential",
    "bca",
    "bootstrap_t",
    "by_case",
    "clopper_pearson",
    "compare",
    "compare_all",
    "envelope",
    "figure",
    "mcnemar_exact",
    "mcnemar_midp",
    "median_interval",
    "odds_ratio",
    "permutation",
    "proportion",
    "score_interval",
    "student",
    "tango",
    "wilson",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
