"""An older version, to be read: what it holds, and the ways from it into the editor, a diff or the Playground."""

import json

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.build.prompt_tabs import desk as desks
from pages.build.prompt_tabs import fetch
from pages.parts import format as shown
from pages.parts import safe, session
from workbench.playground import form as forms
from workbench.prompts import registry
from workbench.prompts.content import Content, parameters_json
from workbench.prompts.registry import Prompt, Version
from workbench.store import Store


def draw(store: Store, prompt: Prompt, number: int, slot: DeltaGenerator) -> None:
    """Draw version `number` of the prompt."""
    version = registry.version(store, prompt.name, number)
    with slot:
        if st.button(f"Write on from v{number}", type="primary", icon=":material/edit:", key="write-on"):
            write_on(store, prompt, version)
            session.go(session.PROMPTS, prompt=prompt.name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**v{version.number}**, an older version" + (f" · {safe.escape(version.semantic)}" if version.semantic else ""),
            width="content",
        )
        about = " · ".join(part for part in (version.author, f"{shown.moment(version.created_ms)} UTC", version.note) if part)
        st.caption(safe.escape(about, limit=300), width="content")
        session.link(session.PROMPTS, f"To the latest, v{prompt.latest}", prompt=prompt.name)
        session.link(session.PLAYGROUND, "Try it in the Playground", prompt=prompt.name, version=version.number)
        fetch.button(prompt.name, version.number)
    body(version.content)


def body(content: Content) -> None:
    """Everything a version holds, as text."""
    for item in content.messages:
        st.caption(item.role.capitalize())
        safe.code(item.text or str(item.to_json()["content"]))
    settings = {"engine": content.engine, "model": content.model or "whoever calls it chooses", **parameters_json(content.parameters)}
    rest = {"tools": list(content.tools), "tool_choice": content.tool_choice, "output_schema": content.output_schema}
    st.caption("Settings")
    whole = settings | {name: value for name, value in rest.items() if value}
    safe.code(json.dumps(whole, indent=2, ensure_ascii=False))


def write_on(store: Store, prompt: Prompt, version: Version) -> None:
    """Put the version into the editor, as a draft on top of the latest."""
    desk = desks.at(store, prompt)
    form = forms.of_content(version.content)
    desk.put(desk.form)
    desks.keep(store, desk, form)
