"""Statistics, pure numerics. Knows no database, no clock, no network; every name loads its module when it is first asked for.

A function named like its module (bayes, equivalence, sequential, correction) is imported from there: `from workbench.stats.bayes
import bayes`. The package would hold the module under that name as soon as anybody imported it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.stats.bayes import Bayes
    from workbench.stats.equivalence import Equivalence
    from workbench.stats.intervals import Interval, by_case, mean_interval, score_interval, wilson
    from workbench.stats.paired import PairResult, bootstrap, compare, mcnemar_exact, mcnemar_midp, permutation, tango
    from workbench.stats.sequential import Sequential

# Name: the module that holds it.
_HOME = {
    "Bayes": "bayes",
    "Equivalence": "equivalence",
    "Interval": "intervals",
    "PairResult": "paired",
    "Sequential": "sequential",
    "bootstrap": "paired",
    "by_case": "intervals",
    "compare": "paired",
    "mcnemar_exact": "paired",
    "mcnemar_midp": "paired",
    "mean_interval": "intervals",
    "permutation": "paired",
    "score_interval": "intervals",
    "tango": "paired",
    "wilson": "intervals",
}

__all__ = [
    "Bayes",
    "Equivalence",
    "Interval",
    "PairResult",
    "Sequential",
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


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
