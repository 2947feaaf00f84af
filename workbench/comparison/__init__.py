"""What a run says about its variants: one verdict, the figures and tests it rests on, and what should be known before trusting it.

Start at `verdict.compare_run`; `model` is what comes back. Every name loads its module when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.comparison.model import Comparison, Options
    from workbench.comparison.summary import Summary, VariantSummary, summarise
    from workbench.comparison.verdict import compare_run, compare_scores

# Name: the module that holds it.
_HOME = {
    "Comparison": "model",
    "Options": "model",
    "Summary": "summary",
    "VariantSummary": "summary",
    "compare_run": "verdict",
    "compare_scores": "verdict",
    "summarise": "summary",
}

__all__ = ["Comparison", "Options", "Summary", "VariantSummary", "compare_run", "compare_scores", "summarise"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
