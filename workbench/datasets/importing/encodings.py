"""Which encoding a text file is in: its mark, else UTF-8 if all of it is, else what spreadsheets on Windows write. Reads bytes only."""

import codecs

from workbench.datasets.importing.base import Source
from workbench.errors import InputError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TEXT = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PAR1",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
    b"SQLite format 3",
    b"7z\xbc\xaf",
    b"BZh",
)
_UNDEFINED_CP1252 = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\r\x0c\x1b")
_CHUNK = 1_000_000


def detect(source: Source, wanted: str | None = None) -> tuple[str, str]:
    """The encoding of a text source, and a note where it was a guess. Raises InputError where it is no text, or not in `wanted`."""
    head = source.head()
    if wanted:
        return _checked(source, wanted), ""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return _checked(source, encoding), ""
    if encoding := _unmarked_utf16(head):
        return _checked(source, encoding), "It has no byte order mark; it was read as UTF-16."
    if head.startswith(_NOT_TEXT) or len(head.translate(None, _CONTROL)) < 0.9 * len(head):
        raise InputError("is not a text file", place=source.name, hint="Save it as CSV, JSONL or XLSX.")
    if _fault(source, "utf-8") is None:
        return "utf-8", ""
    encoding = "latin-1" if _holds(source, _UNDEFINED_CP1252) else "cp1252"
    return encoding, f"It is not UTF-8; it was read as {'Latin-1' if encoding == 'latin-1' else 'Windows-1252'}."


def _checked(source: Source, encoding: str) -> str:
    fault = _fault(source, encoding)
    if fault is not None:
        raise InputError(f"cannot be read as {encoding}", place=f"byte {fault:,}", hint="Save it as UTF-8, or name its encoding.")
    return encoding


def _fault(source: Source, encoding: str) -> int | None:
    """Near which byte the source stops being `encoding`; None where it never does."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError as error:
        raise InputError(f"there is no encoding {encoding!r}", place="encoding", hint="Write utf-8, utf-16, cp1252 or latin-1.") from error
    done = 0
    with source.open() as file:
        while chunk := file.read(_CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeError as error:
                return done + getattr(error, "start", 0)
            done += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeError:
        return done
    return None


def _holds(source: Source, some: bytes) -> bool:
    with source.open() as file:
        while chunk := file.read(_CHUNK):
            if len(chunk.translate(None, some)) < len(chunk):
                return True
    return False


def _unmarked_utf16(head: bytes) -> str:
    """Text of western letters in UTF-16 has a zero in every second byte."""
    pairs = len(head) // 2
    if pairs < 4:
        return ""
    if head[1::2].count(0) > 0.7 * pairs and head[0::2].count(0) < 0.1 * pairs:
        return "utf-16-le"
    return "utf-16-be" if head[0::2].count(0) > 0.7 * pairs and head[1::2].count(0) < 0.1 * pairs else ""
