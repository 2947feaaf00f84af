"""A prompt for other programs: the command that gets it over HTTP by its label, or by the number of a version, to be copied."""

import shlex
from urllib.parse import quote, urlencode, urlsplit

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import safe
from workbench.prompts.registry import Prompt

_ELSEWHERE = "http://127.0.0.1:8501"
_NEAR = {"localhost", "127.0.0.1", "::1"}


def button(name: str, version: int) -> None:
    """A button that opens the command for a version."""
    with _opened():
        st.caption("Gets this version as JSON, wherever labels move to.")
        _shown(name, version=version)


def labelled(prompt: Prompt) -> None:
    """A button that opens a command for each label of the prompt; nothing where there is none."""
    if prompt.labels:
        with _opened():
            st.caption("Gets the version that the label is on at that moment, as JSON.")
            for label in sorted(prompt.labels):
                _shown(prompt.name, label=label)


def _opened() -> DeltaGenerator:
    return st.popover("Copy as curl", icon=":material/terminal:", type="tertiary", key="curl")


def _shown(name: str, *, label: str = "", version: int | None = None) -> None:
    safe.code(command(str(st.context.url or ""), name, label=label, version=version))


def command(page: str, name: str, *, label: str = "", version: int | None = None) -> str:
    """The command, for the workbench that serves `page`. On another machine than the workbench's it shows the token."""
    found = urlsplit(page)
    base = f"{found.scheme}://{found.netloc}" if found.scheme and found.netloc else _ELSEWHERE
    asked = urlencode({"label": label} if label else {"version": version})
    address = shlex.quote(f"{base}/api/prompts/{quote(name, safe='/')}?{asked}")
    token = "" if (urlsplit(base).hostname or "") in _NEAR else ' -H "Authorization: Bearer $WORKBENCH_API_TOKEN"'
    return f"curl -fsS{token} {address}"
