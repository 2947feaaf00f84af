"""Prompts in and out as files: what an upload holds is shown before anything is saved; an export is one click."""

import re

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.build.prompt_tabs import fetch
from pages.parts import page, safe, session
from workbench.prompts import interchange
from workbench.prompts.interchange.base import Report
from workbench.prompts.registry import Prompt
from workbench.store import Store
from workbench.text.counting import counted

_FORMATS = {
    "json": "JSON · one file a version",
    "yaml": "YAML · one file a prompt",
    "folder": "Folder · readable in a git diff",
}
_MOST_LINES = 50


def draw(store: Store, prompt: Prompt | None = None) -> None:
    """Draw both halves: for one prompt, or for all."""
    into, out = st.columns(2, gap="large")
    with into:
        st.header("Import", anchor=False)
        _into(store)
    with out:
        st.header("Export", anchor=False)
        _out(store, prompt)


def _into(store: Store) -> None:
    st.caption(
        "JSON, YAML, Markdown with front matter, dotprompt, CSV or text; or a zip of a folder of them. All of it is taken, or nothing is."
    )
    turn = st.session_state.get("import-turn", 0)
    found = st.file_uploader("Prompt files", key=f"import-{turn}", type=[ending.lstrip(".") for ending in interchange.suffixes()])
    if not isinstance(found, UploadedFile):
        return
    renumber = st.checkbox("Give the versions new numbers where theirs are taken", key="import-renumber")
    with page.guard():
        report = interchange.importing(store, found.getvalue(), filename=found.name, renumber=renumber, dry_run=True)
        show(report, done=False)
        if report.taken and st.button(f"Import {_count(report)}", type="primary", icon=":material/upload:", key="import-now"):
            done = interchange.importing(store, found.getvalue(), filename=found.name, renumber=renumber)
            session.flash(f"Imported {_count(done)}.")
            st.session_state["import-turn"] = turn + 1
            st.rerun()


def show(report: Report, *, done: bool) -> None:
    """What an import took or would take, what was there already, what was left out and why, and what was guessed."""
    st.markdown(f"**{'Taken' if done else 'Would be taken'}: {len(report.taken)}**")
    for ref in report.taken[:_MOST_LINES]:
        safe.text(ref)
    if report.same:
        st.caption(safe.escape(f"There already: {', '.join(report.same[:_MOST_LINES])}", limit=600))
    for title, lines in (("Left out", report.skipped), ("Guessed", report.guesses)):
        if lines:
            st.markdown(f"**{title}: {len(lines)}**")
            for place, why in lines[:_MOST_LINES]:
                st.caption(safe.escape(f"{place}: {why}", limit=400))


def _out(store: Store, prompt: Prompt | None) -> None:
    what = "every version of this prompt" if prompt else "every prompt with all its versions"
    st.caption(f"Exports hold {what}. Imported again, they give the same hashes.")
    if prompt is not None and not prompt.latest:
        st.caption("There is no version to export yet.")
        return
    for form, title in _FORMATS.items():
        st.download_button(
            title,
            data=lambda form=form: pack(store, prompt, form),  # type: ignore[misc]
            file_name=f"{_file(prompt)}-{form}.zip",
            mime="application/zip",
            key=f"export-{form}",
            icon=":material/download:",
            on_click="ignore",
        )
    if prompt is not None and prompt.latest:
        fetch.button(prompt.name, prompt.latest)


def pack(store: Store, prompt: Prompt | None, form: str) -> bytes:
    """The export as a zip."""
    return interchange.zipped(interchange.exporting(store, None if prompt is None else [prompt.name], form))


def _count(report: Report) -> str:
    return counted(len(report.taken), "version")


def _file(prompt: Prompt | None) -> str:
    return re.sub(r"[^\w.-]+", "_", prompt.name)[:80] if prompt else "prompts"
