"""PDF: real text with bookmarks, numbers of pages and contents that lead there; charts as vectors; every script the shipped fonts have."""

from workbench.export.model import Document
from workbench.export.writers import writer


@writer("pdf", suffix=".pdf", mime="application/pdf")
def write(document: Document) -> bytes:
    """The document as PDF, on A4. Scripts that no font has are named in a remark, and each of their characters has a stand-in."""
    from workbench.export.pdf import binding, setting

    return binding.bound(document, setting.sheets(document))
