"""How all documents look: colour, name, logo."""

import streamlit as st

from pages.parts import page, session
from workbench.errors import InputError
from workbench.export import setup
from workbench.export.model import Brand
from workbench.store import Store


def draw(store: Store) -> None:
    """The form, in a fold."""
    now = setup.brand(store)
    with st.expander("Brand of all documents", icon=":material/palette:"), st.form("brand", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            accent = st.color_picker("Colour", value=now.accent, help="Dark enough to be read on white")
            name = st.text_input("Name", value=now.name, max_chars=200, placeholder="Example Ltd.")
        logo = st.file_uploader("Logo", type=["png"], max_upload_size=2, help="A PNG picture of up to 2 MB")
        if now.logo:
            st.image(now.logo, width=160)
        without = st.checkbox("Without a logo") if now.logo else False
        if st.form_submit_button("Keep"):
            picture = b"" if without else logo.getvalue() if logo else now.logo
            _keep(store, Brand(accent, picture, name))


def _keep(store: Store, made: Brand) -> None:
    try:
        setup.put_brand(store, made)
    except InputError as error:
        page.problem(error)
        return
    session.flash("Kept: every document exported from now on looks like it.")
    st.rerun()
