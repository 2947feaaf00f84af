"""The version that came where a prompt got worse: the one that most calls have since then, and hardly any had before. Reads sums only."""

from typing import TYPE_CHECKING, cast

from workbench.ledger import rollups
from workbench.monitoring.dashboard_model import View

if TYPE_CHECKING:
    from workbench.ledger.rollups import Filters
    from workbench.store import Store

_MOST, _HARDLY = 0.8, 0.05  # of the prompt's calls
_SCANNED = ("user", "tag")


def newcomer(store: "Store", view: View, prompt: str, since_ms: int, until_ms: int) -> tuple[int, int] | None:
    """(the version, the one that most calls had before); None where no version took over in `since_ms`."""
    if any(name in view.filters for name in _SCANNED):
        return None
    now, before = (_calls(store, view, prompt, *span) for span in ((since_ms, until_ms), (view.range.previous[0], since_ms)))
    version = max(now, key=lambda each: now[each], default=None)
    if version is None or not before or now[version] < _MOST * sum(now.values()):
        return None
    if before.get(version, 0) > _HARDLY * sum(before.values()):
        return None
    return version, max(before, key=lambda each: before[each])


def _calls(store: "Store", view: View, prompt: str, since_ms: int, until_ms: int) -> dict[int, int]:
    filters = cast("Filters", {**view.filters, "prompt": prompt})
    cells = rollups.read(store, since_ms, until_ms, by=("version",), filters=filters, sketches=False)
    return {cell.key["version"]: cell.calls for cell in cells if isinstance(cell.key["version"], int)}
