"""What a run says about its variants: scores, intervals, paired differences."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.comparison.summary import Pair, Summary, VariantSummary, summarise

__all__ = ["Pair", "Summary", "VariantSummary", "summarise"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from workbench.comparison import summary

        return getattr(summary, name)
    raise AttributeError(name)
