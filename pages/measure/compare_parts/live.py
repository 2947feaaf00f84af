"""A run at work: what can be said already, by evidence that holds at every look, and how it came to be; drawn again every 2 s."""

import streamlit as st

from pages.measure.compare_parts import asking, sequence, variants, verdict
from workbench.runner import reading
from workbench.runner.reading import Run
from workbench.store import Store

EVERY_S = 2.0


@st.fragment(run_every=EVERY_S)
def draw(store: Store, run: Run) -> None:
    """Draw what is known so far: the sentence, what may be asked of it, the pictures."""
    from workbench.comparison.verdict import compare_run

    now = reading.get(store, run.id)
    if not now.ok:
        st.caption("The first replies are on their way.")
        return
    said = st.container()
    found = compare_run(store, run.id, asking.draw(run))
    with said:
        verdict.so_far(found)
    sequence.draw(store, found, now, live=True)
    variants.overview(found, now)
