"""Keeps Python's search for cycles from walking over a batch of many thousand rows again and again: a quarter of an import went there.

What is not in a cycle is freed as always. The search is put off process-wide while an import is under way, and made between its batches.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_WHOLE_EVERY = 20  # batches
_lock = threading.Lock()
_under_way = 0
_was_on = False


@contextmanager
def put_off() -> Iterator[None]:
    """Search for cycles only when `now` says so, until the last of those that asked for it is through."""
    global _under_way, _was_on  # noqa: PLW0603 (the switch is the process's own)
    with _lock:
        if not _under_way:
            _was_on = gc.isenabled()
            gc.disable()
        _under_way += 1
    try:
        yield
    finally:
        with _lock:
            _under_way -= 1
            if not _under_way and _was_on:
                gc.enable()


def now(batch: int) -> None:
    """Search among what is young, every now and then among everything."""
    gc.collect(1 if batch % _WHOLE_EVERY else 2)
