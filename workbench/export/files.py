"""From a request to the bytes of a file, with its name. Owns which formats a kind is offered in."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from workbench.errors import InputError
from workbench.export import documents, kinds, writers
from workbench.export.kinds import Request
from workbench.export.model import Document
from workbench.store import Store


@dataclass(frozen=True, slots=True)
class File:
    """A file that was made: its name, media type, bytes, and the document in it."""

    name: str
    mime: str
    format: str
    data: bytes
    document: Document

    @property
    def sha256(self) -> str:
        """Of its bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()


def make(store: Store, request: Request, form: str) -> File:
    """The file. Raises InputError for a format that the kind is not offered in, and what `documents.compose` raises."""
    check_format(request.kind, form)
    return write(documents.compose(store, request), form)


def write(document: Document, form: str) -> File:
    """The bytes of a document that is composed already."""
    writer = writers.get(_writer_of(document.kind, form))
    return File(name(document.kind, document.subject, writer.suffix), writer.mime, form, writer.write(document), document)


def check_format(kind: str, form: str) -> None:
    """Raises InputError where the kind is not offered in that format."""
    known = kinds.get(kind)
    if form not in known.formats:
        raise InputError(f"{known.title} is not written as {form}.", hint=f"Choose one of {', '.join(known.formats)}.")


def name(kind: str, subject: str, suffix: str) -> str:
    """A file name that every system takes: support-triage-prompt.docx."""
    plain = unicodedata.normalize("NFKD", subject).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:80]
    return "-".join(part for part in (slug, kind.replace("_", "-")) if part) + suffix


def _writer_of(kind: str, form: str) -> str:
    return "slides.html" if form == "html" and kinds.get(kind).deck else form
