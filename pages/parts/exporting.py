"""Documents on a page: a button a format, and the preview. A file is made at the click, from the store as it is then, and noted."""

import re
from collections.abc import Callable, Sequence

import streamlit as st

from pages.parts import session
from workbench.export.kinds import Request

FORMATS = {
    "pdf": "PDF",
    "docx": "Word",
    "pptx": "PowerPoint",
    "html": "HTML",
    "md": "Markdown",
    "xlsx": "Excel",
    "csv": "CSV",
}
_MIMES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html",
    "md": "text/markdown",
}
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
_DIGEST = re.compile(r"'sha256-[A-Za-z0-9+/=]+'")


def buttons(request: Request, formats: Sequence[str], key: str, *, about: str = "", primary: str = "") -> None:
    """One download button a format, side by side. `about` is the subject that the file is named for; `primary` the format in front."""
    from workbench.export import files

    with st.container(horizontal=True, key=f"export-{key}"):
        for form in formats:
            st.download_button(
                FORMATS[form], data=made(request, form), file_name=files.name(request.kind, about or request.subject, f".{form}"),
                mime=_MIMES[form], key=f"{key}-{form}", icon=":material/download:", type="primary" if form == primary else "secondary",
            )  # fmt: skip


def made(request: Request, form: str) -> Callable[[], bytes]:
    """What makes the file when it is asked for."""

    def make() -> bytes:
        from workbench.export import files, history

        store = session.store()
        file = files.make(store, request, form)
        history.keep(store, file)
        return file.data

    return make


def preview(html: str, *, height: int = 720) -> None:
    """An exported HTML document as it is, in a frame. By its own policy no script runs but one whose digest it names (the keys of slides):
    a text that broke out of its place could do nothing. Raises ValueError where it says otherwise.
    """
    policy = _POLICY.search(html[:6_000])
    rules = {rule.split()[0]: rule.split()[1:] for rule in (policy[1] if policy else "").split(";") if rule.split()}
    if rules.get("default-src") != ["'none'"] or not all(_DIGEST.fullmatch(said) for said in rules.get("script-src", [])):
        raise ValueError("a preview must forbid scripts by its own policy")
    st.iframe(html, height=height)
