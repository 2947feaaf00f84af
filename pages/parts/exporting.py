"""Documents on a page: a button a format, and the preview. A file is made at the click, from the store as it is then, and noted."""

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts import figures, session
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
_SCRIPT = re.compile(r"<script>.*?</script>", re.DOTALL)
_SYSTEM_DARK = "@media (prefers-color-scheme: dark)"
_ASSETS = Path(__file__).with_name("preview_assets")
_DIGEST = re.compile(r"'sha256-[A-Za-z0-9+/=]+'")


def buttons(request: Request, formats: Sequence[str], key: str, *, about: str = "", primary: str = "", disabled: bool = False) -> None:
    """One download button a format, side by side. `about` is the subject that the file is named for; `primary` the format in front."""
    from workbench.export import files

    with st.container(horizontal=True, key=f"export-{key}"):
        for form in formats:
            st.download_button(
                FORMATS[form], data=made(request, form), file_name=files.name(request.kind, about or request.subject, f".{form}"),
                mime=_MIMES[form], key=f"{key}-{form}", icon=":material/download:", type="primary" if form == primary else "secondary",
                disabled=disabled, on_click="ignore",
            )  # fmt: skip


def made(request: Request, form: str, *, noted: bool = True) -> Callable[[], bytes]:
    """What makes the file when it is asked for; it is `noted` among the past exports."""

    def make() -> bytes:
        from workbench.export import files, history

        store = session.store()
        file = files.make(store, request, form)
        if noted:
            history.keep(store, file)
        return file.data

    return make


def preview(html: str, name: str = "document") -> None:
    """An exported HTML document as it is, in a frame in which nothing runs: twice over, by its own policy and by the frame's.

    It looks as the visitor's theme does, and stays where it was scrolled to while the document `name` changes. Raises ValueError where its
    policy would allow scripts.
    """
    policy = _POLICY.search(html[:6_000])
    rules = {rule.split()[0]: rule.split()[1:] for rule in (policy[1] if policy else "").split(";") if rule.split()}
    if rules.get("default-src") != ["'none'"] or not all(_DIGEST.fullmatch(said) for said in rules.get("script-src", [])):
        raise ValueError("a preview must forbid scripts by its own policy")
    shown = _SCRIPT.sub("", html)  # the keys of slides: the frame would refuse them aloud
    if "'unsafe-inline'" in rules.get("style-src", []):
        shown = _themed(shown)
    digest = hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()
    _frame()(key="preview", data={"name": name, "title": "Preview", "digest": digest, "html": shown})


def _themed(html: str) -> str:
    """The page's own theme decides, not the system's: they differ for who has chosen one in the menu."""
    head, end, body = html.partition("</head>")
    return head.replace(_SYSTEM_DARK, "@media screen" if figures.is_dark() else "@media not all") + end + body


@cache
def _frame() -> Any:
    css, js = ((_ASSETS / name).read_text(encoding="utf-8") for name in ("preview.css", "preview.js"))
    return st.components.v2.component("workbench.preview", html='<div class="preview"></div>', css=css, js=js)
