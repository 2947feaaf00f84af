"""Setting up one provider: its key into the keyring, its limits, its removal."""

from dataclasses import replace

import streamlit as st

from pages.parts import confirm, safe, session
from workbench.providers import connections, keys
from workbench.providers.connections import Connection

_LIMITS = {"requests_per_minute": "Requests a minute", "tokens_per_minute": "Tokens a minute", "concurrency": "Calls at once"}
_SUBMITS = "_keys-submitted"


def show(connection: Connection) -> None:
    """Draw the popover."""
    with st.popover("Set up", icon=":material/tune:", key=f"edit-{connection.name}", width="content"):
        if connection.key_variable:
            _key_form(connection)
        _limits_form(connection)
        if not connection.builtin and st.button("Remove", key=f"remove-{connection.name}", type="tertiary", icon=":material/delete:"):
            warning = "The connection goes; calls made through it stay in the ledger."
            confirm.delete(
                "provider", connection.name, warning, lambda: connections.delete(session.store(), connection.name), word="Remove"
            )


def _key_form(connection: Connection) -> None:
    variable = connection.key_variable or ""
    st.caption("Set it in the environment before the start:")
    safe.code(f"export {variable}=…")
    widget = f"secret-{connection.name}-{st.session_state.get(_SUBMITS, 0)}"
    with st.form(f"key-{connection.name}", border=False):
        st.text_input("Or put it into the system keyring", type="password", autocomplete="new-password", key=widget)
        st.form_submit_button("Keep in the keyring", icon=":material/key:", on_click=_keep_key, args=(connection.name, variable, widget))


def _keep_key(name: str, variable: str, widget: str) -> None:
    """Move what was typed into the keyring; the session forgets it before the page runs again."""
    given = st.session_state[widget]
    st.session_state[_SUBMITS] = st.session_state.get(_SUBMITS, 0) + 1  # a new field: the old one goes with all it held
    if given.strip():
        confirm.act_and_say(f"The key of {name} is in the system keyring.", lambda: keys.store_key(variable, given))


def _limits_form(connection: Connection) -> None:
    with st.form(f"limits-{connection.name}", border=False):
        given = {
            field: st.number_input(
                label, min_value=1, step=1, value=getattr(connection, field), placeholder="no limit", key=f"{field}-{connection.name}"
            )
            for field, label in _LIMITS.items()
        }
        if st.form_submit_button("Save limits", icon=":material/speed:"):
            changed = replace(connection, **{field: None if value is None else int(value) for field, value in given.items()})
            confirm.act_and_say(f"Limits of {connection.name} saved.", lambda: connections.save(session.store(), changed))
            st.rerun()
