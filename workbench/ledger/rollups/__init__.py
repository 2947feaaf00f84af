"""Sums of the ledger by minute, hour and day, so that a chart costs the same however many calls there are. Owns the tables of the sums.

They are kept in the transaction that inserts, deletes or changes the calls, by `note`, `erase` and `change`, and read by `read`.
"""

from workbench.ledger.rollups.busiest import Top, top
from workbench.ledger.rollups.cells import Cell
from workbench.ledger.rollups.columns import Columns
from workbench.ledger.rollups.ranges import Filters
from workbench.ledger.rollups.reading import read, read_columns, rows_from, total
from workbench.ledger.rollups.rebuilding import prepare, ready, rebuild
from workbench.ledger.rollups.scanning import Result, read_raw
from workbench.ledger.rollups.tidying import drop_series, tidy
from workbench.ledger.rollups.verifying import Difference, verify
from workbench.ledger.rollups.writing import change, erase, note

__all__ = [
    "Cell", "Columns", "Difference", "Filters", "Result", "Top", "change", "drop_series", "erase", "note", "prepare", "read",
    "read_columns", "read_raw", "ready", "rebuild", "rows_from", "tidy", "top", "total", "verify",
]  # fmt: skip
