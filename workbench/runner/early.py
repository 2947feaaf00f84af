"""Whether a run is decided before its end, by the scores it has: those of the first cases that all variants have finished.

Owns "stop when decided". Cases are taken in planned order, and that order is random: neither the dataset's order nor which
cases happen to be quick may decide. Repeats are averaged over those that have a score, as a comparison averages them; a case of
which a variant has none is left out of the pairs it concerns. Keeps sums, not cells.
"""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from workbench.runner.tables import CellRow

if TYPE_CHECKING:
    from workbench.runner.jobs import Job
    from workbench.runner.spec import Variant
    from workbench.stats.sequential import Decision

_ROWS = 10_000  # read from the store at once


class Early:
    """The scores of a run at work, by variant and case. Build it with `load`; `note` may be called while `look` works in a thread."""

    def __init__(self, variants: int, cases: int, repeats: int, margin: float | None) -> None:
        import numpy as np

        self._repeats, self._margin = repeats, margin
        self._sums = np.zeros((variants, cases))
        self._scored = np.zeros((variants, cases), dtype=np.int32)
        self._finished = np.zeros((variants, cases), dtype=np.int32)
        self._looked = 0
        self._lock = threading.Lock()
        self.prefix = 0  # cases that every variant has finished, from the first

    def note(self, values: Any) -> bool:
        """Take in a finished cell (its row); whether there is more to look at than before."""
        at = values["variant"], values["case_position"]
        score = values["score"] if values["status"] == "ok" else None
        with self._lock:
            if score is not None:
                self._sums[at] += score
                self._scored[at] += 1
            self._finished[at] += 1
            before = self.prefix
            while self.prefix < self._finished.shape[1] and (self._finished[:, self.prefix] >= self._repeats).all():
                self.prefix += 1
            return self.prefix > before

    def look(self) -> "Decision | None":
        """What the cases finished by all variants decide, if anything; None where nothing is new since the last look."""
        import numpy as np

        from workbench.stats import sequential

        with self._lock:
            if self.prefix == self._looked:
                return None
            self._looked = self.prefix
            count = self._scored[:, : self.prefix]
            means = np.where(count > 0, self._sums[:, : self.prefix] / np.maximum(count, 1), np.nan)
        return sequential.decided(means, margin=self._margin)


def load(job: "Job") -> Early | None:
    """The scores the run has already; None where it goes on to its end: not asked to stop early, or decided before and resumed."""
    plan = job.plan
    if not plan.until_decided or plan.decision is not None:
        return None
    early = Early(len(job.variants), plan.cases, plan.repeats, plan.margin)
    columns = (CellRow.variant, CellRow.case_position, CellRow.status, CellRow.score)
    query = select(*columns).where(CellRow.run_id == job.run_id).execution_options(yield_per=_ROWS)
    with job.store.read() as session:
        for row in session.execute(query).mappings():
            early.note(row)
    return early


def kept(decision: "Decision | None", variants: "Sequence[Variant]") -> dict[str, Any]:
    """What the plan of the run remembers of the decision."""
    if decision is None:
        return {}
    winner = None if decision.winner is None else variants[decision.winner].name
    return {"decision": {"outcome": decision.outcome, "winner": winner, "n": decision.n}}
