"""Documents: written from the store, previewed as they are set up, exported at a click; past exports say when they are stale."""

import streamlit as st

from pages.handover.document_parts import brand, choosing, form, past
from pages.parts import address, exporting, page, session
from workbench.export import documents, kinds, writers
from workbench.export.kinds import Request
from workbench.store import Store

_SUBTITLE = "Every figure is read from the store; each file knows what it was written from, and when that has changed."


def _draw() -> None:
    store = session.store()
    slot = page.start("Documents", subtitle=_SUBTITLE)
    view = address.part("View", {"write": "Write", "past": "Past exports"}, "view")
    if view == "past":
        address.settle()
        past.draw(store)
        return
    chosen = choosing.draw(store)
    address.settle()
    if chosen is None:
        return
    asked = form.request(store, chosen)
    with slot:
        first = kinds.get(chosen.kind).formats[0]
        exporting.buttons(asked, kinds.get(chosen.kind).formats, f"document-{chosen.kind}", about=chosen.about, primary=first)
    left, right = st.columns([2, 3], gap="medium")
    with left, page.guard():
        form.draw(store, chosen, asked)
        brand.draw(store)
        _site(store)
    with right, page.guard():
        _preview(store, asked)


def _preview(store: Store, asked: Request) -> None:
    document = documents.compose(store, asked)
    html = writers.get("slides.html" if asked.kind == "slides" else "html").write(document).decode()
    exporting.preview(html)


def _site(store: Store) -> None:
    """The whole library as a site."""
    with st.expander("The whole library as a site", icon=":material/folder_zip:"):
        st.caption("A zip of static pages with index and search: unpack it anywhere. Or `workbench export library -o site.zip`.")
        if st.button("Write the site", key="site-write"):
            from workbench.export import library

            bar = st.progress(0.0, "Writing")
            st.session_state["site"] = library.make(
                store, progress=lambda done, total: bar.progress(done / max(1, total), f"{done} of {total} prompts")
            )
            bar.empty()
        if data := st.session_state.get("site"):
            st.download_button(
                "Download site.zip",
                data=data,
                file_name="site.zip",
                mime="application/zip",
                key="site-zip",
                on_click="ignore",
                icon=":material/download:",
            )


with page.guard():
    _draw()
