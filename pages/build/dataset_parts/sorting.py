"""Splits and tags: the parts a dataset is divided into, by chance and repeatably, and tags on many cases at once."""

from collections.abc import Callable

import streamlit as st

from pages.build.dataset_parts import filters
from pages.parts import confirm, page, safe, tables
from pages.parts import format as fmt
from pages.parts.facets import facets
from workbench.datasets import cases as shapes
from workbench.datasets import editing, finding
from workbench.datasets.cases import Dataset
from workbench.errors import InputError
from workbench.store import Store
from workbench.text.counting import counted

_SPLITS = {
    "split": st.column_config.TextColumn("Split", width=180),
    "cases": st.column_config.NumberColumn("Cases", format="localized", width=90),
    "share": st.column_config.TextColumn("Share", width=80),
}


def draw(store: Store, dataset: Dataset) -> None:
    """Draw both halves."""
    left, right = st.columns(2, gap="large")
    with left:
        _splits(store, dataset)
    with right:
        _tags(store, dataset)


def _splits(store: Store, dataset: Dataset) -> None:
    st.header("Splits", anchor=False)
    sizes = facets(store, dataset).splits
    named = {name for name in sizes if name}
    if named:
        rows = [{"split": name or "(none)", "cases": size, "share": fmt.percent(size / dataset.cases)} for name, size in sizes.items()]
        tables.table(rows, _SPLITS, "splits", alt="Splits with their sizes")
    else:
        st.caption("No case is in a split yet. A split keeps the cases a prompt is written on apart from those it is judged on.")
    with st.form("divide"):
        said = st.text_input("Shares", "train=0.8 test=0.2", help="Names with shares that sum to 1.", max_chars=200)
        seed = st.number_input("Seed", 0, value=0, help="The same seed divides the same cases in the same way.", width=150)
        again = st.checkbox("Put this in the place of the splits there are") if named else True
        if st.form_submit_button("Divide by chance", icon=":material/call_split:"):
            with page.guard():
                shares = read(said)
                if not again:
                    raise InputError("The cases are in splits already.", hint="Tick the box to divide them anew.")
                _say_and_rerun("Divided.", lambda: editing.set_split(store, dataset.name, shares, int(seed)))


def _tags(store: Store, dataset: Dataset) -> None:
    st.header("Tags", anchor=False)
    there = facets(store, dataset).tags
    st.caption(safe.escape(f"In use: {', '.join(there)}", limit=600) if there else "No case has a tag yet.")
    wanted = filters.from_url(dataset)
    ids = None if wanted == finding.ALL else finding.ids(store, dataset.name, wanted)
    count = dataset.cases if ids is None else len(ids)
    with st.form("tags"):
        said = st.text_input("Tags", placeholder="hard, german", help="Separated by commas.", max_chars=500)
        which = "all cases" if ids is None else "the cases that the filters of the Cases tab show"
        st.caption(f"For {which}: {count:,}.")
        with st.container(horizontal=True):
            add = st.form_submit_button("Add to them", icon=":material/new_label:")
            remove = st.form_submit_button("Take off them", icon=":material/label_off:")
        if add or remove:
            with page.guard():
                tags = shapes.tags(said)
                if not tags:
                    raise InputError("There is no tag to add or take off.", hint="Write one or more, separated by commas.")
                change = editing.add_tags if add else editing.remove_tags
                said = counted(count, "case has", "cases have") if add else counted(count, "case is without", "cases are without")
                _say_and_rerun(f"{said} {', '.join(tags)}.", lambda: change(store, dataset.name, tags, ids))


def read(said: str) -> dict[str, float]:
    """`train=0.8 test=0.2` as shares. Raises InputError."""
    shares: dict[str, float] = {}
    for part in said.replace(",", " ").split():
        name, equals, share = part.partition("=")
        try:
            shares[name] = float(share.rstrip("%")) / (100 if share.endswith("%") else 1)
        except ValueError:
            equals = ""
        if not equals or not name:
            raise InputError(f"{part[:60]!r} is no share", place="shares", hint="Write for example train=0.8 test=0.2.")
    return shares


def _say_and_rerun(done: str, act: Callable[[], object]) -> None:
    confirm.act_and_say(done, act)
    st.rerun()
