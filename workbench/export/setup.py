"""What a person decides about documents, kept in the store: the set-up of each, their prose, the brand of all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench import clock
from workbench.errors import InputError
from workbench.export import pictures
from workbench.export.model import Brand
from workbench.export.tables import BrandRow, DocumentRow
from workbench.store import Store
from workbench.store.base import storable

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LARGEST_LOGO = 2_000_000
_LARGEST_PROSE = 200_000
_WHITE_LEAST = 3.0  # contrast of large text on white, WCAG 2.2, 1.4.3


@dataclass(frozen=True, slots=True)
class Setup:
    """How one document is set up: `settings` as the form keeps them, `prose` by field."""

    settings: dict[str, Any] = field(default_factory=dict)
    prose: dict[str, str] = field(default_factory=dict)


def get(store: Store, kind: str, subject: str) -> Setup:
    """The set-up of a document; an empty one where nothing was decided yet."""
    with store.read() as session:
        row = session.get(DocumentRow, (kind, subject))
        return Setup(dict(row.settings), dict(row.prose)) if row else Setup()


def put(
    store: Store, kind: str, subject: str, *, settings: Mapping[str, Any] | None = None, prose: Mapping[str, str] | None = None
) -> Setup:
    """Keep settings and fields of prose; what is not named stays as it was, an empty text takes a field away. Raises InputError."""
    for key, text in (prose or {}).items():
        if len(text) > _LARGEST_PROSE:
            raise InputError(f"more than {_LARGEST_PROSE:,} characters", place=key, hint="Shorten the text.")
    with store.write() as session:
        row = session.get(DocumentRow, (kind, subject))
        if row is None:
            row = DocumentRow(kind=kind, subject=subject, settings={}, prose={}, updated_ms=0)
            session.add(row)
        kept = {**row.prose, **{key: storable(text).strip() for key, text in (prose or {}).items()}}
        row.prose = {key: text for key, text in kept.items() if text}
        row.settings = {**row.settings, **(settings or {})}
        row.updated_ms = clock.now_ms()
        return Setup(dict(row.settings), dict(row.prose))


def brand(store: Store) -> Brand:
    """How all documents look."""
    with store.read() as session:
        row = session.get(BrandRow, 1)
        return Brand(row.accent, row.logo, row.name) if row else Brand()


def put_brand(store: Store, made: Brand) -> None:
    """Keep how all documents look. Raises InputError for a colour that is none or cannot be read on white, and a logo that is no PNG."""
    if not _COLOUR.fullmatch(made.accent):
        raise InputError(f"{made.accent} is no colour", place="accent", hint="Write it as #2f5d8a.")
    if contrast_on_white(made.accent) < _WHITE_LEAST:
        raise InputError(f"{made.accent} is too light to be read on white", place="accent", hint="Choose a darker shade of it.")
    if len(made.logo) > _LARGEST_LOGO:
        raise InputError("the logo has more than 2 MB", place="logo", hint="Make it smaller: 600 pixels across are plenty.")
    if made.logo and (why := pictures.trouble(made.logo)):
        raise InputError(f"the logo {why[0]}", place="logo", hint=why[1])
    with store.write() as session:
        row = session.get(BrandRow, 1) or BrandRow(id=1)
        row.accent, row.logo, row.name = made.accent.lower(), made.logo, storable(made.name).strip()[:200]
        session.add(row)


def contrast_on_white(accent: str) -> float:
    """The contrast of #rrggbb on white, 1 to 21 (WCAG 2.2, relative luminance)."""
    parts = [int(accent[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
