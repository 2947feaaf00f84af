"""How each variant of a run does on the cases of each tag: its mean there with an interval, whether it is clearly weaker there.

Says nothing of who is better; `slices` holds two variants against each other.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.comparison import matrix, slices
from workbench.comparison.model import SCORE
from workbench.runner import reading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from workbench.store import Store

SURE = 0.05  # p below which a tag is told apart from the other cases


@dataclass(frozen=True)
class TagFigures:
    """A variant on the cases of one tag. `low` and `high` bound its mean at 95 %; `rest` is its mean on all other cases; `p_adjusted` tests
    the two against each other (Fisher's or Welch's test), corrected by Holm's method for everything that was looked at. `weak`: it is
    lower here, and that is more than chance.
    """

    variant: str
    tag: str
    n: int
    mean: float
    low: float | None
    high: float | None
    rest: float | None
    p_adjusted: float | None
    weak: bool = False


def of_run(store: "Store", run_id: str) -> tuple[TagFigures, ...]:
    """Tags by how many cases carry them, each with every variant; none where the run is not scored. Raises NotFound."""
    import numpy as np

    from workbench.stats.correction import holm

    run = reading.get(store, run_id)
    cells = matrix.read(store, run)
    if run.decided_after is not None:
        cells = cells.first(run.decided_after)
    if not cells.scored:
        return ()
    found = []
    for tag in slices.tags(cells):
        chosen = np.array([tag in mine for mine in cells.tags], dtype=bool)
        for name, row in zip(cells.names, cells.values[SCORE.name], strict=True):
            there = np.isfinite(row)
            if int((chosen & there).sum()) >= slices.FEWEST:
                found.append(_figures(name, tag, row[chosen & there], row[~chosen & there]))
    corrected = holm([each.p_adjusted for each in found])
    return tuple(_judged(each, p) for each, p in zip(found, corrected, strict=True))


def _figures(name: str, tag: str, here: "NDArray[np.float64]", elsewhere: "NDArray[np.float64]") -> TagFigures:
    from workbench.stats.mean import figure
    from workbench.stats.unpaired import compare_unpaired

    low, high, _method = figure(here.tolist(), limits=(0.0, 1.0))
    if not len(elsewhere):
        return TagFigures(name, tag, len(here), float(here.mean()), low, high, None, None)
    tested = compare_unpaired(elsewhere, here, limits=(-1.0, 1.0))
    return TagFigures(name, tag, len(here), float(here.mean()), low, high, float(elsewhere.mean()), tested.p)


def _judged(found: TagFigures, p: float | None) -> TagFigures:
    lower = found.rest is not None and found.mean < found.rest
    return replace(found, p_adjusted=p, weak=lower and p is not None and p < SURE)
