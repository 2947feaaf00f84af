"""An import as it goes: how far it is, what was taken so far, a button that stops it; and the report once it is over."""

import streamlit as st

from pages.parts import page, safe, session, tables
from workbench.ledger.importers import Imported, jobs
from workbench.ledger.importers.jobs import Job
from workbench.text.counting import counted

MINE = "import-mine"  # the file whose import this session started
_EVERY_S = 1.0


def draw(job: Job) -> None:
    """Draw the import that was started last in this process."""
    live = not job.done
    st.fragment(_panel, run_every=_EVERY_S if live else None, key="import-going")(live)


def report(done: Imported, place: str) -> None:
    """Draw what became of a file, by line. `place` names where on the page: one import may be reported twice on it."""
    if done.state in ("undoing", "undone"):
        page.notice(told(done), "success" if done.state == "undone" else "warning")
        return
    kind: page.Kind = "success" if done.complete and not done.skipped else "warning" if done.taken or done.duplicates else "error"
    page.notice(told(done), kind)
    if done.report.broken:
        page.notice(done.report.broken, "warning")
    if not done.skipped:
        return
    reasons = [{"count": count, "why": why} for why, count in done.report.reasons.most_common()]
    count = st.column_config.NumberColumn("Rows", width=80, format="localized")
    tables.table(
        reasons,
        {"count": count, "why": st.column_config.TextColumn("Why", width="large")},
        f"reasons-{place}-{done.id}",
        alt="Why rows were not taken",
    )
    lines = [{"line": line, "why": why} for line, why in done.report.lines]
    with st.expander(f"By line: the first {len(lines):,} of {done.skipped:,}"):
        line = st.column_config.NumberColumn("Line", width=90, format="localized")
        tables.table(
            lines,
            {"line": line, "why": st.column_config.TextColumn("Why", width="large")},
            f"lines-{place}-{done.id}",
            export="not-taken.csv",
            alt="Rows that were not taken, by line",
        )


def told(done: Imported) -> str:
    """One sentence of what became of a file."""
    if done.state == "undone":
        left = done.taken - done.undone
        more = f" {left:,} had gone because of their age, and stay in the sums." if left else ""
        return f"{done.name} was taken back: {counted(done.undone, 'call')} went.{more}"
    if done.state == "undoing":
        return f"{done.name} is being taken back: {done.undone:,} of {counted(done.taken, 'call')} went so far. It goes on where it was."
    counts = f"{counted(done.taken, 'call')} taken, {done.duplicates:,} there already, {counted(done.skipped, 'row')} not taken"
    ends = {"stopped": " Stopped: it can go on.", "running": " It was broken off: it can go on.", "failed": " It failed: it can go on."}
    return f"{done.name}: {counts}.{ends.get(done.state, '')}"


def _panel(was_live: bool) -> None:
    job = jobs.latest(session.store())
    if job is None:
        return
    if job.done:
        if was_live:
            st.rerun()
        if job.error is not None:
            page.problem(job.error)
        elif job.result is not None:
            report(job.result, "going")
            session.link(session.CALLS, "To the calls", icon=":material/list_alt:")
        return
    progress = job.progress
    with st.container(border=True, key="import-panel"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{safe.escape(job.name, limit=80)}**")
            if job.back:
                st.progress(progress.share, text=f"Being taken back: {progress.rows:,} of {counted(progress.taken, 'call')}")
                return
            label = "Stopping …" if job.stopping else "Stop"
            st.button(label, key="import-stop", icon=":material/stop_circle:", disabled=job.stopping, on_click=job.stop)
        read = f"{counted(progress.rows, 'row')} read"
        text = f"{read}: {progress.taken:,} taken, {progress.duplicates:,} there already, {progress.skipped:,} not taken"
        st.progress(progress.share, text=text if progress.rows else "Looking for rows that are equal …")
        st.caption("You may leave this page: it goes on. Broken off at any moment, it goes on later where it was.")
