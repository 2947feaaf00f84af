"""Export: the scenario's figures as CSV, as a workbook with charts, as Markdown; and the scenario itself as a file for the command line."""

import re

import streamlit as st

from pages.spend.whatif_parts.desk import Desk
from workbench.cost.outcome import Outcome

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMS = (
    ("csv", "CSV", "text/csv", "Every figure, one a line"),
    ("xlsx", "Excel workbook", _XLSX, "Tables, with the waterfall and the months as charts"),
    ("markdown", "Markdown", "text/markdown", "To paste into a document or a ticket"),
)  # fmt: skip


def draw(desk: Desk, outcomes: list[Outcome], key: str = "export") -> None:
    """Draw the buttons: nothing is made before one is pressed."""
    name = file_name(outcomes)
    for form, said, mime, what in _FORMS:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.download_button(
                said, data=lambda form=form: written(form, outcomes), file_name=f"{name}.{'md' if form == 'markdown' else form}", mime=mime,
                on_click="ignore", key=f"{key}-{form}", icon=":material/download:",
            )  # fmt: skip
            st.caption(what)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Scenario file", data=lambda: scenario_file(desk), file_name=f"{name}.yaml", mime="application/yaml", on_click="ignore",
            key=f"{key}-yaml", icon=":material/download:",
        )  # fmt: skip
        st.caption("For `workbench cost scenario FILE.yaml`, a review, or another store")


def written(form: str, outcomes: list[Outcome]) -> bytes:
    """The outcomes in the form."""
    from workbench.cost import exporting

    made: bytes | str = getattr(exporting, form)(outcomes)
    return made if isinstance(made, bytes) else made.encode("utf-8", "replace")


def scenario_file(desk: Desk) -> bytes:
    """The scenario as YAML."""
    from workbench.cost import document

    return document.to_yaml(desk.good).encode("utf-8", "replace")


def file_name(outcomes: list[Outcome]) -> str:
    """A name that any file system takes."""
    name = outcomes[0].scenario.name if len(outcomes) == 1 else "scenarios"
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:60] or "scenario"
