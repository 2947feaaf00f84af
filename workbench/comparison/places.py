"""Where two replies of a run can be held against each other, and on which side each stands.

Every pair of variants on every case and repeat is one place. All raters meet the places in one shuffled order, so that raters who stop
early have judged the same ones and their agreement can be told; the sides are shuffled for each rater. Both follow from the run, the
place and the rater alone. Two replies that read the same are no place to choose: they are listed apart. A cell that failed has no
reply and leaves its places out. Reads only.
"""

import hashlib
import json
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from sqlalchemy import select

from workbench.errors import NotFound
from workbench.ledger.tables import CallTextRow
from workbench.runner import reading
from workbench.runner.tables import CellRow, RunRow

if TYPE_CHECKING:
    from workbench.store import Store

_REMEMBERED = 8  # runs whose places are kept in memory


@dataclass(frozen=True, order=True)
class Place:
    """Two variants (by position, first < second) on one case, once."""

    case_position: int
    repeat: int
    first: int
    second: int

    @property
    def key(self) -> str:
        """The place as text, for the name of a widget."""
        return f"{self.case_position}-{self.repeat}-{self.first}-{self.second}"


@dataclass(frozen=True)
class Places:
    """The places of a run in the order raters meet them, and those where both replies read the same."""

    open: tuple[Place, ...]
    identical: tuple[Place, ...]
    missing: int


_known: dict[tuple[str, str, str, int | None], Places] = {}


def of(store: "Store", run_id: str) -> Places:
    """Every place of the run; remembered once the run has ended. Raises NotFound."""
    with store.read() as session:
        run = session.get(RunRow, run_id)
    if run is None:
        raise NotFound(f"There is no run {run_id!r}.", hint="`workbench runs list` shows the runs there are.")
    key = (store.url, run_id, run.state, run.ended_ms)
    if key in _known:
        return _known[key]
    differing: list[Place] = []
    same: list[Place] = []
    for (case, repeat), said in _replies(store, run_id).items():
        for (first, one), (second, other) in combinations(sorted(said), 2):
            (same if one == other else differing).append(Place(case, repeat, first, second))
    missing = possible(store, run_id) - len(differing) - len(same)
    found = Places(tuple(sorted(differing, key=lambda place: _hash(run_id, place.key))), tuple(same), missing)
    if run.state in reading.ENDED and run.ended_ms is not None:
        if len(_known) >= _REMEMBERED:
            _known.clear()
        _known[key] = found
    return found


def left_of(run_id: str, place: Place, rater: str) -> int:
    """The variant on the left: by chance for each rater and place, and the same whenever it is asked."""
    return place.first if _hash(run_id, place.key, rater)[0] & 1 else place.second


def possible(store: "Store", run_id: str, pairs: int | None = None) -> int:
    """How many places the run would have if every cell had a reply."""
    run = reading.get(store, run_id)
    count = len(run.variants)
    return run.plan.cases * run.plan.repeats * (count * (count - 1) // 2 if pairs is None else pairs)


def _replies(store: "Store", run_id: str) -> dict[tuple[int, int], list[tuple[int, bytes]]]:
    """By case and repeat: every variant that has a reply, and the fingerprint of what it says.

    Read reply by reply and kept as fingerprints: comparing texts pair by pair in the database took 40 s over ten variants of 2,000 cases.
    """
    query = (
        select(CellRow.case_position, CellRow.repeat, CellRow.variant, CallTextRow.reply, CallTextRow.tool_calls)
        .join(CallTextRow, CallTextRow.call_id == CellRow.call_id)
        .where(CellRow.run_id == run_id, CellRow.status == "ok")
        .execution_options(yield_per=500)
    )
    found: dict[tuple[int, int], list[tuple[int, bytes]]] = {}
    with store.read() as session:
        for case, repeat, variant, reply, tools in session.execute(query):
            if reply is not None or tools is not None:  # retention may have dropped the texts of a call
                said = _hash((reply or "").strip(), json.dumps(tools or [], sort_keys=True))
                found.setdefault((case, repeat), []).append((variant, said))
    return found


def _hash(*parts: str) -> bytes:
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=8).digest()
