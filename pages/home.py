"""Home: on the first visit, the way to a first result; afterwards, what is there, what runs, and where to go on."""

import streamlit as st

from pages.parts import confirm, glance, page, run_panel, safe, session, welcome
from pages.parts import format as fmt
from pages.spend.spend_parts import alarm
from pages.watch.overview_parts import attention
from workbench import clock
from workbench.errors import NotFound
from workbench.monitoring import overview
from workbench.monitoring.overview import Overview
from workbench.playground import shelf
from workbench.runner import reading
from workbench.runner.reading import Run
from workbench.store import Store
from workbench.text.counting import counted

_REMEMBERED_MS = 7 * 86_400_000  # how long a run that was stopped is offered to go on with


@st.cache_data(ttl=15, max_entries=8, show_spinner=False)
def _look(_address: str, runs_mark: str) -> Overview:
    return overview.look(session.store(), clock.now_ms())


def _bench(facts: Overview, running: list[Run], last: Run | None) -> None:
    slot = page.start("Home", subtitle="What is on the bench, and where to go on.")
    with slot:
        if st.button("New comparison", type="primary", icon=":material/balance:", key="new-comparison"):
            session.go(session.COMPARE)
    for number, run in enumerate(running):
        run_panel.show(run.id, key=f"run-{number}")
    alarm.draw(session.store(), clock.now_ms())
    attention.firing(session.store())
    _cards(facts, running, last)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.header("Last result", anchor=False)
        _result(last, running)
    with right:
        st.header("Continue", anchor=False)
        _continue()
        if facts.demo:
            _demo_row()


def _calls(count: int) -> str:
    return counted(count, "call")


def _cards(facts: Overview, running: list[Run], last: Run | None) -> None:
    spent = fmt.usd(facts.month_nano)
    made = "a run is adding to it" if running else _calls(facts.month_calls)  # the count is some seconds old
    unpriced = f"{_calls(facts.month_unpriced)} without a price" if facts.month_unpriced else made
    with st.grid(4, min_column_width=170):
        for label, value, note in (
            ("Prompts", fmt.number(facts.prompts), f"{facts.in_production:,} in production"),
            ("Datasets", fmt.number(facts.datasets), "sets of cases"),
            ("Spent this month", spent, unpriced),
            (
                "Runs",
                fmt.number(facts.runs),
                f"{len(running)} running" if running else f"last finished {fmt.ago(last.ended_ms)}" if last else "none yet",
            ),
        ):
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.metric(label, value)
                st.caption(note)


def _result(last: Run | None, running: list[Run]) -> None:
    if last is None:
        waiting = "It will stand here as soon as the run has finished. You may leave this page: the run goes on."
        st.caption(waiting if running else "No run has finished yet. A comparison takes two versions of a prompt and a dataset.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        run_panel.marks(last)
        st.caption(f"{safe.escape(last.name)} · {fmt.ago(last.ended_ms)}", width="content")
    with page.guard():
        glance.show(last)
    session.link(session.COMPARE, "Open in Compare", icon=":material/balance:", run=last.id)


def _continue() -> None:
    store = session.store()
    halted = [run for state in ("interrupted", "stopped", "capped") for run in reading.page(store, state=state, limit=3)]
    halted = [run for run in sorted(halted, key=lambda run: -run.created_ms) if run.created_ms > clock.now_ms() - _REMEMBERED_MS][:3]
    drafts = [(draft, title) for draft in overview.unsaved(store, limit=6) if (title := _title(store, draft))][:5]
    for run in halted:
        word = run_panel.word(run.state).lower()
        label = f"{safe.escape(run.name, limit=60)} · {word} at {run.done:,} of {run.total:,}"
        session.link(session.RUNS, label, icon=":material/pause_circle:", run=run.id)
    for draft, title in drafts:
        label = f"{safe.escape(title, limit=80)} · {fmt.ago(draft.updated_ms)}"
        if draft.kind == shelf.KIND:
            session.link(session.PLAYGROUND, label, icon=":material/forum:", c=draft.key)
        else:
            session.link(session.PROMPTS, label, icon=":material/edit_note:", prompt=draft.key)
    if not halted and not drafts:
        st.caption("Nothing was left unfinished.")


def _title(store: Store, draft: overview.Unsaved) -> str:
    """What a draft is called here; empty for a conversation in which nobody has written anything, and one that has just gone."""
    if draft.kind != shelf.KIND:
        return f"Draft of {draft.key}"
    try:
        kept = shelf.load(store, draft.key)
    except NotFound:
        return ""
    return kept.title if kept.written else ""


def _demo_row() -> None:
    st.space("small")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", border=True):
        st.badge(fmt.DEMO, icon=":material/school:", color="gray")
        st.caption("Customer messages from Banking77, CC BY 4.0.", width="content")
        if st.button("Remove the demo", key="remove-demo", type="tertiary", icon=":material/delete:"):
            confirm.remove("the demo", "Its prompt, dataset, runs and their calls go. What you made yourself stays.", _remove_demo)


def _remove_demo() -> None:
    from workbench import demo

    removed = demo.remove(session.store())
    for name, why in removed.kept:
        session.flash(f"{name} stays: {why}", "warning")
    _look.clear()


def _draw() -> None:
    store = session.store()
    newest = reading.page(store, limit=1)
    facts = _look(store.url, f"{newest[0].id}{newest[0].state}" if newest else "")
    if facts.empty:
        welcome.show(facts, _look.clear)
        return
    answered = [run for state in reading.ANSWERED for run in reading.page(store, state=state, limit=1)]
    last = max(answered, key=lambda run: run.created_ms, default=None)
    _bench(facts, reading.page(store, state="running", limit=3), last)


with page.guard():
    _draw()
