"""What the scenario on the desk comes to. Worked out when it has changed; where that fails, the last result stays and says so."""

from pages.spend.whatif_parts.desk import Desk
from workbench import clock
from workbench.cost.outcome import Outcome
from workbench.errors import WorkbenchError
from workbench.store import Store

_FRESH_MS = 20_000  # after so long the ledger and the prices are asked again


def work_out(store: Store, desk: Desk) -> Outcome | None:
    """The outcome of the scenario that holds; the last one, where it cannot be worked out; None where there was none."""
    from workbench.cost import working

    now_ms = clock.now_ms()
    held = desk.outcome
    if held is not None and desk.problem is None and held.scenario == desk.good and now_ms - desk.worked_ms < _FRESH_MS:
        return held
    try:
        desk.outcome = working.work_out(store, desk.good)
    except WorkbenchError as error:
        desk.problem = error
    else:
        desk.problem, desk.worked_ms = None, now_ms
    return desk.outcome


def is_stale(desk: Desk) -> bool:
    """Whether the figures are of an earlier scenario than the one that is typed."""
    return bool(desk.wrong) or desk.problem is not None
