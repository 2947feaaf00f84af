"""Documents as one HTML file that needs nothing else: no script, no address, light and dark, on screens of any width and on paper."""

from workbench.export.model import Document
from workbench.export.web import page
from workbench.export.writers import writer


@writer("html", suffix=".html", mime="text/html; charset=utf-8")
def write(document: Document) -> bytes:
    """The document as UTF-8 HTML; what it was written from is JSON in its last element."""
    return page.write(document).encode()


def body(document: Document) -> str:
    """Masthead, contents and main part of the document, without the page round them."""
    return f"{page.masthead(document)}\n{page.body(document)}"
