"""The plan as a document: the preview, a button a format, and CSV for trackers."""

import streamlit as st

from pages.handover.plan_parts.desk import Desk
from pages.parts import exporting, page, session
from workbench.export import documents, kinds, writers
from workbench.store import Store


def draw(store: Store, desk: Desk) -> None:
    """Draw it. A document shows what is saved."""
    request = documents.request(store, "plan", desk.kept.plan.name)
    if desk.unsaved:
        page.notice("What is not saved is not in the document.", "warning")
    exporting.buttons(request, kinds.get("plan").formats, "plan", about=desk.kept.plan.name, primary="pdf")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Every figure is read when the file is made; the file knows what it was written from.", width="content")
        session.link(session.DOCUMENTS, "Past exports", icon=":material/history:", view="past")
    exporting.preview(writers.get("html").write(documents.compose(store, request)).decode())
