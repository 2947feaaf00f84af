"""Recommendations, one file a kind: each registers itself with `kinds.advice`, so that adding one is adding a file. Owns only the list."""

import pkgutil
from functools import cache
from importlib import import_module

from workbench.monitoring.advice.kinds import Kind


@cache
def every() -> tuple[Kind, ...]:
    """All kinds that there are a file of, in their order."""
    from workbench.monitoring.advice import kinds

    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return tuple(sorted(kinds.REGISTERED.values(), key=lambda kind: (kind.place, kind.name)))
