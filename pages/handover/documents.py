"""Documents: written from the store, previewed as they are set up, exported at a click; past exports say when they are stale."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.handover.document_parts import brand, choosing, form, notice, past, site
from pages.handover.document_parts.choosing import Chosen
from pages.parts import address, exporting, page, session
from workbench.errors import WorkbenchError
from workbench.export import documents, kinds, writers
from workbench.store import Store

_SUBTITLE = "Every figure is read from the store; a file knows when it is stale."


def _draw() -> None:
    store = session.store()
    slot = page.start("Documents", subtitle=_SUBTITLE)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="document-kinds"):
        view = address.part("View", {"write": "Write", "past": "Past exports"}, "view")
        kind = choosing.kind() if view == "write" else ""
    if view == "past":
        address.settle()
        past.draw(store)
        return
    chosen = choosing.draw(store, kind)
    address.settle()
    if chosen is not None:
        _write(store, chosen, slot)


def _write(store: Store, chosen: Chosen, slot: DeltaGenerator) -> None:
    left, right = st.columns([2, 3], gap="medium")
    with left, page.guard():
        form.draw(store, chosen)
        brand.draw(store)
        site.draw(store)
    made = False
    with right, page.guard():
        made = _preview(store, chosen)
    with slot, page.guard():
        formats = kinds.get(chosen.kind).formats
        asked = form.request(store, chosen)
        exporting.buttons(asked, formats, f"document-{chosen.kind}", about=chosen.about, primary=formats[0], disabled=not made)


def _preview(store: Store, chosen: Chosen) -> bool:
    """Whether the document can be made; where it cannot, why."""
    if chosen.kind == "disclosure":
        notice.draw(store, chosen.subject)
    try:
        document = documents.compose(store, form.request(store, chosen))
    except WorkbenchError as error:
        page.problem(error)
        return False
    html = writers.get("slides.html" if kinds.get(chosen.kind).deck else "html").write(document).decode()
    exporting.preview(html, f"{chosen.kind} {chosen.subject}")
    return True


with page.guard():
    _draw()
