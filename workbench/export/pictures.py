"""Pictures that are given: whether one can be shown, and a document that goes without, and says so, where it cannot. Owns no drawing."""

import io
from dataclasses import replace
from functools import lru_cache

from workbench.export.model import Document, Note, Paragraph, Section, inline

PNG = b"\x89PNG\r\n\x1a\n"
_MOST_PIXELS = 25_000_000


@lru_cache(maxsize=8)
def trouble(data: bytes) -> tuple[str, str] | None:
    """Why these bytes are no PNG that can be shown, and what to do about it; None where they are one."""
    from PIL import Image

    if not data.startswith(PNG):
        return "is no PNG picture", "Save it as PNG."
    wide, high = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if wide * high > _MOST_PIXELS:  # before anything is unpacked
        return f"has {wide} x {high} pixels", "Make it smaller: 600 pixels across are plenty."
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
    except Exception:  # torn data makes the decoder stumble anywhere: an empty chunk is an IndexError in it
        return "cannot be read", "Save it as PNG again."
    return None


def shown(document: Document, *, deck: bool) -> Document:
    """The document as it can be written: without a logo that cannot be shown, and with a remark instead (on slides in the notes)."""
    why = trouble(document.brand.logo) if document.brand.logo else None
    if why is None:
        return document
    said = f"The logo is missing: the picture {why[0]}. {why[1]}"
    first, *rest = document.sections or (Section("remark", "Remark", ()),)
    if deck:
        first = replace(first, notes=f"{first.notes}\n{said}".strip())
    else:
        first = replace(first, blocks=(Note("warning", (Paragraph(inline(said)),)), *first.blocks))
    return replace(document, sections=(first, *rest), brand=replace(document.brand, logo=b""))
