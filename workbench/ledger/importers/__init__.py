"""Files of calls into the ledger: CSV, TSV, JSON lines, JSON, Parquet, and the exports of other tools, each format a file beside this one.

A file is told by what it holds, not by what it is called; it is read in pieces, and goes in exactly once.
"""

from importlib import import_module
from typing import Any

_FROM = {
    "detect": "opening", "preview": "opening", "run": "running", "Progress": "running", "Imported": "history", "Preview": "base",
    "ColumnMap": "base", "latest": "history", "get": "history", "TARGETS": "columns", "BECOMES": "columns",
    "undo": "undoing", "otherwise": "history",
}  # fmt: skip

__all__ = [
    "BECOMES",
    "TARGETS",
    "ColumnMap",
    "Imported",
    "Preview",
    "Progress",
    "detect",
    "get",
    "latest",
    "otherwise",
    "preview",
    "run",
    "undo",
]


def __getattr__(name: str) -> Any:
    # Loaded on first use: a program that sends spans needs no reader of files.
    if name not in _FROM:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_FROM[name]}"), name)
