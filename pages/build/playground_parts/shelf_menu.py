"""The line under the title: which conversation this is, the others, a new one, and saving it as a version."""

from datetime import UTC, datetime

import streamlit as st

from pages.build.playground_parts import bench
from pages.parts import format as shown
from pages.parts import page, safe, session
from workbench.playground import saving, shelf
from workbench.playground.conversation import Conversation
from workbench.store import Store

MOST = 30


def draw(store: Store, conversation: Conversation) -> None:
    """Draw the line."""
    with st.container(horizontal=True, vertical_alignment="center", key="conversation-line"):
        with st.popover("Conversations", icon=":material/forum:", key="conversations", on_change="rerun") as menu:
            if menu.open:
                _list(store, conversation)
        st.button("New conversation", icon=":material/add:", key="new-conversation", on_click=bench.empty, args=(store, conversation))
        _save(store, conversation)
        if conversation.prompt:
            session.link(
                session.PROMPTS, "Open in Prompts", icon=":material/edit_note:", prompt=conversation.prompt, version=conversation.version
            )


def _list(store: Store, conversation: Conversation) -> None:
    found = [kept for kept in shelf.page(store, MOST) if kept.exchanges or kept.id == conversation.id]
    for kept in found:
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key=f"kept-{kept.id}"):
            here = " · open now" if kept.id == conversation.id else ""
            label = f"{safe.escape(kept.title, limit=70)} · {shown.ago(kept.updated_ms)}{here}"
            st.button(label, key=f"open-{kept.id}", type="tertiary", on_click=_open, args=(kept.id,), width="stretch")
            st.button(
                "Forget", key=f"forget-{kept.id}", type="tertiary", icon=":material/delete:", on_click=_forget, args=(store, kept),
                help="The conversation goes; its calls stay in the ledger.",
            )  # fmt: skip


def _open(ident: str) -> None:
    bench.show(ident)
    bench.redraw()


def _forget(store: Store, kept: Conversation) -> None:
    shelf.discard(store, kept.id)
    bench.redraw()
    session.flash("The conversation is forgotten. Its calls stay in the ledger.")


def _save(store: Store, conversation: Conversation) -> None:
    with st.popover("Save as version", icon=":material/save:", key=f"save-as-{bench.rev()}"), st.form("save-as-form", border=False):
        suggested = conversation.prompt or f"playground/{datetime.now(UTC):%Y-%m-%d}"
        name = st.text_input(
            "Prompt", suggested, key=f"save-name-{conversation.id}", max_chars=200, help="A prompt of that name gets one more version."
        )
        note = st.text_input("Note", key=f"save-note-{conversation.id}", placeholder="What works about it", max_chars=500)
        model = st.selectbox(
            "Model", conversation.models, 0 if conversation.models else None, key=f"save-model-{conversation.id}", format_func=safe.plain
        )
        turns = st.checkbox(
            "Keep what was said as example messages", key=f"save-turns-{conversation.id}", disabled=not conversation.exchanges,
            help="The reply of this model, and every follow-up with its reply, become messages of the version.",
        )  # fmt: skip
        if st.form_submit_button("Save version", type="primary"):
            with page.guard():
                saved = saving.save_as_version(store, conversation, name, note, model=model or "", with_turns=turns)
                number = saved.version.number
                shelf.change(store, conversation.id, lambda kept: saving.saved_from(kept, saved, with_turns=turns))
                said = (
                    f"Saved as {saved.version.prompt} v{number}."
                    if saved.new
                    else f"{saved.version.prompt} v{number} holds exactly this already."
                )
                session.flash(said, "success" if saved.new else "info")
                bench.redraw()
                st.rerun()
