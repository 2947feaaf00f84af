"""The Labels tab: where labels point, moving one with a reason, rolling it back, and every move it made."""

import streamlit as st

from pages.build.prompt_tabs import fetch
from pages.parts import format as shown
from pages.parts import page, safe, session, tables
from workbench.prompts import labels, registry
from workbench.prompts.labels import Move
from workbench.prompts.registry import Prompt
from workbench.store import Store

_MOST = 200
_FITS, _TOLD = 40, 5  # characters of a reason that the table shows whole; how many longer ones stand below it
# As wide together as the column they stand in is at 1366: the reason must not lie beyond the edge.
_HISTORY = {
    "when": st.column_config.TextColumn("When (UTC)", width=125),
    "label": st.column_config.TextColumn("Label", width=90),
    "move": st.column_config.TextColumn("Move", width=85),
    "who": st.column_config.TextColumn("Who", width=85),
    "why": st.column_config.TextColumn("Why", width=290),
}


def draw(store: Store, prompt: Prompt) -> None:
    """Draw the labels, the form that moves one, and the history."""
    if not prompt.latest:
        page.empty("No version yet", "A label points to a version: save one first.")
        return
    here, past = st.columns([1, 2], gap="large")
    with here:
        _now(store, prompt)
        _move(store, prompt)
    with past:
        moves = labels.history(store, prompt.name)
        st.header("History", anchor=False)
        if not moves:
            st.caption("No label was moved yet.")
            return
        rows = [
            {
                "id": place,
                "when": shown.moment(move.moved_ms),
                "label": move.label,
                "move": told(move),
                "who": move.author,
                "why": move.reason,
            }
            for place, move in enumerate(moves[:_MOST])
        ]
        tables.table(rows, _HISTORY, key="moves", export="labels.csv", alt="Every move of this prompt's labels, the newest first")
        for move in [move for move in moves if len(move.reason) > _FITS][:_TOLD]:
            st.caption(safe.escape(f"{move.label} {told(move)}: {move.reason}", limit=1_000))


def told(move: Move) -> str:
    """A move in words."""
    if move.to_number is None:
        return f"taken off v{move.from_number}"
    return f"v{move.from_number} → v{move.to_number}" if move.from_number else f"set on v{move.to_number}"


def _now(store: Store, prompt: Prompt) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.header("Now", anchor=False, width="content")
        fetch.labelled(prompt)
    if not prompt.labels:
        st.caption("No labels yet. A program that asks for a label gets the version it points to: move the label, and the program follows.")
    for label, number in sorted(prompt.labels.items()):
        with st.container(
            border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key=f"label-{label}"
        ):
            st.badge(
                f"{safe.escape(label, limit=40)} v{number}", color="green" if label == "production" else "blue", icon=":material/label:"
            )
            with st.container(horizontal=True, width="content"):
                if st.button(
                    "Roll back",
                    key=f"roll-back-{label}",
                    type="tertiary",
                    icon=":material/undo:",
                    help="To the version before its last move.",
                ):
                    with page.guard():
                        version = labels.roll_back(store, prompt.name, label)
                        session.flash(f"{label} is back on v{version.number}.")
                        st.rerun()
                if st.button("Take off", key=f"take-off-{label}", type="tertiary", help="Its history stays; set it again at any time."):
                    labels.remove(store, prompt.name, label)
                    session.flash(f"{label} is taken off v{number}.")
                    st.rerun()


def _reason_key(prompt: Prompt) -> str:
    """A field of its own for each move and prompt: the reason of the last one is not offered for the next."""
    return f"label-reason-{prompt.name}-{st.session_state.get('label-moves', 0)}"


def _move(store: Store, prompt: Prompt) -> None:
    numbers = [version.number for version in registry.versions(store, prompt.name, limit=_MOST)]
    known = list(dict.fromkeys([*sorted(prompt.labels), "production", "staging"]))
    with st.form("move-label"):
        st.markdown("**Set or move a label**")
        label = st.selectbox("Label", known, 0, accept_new_options=True, key="label-name", format_func=safe.plain)
        number = st.selectbox("To version", numbers, 0, format_func=lambda n: f"v{n}", key="label-version")
        reason = st.text_input("Reason", placeholder="Why it moves (kept in the history)", max_chars=500, key=_reason_key(prompt))
        if st.form_submit_button("Move label", type="primary", icon=":material/label:"):
            with page.guard():
                move = labels.move(store, prompt.name, str(label or ""), int(number), reason=reason or "")
                same = move.from_number == move.to_number
                st.session_state["label-moves"] = st.session_state.get("label-moves", 0) + 1
                session.flash(f"{move.label} was on v{number} already." if same else f"{move.label} is on v{number}.")
                st.rerun()
