"""Settings: providers and keys, where the data lies, what is set up here."""

import streamlit as st

from pages.parts import page
from pages.system.settings_tabs import about, data, providers

_SECTIONS = {"Providers": providers.show, "Data": data.show, "About": about.show}


def _draw() -> None:
    slot = page.start("Settings", subtitle="Nothing leaves this machine unless a provider is set up and asked.")
    section = st.segmented_control(
        "Section", list(_SECTIONS), default="Providers", key="section", required=True, bind="query-params", label_visibility="collapsed"
    )
    with page.guard():
        _SECTIONS[section](slot)


_draw()
