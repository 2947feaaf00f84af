"""What a file was made from, written into it and read back: the request, every source with its digest. One JSON text for all."""

import html
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench import clock
from workbench.errors import InputError
from workbench.export import sources
from workbench.export.model import Document
from workbench.export.sources import Source

FORM = 1
ELEMENT = "prompt-workbench-sources"
MARK = "prompt-workbench-sources:"
_TRIED = 20  # marks that are looked at: a text of the document may hold one, too
_LARGEST = 200_000_000
_TEXT = 20_000_000


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a file says of itself."""

    kind: str
    subject: str
    request: dict[str, Any]
    sources: tuple[Source, ...]


def text(document: Document) -> str:
    """The JSON that a file of the document carries. ASCII only, on one line: it survives every format."""
    return json.dumps(
        {
            "format": FORM,
            "kind": document.kind,
            "subject": document.subject,
            "request": document.request,
            "sources": [source.to_json() for source in document.sources],
            "as_of": None if document.as_of_ms is None else clock.iso(document.as_of_ms),
        },
        sort_keys=True,
        separators=(",", ":"),
    )


def comment(document: Document) -> str:
    """The same as the inside of an HTML comment or of XML: no `--`, no angle bracket, no ampersand, and no second mark. All of them stand
    inside strings.
    """
    said = text(document).replace(MARK, MARK.replace(":", "\\u003a"))
    return MARK + said.replace("--", "-\\u002d").replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def read(path: Path) -> Provenance:
    """What the file says. Raises InputError where it cannot be read, or says nothing."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", hint="Name a document that the workbench exported.") from error
    if len(data) > _LARGEST:
        raise InputError(f"{path.name} is larger than {_LARGEST // 1_000_000} MB.", hint="Name a document that the workbench exported.")
    return parse(_found(data, path.name), path.name)


def parse(said: str, name: str) -> Provenance:
    """The JSON text as values. Raises InputError."""
    try:
        raw = json.loads(said)
        if not isinstance(raw, Mapping) or not isinstance(raw["format"], int):
            raise TypeError("no object of ours")
        if raw["format"] > FORM:
            raise InputError(f"{name} was exported by a newer workbench.", hint="Update the workbench.")
        found = tuple(sources.from_json(item) for item in raw["sources"])
        return Provenance(str(raw["kind"]), str(raw["subject"]), dict(raw["request"]), found)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError(f"What {name} says of its sources cannot be read.", hint="Export the document again.") from error


def _found(data: bytes, name: str) -> str:
    if data.startswith(b"PK"):
        said = _in_zip(data, name)
    elif data.startswith(b"%PDF"):
        said = _marked(data, "<pw:sources>" + MARK)  # in its XMP, where every text is escaped; the title stands in its head, too
    elif data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(b"<!doctype html"):
        said = _in_element(data)  # only here: a text in Markdown may look like the element
    else:
        said = _marked(data, MARK)
    if said is None:
        raise InputError(f"{name} carries no sources.", hint="Only documents that the workbench exported do. Export it again.")
    return said


def _marked(data: bytes, mark: str) -> str | None:
    """The JSON behind the last mark that has any: after it come only closing signs of its format."""
    end = len(data)
    for _ in range(_TRIED):
        at = data.rfind(mark.encode(), 0, end)
        if at < 0:
            return None
        try:
            said, _ = json.JSONDecoder().raw_decode(html.unescape(data[at + len(mark) : at + _TEXT].decode("ascii", "replace")))
        except (ValueError, RecursionError):
            said = None
        if isinstance(said, dict):
            return json.dumps(said)
        end = at
    return None


def _in_element(data: bytes) -> str | None:
    found = re.search(rb'<script[^>]*id="' + ELEMENT.encode() + rb'"[^>]*>(.*?)</script>', data, re.DOTALL)
    return found[1].decode("utf-8", "replace") if found else None


def _in_zip(data: bytes, name: str) -> str | None:
    import io
    import zlib

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            if "sources.json" in file.namelist():
                return _member(file, "sources.json", name)
            office = "[Content_Types].xml" in file.namelist()
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError(f"{name} is damaged: {error}", hint="Export the document again.") from error
    from workbench.export.writers import packaging

    return packaging.read_custom(data) if office else None


def _member(file: zipfile.ZipFile, member: str, name: str) -> str:
    with file.open(member) as inside:
        data = inside.read(_TEXT + 1)
    if len(data) > _TEXT:
        raise InputError(f"{member} in {name} is far too large.", hint="Export the document again.")
    return data.decode("utf-8", "replace")
