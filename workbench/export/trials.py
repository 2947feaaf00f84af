"""Calls that are no production traffic, told wherever a figure counts them: of evaluation runs, the playground, the simulated model."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from workbench.export import figures
from workbench.ledger.fields import TRIALS

if TYPE_CHECKING:
    from workbench.ledger.rollups import Filters
    from workbench.store import Store

SIMULATED = "simulated"
EVALUATION = "evaluation runs and the playground"
"""What sends the calls of the sources in TRIALS."""


def among(store: "Store", since_ms: int, until_ms: int, filters: "Filters | None" = None) -> str:
    """How many of the calls that began in [since, until) are none of production: "3 of 10 calls of evaluation runs and the playground".

    The simulated ones stand behind them. Empty where all are. A simulated call of these counts as simulated alone.
    """
    from workbench.ledger import rollups

    cells = rollups.read(store, since_ms, until_ms, by=("source", "provider"), filters=filters, sketches=False)
    feigned = sum(cell.calls for cell in cells if cell.key["provider"] == SIMULATED)
    tried = of_runs((str(cell.key["source"]), cell.calls) for cell in cells if cell.key["provider"] != SIMULATED)
    whole = figures.counted(sum(cell.calls for cell in cells), "call")
    parts = [f"{figures.count(tried)} of {whole} of {EVALUATION}" if tried else ""]
    parts += [f"{figures.count(feigned)} of {whole} simulated" if feigned else ""]
    return ", ".join(part for part in parts if part)


def of_runs(counted: Iterable[tuple[str, int]]) -> int:
    """How many of the calls by source are no production traffic by where they come from."""
    return sum(count for source, count in counted if source in TRIALS)
