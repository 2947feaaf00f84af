"""Where the rows of an import come from: an uploaded file, or a text pasted in."""

from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

_TYPES = ["csv", "tsv", "txt", "jsonl", "ndjson", "json", "xlsx"]
_WAYS = {"file": "A file", "paste": "Pasted rows"}


@dataclass(frozen=True)
class Given:
    """What the person gave: bytes under a name."""

    content: bytes
    filename: str


def draw() -> Given | None:
    """Draw the choice of a source; what was given, if anything was."""
    way = st.segmented_control("Take the rows from", list(_WAYS), default="file", required=True, format_func=_WAYS.__getitem__, key="way")
    if way == "paste":
        text = st.text_area(
            "Rows",
            key="pasted",
            height=180,
            placeholder="text,label\nWhere is my card?,card_arrival",
            help="The first row names the columns.",
        )
        return Given(text.encode("utf-8", "replace"), "pasted rows") if text.strip() else None
    found = st.file_uploader("File", type=_TYPES, key=f"upload-{st.session_state.get('upload-turn', 0)}")
    return Given(found.getvalue(), found.name) if isinstance(found, UploadedFile) else None


def what_can_come() -> None:
    """Say what an import takes, while nothing is there yet."""
    with st.container(border=True):
        st.markdown("**What can come in**")
        st.markdown(
            "- CSV or TSV in any usual encoding, JSONL, JSON, or the first sheet of an Excel file\n"
            "- Rows pasted from a spreadsheet\n"
            "- One column per variable of the prompt, and one with the right reply if there is one"
        )
        st.caption("A file over 60 MB goes in by the command line:")
        st.code("workbench datasets import FILE --name NAME", language=None)
