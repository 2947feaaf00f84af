"""One call as a whole: what was said, figures, its cost line by line, attempts, the calls beside it, and what can be done with it."""

import json

import streamlit as st

from pages.parts import format as fmt
from pages.parts import page, safe, session
from pages.watch.calls_parts import beside, collecting, costing, listing, onward, rating, rows, turns
from pages.watch.calls_parts.wanted import CALL, Wanted
from workbench.errors import InputError, NotFound
from workbench.ledger import finding, reading
from workbench.ledger.finding import Sought
from workbench.ledger.reading import Call
from workbench.store import Store


def draw(store: Store, wanted: str, asked: Wanted) -> None:
    """Draw the call `wanted`, or say that there is none."""
    try:
        call = reading.get(store, int(wanted) if wanted.isdecimal() and len(wanted) <= 18 else -1)
    except NotFound:
        page.start("No such call", subtitle="Retention may have dropped it, or it was deleted.")
        st.button("All calls", key="back", icon=":material/arrow_back:", on_click=_back)
        return
    _head(store, call, asked)
    said, facts = st.columns([3, 2], gap="large")
    with said:
        turns.draw(call)
    with facts:
        rating.draw(store, call)
        _figures(call)
        st.markdown("**Cost**")
        costing.draw(store, call)
        beside.attempts(call)
        beside.siblings(store, call)
        with st.expander("As JSON", icon=":material/data_object:", on_change="rerun") as whole:
            if whole.open:
                safe.code(as_json(call), "json", height=400)


def as_json(call: Call) -> str:
    """The whole call under the ledger's field names."""
    return json.dumps({"id": call.id} | call.to_json(texts=True) | {"note": call.note}, ensure_ascii=False, indent=2)


def _head(store: Store, call: Call, asked: Wanted) -> None:
    prompt = f"{call.prompt}{f' v{call.version}' if call.version is not None else ''} · " if call.prompt else ""
    slot = page.start(f"Call {call.id}", subtitle=f"{prompt}{call.provider}/{call.model} · {rows.stamp(call.started_ms)} UTC")
    with slot:
        pressed = st.button("Open in playground", type="primary", icon=":material/forum:", key="to-playground")
    with st.container(horizontal=True, vertical_alignment="center", key="call-ways"):
        st.button("All calls", key="back", icon=":material/arrow_back:", type="tertiary", on_click=_back)
        way = (store, asked.sought, call)
        st.button("Newer", key="call-newer", icon=":material/chevron_left:", on_click=_beside, args=(*way, True))
        st.button("Older", key="call-older", icon=":material/chevron_right:", icon_position="right", on_click=_beside, args=(*way, False))
        if st.button("Add to dataset", key="to-dataset", icon=":material/playlist_add:"):
            collecting.one(store, call)
    if pressed:
        with page.guard():
            onward.to_playground(store, call)


def _back() -> None:
    st.query_params.pop(CALL, None)


def _beside(store: Store, sought: Sought, call: Call, newer: bool) -> None:
    """Show the next call of the list the person came from."""
    way = {"newer_than": call.cursor} if newer else {"older_than": call.cursor}
    try:
        found = finding.page(store, sought, limit=1, **way)
    except InputError:
        return
    if found.calls:
        listing.show(found.calls[0].id)
    else:
        session.flash(f"No {'newer' if newer else 'older'} call fits the filters.", "info")


def _figures(call: Call) -> None:
    cached = f" ({fmt.tokens(call.cached_tokens)} from cache)" if call.cached_tokens else ""
    thought = f" ({fmt.tokens(call.reasoning_tokens)} of reasoning)" if call.reasoning_tokens else ""
    known: dict[str, object] = {
        "Status": rows.status(call),
        "Latency": fmt.ms(call.latency_ms) + (f", first token after {fmt.ms(call.ttft_ms)}" if call.ttft_ms is not None else ""),
        "Retries": f"{call.retries:,}" if call.retries else "",
        "Tokens in": fmt.tokens(call.input_tokens, estimated=call.estimated) + cached,
        "Tokens out": fmt.tokens(call.output_tokens, estimated=call.estimated) + thought,
        "Cost": costing.short(call),
        "Label": call.label,
        "Source": call.source,
        "User": call.user,
        "Tags": ", ".join(call.tags),
        "Tariff": call.processing,
        "Run": call.run_id,
        "Cell": call.cell_id,
        "Trace": call.trace_id,
        "External id": call.external_id,
        "Span": _span(call),
        "Sent with": _settings(call),
    }
    lines = (f"{name}: **{safe.escape(value, limit=300)}**" for name, value in known.items() if value not in (None, ""))
    st.markdown("  \n".join(lines))
    if call.run_id:
        session.link(session.RUNS, "Open the run", icon=":material/play_circle:", run=call.run_id)


def _span(call: Call) -> str:
    """Where the call stands in its trace, where another program said so."""
    first = next((one for one in call.attempts or [] if isinstance(one, dict) and one.get("span")), None)
    return f"{first['span']}, below {first.get('parent')}" if first else ""


def _settings(call: Call) -> str:
    sent = turns.settings(call)
    inner = sent.get("parameters")
    return ", ".join(f"{name} {value}" for name, value in (inner if isinstance(inner, dict) else {}).items() if value not in (None, "", []))
