"""Which column of a file is what, and how the file is read where guessing is not enough."""

import streamlit as st

from pages.parts import safe
from workbench.datasets.importing import ColumnMap, Options, Preview

_DELIMITERS = {None: "As found", ",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Bar"}
_ENCODINGS = (None, "utf-8", "cp1252", "latin-1", "utf-16")
_HELP = {
    "expected": "The reply that counts as right. The column stays an input as well, so that a score may name it.",
    "tags": "Tags of a case, separated by commas or semicolons.",
    "split": "The part a case belongs to, such as train or test.",
}


def options(filename: str) -> Options:
    """How to read the file, as the person says; the defaults guess."""
    with st.expander("How it is read", icon=":material/tune:"):
        header = st.checkbox("The first row names the columns", value=True, key="import-header")
        with st.container(horizontal=True):
            delimiter = st.selectbox("Separator", list(_DELIMITERS), format_func=_DELIMITERS.__getitem__, key="import-delimiter", width=150)
            encoding = st.selectbox("Encoding", _ENCODINGS, format_func=lambda name: name or "As found", key="import-encoding", width=150)
        sheet = ""
        if filename.lower().endswith((".xlsx", ".xlsm")):
            sheet = st.text_input("Sheet", key="import-sheet", placeholder="the first one")
    return Options(header, sheet.strip() or None, delimiter, encoding)


def draw(preview: Preview, *, of: str) -> ColumnMap:
    """Draw the choices, as guessed from the names; what each column is."""
    columns = list(preview.columns)
    key = f"{of}-{hash(preview.columns)}"
    places = st.columns(3)
    with places[0]:
        expected = _one("Expected", "expected", columns, preview.guessed.expected, key)
    with places[1]:
        tags = _one("Tags", "tags", columns, preview.guessed.tags, key)
    with places[2]:
        split = _one("Split", "split", columns, preview.guessed.split, key)
    rest = [name for name in columns if name not in {tags, split}]
    with st.expander(f"Inputs: {'all ' if len(rest) > 1 else ''}{len(rest)}", icon=":material/view_column:"):
        inputs = st.multiselect(
            "Columns that become inputs", columns, default=rest, format_func=safe.plain, key=f"map-inputs-{key}-{tags}-{split}"
        )
    return ColumnMap(expected, tags, split, tuple(name for name in columns if name in set(inputs)))


def _one(label: str, role: str, columns: list[str], guessed: str | None, key: str) -> str | None:
    offered = [None, *columns]
    chosen: str | None = st.selectbox(
        label,
        offered,
        index=offered.index(guessed) if guessed in offered else 0,
        format_func=lambda name: "None" if name is None else safe.plain(name),
        key=f"map-{role}-{key}",
        help=_HELP[role],
    )
    return chosen
