"""Files of calls into the ledger: CSV, TSV, JSON lines, JSON, Parquet, and the exports of other tools, each format a file beside this one.

A file is told by what it holds, not by what it is called; it is read in pieces, and goes in exactly once.
"""

from importlib import import_module
from typing import Any

_READERS = (
    "jsonl", "delimited", "parquet", "document", "columns", "azure", "otlp_file", "litellm", "langfuse", "promptfoo",
)  # fmt: skip
_FROM = {
    "detect": "opening", "preview": "opening", "run": "running", "Progress": "running", "Imported": "history", "Preview": "base",
    "ColumnMap": "base", "latest": "history", "get": "history", "TARGETS": "columns",
}  # fmt: skip

__all__ = ["TARGETS", "ColumnMap", "Imported", "Preview", "Progress", "detect", "get", "latest", "preview", "run"]


def __getattr__(name: str) -> Any:
    # Loaded on first use: the importer of one format is asked for by programs that need no other.
    if name not in _FROM:
        raise AttributeError(name)
    for reader in _READERS:
        import_module(f"{__name__}.{reader}")
    return getattr(import_module(f"{__name__}.{_FROM[name]}"), name)
