"""Providers: whether each has its key, its limits, a test of its connection; servers of one's own."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import page, safe, session
from pages.system.settings_tabs import setting_up
from workbench.errors import InputError, WorkbenchError
from workbench.providers import connections, keys
from workbench.providers.connections import Checked, Connection
from workbench.text.counting import counted

_SAID = {
    "openai": "GPT models, by the OpenAI API.",
    "anthropic": "Claude models, by the Anthropic API.",
    "local": "A small model that runs on this machine: no key, no network, no cost.",
    "simulated": "No model at all: made-up, repeatable replies for trying things out. Marked wherever they show.",
}
_KEYS = {"set": ("Key set", "key", "green"), "not set": ("No key", "key_off", "orange"), "not needed": ("No key needed", "check", "gray")}


def show(slot: DeltaGenerator) -> None:
    """Draw the section."""
    store = session.store()
    with slot:
        if st.button("Add a server", type="primary", icon=":material/add:", key="add-server"):
            _add()
    st.caption(
        "Keys are read from the environment or the system keyring. They are never written to the database, a log, an export or a URL."
    )
    for connection in connections.page(store):
        _card(connection)


def _card(connection: Connection) -> None:
    with st.container(border=True, key=f"provider-{connection.name}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            with st.container(horizontal=True, vertical_alignment="center", width="content"):
                st.markdown(f"**{safe.escape(connection.name)}**", width="content")
                _key_badge(connection)
                if connection.kind == "simulated":
                    st.badge("Simulated", icon=":material/science:", color="violet")
            with st.container(horizontal=True, width="content"):
                if st.button("Test", key=f"test-{connection.name}", icon=":material/network_check:"):
                    _test(connection.name)
                setting_up.show(connection)
        st.caption(safe.escape(_SAID.get(connection.name, connection.base_url or "")))
        _show_checked(connection.name)


def _key_badge(connection: Connection) -> None:
    if connection.kind == "local":
        from workbench.providers import local

        missing = local.available()
        word, icon, colour = ("Ready", "check_circle", "green") if missing is None else ("Not installed", "download", "orange")
        st.badge(word, icon=f":material/{icon}:", color=colour)
        return
    word, icon, colour = _KEYS[connection.key]
    st.badge(word, icon=f":material/{icon}:", color=colour)


def _test(name: str) -> None:
    from workbench.calls import loop

    with st.spinner("Asking for its models …", show_time=True):
        try:
            st.session_state[f"checked-{name}"] = loop.run(connections.test(session.store(), name), timeout_s=30)
        except WorkbenchError as error:
            st.session_state[f"checked-{name}"] = Checked(False, keys.redact(error.message), hint=error.hint)
        except TimeoutError:
            st.session_state[f"checked-{name}"] = Checked(False, "No answer within 30 s.")


def _show_checked(name: str) -> None:
    checked: Checked | None = st.session_state.get(f"checked-{name}")
    if checked is None:
        return
    said = f"{checked.message} {checked.hint}".replace("`", "").strip()  # a notice shows plain text
    page.notice(said, "success" if checked.ok else "error")
    if checked.models:
        with st.expander(counted(len(checked.models), "model"), key=f"models-{name}"):
            safe.code("\n".join(checked.models[:500]))


@st.dialog("Add a server", width="medium")
def _add() -> None:
    """Any server that speaks OpenAI's protocol."""
    st.caption("Any server that speaks OpenAI's protocol: Ollama, llama.cpp, vLLM, OpenRouter and others.")
    with st.form("add-server-form", border=False):
        name = st.text_input("Name", placeholder="ollama", key="server-name", help="Models are then called name/model.")
        url = st.text_input("Base URL", placeholder="http://127.0.0.1:11434/v1", key="server-url")
        variable = st.text_input("Key variable", placeholder="empty where it needs no key", key="server-variable")
        if st.form_submit_button("Add", type="primary") and add(name, url, variable):
            st.rerun()


def add(name: str, url: str, variable: str) -> bool:
    """Whether the connection was added; what stood in the way is shown."""
    try:
        if not url.strip():
            raise InputError("is empty", place="base URL", hint="For example http://127.0.0.1:11434/v1.")
        connection = Connection(name.strip(), "compatible", url.strip().rstrip("/"), variable.strip() or None)
        connections.save(session.store(), connection, new=True)
    except WorkbenchError as error:
        page.problem(error)
        return False
    session.flash(f"{name.strip()} was added. Test it to see its models.")
    return True
