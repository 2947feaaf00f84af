"""Writers: a document into the bytes of a file. One file a format, registered by name; a name taken twice raises.

A writer interprets no text: every character of a document is shown. It reads no clock: equal documents give equal bytes on any day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module

from workbench.errors import InputError
from workbench.export import pictures
from workbench.export.model import Document

Write = Callable[[Document], bytes]
# Format -> the module that writes it. Named here so that none is imported before it is used.
MODULES = {
    "md": "markdown",
    "html": "html",
    "docx": "docx",
    "pdf": "pdf",
    "pptx": "pptx",
    "xlsx": "xlsx",
    "slides.html": "html_slides",
}
_DECKS = ("pptx", "slides.html")
_known: dict[str, "Writer"] = {}


@dataclass(frozen=True, slots=True)
class Writer:
    """A format: its name, the ending of its files, its media type, and what writes it."""

    name: str
    suffix: str
    mime: str
    write: Write


def writer(name: str, *, suffix: str, mime: str) -> Callable[[Write], Write]:
    """Register a function as the writer of a format."""

    def register(write: Write) -> Write:
        if name in _known:
            raise ValueError(f"two writers are named {name}")

        @wraps(write)
        def written(document: Document) -> bytes:
            return write(pictures.shown(document, deck=name in _DECKS))

        _known[name] = Writer(name, suffix, mime, written)
        return written

    return register


def get(name: str) -> Writer:
    """The writer of a format. Raises InputError for one that nobody writes."""
    if name not in MODULES:
        raise InputError(f"No format is called {name}.", hint=f"Choose one of {', '.join(MODULES)}.")
    if name not in _known:
        import_module(f"workbench.export.writers.{MODULES[name]}")
    return _known[name]
