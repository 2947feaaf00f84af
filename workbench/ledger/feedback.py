"""What people think of a reply: a thumb and a note at a call. Owns the columns `feedback` and `note`; the rollups learn of it."""

from typing import Any, cast

from sqlalchemy import Table, insert, select, update

from workbench.errors import InputError, NotFound
from workbench.ledger import rollups
from workbench.ledger.tables import CallRow, CallTextRow
from workbench.store import Store

UP, NEITHER, DOWN = 1, 0, -1
MOST_NOTE = 4_000  # characters
_CALLS, _TEXTS = cast("Table", CallRow.__table__), cast("Table", CallTextRow.__table__)


def rate(store: Store, call_id: int, value: int | None, note: str | None = None) -> tuple[int | None, str | None]:
    """Keep `value` (1 up, -1 down, 0 neither, None takes it back) and `note` (None or empty: none) of a call; what it had before, so that
    it can be taken back. Raises InputError, NotFound.
    """
    if value not in (UP, NEITHER, DOWN, None):
        raise InputError(f"{value!r} is no rating of a call", place="feedback", hint="Give 1 for up, -1 for down, 0 for neither.")
    said = (note or "").strip() or None
    if said is not None and len(said) > MOST_NOTE:
        raise InputError(f"has {len(said):,} characters; a note takes {MOST_NOTE:,}", place="note")
    with store.write() as session:
        query = select(_CALLS, _TEXTS.c.call_id.label("kept"), _TEXTS.c.note).select_from(_CALLS.outerjoin(_TEXTS))
        found = session.execute(query.where(_CALLS.c.id == call_id).with_for_update(of=_CALLS)).mappings().one_or_none()
        if found is None:
            raise NotFound(f"The ledger has no call {call_id}.")
        before: dict[str, Any] = dict(found)
        kept, old_note = before.pop("kept"), before.pop("note")
        if value != before["feedback"]:
            session.execute(update(_CALLS).where(_CALLS.c.id == call_id).values(feedback=value))
            rollups.change(session.connection(), before, before | {"feedback": value})
        if said != old_note:
            change = update(_TEXTS).where(_TEXTS.c.call_id == call_id) if kept is not None else insert(_TEXTS)
            session.execute(change.values(note=said) if kept is not None else change.values(call_id=call_id, note=said))
    return before["feedback"], old_note
