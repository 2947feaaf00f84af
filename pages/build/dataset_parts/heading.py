"""The head of one dataset: its name, size and source, the way back, and what can be done with all of it."""

import re

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.build.dataset_parts import ways
from pages.parts import format as fmt
from pages.parts import page, safe, session
from workbench.datasets import exporting
from workbench.datasets.cases import Dataset
from workbench.datasets.exporting import Which
from workbench.datasets.importing import ImportReport
from workbench.errors import NotFound
from workbench.store import Store
from workbench.text.counting import counted

REPORT = "_import-report"
_FORMATS = {"csv": ("CSV", "text/csv"), "jsonl": ("JSONL, exact", "application/jsonl"), "xlsx": ("Excel", "application/octet-stream")}
_SHOWN = 100


def missing(error: NotFound) -> None:
    """A dataset the URL names that is not there."""
    page.start("Datasets")
    page.problem(error)
    st.button("All datasets", icon=":material/arrow_back:", on_click=ways.to_list)


def draw(store: Store, dataset: Dataset) -> DeltaGenerator:
    """Draw the head; the slot for the page's primary action."""
    slot = page.start(dataset.name, subtitle=_about(dataset))
    with slot:
        primary = st.container(width="content", horizontal=True)
        _export(store, dataset)
        if st.button("Compare on it", icon=":material/balance:", key="compare-on", help="Set up a comparison on this dataset"):
            session.go(session.COMPARE, dataset=dataset.name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("All datasets", icon=":material/arrow_back:", key="back", type="tertiary", on_click=ways.to_list)
        if dataset.demo:
            st.badge(fmt.DEMO, icon=":material/school:", color="gray")
        if dataset.attribution:
            st.caption(safe.escape(f"Source: {dataset.attribution}", limit=400), width="content")
    _report(dataset)
    return primary


def _about(dataset: Dataset) -> str:
    size = f"{counted(dataset.cases, 'case')}, {counted(len(dataset.columns), 'input')}"
    return f"{size}, revision {dataset.revision}, changed {fmt.ago(dataset.updated_ms)}"


def _export(store: Store, dataset: Dataset) -> None:
    with st.popover("Export", icon=":material/download:", key="export"):
        st.caption("CSV and Excel put a ' before a cell that a spreadsheet would run as a formula. JSONL comes back as it was.")
        for form, (title, mime) in _FORMATS.items():
            stem = re.sub(r"[^\w.-]+", "_", dataset.name)[:80]
            st.download_button(
                title,
                data=lambda form=form: exporting.content(store, dataset.name, form, Which()),  # type: ignore[misc]
                file_name=f"{stem}.{form}",
                mime=mime,
                key=f"export-{form}",
                on_click="ignore",
            )


def _report(dataset: Dataset) -> None:
    """How the import went that led here, until it is put away."""
    report: ImportReport | None = st.session_state.get(REPORT)
    if report is None or report.dataset != dataset.name:
        return
    with st.container(border=True, key="import-report", gap="xsmall"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{counted(report.taken, 'row')} taken, {report.skipped:,} skipped**", width="content")
            st.button("Close", key="close-report", icon=":material/close:", type="tertiary", on_click=lambda: st.session_state.pop(REPORT))
        st.caption(safe.escape(how(report.format, report.encoding, report.delimiter)))
        for note in report.notes:
            st.caption(safe.escape(note))
        if report.reasons:
            with st.expander("What was skipped, and why", expanded=len(report.reasons) <= 5):
                safe.text("\n".join(f"row {row} {why}" for row, why in report.reasons[:_SHOWN]))
                if report.skipped > len(report.reasons):
                    st.caption(f"… and {report.skipped - len(report.reasons):,} more.")


def how(form: str, encoding: str, delimiter: str) -> str:
    """How a file was read, in words."""
    separated = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}.get(delimiter, delimiter)
    parts = [form.upper(), encoding and f"encoding {encoding}", separated and f"columns separated by {separated}"]
    return "Read as " + ", ".join(part for part in parts if part)
