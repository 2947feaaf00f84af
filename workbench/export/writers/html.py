"""Documents as one HTML file that needs nothing else: no script, no address, light and dark, on screens of any width and on paper."""

from workbench.export import provenance
from workbench.export.model import Document
from workbench.export.web import page
from workbench.export.writers import writer


@writer("html", suffix=".html", mime="text/html; charset=utf-8")
def write(document: Document) -> bytes:
    """The document as UTF-8 HTML; what it was written from is JSON in its last element."""
    said = provenance.text(document).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    data = f'\n<script type="application/json" id="{provenance.ELEMENT}">{said}</script>'
    return page.write(document, data=data).encode()


def body(document: Document) -> str:
    """Masthead, contents and main part of the document, without the page round them."""
    return f"{page.masthead(document)}\n{page.body(document)}"
