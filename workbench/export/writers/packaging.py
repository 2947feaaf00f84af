"""Office files made the same on every day and every machine, and where they came from written into them and read back.

Owns the zip around an OOXML file (order, times, no platform), its dates and one custom property. Refuses to unpack what
claims or turns out to be larger than a property has any reason to be.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import escape
from xml.etree import ElementTree

from workbench.errors import InputError

PROPERTY = "PromptWorkbenchSources"
MAKER = "Prompt Workbench"
_PIECE = 240  # characters of a property; Office promises to keep no more than 255 of one
_LARGEST = 8_000_000  # bytes of unpacked properties that are read
_MOST_FILES = 20_000
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment a zip knows
_TYPES, _RELS, _CORE, _CUSTOM = "[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "docProps/custom.xml"
_FIRST = (_TYPES, _RELS)  # some readers look for them before anything else
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CORE_REL, _CUSTOM_REL = f"{_PACKAGE}/relationships/metadata/core-properties", f"{_OFFICE}/relationships/custom-properties"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_KEPT = {  # what core properties say besides dates, in the order of the schema
    "category": "cp:category",
    "description": "dc:description",
    "identifier": "dc:identifier",
    "keywords": "cp:keywords",
    "language": "dc:language",
    "subject": "dc:subject",
    "title": "dc:title",
}
_HELD = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, ElementTree.ParseError)


def package(data: bytes, provenance: str, as_of_ms: int | None) -> bytes:
    """The OOXML file `data` with `provenance` (JSON) as its property PromptWorkbenchSources and dated `as_of_ms` (1980 where there
    is no date). Equal parts give equal bytes: files in one order, without times or platform. Workbooks inside it are treated alike.
    """
    parts = _undated(data, as_of_ms)
    parts[_CUSTOM] = _properties(provenance).encode()
    parts[_TYPES] = _with_type(parts[_TYPES], "/" + _CUSTOM, _CUSTOM_TYPE)
    parts[_RELS] = _with_relation(parts[_RELS], _CUSTOM, _CUSTOM_REL)
    return _zipped(parts)


def read_custom(data: bytes) -> str | None:
    """The text that `package` wrote into a file; None where it holds none or is no OOXML file.

    Raises InputError for a file whose properties unpack to more than eight megabytes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if _CUSTOM not in archive.namelist()[:_MOST_FILES]:
                return None
            with archive.open(_CUSTOM) as file:
                text = file.read(_LARGEST + 1)  # what an entry claims to hold may be less than it holds
        if len(text) > _LARGEST:
            raise InputError("The properties of this file are too large to be read.", hint="Export the document again.")
        pieces = {node.get("name", ""): "".join(node.itertext()) for node in _parsed(text)}
    except _UNREADABLE:
        return None
    names = [PROPERTY, *(f"{PROPERTY} {number}" for number in range(2, len(pieces) + 1))]
    found = [pieces[name] for name in names if name in pieces]
    return "".join(found) if found else None


