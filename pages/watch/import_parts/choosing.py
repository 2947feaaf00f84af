"""Where the calls come from: a file that is uploaded, or one that lies on the machine the workbench runs on."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.parts import session
from workbench.ledger.importers import jobs

_TYPES = ["jsonl", "ndjson", "json", "csv", "tsv", "txt", "parquet", "gz"]
_WAYS = {"file": "A file of yours", "path": "A path on this machine"}


@dataclass(frozen=True)
class Given:
    """A file to import: where it lies, and what the person calls it."""

    path: Path
    name: str


def draw() -> Given | None:
    """Draw the choice; what was given, if anything was. A path only where nobody but this machine reaches the app: whoever opens it could
    look into any file there.
    """
    if _is_local() and _way() == "path":
        typed = st.text_input("Path", key="import-path", value=session.query("path"), placeholder="/var/log/calls.jsonl.gz").strip()
        return Given(Path(typed).expanduser(), Path(typed).name) if typed else None
    found = st.file_uploader("File", type=_TYPES, key=f"upload-{st.session_state.get('import-turn', 0)}")
    return _kept(found) if isinstance(found, UploadedFile) else None


def _way() -> str | None:
    return st.segmented_control("Take the calls from", list(_WAYS), default="file", required=True, format_func=_WAYS.__getitem__, key="way")


def _is_local() -> bool:
    """Whether the app answers on a loopback address, to the names of this machine alone."""
    address = str(st.get_option("server.address") or "")
    try:
        loopback = address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        loopback = False
    return loopback and bool(st.get_option("server.allowedHosts"))


def what_can_come() -> None:
    """Say what an import takes, while nothing is there yet."""
    with st.container(border=True):
        st.markdown("**What can come in**")
        st.markdown(
            "- Any table with a call a row: JSON lines, JSON, CSV, TSV or Parquet, plain or gzipped. You say which column is what.\n"
            "- Langfuse: observations, or traces with their observations\n"
            "- LiteLLM: its spend log\n"
            "- OpenTelemetry: traces as JSON\n"
            "- promptfoo: its results\n"
            "- The Azure LLM inference traces"
        )
        st.caption(
            "A call comes in once: the same file again adds nothing, a longer one adds what is new. A large file goes in by its path, or:"
        )
        st.code("workbench calls import FILE", language=None)


def _kept(found: UploadedFile) -> Given:
    """The upload as a file of the workbench's own, written once."""
    known = st.session_state.setdefault("import-kept", {})
    if found.file_id not in known or not known[found.file_id].is_file():
        known[found.file_id] = jobs.kept(found, found.name)
    return Given(known[found.file_id], found.name)
