"""The History tab: versions newest first, who saved them, why, and where the labels are."""

import streamlit as st

from pages.build.prompt_tabs import listing, view
from pages.parts import format as shown
from pages.parts import page, safe, session
from workbench.prompts import registry
from workbench.prompts.registry import Prompt, Version
from workbench.store import Store

STEP = 12


def draw(store: Store, prompt: Prompt) -> None:
    """Draw the versions, a page at a time."""
    if not prompt.latest:
        page.empty("No version yet", "The first one appears here when you save what you wrote.")
        return
    key = f"history-limit-{prompt.name}"
    limit = st.session_state.get(key, STEP)
    found = registry.versions(store, prompt.name, limit=limit + 1)
    for version in found[:limit]:
        _row(store, prompt, version)
    if len(found) > limit:
        st.button("Show older versions", on_click=lambda: st.session_state.update({key: limit + STEP}), icon=":material/expand_more:")


def _row(store: Store, prompt: Prompt, version: Version) -> None:
    number = version.number
    with st.container(border=True, gap=None, key=f"version-{number}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
                session.link(session.PROMPTS, f"v{number}", prompt=prompt.name, version=number)
                if version.semantic:
                    st.badge(listing.within_badge(version.semantic), color="gray")
                for label in sorted(name for name, at in prompt.labels.items() if at == number):
                    st.badge(listing.within_badge(label), color="green" if label == "production" else "blue", icon=":material/label:")
                if number == prompt.latest:
                    st.badge("latest", color="gray")
            with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
                session.link(session.PLAYGROUND, "Try", prompt=prompt.name, version=number)
                if number != prompt.latest:
                    session.link(session.PROMPTS, "Diff to latest", prompt=prompt.name, tab="diff", a=number, b=prompt.latest)
                    if st.button("Write on from here", key=f"write-on-{number}", type="tertiary"):
                        view.write_on(store, prompt, version)
                        session.go(session.PROMPTS, prompt=prompt.name)
        st.caption(safe.escape(f"{version.author or 'nobody'} · {shown.ago(version.created_ms)} · {version.hash[:10]}"))
        if version.note:
            safe.text(version.note)
