"""The Playground: one prompt, one to four models side by side, and the conversation that follows. ?c= names the conversation."""

import streamlit as st

from pages.build.playground_parts import answers, bench, setup, shelf_menu
from pages.parts import page, session
from workbench.playground import turns
from workbench.playground.conversation import Conversation
from workbench.store import Store


def _draw(store: Store) -> None:
    slot = page.start("Playground", subtitle="Try a prompt on one to four models, talk on, and save what worked as a version.")
    if session.query("prompt"):
        bench.arrive(store)
    conversation = bench.current(store)
    shelf_menu.draw(store, conversation)
    asking, answering = st.columns([2, 3], gap="large")
    with asking:
        conversation, pressed = setup.draw(store, conversation)
    with slot:
        if conversation.running:
            st.button("Stop", type="primary", icon=":material/stop_circle:", key="stop", on_click=turns.stop_all, args=(conversation,))
        else:
            label = "Run again" if conversation.exchanges else "Run"
            pressed |= st.button(label, type="primary", icon=":material/play_arrow:", key="run", help="Ctrl+Enter, on a Mac ⌘Enter")
    with answering:
        if pressed and not conversation.running:
            _run(store, conversation)
        answers.draw(store, conversation)


def _run(store: Store, conversation: Conversation) -> None:
    """Send the opening: in a conversation of its own where something was said already."""
    with page.guard():
        fresh = bench.again(store, conversation) if conversation.exchanges else conversation
        turns.send(store, fresh)
        bench.show(fresh.id)
        st.rerun()


with page.guard():
    _draw(session.store())
