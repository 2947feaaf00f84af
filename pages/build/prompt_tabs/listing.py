"""The list of prompts: search, folders, tags, the archive, and how to begin a new one."""

import streamlit as st

from pages.parts import address, page, pickers, safe, session
from pages.parts import format as shown
from workbench import demo
from workbench.playground import form as forms
from workbench.prompts import drafts, names, registry
from workbench.prompts.registry import Prompt
from workbench.store import Store

STEP = 25
_VIEWS = {"list": "All prompts", "transfer": "Import and export"}


def draw(store: Store) -> None:
    """Draw the list, or its empty state."""
    slot = page.start("Prompts", subtitle="Every prompt, its versions and where its labels point.")
    with slot:
        new(store)
    view = address.part("View", _VIEWS, "show")
    if view == "transfer":
        from pages.build.prompt_tabs import transfer

        transfer.draw(store)
        return
    filters = _filters(store)
    limit = st.session_state.get("prompts-limit", STEP)
    found = registry.page(store, **filters, limit=limit + 1)
    if not found:
        _nothing(store, filters)
        return
    kept = set(drafts.keys(store, "prompt"))
    for prompt in found[:limit]:
        _row(prompt, draft=prompt.name in kept)
    if len(found) > limit:
        st.button("Show more", on_click=lambda: st.session_state.update({"prompts-limit": limit + STEP}), icon=":material/expand_more:")


def new(store: Store) -> None:
    """The one primary action: a name, and the editor opens."""
    with st.popover("New prompt", type="primary", icon=":material/add:", key="new-prompt"), st.form("new-prompt-form", border=False):
        name = st.text_input("Name", placeholder="support/intent", max_chars=200, help="A / makes a folder.", key="new-name")
        shape = st.radio("Begin with", ["Chat: system and user message", "Text: one message"], key="new-shape")
        if st.form_submit_button("Create and write", type="primary"):
            with page.guard():
                begin(store, name, text_only=str(shape).startswith("Text"))
                session.go(session.PROMPTS, prompt=names.prompt(name))


def begin(store: Store, name: str, *, text_only: bool) -> None:
    """A new prompt with an empty draft. Raises InputError, NameTaken."""
    made = registry.create(store, name)
    if text_only:
        drafts.save(store, "prompt", made.name, forms.Form(turns=(forms.Turn("user"),)).to_json(), 0)


def _filters(store: Store) -> dict[str, object]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = address.words("q", "Words in name, text, tags")
        folders, tags, labels = registry.folders(store), registry.tags(store), registry.label_names(store)
        folder = _choice("Folder", folders, "folder") if folders else ""
        tag = _choice("Tag", tags, "tag") if tags else ""
        label = _choice("Label", labels, "label") if labels else ""
        archived = st.toggle("Archived", key="prompts-archived")
    return {"search": search, "folder": folder, "tag": tag, "label": label, "archived": archived}


def _choice(label: str, options: list[str], key: str) -> str:
    with st.container(width=170):
        return pickers.choose(label, options, key, placeholder="Any") or ""


def _row(prompt: Prompt, *, draft: bool) -> None:
    with st.container(border=True, gap=None, key=f"prompt-{_slug(prompt.name)}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
                session.link(session.PROMPTS, safe.escape(prompt.name), prompt=prompt.name)
                badges(prompt)
                if draft:
                    st.badge("Draft", color="orange", icon=":material/edit:")
            latest = f"v{prompt.latest}" if prompt.latest else "no version yet"
            st.caption(f"{latest} · {shown.ago(prompt.updated_ms)}", width="content")
        if prompt.description:
            st.caption(safe.escape(prompt.description, limit=180))


def badges(prompt: Prompt) -> None:
    """Labels, tags and the demo mark of a prompt."""
    for label, number in sorted(prompt.labels.items()):
        st.badge(f"{within_badge(label)} v{number}", color="green" if label == "production" else "blue", icon=":material/label:")
    for tag in prompt.tags[:4]:
        st.badge(within_badge(tag), color="gray")
    if prompt.demo:
        st.badge(shown.DEMO, color="violet")


def within_badge(value: str) -> str:
    """`value` as a badge takes it: a badge escapes brackets itself, and would show a second backslash."""
    return safe.escape(value, limit=40).replace(r"\[", "[").replace(r"\]", "]")


def _nothing(store: Store, filters: dict[str, object]) -> None:
    if any(filters.values()):
        page.empty("Nothing matches", "No prompt fits this search. Clear the filters above, or begin a new prompt.")
        return
    pressed = page.empty(
        "No prompts yet",
        "A prompt is a name with a history of versions. Begin one with the button above, import a file, "
        "or look at an example: three versions of a classifier with 120 real messages.",
        "Load the demo",
        key="load-demo",
    )
    if pressed:
        demo.load(store, run=False)
        session.flash("The demo is loaded: three versions of the prompt intent.")
        st.rerun()


def _slug(name: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in name)[:60] + f"-{abs(hash(name)) % 10**8}"
