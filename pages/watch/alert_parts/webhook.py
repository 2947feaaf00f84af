"""The webhook: whether address and secret are set (neither is ever shown), a test message, and what became of those that went out."""

import streamlit as st

from pages.parts import page, safe
from pages.watch.alert_parts import messages_sent
from workbench import clock
from workbench.errors import SettingsError
from workbench.monitoring import delivery
from workbench.providers import keys
from workbench.store import Store

_TEXT = "Every alert that fires, lasts or ends is posted there as JSON, signed, and tried again until it arrives."


def draw(store: Store) -> None:
    """Draw it."""
    st.caption(_TEXT)
    ready = delivery.configured()
    with st.grid(2, min_column_width=300):
        _set("Address", delivery.URL, ready, "Nothing is sent without it.")
        _set("Secret", delivery.SECRET, keys.find(delivery.SECRET) is not None, "Messages go out unsigned without it.")
    if ready:
        if st.button("Send a test message", key="webhook-test", type="primary", icon=":material/send:"):
            _test()
    else:
        st.caption("Set them in the environment before the start, or put them into the keyring:")
        safe.code(f"export {delivery.URL}=https://example.com/hook\nexport {delivery.SECRET}=whsec_...")
    st.header("Messages", anchor=False)
    sent = delivery.recent(store)
    if sent:
        messages_sent.table(store, sent, "webhook-sent")
    else:
        st.caption("No message was sent yet." if ready else "None: messages are made once there is an address.")


def _set(what: str, variable: str, there: bool, without: str) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        icon, colour, word = ("check_circle", "green", "set") if there else ("do_not_disturb_on", "gray", "not set")
        st.markdown(f":{colour}[:material/{icon}:] **{what}**: {word}")
        st.caption(safe.escape(variable if there else f"{variable}. {without}"))


def _test() -> None:
    try:
        with st.spinner("Sending …", show_time=True):
            error = delivery.send_test(clock=clock.SYSTEM)
    except SettingsError as missing:
        page.problem(missing)
        return
    if error is None:
        page.notice("The test message arrived.", "success")
    else:
        page.notice(f"The test message did not arrive. {error}", "error")
