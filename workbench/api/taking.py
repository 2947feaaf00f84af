"""Calls on their way into the ledger. Posts that come while one is being written are written together by the next, in one transaction:
a commit costs much the same for one call and for a thousand.

What is answered as accepted is committed, and so visible to whoever looks next.
"""

import threading
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from workbench.api.answers import Refused
from workbench.errors import StoreError

if TYPE_CHECKING:
    from workbench.ledger.charging import Charges
    from workbench.store import Store

_WAIT_S = 20.0
_AGAIN_S = "2"
_TOGETHER = 2_000


@dataclass(slots=True)
class Taken:
    """What became of calls: how many are in the ledger now, how many were there already, which ones the store refused, with why."""

    accepted: int = 0
    duplicates: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Post:
    store: "Store"
    known: Sequence[dict[str, Any]]
    taken: Taken | None = None
    error: Refused | None = None


_turn = threading.Lock()
_waiting: list[_Post] = []
_listing = threading.Lock()


def take(store: "Store", known: Sequence[dict[str, Any]]) -> Taken:
    """Add calls that were checked; returns once they are committed.

    Raises Refused (503) where the store takes nothing, because somebody else holds it or the disk is full: all may be sent again.
    """
    if not known:
        return Taken()
    post = _Post(store, known)
    with _listing:
        _waiting.append(post)
    while post.taken is None and post.error is None:
        if not _turn.acquire(timeout=_WAIT_S):
            with _listing:
                if post in _waiting:  # else it is being written
                    _waiting.remove(post)
                    raise _busy("Other posts are still being written.")
            continue
        try:
            if post.taken is None and post.error is None:
                _write(_next())
        finally:
            _turn.release()
    if post.error is not None:
        raise post.error
    assert post.taken is not None
    return post.taken


def _next() -> list[_Post]:
    """The posts to write together: the first that waits, and others for the same store while they are not too many."""
    with _listing:
        first, size = _waiting[0], 0
        together: list[_Post] = []
        for post in list(_waiting):
            if post.store is first.store and (not together or size + len(post.known) <= _TOGETHER):
                together.append(post)
                size += len(post.known)
                _waiting.remove(post)
        return together


def _write(posts: Sequence[_Post]) -> None:
    """Write the posts and say of each what became of it, also where that fails in an unforeseen way."""
    starts = [0, *accumulate(len(post.known) for post in posts)]
    found = [Taken(accepted=len(post.known)) for post in posts]
    try:
        duplicates, refused = _add(posts[0].store, [values for post in posts for values in post.known], _charges(posts[0].store), 0)
    except Exception as error:
        for post in posts:
            post.error = error if isinstance(error, Refused) else Refused(500, f"The store failed: {type(error).__name__}: {error}")
        return
    for index in duplicates:
        place = found[bisect_right(starts, index) - 1]
        place.duplicates += 1
        place.accepted -= 1
    for index, reason in refused:
        at = bisect_right(starts, index) - 1
        found[at].refused.append((index - starts[at], reason))
        found[at].accepted -= 1
    for post, taken in zip(posts, found, strict=True):
        post.taken = taken


def _add(store: "Store", known: Sequence[dict[str, Any]], charges: "Charges", at: int) -> tuple[list[int], list[tuple[int, str]]]:
    """The indexes of the calls that were there already, and of those that the store refused."""
    from workbench.ledger import bulk

    try:
        return [at + index for index in bulk.add_values(store, known, charges=charges).duplicates], []
    except StoreError as error:
        if _whole(error):
            raise _busy(error.message, error.hint) from error
        # What the checks let through and the database refuses: halved until the bad one stands by itself.
        if len(known) == 1:
            return [], [(at, error.message)]
        middle = len(known) // 2
        first, second = _add(store, known[:middle], charges, at), _add(store, known[middle:], charges, at + middle)
        return first[0] + second[0], first[1] + second[1]


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
