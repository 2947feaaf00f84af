"""The form of a rule, new or changed: a sentence of fields, its name and message, and what it would have fired on before it is saved."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from pages.parts import page, safe, session
from pages.watch.alert_parts import drafts, editing, past, sentence, taken, wording
from pages.watch.alert_parts.drafts import P
from workbench import clock
from workbench.errors import NameTaken, NotFound, WorkbenchError
from workbench.monitoring import rulebook, rules
from workbench.monitoring.rulebook import Kept
from workbench.monitoring.rules import Rule
from workbench.monitoring.shipped import SHIPPED
from workbench.store import Store
from workbench.text.counting import counted

_FROM, _TAKEN = "alerts-from", "alerts-name-taken"
_NO_DATA = {"ok": "Nothing: what fires ends", "keep": "Everything stays as it is", "alert": "It counts as beyond"}
_MORE = ("clear_s", "no_data", "renotify_s", "summary", "description")


def draw(store: Store, now_ms: int) -> bool:
    """Draw the form where the URL asks for it; whether it did."""
    wanted = session.query(editing.EDIT)
    kept = _kept(store, wanted)
    if kept is None and wanted != editing.NEW:
        return False
    metric, tag = session.query(editing.METRIC), session.query(editing.TAG)
    if not drafts.begun((wanted, metric, tag)):  # another rule, a link, or a reload
        drafts.fill(None if kept is None else kept.rule, metric=metric, tag=tag)
    drafts.follow()
    rule, wrong = drafts.read()
    with st.container(border=True, key="alert-form", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.header("Change a rule" if kept else "A new rule", anchor=False)
            if kept is None:
                _start()
        sentence.draw(store, wrong)
        _name(rule, wrong)
        _more(wrong)
        sentence.wrong_with(wrong, *(name for name in wrong if name not in sentence.DRAWN | {"name", *_MORE}))
        _end(store, kept, rule, wrong)
    if rule is not None:
        past.draw(store, rule, now_ms)
    return True


def _kept(store: Store, wanted: str) -> Kept | None:
    if not wanted.isdecimal() or len(wanted) > 12:
        return None
    try:
        found = rulebook.get(store, int(wanted))
    except NotFound as error:
        page.problem(error)
        return None
    return found if found.removed_ms is None else None


def _start() -> None:
    """A rule that ships, to begin with."""
    names = [one.name for one in SHIPPED]
    st.selectbox(
        "Start from", names, index=None, key=_FROM, placeholder="Start from a rule that ships", width=290, label_visibility="collapsed",
        on_change=_started,
    )  # fmt: skip


def _started() -> None:
    chosen = next((one for one in SHIPPED if one.name == st.session_state.get(_FROM)), None)
    if chosen is not None:
        drafts.fill(replace(chosen, name=""))


def _name(rule: Rule | None, wrong: Mapping[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="alert-line-name"):
        st.markdown("and call it", width="content")
        given = "the sentence in short" if rule is None else rule.name
        st.text_input(
            "Name", key=P + "name", placeholder=safe.plain(given), max_chars=200, label_visibility="collapsed", width=520, on_change=_named
        )
    taken_name = st.session_state.get(_TAKEN)
    sentence.wrong_with({**wrong} | ({"name": taken_name} if taken_name else {}), "name")


def _named() -> None:
    st.session_state.pop(_TAKEN, None)


def _more(wrong: Mapping[str, str]) -> None:
    """What a rule can do without."""
    with st.expander(
        "More: when it ends, no data, telling again, the message", key="alert-more", expanded=any(name in wrong for name in _MORE)
    ):
        with st.grid(3, min_column_width=210):
            st.text_input("Ends once it is back for", key=P + "clear", placeholder="0 min", max_chars=60)
            st.text_input("While it fires, tell again every", key=P + "renotify", placeholder="never", max_chars=60)
            st.selectbox("No data means", list(_NO_DATA), key=P + "no_data", format_func=_NO_DATA.__getitem__)
        sentence.wrong_with(wrong, "clear_s", "renotify_s", "no_data")
        st.text_input("Message: one line", key=P + "summary", placeholder="{metric} is {value}", max_chars=400)
        sentence.wrong_with(wrong, "summary")
        st.text_area("More of it", key=P + "description", height=80, max_chars=4_000, placeholder="Empty: a sentence of the figures")
        sentence.wrong_with(wrong, "description")
        names = ", ".join(f"{{{name}}} {what}" for name, what in rules.NAMES.items())
        st.caption(wording.md(f"The message may hold {names}."))


def _end(store: Store, kept: Kept | None, rule: Rule | None, wrong: Mapping[str, str]) -> None:
    if rule is not None:
        st.markdown(f":material/subdirectory_arrow_right: **{wording.md(wording.sentence(rule))}**")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Save", type="primary", icon=":material/save:", key="alert-save", disabled=rule is None, on_click=_save, args=(store, kept)
        )
        st.button("Cancel", key="alert-cancel", on_click=editing.close)
        if wrong:
            st.caption(f"{counted(len(wrong), 'field')} to put right first.", width="content")


def _save(store: Store, kept: Kept | None) -> None:
    """Keep what stands in the form. What cannot be kept stays typed. For a callback."""
    drafts.follow()
    rule, wrong = drafts.read()
    if rule is None or wrong:
        return
    try:
        made = rulebook.add(store, rule, clock=clock.SYSTEM) if kept is None else rulebook.edit(store, kept.id, rule, clock=clock.SYSTEM)
    except NameTaken as error:
        st.session_state[_TAKEN] = f"{error.message} Choose another name."
        return
    except WorkbenchError as error:
        session.flash(f"{error} {error.hint}".strip(), "error")
        return
    editing.close()
    said = f"{'Added' if kept is None else 'Changed'}: {made.rule.name}."
    if kept is None:
        taken.keep(said, lambda target: rulebook.remove(target, made.id, clock=clock.SYSTEM))
    else:
        taken.keep(said, lambda target: rulebook.edit(target, kept.id, kept.rule, clock=clock.SYSTEM))
