"""The rules, a row each: where it stands, what it last measured, whether it is on, and what can be done with it."""

from collections.abc import Sequence

import streamlit as st

from pages.parts import address, safe
from pages.parts import format as fmt
from pages.watch.alert_parts import acting, editing, past_rules, wording
from workbench.monitoring import messages
from workbench.monitoring.alerts import Stands
from workbench.store import Store

_PAGE = 20
_FIND = 8  # from so many rules on there is a search
_HISTORY, _REMOVE = "Its history", "Remove"


def draw(store: Store, standings: Sequence[Stands], now_ms: int) -> None:
    """Draw the rows, then the rules that were removed."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute", key="rules-head"):
        with st.container(width="content", gap=None):
            st.header("Rules", anchor=False)
            st.caption(wording.md(_counts(standings)))
        if len(standings) > _FIND:
            address.words("find", "Find a rule", width=240)
    wanted = str(st.session_state.get("find") or "").casefold()
    found = [one for one in standings if wanted in f"{one.kept.rule.name} {wording.sentence(one.kept.rule)}".casefold()]
    if not found:
        st.caption("No rule is called so." if standings else "No rule is left. Add one, or restore one that was removed.")
    pages = max(1, -(-len(found) // _PAGE))
    number = min(int(st.session_state.get("rules-page", 1)), pages)
    for one in found[(number - 1) * _PAGE : number * _PAGE]:
        _row(store, one, now_ms)
    if pages > 1:
        st.pagination(pages, key="rules-page")
    past_rules.draw(store)


def _counts(standings: Sequence[Stands]) -> str:
    counted = ((sum(one.state == state for one in standings), word.lower()) for state, (word, _, _) in wording.STATES.items())
    return ", ".join(f"{count:,} {word}" for count, word in counted if count) or "None"


def _row(store: Store, one: Stands, now_ms: int) -> None:
    kept, rule = one.kept, one.kept.rule
    word, icon, colour = wording.STATES.get(one.state, wording.STATES["no_data"])
    grave, mark, tone = wording.SEVERITIES[rule.severity]
    with st.container(border=True, gap=None, key=f"rule-{kept.id}"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"):
            with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
                st.badge(word, icon=icon, color=colour)  # type: ignore[arg-type]
                st.markdown(f"**{wording.md(rule.name)}**", width="content")
                st.badge(grave, icon=mark, color=tone)
                if acting.muted(kept, now_ms):
                    st.badge(f"Muted until {wording.moment(kept.muted_until_ms or 0)}", icon=":material/notifications_off:", color="gray")
            with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
                _switch(store, one)
                st.button(
                    "Change", key=f"rule-edit-{kept.id}", type="tertiary", icon=":material/edit:", on_click=editing.open_for, args=(kept,)
                )
                options, key = [_HISTORY, *acting.mutes(kept, now_ms), _REMOVE], f"rule-more-{kept.id}"
                label = f"More about {safe.escape(rule.name, limit=60)}"
                st.menu_button("More", options, key=key, type="tertiary", help=label, on_click=_more, args=(store, one, key))
        st.caption(wording.md(f"{wording.sentence(rule)}."))
        st.caption(wording.md(_measured(one, now_ms)))
        acting.until(store, kept, f"rule-{kept.id}")


def _switch(store: Store, one: Stands) -> None:
    key = f"rule-on-{one.kept.id}"
    st.session_state[key] = one.kept.enabled
    st.toggle("On", key=key, on_change=acting.switch, args=(store, one.kept))


def _measured(one: Stands, now_ms: int) -> str:
    """What it last measured, and why nothing where nothing was."""
    if one.state == "off":
        return "It is off: nobody looks at it."
    if one.evaluated_ms is None:
        return "It has not been looked at yet."
    looked = f"looked at {fmt.ago(one.evaluated_ms, now_ms)}"
    if one.value is None:
        return f"{one.reason.rstrip('.') or 'No data'} · {looked}"
    since = "" if one.state == "ok" else f" · {wording.STATES[one.state][0].lower()} since {wording.moment(one.since_ms)}"
    return f"Last {messages.compared(one.kept.rule, one.value)} · n = {one.n:,}{since} · {looked}"


def _more(store: Store, one: Stands, key: str) -> None:
    chosen = str(st.session_state.get(key) or "")
    if chosen == _REMOVE:
        acting.remove(store, one.kept)
    elif chosen == _HISTORY:
        editing.history_of(one.kept.id)
    elif chosen:
        acting.mute(store, one.kept, chosen, f"rule-{one.kept.id}")
