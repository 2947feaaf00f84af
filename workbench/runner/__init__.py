"""Durable runs: plan, quote, worker, stop, resume, spending cap."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.runner.batch import Answer, ask_all

__all__ = ["Answer", "ask_all"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from workbench.runner import batch

        return getattr(batch, name)
    raise AttributeError(name)
