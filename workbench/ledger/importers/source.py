"""Bytes of a file, unpacked where it is gzipped. Owns what is refused before a row is read: no file, empty, binary, UTF-16."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, cast

from workbench.errors import InputError
from workbench.ledger.importers.base import HEAD

LONGEST_LINE = 16 * 2**20
BROKEN = (EOFError, zlib.error, gzip.BadGzipFile)
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_KINDS = {
    b"PK\x03\x04": "a ZIP file or a workbook",
    b"%PDF": "a PDF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format 3": "a SQLite database",
    b"\x1f\x8b": "packed twice",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"\xd0\xcf\x11\xe0": "an old workbook",
}
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\r\x0c\x1b")
_UTF16_HINT = "Save it as UTF-8 and import it again."


class Source:
    """A file that is read from its beginning, and how far that has come."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("rb")
        self.size = max(1, path.stat().st_size)
        packed = self._raw.read(2) == _GZIP
        self._raw.seek(0)
        self.file = cast("BinaryIO", gzip.GzipFile(fileobj=self._raw)) if packed else cast("BinaryIO", self._raw)
        if packed:
            self.file = cast("BinaryIO", io.BufferedReader(self.file, 2**18))

    def share(self) -> float:
        """How far the reading has come, 0 to 1."""
        return 1.0 if self._raw.closed else min(1.0, self._raw.tell() / self.size)

    def close(self) -> None:
        """Close the file."""
        self.file.close()
        self._raw.close()


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """The file from its beginning, behind a byte order mark."""
    source = Source(path)
    try:
        if source.file.read(3) != _BOM:
            source.file.seek(0)
        yield source
    finally:
        source.close()


def head(path: Path) -> bytes:
    """The first bytes, unpacked. Raises InputError where there is no file, or one that no import can read."""
    if not path.is_file():
        raise InputError("is not a file" if path.exists() else "there is no such file", place=str(path), hint="Check the path.")
    source = None
    try:
        source = Source(path)
        found = source.file.read(HEAD)
    except BROKEN as error:
        raise InputError("is damaged: it cannot be unpacked", place=path.name, hint="Fetch it again.") from error
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", place=path.name, hint="Check its permissions.") from error
    finally:
        if source is not None:
            source.close()
    if not found.removeprefix(_BOM).strip():
        raise InputError("is empty", place=path.name, hint="Choose a file with calls in it.")
    _refuse(path, found)
    return found.removeprefix(_BOM)


def fingerprint(path: Path) -> str:
    """What a file is known again by: its size, its beginning and its end."""
    size = path.stat().st_size
    digest = blake2b(str(size).encode(), digest_size=16)
    with path.open("rb") as file:
        digest.update(file.read(HEAD))
        file.seek(max(0, size - HEAD))
        digest.update(file.read(HEAD))
    return digest.hexdigest()


def lines(source: Source) -> Iterator[bytes]:
    """Every line with its end; of one that is longer than `LONGEST_LINE`, its beginning, and nothing of the rest."""
    read = source.file.readline
    while line := read(LONGEST_LINE):
        yield line
        while len(line) == LONGEST_LINE and line[-1:] != b"\n":
            line = read(LONGEST_LINE)
            if not line or line[-1:] == b"\n":
                break


def _refuse(path: Path, found: bytes) -> None:
    if found.startswith(b"PAR1"):
        return
    for mark, kind in _KINDS.items():
        if found.startswith(mark):
            hint = "Choose a file of calls: JSONL, JSON, CSV, TSV or Parquet, plain or gzipped."
            raise InputError(f"is {kind}, not a file of calls", place=path.name, hint=hint)
    if found.startswith((b"\xff\xfe", b"\xfe\xff")) or _pairs(found):
        raise InputError("is UTF-16", place=path.name, hint=_UTF16_HINT)
    if b"\x00" in found[:4096] or len(found.translate(None, _CONTROL)) < 0.99 * len(found):
        raise InputError("is not a text file", place=path.name, hint="Choose JSONL, JSON, CSV, TSV or Parquet, plain or gzipped.")


def _pairs(found: bytes) -> bool:
    """Text of western letters in UTF-16 has a zero in every second byte."""
    half = len(found[:1000]) // 2
    return half > 4 and max(found[:1000][0::2].count(0), found[:1000][1::2].count(0)) > 0.7 * half
