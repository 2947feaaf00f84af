"""The Details tab: what the prompt is for, what to expect of it, its variables and tags. Lint, checks and documents read them."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import page, session
from workbench.errors import InputError
from workbench.prompts import registry, rendering
from workbench.prompts.records import VARIABLE_TYPES
from workbench.prompts.registry import Prompt, Variable
from workbench.store import Store


def draw(store: Store, prompt: Prompt) -> None:
    """Draw the form."""
    with st.form("details"):
        about, grid = st.columns([2, 3], gap="large")
        with about:
            description = st.text_area(
                "Intent", prompt.description, key=f"intent-{prompt.name}", height=110, help="What this prompt is for, in a sentence or two."
            )
            expected = st.text_area(
                "Expected output", prompt.expected_output, key=f"expected-{prompt.name}", height=110, help="What a good reply looks like."
            )
            tags = st.multiselect(
                "Tags", sorted({*registry.tags(store), *prompt.tags}), list(prompt.tags), accept_new_options=True, key=f"tags-{prompt.name}"
            )
        with grid:
            st.markdown("**Variables**")
            st.caption("One row each. The example fills the preview; names that are in the text but not declared are offered.")
            edited = st.data_editor(
                frame(prompt, _found(store, prompt)), key=f"variables-{prompt.name}-{prompt.updated_ms}", num_rows="dynamic",
                hide_index=True,
                column_config={
                    "name": st.column_config.TextColumn("Name", required=True),
                    "type": st.column_config.SelectboxColumn("Type", options=list(VARIABLE_TYPES), default="text"),
                    "description": "Description",
                    "required": st.column_config.CheckboxColumn("Required", default=True),
                    "example": "Example",
                },
            )  # fmt: skip
        if st.form_submit_button("Save details", type="primary", icon=":material/save:"):
            with page.guard():
                keep(store, prompt, edited, description=description or "", expected=expected or "", tags=list(tags))
                session.flash("Details saved.")
                st.rerun()


def keep(store: Store, prompt: Prompt, edited: pd.DataFrame, *, description: str, expected: str, tags: list[str]) -> Prompt:
    """The prompt with what the form says. Raises InputError naming the row."""
    listed = variables(edited.to_dict("records"))
    return registry.update(store, prompt.name, description=description, expected_output=expected, tags=tags, variables=listed)


def variables(rows: list[dict[Any, Any]]) -> list[Variable]:
    """Variables out of the rows of the grid; a row without any text is left out. Raises InputError naming the row."""
    found = []
    for place, row in enumerate(rows, 1):
        texts = {name: "" if pd.isna(row.get(name)) else str(row[name]) for name in ("name", "type", "description", "example")}
        if not any(texts[name].strip() for name in ("name", "description", "example")):
            continue
        if not texts["name"].strip():
            raise InputError("the variable has no name", place=f"row {place}", hint="Name it, or empty the row.")
        required = row.get("required")
        found.append(Variable.from_json(texts | {"required": True if pd.isna(required) else bool(required)}))
    return found


def frame(prompt: Prompt, undeclared: tuple[str, ...]) -> pd.DataFrame:
    """The grid's rows: declared variables, then the ones that were only found in the text."""
    rows = [variable.to_json() for variable in prompt.variables] + [Variable(name).to_json() for name in undeclared]
    return pd.DataFrame(rows, columns=["name", "type", "description", "required", "example"]).astype({"required": bool})


def _found(store: Store, prompt: Prompt) -> tuple[str, ...]:
    if not prompt.latest:
        return ()
    declared = {variable.name for variable in prompt.variables}
    try:
        content = registry.version(store, prompt.name).content
        return tuple(name for name in rendering.variables(content, rendering.partials(store, content)) if name not in declared)
    except InputError:
        return ()  # the Edit tab tells what is wrong with the text
