"""The ledger: every model call is one row. Owns the calls table, its writer, and the ways in for other programs:

    from workbench.ledger import record, recorded, record_metric, tagged, wrap

Importing this package is cheap; what a name needs is loaded with it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.ledger.recording.decorating import recorded
    from workbench.ledger.recording.record import record
    from workbench.ledger.recording.recorder import flush
    from workbench.ledger.recording.tagging import tagged
    from workbench.ledger.recording.wrapping import wrap

__all__ = ["flush", "record", "record_metric", "recorded", "tagged", "wrap"]

_HOMES = {
    "flush": "recording.recorder",
    "record": "recording.record",
    "record_metric": "metrics",
    "recorded": "recording.decorating",
    "tagged": "recording.tagging",
    "wrap": "recording.wrapping",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"workbench.ledger.{_HOMES[name]}"), name)
    raise AttributeError(name)
