"""Calls into a dataset: the dialog that shows what becomes inputs and what becomes the expected reply before anything is added."""

from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from pages.parts import page, safe, session, tables
from pages.watch.calls_parts import cases
from workbench.datasets import registry
from workbench.datasets.cases import NewCase, columns_of
from workbench.errors import WorkbenchError
from workbench.ledger import finding, reading
from workbench.ledger.finding import Sought
from workbench.ledger.reading import Call
from workbench.store import Store
from workbench.text.counting import counted

_WIDTH = 760
_SHOWN, _NAMES, _COLUMNS, _CUT = 5, 500, 6, 200


def one(store: Store, call: Call) -> None:
    """Open the dialog for one call. Call it from a button's branch."""
    _dialog(store, "Add this call to a dataset", [call], lambda: [reading.get(store, call.id)])


def matching(store: Store, sought: Sought) -> None:
    """Open the dialog for every call that fits, up to a bound."""
    first = list(finding.walk(store, sought, limit=_SHOWN, texts=True))
    title = f"Add calls to a dataset: the newest that fit, at most {cases.MOST:,}"
    _dialog(store, title, first, lambda: finding.walk(store, sought, limit=cases.MOST, texts=True))


def _dialog(store: Store, title: str, first: Sequence[Call], every: Callable[[], Iterable[Call]]) -> None:
    @st.dialog(title, width=_WIDTH)
    def ask() -> None:
        names = [each.name for each in registry.page(store, limit=_NAMES)]
        name = st.selectbox(
            "Dataset", names, None, key="case-dataset", accept_new_options=True, placeholder="Choose one, or write a new name",
            format_func=safe.plain,
        )  # fmt: skip
        expected = st.toggle("The reply is what is expected", value=True, key="case-expected")
        preview(cases.made(first, expected=expected), looked=len(first))
        if st.button("Add", key="case-add", type="primary", icon=":material/playlist_add:", disabled=not name):
            _add(store, str(name), every, expected=expected)

    ask()


def preview(made: Sequence[NewCase], *, looked: int) -> None:
    """The first cases as they would be."""
    if not made:
        page.notice("The newest of these calls have no text to make a case of.", "warning")
        return
    names = columns_of(made)[:_COLUMNS]
    columns = {f"c{n}": st.column_config.TextColumn(safe.plain(name)[:60], width=230) for n, name in enumerate(names)}
    columns["expected"] = st.column_config.TextColumn("expected", width=230)
    rows = [
        {f"c{n}": case.inputs.get(name, "")[:_CUT] for n, name in enumerate(names)} | {"expected": (case.expected or "")[:_CUT]}
        for case in made
    ]
    tables.table(rows, columns, "case-preview", alt="The first cases that would be added")
    if len(made) < looked:
        st.caption(f"{looked - len(made)} of the first {looked} have no text and are left out.")


def _add(store: Store, name: str, every: Callable[[], Iterable[Call]], *, expected: bool) -> None:
    with st.spinner("Reading the calls …"):
        try:
            number = cases.add(store, name.strip(), cases.made(every(), expected=expected))
        except WorkbenchError as error:
            page.problem(error)
            return
    session.flash(f"{counted(number, 'case')} added to {name.strip()}.")
    st.rerun()
