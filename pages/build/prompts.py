"""Prompts: the list, and one prompt with its tabs. The URL says which: ?prompt=NAME&version=N."""

import streamlit as st

from pages.build.prompt_tabs import details, difference, edit, heading, history, labels, listing, transfer, view
from pages.parts import address, page, session
from workbench.errors import NotFound
from workbench.prompts import registry
from workbench.prompts.registry import Prompt
from workbench.store import Store

TABS = {"edit": "Edit", "history": "History", "diff": "Diff", "labels": "Labels", "details": "Details", "transfer": "Import and export"}


def _one(store: Store, name: str) -> None:
    try:
        prompt = registry.get(store, name)
    except NotFound as error:
        heading.missing(store, name, error)
        return
    slot = heading.draw(store, prompt)
    tab = _chosen_tab(name)
    with page.guard():
        _tab(store, prompt, tab, slot)


def _tab(store: Store, prompt: Prompt, tab: str, slot: st.delta_generator.DeltaGenerator) -> None:
    if tab == "edit":
        number = heading.asked_version(store, prompt)
        if number is not None:
            view.draw(store, prompt, number, slot)
        else:
            edit.draw(store, prompt, slot)
        return
    with slot:
        session.link(session.PROMPTS, "Back to the editor", icon=":material/edit:", prompt=prompt.name)
    draw = {"history": history.draw, "diff": difference.draw, "labels": labels.draw, "details": details.draw, "transfer": transfer.draw}[
        tab
    ]
    draw(store, prompt)


def _chosen_tab(name: str) -> str:
    """The tab of the URL, or the one that was pressed since. A prompt that is opened begins with the editor."""
    return address.part("Part of the prompt", TABS, "tab", of=name, drop=("version",))


with page.guard():
    current = session.store()
    address.settle()
    if wanted := session.query("prompt"):
        _one(current, wanted)
    else:
        listing.draw(current)
