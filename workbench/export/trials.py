"""Calls that are no production traffic, told wherever a figure counts them: those of evaluation runs, and of the simulated model."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from workbench.export import figures

if TYPE_CHECKING:
    from workbench.ledger.rollups import Filters
    from workbench.store import Store

SIMULATED = "simulated"
RUNS = ("run", "benchmark")
"""Sources of calls that evaluation runs make."""
EVALUATION = "evaluation runs"


def among(store: "Store", since_ms: int, until_ms: int, filters: "Filters | None" = None) -> str:
    """How many of the calls that began in [since, until) are none of production: "3 of 10 calls of evaluation runs".

    The simulated ones stand behind them. Empty where all are. A simulated call of a run counts as simulated alone.
    """
    from workbench.ledger import rollups

    cells = rollups.read(store, since_ms, until_ms, by=("source", "provider"), filters=filters, sketches=False)
    feigned = sum(cell.calls for cell in cells if cell.key["provider"] == SIMULATED)
    tried = of_runs((str(cell.key["source"]), cell.calls) for cell in cells if cell.key["provider"] != SIMULATED)
    whole = figures.count(sum(cell.calls for cell in cells))
    parts = [f"{figures.count(tried)} of {whole} calls of {EVALUATION}" if tried else ""]
    parts += [f"{figures.count(feigned)} of {whole} calls simulated" if feigned else ""]
    return ", ".join(part for part in parts if part)


def of_runs(counted: Iterable[tuple[str, int]]) -> int:
    """How many of the calls by source are those of evaluation runs."""
    return sum(count for source, count in counted if source in RUNS)
