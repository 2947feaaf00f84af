"""The frame around every page: the little style the theme cannot say, messages left for after a rerun, the chip of running runs."""

import streamlit as st

from pages.parts import format as fmt
from pages.parts import page, safe, session
from workbench.errors import WorkbenchError
from workbench.runner import reading

_EVERY_S = 4.0
_SHOWN = 3

# Figures line up in columns, the header row keeps its distance, the body has a width that can be read. Muted and
# chosen words keep a contrast of 4.5, which the framework alone does not give them.
# A panel that redraws itself every second neither fades nor sets off the running figure in the corner. A button that has been
# replaced goes at once: the framework keeps it as long as it has the focus, and the next press would move its neighbour away
# from under the pointer, so that the click is lost. On a phone two replies to choose
# from stand one below the other: their boxes and the bar of choices are lower, or the second is out of sight. Nothing else is styled here.
_STYLE = """<style>
.stApp { font-variant-numeric: tabular-nums; }
[data-testid="stMainBlockContainer"] { padding-left: clamp(1rem, 3vw, 2.6rem); padding-right: clamp(1rem, 3vw, 2.6rem); max-width: 90rem; }
.st-key-page-header { padding-bottom: 0.6rem; margin-bottom: 0.3rem;
  border-bottom: 1px solid color-mix(in srgb, currentColor 16%, transparent); }
.st-key-page-header h1 { padding: 0 0 0.1rem; letter-spacing: -0.01em; }
.st-key-page-header [data-testid="stMarkdownContainer"], .st-key-page-header [data-testid="stCaptionContainer"] { margin-bottom: 0; }
.st-key-page-header p { margin-bottom: 0; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p { color: inherit; }
[data-testid="stCaptionContainer"] { opacity: 0.76; }
[data-testid="stButtonGroup"] button[data-selected="true"] :is(div, p, span),
button[role="tab"][aria-selected="true"] :is(div, p, span) { color: light-dark(#0b6358, #73d2c0); }
[data-testid="stStatusWidget"] { display: none; }
:is([class*="st-key-run-"], .st-key-chosen-run, .st-key-running) [data-stale="true"] { opacity: 1; }
[data-retained="true"]:has(.stButton) { display: none; }
@media (max-width: 640px) {
  [data-testid="stLayoutWrapper"]:has(> [class*="st-key-box-"]) { max-height: 8.5rem; }
  [data-testid="stBottomBlockContainer"] { padding: 0.6rem 1rem 0.8rem; }
}
</style>"""


def frame() -> None:
    """Draw what every page shares. Called once a view, before the page; ends the view where the store cannot be opened."""
    st.html(_STYLE)
    session.show_flashes()
    try:
        session.store()
    except WorkbenchError as error:
        page.start("Prompt Workbench")
        page.problem(error)
        st.stop()
    if reading.page(session.store(), state="running", limit=1):
        with st.sidebar:
            # Only while something runs: a ticking fragment costs every open tab a request.
            st.fragment(_chip, run_every=_EVERY_S, key="running-chip")()


def _chip() -> None:
    running = reading.page(session.store(), state="running", limit=_SHOWN + 1)
    if not running:
        st.rerun()
    with st.container(border=True, key="running", gap="small"):
        st.caption(f"{len(running)} running" if len(running) <= _SHOWN else f"More than {_SHOWN} running")
        for run in running[:_SHOWN]:
            left = f" · {fmt.duration(run.eta_s)} left" if run.eta_s is not None else ""
            st.caption(safe.escape(run.name, limit=60))
            st.progress(run.done / run.total if run.total else 0.0, text=f"{run.done:,} of {run.total:,}{left}")
        session.link(session.RUNS, "See runs", icon=":material/play_circle:")
