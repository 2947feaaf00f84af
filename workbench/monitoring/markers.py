"""What happened on the way: first calls of a version, and labels that were moved. Reads by index; owns no write."""

from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from workbench.ledger.rollups import Columns
from workbench.ledger.tables import CallRow
from workbench.monitoring.dashboard_model import Marker, View
from workbench.monitoring.gathering import Gathered
from workbench.prompts.tables import LabelMoveRow, PromptRow, VersionRow

if TYPE_CHECKING:
    from workbench.store import Store

MOST = 40
_ASKED = 200


def markers(store: "Store", gathered: Gathered) -> list[Marker]:
    """Oldest first; the newest MOST where there are more."""
    found = [*_first_calls(store, gathered), *_moves(store, gathered.view)]
    return sorted(found, key=lambda marker: (marker.at_ms, marker.text))[-MOST:]


def _first_calls(store: "Store", gathered: Gathered) -> list[Marker]:
    """Versions called in the range and not in the period before."""
    span = gathered.view.range
    new = sorted(_versions(gathered.versions) - _versions(gathered.versions_before))[:_ASKED]
    found = []
    with store.read() as session:
        for prompt, version in new:
            first = session.scalar(select(func.min(CallRow.started_ms)).where(CallRow.prompt == prompt, CallRow.version == version))
            if first is not None and span.since_ms <= first < span.until_ms:
                found.append(Marker(first, "version", f"First call of {prompt} v{version}", prompt, version))
    return found


def _versions(columns: Columns) -> set[tuple[str, int]]:
    return {(str(prompt), int(version)) for prompt, version in columns.keys if prompt and version is not None}


def _moves(store: "Store", view: View) -> list[Marker]:
    before, after = aliased(VersionRow), aliased(VersionRow)
    query = (
        select(LabelMoveRow.moved_ms, LabelMoveRow.label, PromptRow.name, before.number.label("was"), after.number.label("now"))
        .join(PromptRow, PromptRow.id == LabelMoveRow.prompt_id)
        .outerjoin(before, before.id == LabelMoveRow.from_version_id)
        .outerjoin(after, after.id == LabelMoveRow.to_version_id)
        .where(LabelMoveRow.moved_ms >= view.range.since_ms, LabelMoveRow.moved_ms < view.range.until_ms)
        .order_by(LabelMoveRow.moved_ms.desc())
        .limit(_ASKED)
    )
    wanted = view.filters.get("prompt")
    names = None if wanted is None else wanted if isinstance(wanted, tuple) else (wanted,)
    with store.read() as session:
        rows = session.execute(query).all()
    return [
        Marker(row.moved_ms, "label", _moved(row.label, row.name, row.was, row.now), row.name, row.now)
        for row in rows
        if names is None or row.name in names
    ]


def _moved(label: str, prompt: str, was: int | None, now: int | None) -> str:
    if now is None:
        return f"{label} taken off {prompt} v{was}"
    return f"{label} of {prompt}: v{was} to v{now}" if was is not None else f"{label} put on {prompt} v{now}"