def _undated(data: bytes, as_of_ms: int | None) -> dict[str, bytes]:
    """The parts of a file by name, without thumbnails, its dates set, its lists of parts in one order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    for name in [each for each in parts if each.startswith("docProps/thumbnail.")]:
        del parts[name]  # the picture of a template is no picture of this document
    for name, part in parts.items():
        if name.endswith((".xlsx", ".docx", ".pptx")) and part.startswith(b"PK"):
            parts[name] = _zipped(_undated(part, as_of_ms))
    parts[_CORE] = _core(parts.get(_CORE), as_of_ms)
    parts[_TYPES] = _with_type(parts[_TYPES], "/" + _CORE, _CORE_TYPE)
    parts[_RELS] = _with_relation(parts[_RELS], _CORE, _CORE_REL)
    return parts


def _core(old: bytes | None, as_of_ms: int | None) -> bytes:
    said = {_local(node.tag): node.text or "" for node in _parsed(old)} if old else {}
    date = datetime.fromtimestamp(as_of_ms // 1000, UTC) if as_of_ms is not None else datetime(*_EPOCH, tzinfo=UTC)
    stamp = f"{date:%Y-%m-%dT%H:%M:%SZ}"
    maker = said.get("creator") or MAKER
    words = "".join(f"<{tag}>{_xml(said[name])}</{tag}>" for name, tag in _KEPT.items() if said.get(name))
    return (
        f'{_DECLARATION}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{words}<dc:creator>{_xml(maker)}</dc:creator><cp:lastModifiedBy>{_xml(maker)}</cp:lastModifiedBy><cp:revision>1</cp:revision>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{stamp}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{stamp}</dcterms:modified></cp:coreProperties>'
    ).encode()


def _properties(provenance: str) -> str:
    held = _HELD.sub(lambda found: f"\\u{ord(found.group()):04x}", provenance)  # JSON says the same either way
    found = []
    for number, piece in enumerate(_pieces(held), 1):
        name = PROPERTY if number == 1 else f"{PROPERTY} {number}"
        found.append(
            f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{number + 1}" name="{name}">'
            f"<vt:lpwstr>{_xml(piece)}</vt:lpwstr></property>"
        )
    spaces = f'xmlns="{_OFFICE}/custom-properties" xmlns:vt="{_OFFICE}/docPropsVTypes"'
    return f"{_DECLARATION}<Properties {spaces}>{''.join(found)}</Properties>"


def _pieces(text: str) -> list[str]:
    """`text` cut into pieces that neither begin nor end with a space where that can be: a space at an edge is easily lost."""
    pieces, start = [], 0
    while len(text) - start > _PIECE:
        cut = start + _PIECE
        while cut > start + 1 and (text[cut - 1].isspace() or text[cut].isspace()):
            cut -= 1
        cut = cut if cut > start + 1 else start + _PIECE
        pieces.append(text[start:cut])
        start = cut
    return [*pieces, text[start:]]


def _with_type(types: bytes, name: str, media: str) -> bytes:
    """The list of content types, in order of their text, with `name` among them and no thumbnail."""
    entries = [(_local(node.tag), dict(node.attrib)) for node in _parsed(types) if node.get("PartName") != name]
    entries.append(("Override", {"PartName": name, "ContentType": media}))
    return _listed("Types", f"{_PACKAGE}/content-types", sorted(entries, key=lambda entry: (entry[0], sorted(entry[1].items()))))


def _with_relation(relations: bytes, target: str, kind: str) -> bytes:
    """The relations of the file with one to `target`, without one to a thumbnail."""
    entries = [
        ("Relationship", dict(node.attrib))
        for node in _parsed(relations)
        if node.get("Target", "").lstrip("/") != target and not node.get("Type", "").endswith("/metadata/thumbnail")
    ]
    number = len(entries) + 1
    while any(entry["Id"] == f"rId{number}" for _, entry in entries):
        number += 1
    entries.append(("Relationship", {"Id": f"rId{number}", "Type": kind, "Target": target}))
    return _listed("Relationships", f"{_PACKAGE}/relationships", entries)


def _listed(root: str, namespace: str, entries: Iterable[tuple[str, Mapping[str, str]]]) -> bytes:
    lines = "".join(f"<{tag}{''.join(_attribute(*each) for each in entry.items())}/>" for tag, entry in entries)
    return f'{_DECLARATION}<{root} xmlns="{namespace}">{lines}</{root}>'.encode()


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in [*_FIRST, *sorted(set(parts) - set(_FIRST))]:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = 0, 0x20  # a plain file of no particular system
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, parts[name])
    return out.getvalue()


def _parsed(text: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text or text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ValueError("no Office file declares entities")  # and none that does is expanded
    return ElementTree.fromstring(text)  # noqa: S314 - without entities there is nothing to blow up


def _attribute(name: str, value: str) -> str:
    return f' {name}="{escape(value)}"'


def _xml(text: str) -> str:
    return escape(text, quote=False).replace("\r", "&#13;")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
