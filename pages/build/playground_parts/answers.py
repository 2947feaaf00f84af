"""What came back: every exchange with the models side by side, filling while they answer, and the follow-up.

The turns live elsewhere; this fragment reads their text twice a second while one runs, and no click here can end one by accident.
"""

import streamlit as st

from pages.build.playground_parts import bench
from pages.parts import format as shown
from pages.parts import page, safe
from workbench.errors import WorkbenchError
from workbench.playground import catalogue, shelf, turns
from workbench.playground.conversation import Answer, Conversation, Exchange
from workbench.store import Store
from workbench.text.counting import counted

_TICK_S = 0.4
_SHOWN = 10  # exchanges drawn at once; the rest on demand


def draw(store: Store, conversation: Conversation) -> None:
    """Draw the conversation; it fills by itself while a model answers."""
    if not conversation.exchanges:
        page.empty(
            "Nothing sent yet",
            "Choose one to four models, write a message, and press Run. The replies appear here, side by side.",
            key="unsent",
        )
        return
    live = conversation.running
    panel = st.fragment(run_every=_TICK_S if live else None)(_panel)
    panel(store, conversation.id, live)
    if not live:
        _follow_up(store, conversation)


def _panel(store: Store, ident: str, live: bool) -> None:
    conversation = turns.settled(store, shelf.load(store, ident))
    if live and not conversation.running:
        st.rerun()
    as_markdown = st.toggle("Show replies as formatted text", key="formatted", help="Pictures and addresses in a reply are never loaded.")
    whole = st.session_state.get(f"whole-{ident}", False)
    hidden = 0 if whole else max(0, len(conversation.exchanges) - _SHOWN)
    if hidden:
        st.button(
            f"Show {hidden} earlier", key="show-whole", on_click=lambda: st.session_state.update({f"whole-{ident}": True}), type="tertiary"
        )
    last = len(conversation.exchanges) - 1
    for place, exchange in enumerate(conversation.exchanges):
        if place >= hidden:
            _exchange(store, conversation, exchange, place, last=place == last, as_markdown=as_markdown)


def _exchange(store: Store, conversation: Conversation, exchange: Exchange, place: int, *, last: bool, as_markdown: bool) -> None:
    if place == 0:
        with st.expander("What was sent", key=f"sent-{conversation.id}"):
            for item in exchange.sent:
                st.caption(item.role.capitalize())
                safe.code(item.text or str(item.to_json()["content"]))
    else:
        with st.container(border=True, key=f"asked-{place}"):
            st.caption("You")
            safe.text(exchange.sent[0].text)
    answers = exchange.answers
    for start in range(0, len(answers), 2):
        row = answers[start : start + 2]
        for column, answer in zip(st.columns(len(row)), row, strict=True):
            with column, st.container(border=True, key=f"answer-{answer.turn}"):
                _answer(store, conversation, answer, last=last, as_markdown=as_markdown)


def _answer(store: Store, conversation: Conversation, answer: Answer, *, last: bool, as_markdown: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{safe.escape(answer.model, limit=60)}**", width="content")
        if catalogue.is_simulated(answer.model):
            st.badge(shown.SIMULATED, color="violet")
        _state(answer)
    text = answer.text
    if answer.state == "running":
        now = turns.state(answer.turn)
        text = now.text if now else text
        st.caption(f"Writing… {shown.ms(now.elapsed_ms)}" if now else "Keeping the reply…")
    if text:
        (safe.rendered if as_markdown and answer.state != "running" else safe.text)(text)
    elif answer.state == "done" and not answer.tool_calls:
        st.caption("The reply is empty.")
    for call in answer.tool_calls:
        st.caption("The model asks for a tool:")
        safe.code(f"{call['name']}({call['arguments']})")
    if answer.error and answer.state == "failed":
        page.problem(WorkbenchError(answer.error, hint=answer.hint))
    chips = told(answer)
    if chips:
        st.caption(chips)
    if last and answer.state in {"failed", "stopped", "interrupted"}:
        st.button(
            "Ask again", key=f"again-{answer.turn}", icon=":material/refresh:", on_click=_retry, args=(store, conversation.id, answer.model)
        )


def told(answer: Answer) -> str:
    """The figures under a reply, in one line."""
    if answer.state == "running":
        return ""
    parts = []
    if answer.latency_ms is not None:
        parts.append(shown.ms(answer.latency_ms))
    if answer.ttft_ms is not None:
        parts.append(f"first token {shown.ms(answer.ttft_ms)}")
    if answer.input_tokens is not None and answer.output_tokens is not None:
        tokens_in = shown.tokens(answer.input_tokens, estimated=answer.estimated)
        parts.append(f"{tokens_in} tokens in, {shown.tokens(answer.output_tokens, estimated=answer.estimated)} out")
    if answer.state == "done":
        parts.append("price unknown" if answer.cost_nano is None else safe.escape(shown.usd(answer.cost_nano)))
    if answer.retries:
        parts.append(counted(answer.retries, "retry", "retries"))
    if answer.finish == "length":
        parts.append("cut at the most tokens")
    return " · ".join(parts)


def _state(answer: Answer) -> None:
    if answer.state == "failed":
        st.badge(safe.escape(answer.error_kind.replace("_", " ") or "failed"), color="red", icon=":material/error:")
    elif answer.state == "stopped":
        st.badge("Stopped", color="orange", icon=":material/stop_circle:")
    elif answer.state == "interrupted":
        st.badge("Interrupted", color="orange", icon=":material/power_off:", help="The workbench was closed while this model answered.")


def _follow_up(store: Store, conversation: Conversation) -> None:
    text = st.chat_input("Reply to every model", key=f"follow-up-{conversation.id}", max_chars=100_000)
    if text:
        with page.guard():
            turns.send(store, conversation, str(text))
            bench.show(conversation.id)
            st.rerun()


def _retry(store: Store, ident: str, model: str) -> None:
    turns.retry(store, shelf.load(store, ident), model)
