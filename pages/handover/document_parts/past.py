"""Past exports: which are stale and what changed since, each made again at a click. The newest ten; more on demand."""

import json

import streamlit as st

from pages.handover.document_parts import past_site, past_taken, site
from pages.handover.document_parts.choosing import KINDS
from pages.parts import exporting, page, safe, session
from pages.parts import format as fmt
from workbench import clock
from workbench.errors import WorkbenchError
from workbench.export import history, kinds
from workbench.export.differences import Change, Freshness
from workbench.export.history import Export
from workbench.store import Store
from workbench.text.counting import counted

_AT_ONCE = 10
_WAITED, _LOOKS = "past-waited", 60  # half a second each
_FIRST = ("labels", "version", "scenario", "plan", "prose", "run")
_SHOWN = "past-shown"


def draw(store: Store) -> None:
    """The list, each with its state. A document is composed again to find out, one for all its formats."""
    past_taken.draw(store)
    shown = int(st.session_state.get(_SHOWN, _AT_ONCE))
    found = history.page(store, limit=shown + 1)
    if not found:
        text = "A file says what it was written from, and here it says when that has changed."
        if page.empty("Nothing was exported yet", text, "Write a document", key="past-none"):
            session.go(session.DOCUMENTS)
        return
    st.caption("Stale: made again, it would say something else. In a pipeline, `workbench export check FILE` exits 4 for it.")
    if _WAITED in st.session_state:
        st.fragment(_wait, run_every=0.5)(store)
    if site.asked():
        site.progress(store)
    newer: set[str] = set()
    states: dict[str, Freshness] = {}
    for one in found[:shown]:
        made = f"{_asked(one)} {one.format}"
        _row(store, one, None if made in newer else _fresh(store, one, states))
        newer.add(made)
    if len(found) > shown and st.button("Show more", key="past-more", type="tertiary"):
        st.session_state[_SHOWN] = shown + _AT_ONCE
        st.rerun()


def _asked(one: Export) -> str:
    return json.dumps(dict(one.request), sort_keys=True)


def _fresh(store: Store, one: Export, states: dict[str, Freshness]) -> Freshness:
    """Its state; files of the same document written from the same sources share it."""
    if past_site.is_one(one):
        return past_site.state(store, one)
    key = f"{_asked(one)} {[source.digest for source in one.sources]}"
    if key not in states:
        states[key] = history.check(store, one)
    return states[key]


def _row(store: Store, one: Export, fresh: Freshness | None) -> None:
    """A past export; `fresh` is None where a newer file was made of the same document."""
    with st.container(border=True, key=f"past-{one.id}"), st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap="xxsmall"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                _badge(fresh)
                st.markdown(f"**{safe.escape(one.name)}**", width="content")
            about = f" of {safe.escape(one.subject)}" if one.subject else ""
            # A run's id says nothing to a person: its name is that of the file's first source.
            if one.kind in {"comparison", "evaluation"} and one.sources:
                about = f" of {safe.escape(one.sources[0].name)}"
            st.caption(
                f"{KINDS.get(one.kind, one.kind.replace('_', ' ').capitalize())}{about} · {fmt.ago(one.made_ms, clock.now_ms())}"
                f" · {fmt.size(one.size_bytes)} · from {counted(len(one.sources), 'source')}"
            )
            _changes(fresh)
        with st.container(horizontal=True, width="content"):
            if fresh is not None and past_site.is_one(one):
                past_site.actions(store, one, fresh)
            elif fresh is not None:
                _download(one, fresh)
            st.button(
                "", key=f"past-forget-{one.id}", icon=":material/close:", type="tertiary", help="Take off this list",
                on_click=past_taken.forget, args=(one,),
            )  # fmt: skip


def _download(one: Export, fresh: Freshness) -> None:
    try:
        asked = kinds.request_from_json(one.request)
    except WorkbenchError:
        return
    st.download_button(
        "Make again" if fresh.stale else "Download", data=exporting.made(asked, one.format, noted=fresh.stale), file_name=one.name,
        key=f"past-again-{one.id}", icon=":material/refresh:" if fresh.stale else ":material/download:", disabled=bool(fresh.trouble),
        on_click=_made if fresh.stale else "ignore",
    )  # fmt: skip


def _made() -> None:
    """The file is made beside the page's run: the list is drawn anew once it is noted."""
    newest = history.page(session.store(), limit=1)
    st.session_state[_WAITED] = (newest[0].id if newest else 0, _LOOKS)


def _wait(store: Store) -> None:
    before, looks = st.session_state.get(_WAITED, (0, 0))
    newest = history.page(store, limit=1)
    if looks <= 0 or (newest and newest[0].id != before):
        st.session_state.pop(_WAITED, None)
        st.rerun()
    st.session_state[_WAITED] = (before, looks - 1)


def _badge(fresh: Freshness | None) -> None:
    if fresh is None:
        st.badge("Made again since", icon=":material/history:", color="grey")
    elif fresh is past_site.UNKNOWN:
        st.badge("Not checked", icon=":material/help:", color="grey")
    elif fresh.stale:
        st.badge("Stale", icon=":material/update:", color="orange")
    else:
        st.badge("Fresh", icon=":material/check:", color="green")


def _changes(fresh: Freshness | None) -> None:
    if fresh is None:
        return
    if fresh.trouble:
        st.caption(safe.escape(f"It cannot be made again: {fresh.trouble}", limit=400))
    # What people did comes before what followed from it.
    told = sorted(fresh.changes, key=_place)
    for change in told[:3]:
        st.caption(safe.escape(change.sentence, limit=300))
    if len(told) > 3:
        with st.popover(f"{counted(len(told) - 3, 'more change')}", type="tertiary"):
            for change in told[3:]:
                st.caption(safe.escape(change.sentence, limit=300))


def _place(change: Change) -> int:
    """What the rest follows from comes first of all."""
    if change.how == "moved":
        return -1
    return _FIRST.index(change.source.kind) if change.source.kind in _FIRST else len(_FIRST)
