"""The filters of the Calls page: the common ones in a row, every other in a menu, the chosen ones as buttons that take them off again.

The URL is the truth: a field follows it, and writes to it when it is used; a change of filters begins with the newest calls again.
"""

from collections.abc import Sequence

import streamlit as st

from pages.parts import address, safe, session
from pages.watch.calls_parts.wanted import NO_PROMPT, PARAMETERS, POSITION, Wanted
from workbench.ledger import rollups
from workbench.store import Store

_TIMES = {"": "All time", "15m": "15 minutes", "1h": "1 hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days", "90d": "90 days"}
_STATUS = {"": "Any status", "ok": "✓ OK", "error": "✗ Error"}
_RATED = {"": "Any", "up": "Thumbs up", "down": "Thumbs down", "neither": "Neither", "any": "Any rating"}
_MENU = ("version", "label", "source", "error", "user", "tag", "feedback", "latency", "cost", "tokens", "until", "provider", "run", "cell",
         "trace", "external")  # fmt: skip
_HINTS = {
    "version": "2", "label": "production", "error": "rate_limit", "tag": "beta", "latency": "2000", "cost": "0.10", "tokens": "4000",
    "until": "2026-11-21 14:00", "source": "client",
}  # fmt: skip
_MOST = 500
_DAYS_MS = 90 * 86_400_000


def draw(store: Store, asked: Wanted, now_ms: int) -> None:
    """Draw the filters."""
    prompts, models = _names(store, store.url, now_ms // 60_000)
    with st.container(horizontal=True, vertical_alignment="bottom", key="calls-filters"):
        _follow("q")
        st.text_input(
            "Text", key=_key("q"), placeholder="Words in the texts", icon=":material/search:", width=215,
            on_change=_say, args=("q",), help="Every word must be there. A star stands for any ending: parc*",
        )  # fmt: skip
        _choose("since", "Time", _TIMES, 125)
        _choose("prompt", "Prompt", {"": "All prompts"} | {name or NO_PROMPT: name or "No prompt" for name in prompts}, 165)
        _choose("model", "Model", {"": "All models"} | {name: name for name in models}, 165)
        _choose("status", "Status", _STATUS, 115)
        _menu(asked)
    _chosen(asked)
    address.settle()


def clear() -> None:
    """Ask for every call again."""
    st.query_params.from_dict({name: text for name, text in st.query_params.to_dict().items() if name not in (*PARAMETERS, *POSITION)})


def drop(*names: str) -> None:
    """Take filters off."""
    for name in (*names, *POSITION):
        st.query_params.pop(name, None)


def _menu(asked: Wanted) -> None:
    mark = hash("|".join(f"{name}={asked.asked.get(name, '')}" for name in _MENU))  # once applied, another menu begins, closed
    with (
        st.popover("More filters", icon=":material/tune:", key=f"calls-more-{mark}"),
        st.form(f"calls-form-{mark}", border=False),
    ):
        columns = st.columns(3)
        for number, name in enumerate(_MENU):
            label, key, held = PARAMETERS[name][1], f"calls-menu-{name}-{mark}", asked.asked.get(name, "")
            with columns[number % 3]:
                if name == "feedback":
                    options = list(_RATED)
                    place = options.index(held) if held in options else 0
                    st.selectbox(label, options, place, key=key, format_func=_RATED.__getitem__)
                else:
                    st.text_input(label, held, key=key, placeholder=_HINTS.get(name, ""), max_chars=400)
        st.form_submit_button("Apply", type="primary", on_click=_apply, args=(mark,))


def _apply(mark: int) -> None:
    kept = {name: text for name, text in st.query_params.to_dict().items() if name not in (*_MENU, *POSITION)}
    typed = {name: str(st.session_state.get(f"calls-menu-{name}-{mark}") or "").strip() for name in _MENU}
    st.query_params.from_dict(kept | {name: text for name, text in typed.items() if text})


def _chosen(asked: Wanted) -> None:
    shown = [name for name in _MENU if name in asked.asked]
    if not asked.asked:
        return
    with st.container(horizontal=True, gap="small", key="calls-chosen"):
        for name in shown:
            value = _RATED.get(asked.asked[name], asked.asked[name]) if name == "feedback" else asked.asked[name]
            label = safe.escape(f"{PARAMETERS[name][1]}: {value}", limit=60)
            st.button(label, key=f"drop-{name}", icon=":material/close:", type="tertiary", on_click=drop, args=(name,), help="Take it off")
        st.button("Clear all filters", key="clear-filters", icon=":material/filter_alt_off:", type="tertiary", on_click=clear)


def _choose(name: str, label: str, said: dict[str, str], width: int) -> None:
    held = _follow(name)
    options = dict(said) if held in said else said | {held: held.removeprefix("=") or "No prompt"}
    labels: dict[str, str] = {}
    for option, text in options.items():  # two that look the same are told apart: the browser sends the label
        plain = safe.plain(text).replace("\n", " ")[:120]
        labels[option] = plain if plain not in labels.values() else f"{plain} ({len(labels)})"
    st.selectbox(label, list(labels), key=_key(name), format_func=labels.__getitem__, width=width, on_change=_say, args=(name,))


def _key(name: str) -> str:
    return f"calls-{name}"


def _follow(name: str) -> str:
    """What the URL says; the field takes it over where that is new."""
    held, key = session.query(name), _key(name)
    if key not in st.session_state or st.session_state.get(f"{key}-seen") != held:
        st.session_state[key] = st.session_state[f"{key}-seen"] = held
    return held


def _say(name: str) -> None:
    value = str(st.session_state.get(_key(name)) or "")
    st.session_state[f"{_key(name)}-seen"] = value
    drop(name, *(("until",) if name == "since" else ("version", "label") if name == "prompt" else ("provider",) if name == "model" else ()))
    if value:
        st.query_params[name] = value


@st.cache_data(ttl=120, max_entries=8, show_spinner=False)
def _names(_store: Store, _url: str, minute: int) -> tuple[Sequence[str], Sequence[str]]:
    """Prompts and models that were called in the last 90 days, the busiest first."""
    now_ms = minute * 60_000
    hour = now_ms // 3_600_000 * 3_600_000 + 3_600_000  # whole hours: no call has to be read
    prompts = sorted(rollups.read(_store, hour - _DAYS_MS, hour, by=("prompt",)), key=lambda cell: -cell.calls)
    models = sorted(rollups.read(_store, hour - _DAYS_MS, hour, by=("provider", "model")), key=lambda cell: -cell.calls)
    return (
        [str(cell.key["prompt"] or "") for cell in prompts[:_MOST]],
        [f"{cell.key['provider']}/{cell.key['model']}" for cell in models[:_MOST]],
    )
