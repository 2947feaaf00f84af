"""Parquet, a group of rows at a time. Nested columns are nested objects, as in JSON."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.errors import InputError
from workbench.ledger.importers.base import Container, Row, container

_BATCH = 2_000


@container("parquet", rank=10)
class Parquet(Container):
    """A Parquet file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._read, self._all = 0, max(1, self._open().metadata.num_rows)

    @classmethod
    def claims(cls, path: Path, head: bytes) -> bool:
        """Any file that begins as one."""
        return head.startswith(b"PAR1")

    @property
    def share(self) -> float:
        """How far the reading under way has come, 0 to 1."""
        return float(self._read / self._all)

    def rows(self) -> Iterator[Row]:
        """Every row."""
        self._read = 0
        for batch in self._open().iter_batches(batch_size=_BATCH):
            for says in batch.to_pylist():
                self._read += 1
                known = {name: value for name, value in says.items() if value is not None}
                yield Row(self._read, known, json.dumps(known, default=str, sort_keys=True).encode())

    def _open(self) -> Any:
        import pyarrow as pa
        from pyarrow.parquet import ParquetFile

        try:
            return ParquetFile(self.path)
        except (pa.ArrowException, OSError) as error:
            raise InputError("is damaged: it cannot be read as Parquet", place=self.path.name, hint="Write it again.") from error
