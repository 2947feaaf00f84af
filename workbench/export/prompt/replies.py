"""The newest replies and variables that were recorded of a version. Reads at most some hundred rows, by the index of prompt and version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from workbench.ledger.fields import OK
from workbench.ledger.tables import CallRow, CallTextRow

if TYPE_CHECKING:
    from workbench.store import Store

LOOKED = 400  # newest calls that are looked at
MOST = 200  # replies that are read
LONGEST = 50_000  # characters of a reply that are read: a longer one is text, whatever it begins with
_VARIABLES = 20


@dataclass(frozen=True)
class Reply:
    """A reply as it was recorded; `text` is None where only figures were kept."""

    call_id: int
    started_ms: int
    provider: str
    text: str | None
    length: int


def newest(store: "Store", name: str, version: int) -> list[Reply]:
    """The newest answered calls of the version, newest first; those whose text was dropped are among them."""
    columns = CallRow.id, CallRow.started_ms, CallRow.provider
    with store.read() as session:
        found = session.execute(select(*columns, CallRow.status).where(*_of(name, version)).order_by(*_ORDER).limit(LOOKED)).all()
        chosen = [row for row in found if row.status == OK][:MOST]
        length = func.length(CallTextRow.reply)
        wanted = select(CallTextRow.call_id, func.substr(CallTextRow.reply, 1, LONGEST), length)
        texts = {row[0]: (row[1], row[2]) for row in session.execute(wanted.where(CallTextRow.call_id.in_([row.id for row in chosen])))}
    none: tuple[None, None] = (None, None)
    made = [(row, *texts.get(row.id, none)) for row in chosen]
    return [Reply(row.id, row.started_ms, row.provider, text, length or 0) for row, text, length in made]


@dataclass(frozen=True)
class Kept:
    """A call whose texts are kept: `length` is that of its reply in characters."""

    call_id: int
    status: str
    length: int


def kept(store: "Store", name: str, version: int) -> list[Kept]:
    """The newest calls of the version that have a reply or a message of an error, newest first."""
    length = func.length(func.coalesce(CallTextRow.reply, CallTextRow.error_message))
    with store.read() as session:
        found = session.execute(select(CallRow.id, CallRow.status).where(*_of(name, version)).order_by(*_ORDER).limit(LOOKED)).all()
        wanted = select(CallTextRow.call_id, length).where(CallTextRow.call_id.in_([row.id for row in found]), length.is_not(None))
        lengths = {row[0]: row[1] for row in session.execute(wanted)}
    return [Kept(row.id, row.status, lengths[row.id]) for row in found if row.id in lengths]


def variables(store: "Store", name: str, version: int) -> list[Mapping[str, Any]]:
    """What the newest calls put into the prompt, newest first; calls that recorded none are left out."""
    with store.read() as session:
        ids = session.scalars(select(CallRow.id).where(*_of(name, version)).order_by(*_ORDER).limit(_VARIABLES)).all()
        rows = session.execute(select(CallTextRow.call_id, CallTextRow.variables).where(CallTextRow.call_id.in_(ids))).all()
    held: dict[int, Mapping[str, Any]] = {row.call_id: row.variables for row in rows if row.variables}
    return [held[call_id] for call_id in ids if call_id in held]


_ORDER = CallRow.started_ms.desc(), CallRow.id.desc()


def _of(name: str, version: int) -> tuple[Any, Any]:
    return CallRow.prompt == name, CallRow.version == version
