"""Calls on their way into the ledger: one transaction at a time, so that posts wait in turn here instead of wearing each other out.

What is answered as accepted is committed, and so visible to whoever looks next.
"""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.api.answers import Refused
from workbench.errors import StoreError

if TYPE_CHECKING:
    from workbench.ledger.charging import Charges
    from workbench.store import Store

_WAIT_S = 20.0
_AGAIN_S = "2"
_turn = threading.Lock()


def take(store: "Store", known: Sequence[dict[str, Any]]) -> tuple[int, int, list[tuple[int, str]]]:
    """Add calls that were checked: how many were taken, how many were there already, and which ones the store refused, with why.

    Raises Refused (503) where the store takes nothing, because somebody else holds it or the disk is full: all may be sent again.
    """
    if not known:
        return 0, 0, []
    if not _turn.acquire(timeout=_WAIT_S):
        raise _busy("Other posts are still being written.")
    try:
        return _add(store, known, _charges(store), 0)
    finally:
        _turn.release()


def _add(store: "Store", known: Sequence[dict[str, Any]], charges: "Charges", at: int) -> tuple[int, int, list[tuple[int, str]]]:
    from workbench.ledger import bulk

    try:
        added = bulk.add_values(store, known, charges=charges)
    except StoreError as error:
        if _whole(error):
            raise _busy(error.message, error.hint) from error
        # What the checks let through and the database refuses: halved until the bad one stands by itself.
        if len(known) == 1:
            return 0, 0, [(at, error.message)]
        middle = len(known) // 2
        first, second = _add(store, known[:middle], charges, at), _add(store, known[middle:], charges, at + middle)
        return first[0] + second[0], first[1] + second[1], first[2] + second[2]
    return added.taken, len(added.duplicates), []


def _charges(store: "Store") -> "Charges":
    from workbench.ledger.charging import Charges

    return Charges(store)


def _whole(error: StoreError) -> bool:
    """Whether the store takes nothing at all just now: it is locked, full, or gone."""
    from sqlalchemy.exc import InterfaceError, OperationalError

    return isinstance(error.__cause__, OperationalError | InterfaceError)


def _busy(cause: str, remedy: str = "") -> Refused:
    hint = f"Send it again in a moment: of what has an external_id nothing counts twice. {remedy}"
    return Refused(503, cause, hint.strip(), {"retry-after": _AGAIN_S})
