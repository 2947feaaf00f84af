"""Which presses count. Keeps, in the session, what is on the screen and since when; keeps no choice.

A key may reach the server late, or twice, or from a button that the browser still holds. A choice counts only for the item that was drawn
last, once, and not before a person can have seen it: anything else is dropped, and the page says so.
"""

import streamlit as st

from workbench import clock
from workbench.comparison.ratings import Place

# What is on the screen: the run, the rater, the place; no place at the end of the queue.
Shown = tuple[str, str, Place | None]

SEEN_MS = 300  # from when an item is drawn to the first choice that can be about it
_QUIET_MS = 1_500  # how long after the last dropped press a choice takes the line about it away
_DRAWN, _DROPPED = "rate-drawn", "rate-dropped"
_UNDONE = "undone"


def draw(shown: Shown) -> None:
    """Note what is drawn. Called right before its buttons: the browser has no button of an item that this does not know."""
    kept = st.session_state.get(_DRAWN)
    if not isinstance(kept, tuple) or kept[0] != shown:
        st.session_state[_DRAWN] = (shown, clock.now_ms())


def take(shown: Shown) -> bool:
    """Whether a choice about `shown` counts; from then on none does until something is drawn again."""
    kept = st.session_state.get(_DRAWN)
    now = clock.now_ms()
    if not isinstance(kept, tuple) or kept[0] != shown or now - kept[1] < SEEN_MS:
        st.session_state[_DROPPED] = now
        return False
    if now - st.session_state.get(_DROPPED, now) > _QUIET_MS:
        del st.session_state[_DROPPED]
    st.session_state[_DRAWN] = None
    return True


def take_back() -> bool:
    """Whether taking back counts: once, until what it brings back is drawn. Right after a choice it does: that choice is meant."""
    if st.session_state.get(_DRAWN) == _UNDONE:
        st.session_state[_DROPPED] = clock.now_ms()
        return False
    st.session_state[_DRAWN] = _UNDONE
    return True


def dropped() -> bool:
    """Whether a press was dropped a moment ago."""
    return _DROPPED in st.session_state
