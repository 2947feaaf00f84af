"""Which run is rated, which pair of its variants, and by whom. The run and the pair live in the URL, the rater in the session."""

import streamlit as st

from pages.parts import format as fmt
from pages.parts import page, safe, session
from pages.parts.choosing import choose
from workbench import settings
from workbench.errors import NotFound
from workbench.runner import reading
from workbench.runner.reading import Run
from workbench.store import Store

_RECENT = 100
ALL = "all"
_RUN = "run"


def recent(store: Store) -> tuple[list[Run], str | None]:
    """Runs that have ended with replies of two variants or more, newest first, with the run of the URL if it has; and the id of the
    one to begin with. That is None where the URL names a run that cannot be rated. A URL that names no run gets a notice.
    """
    found = [run for run in reading.page(store, limit=_RECENT) if run.state in reading.ENDED and _rateable(run)]
    asked = session.query(_RUN)
    newest = found[0].id if found else None
    if not asked:
        return found, newest
    if asked not in {run.id for run in found}:
        try:
            run = reading.get(store, asked)
        except NotFound as error:
            page.notice(f"{error.message} Another is shown; choose one below.", "warning")
            return found, newest
        if not _rateable(run):
            # Or the run that was rated before would pass for the one that was asked for.
            st.session_state.pop(_RUN, None)
            return found, None
        found = [run, *found]
    return found, asked


def choose_run(found: list[Run], default: str | None) -> Run | None:
    """The run that is rated; None while none is chosen."""
    said = {run.id: f"{run.name} · {fmt.moment(run.created_ms)} UTC" for run in found}
    chosen = choose("Run", list(said), _RUN, say=said.__getitem__, default=default)
    return next((run for run in found if run.id == chosen), None)


def choose_pair(run: Run) -> tuple[int, int] | None:
    """The pair that is rated alone; None for all of them, or where there is but one."""
    count = len(run.variants)
    if count < 3:
        return None
    pairs = [f"{first}-{second}" for first in range(count) for second in range(first + 1, count)]
    chosen = choose("Pairs", [ALL, *pairs], "pair", say=lambda pair: _pair(run, pair), default=ALL)
    if chosen in (None, ALL):
        return None
    first, second = map(int, str(chosen).split("-"))
    return first, second


def rater() -> str:
    """Whose choices they are: the name of the bench's user, until another is typed in."""
    kept = str(st.session_state.get("rater", "")).strip() or settings.load().user
    with st.popover(f"Rating as {safe.escape(kept, limit=40)}", icon=":material/person:", key="rating-as"):
        st.text_input("Your name", value=kept, key="rater", max_chars=200, persist_state="session")
        st.caption("Each name has its own sides and its own place in the queue. How far raters agree is told from two names on.")
    return str(st.session_state["rater"]).strip() or settings.load().user


def _rateable(run: Run) -> bool:
    return len(run.variants) > 1 and run.ok > 1


def _pair(run: Run, pair: str) -> str:
    if pair == ALL:
        return "All pairs, shuffled"
    first, second = map(int, pair.split("-"))
    return f"{run.variants[first].name} and {run.variants[second].name}"
