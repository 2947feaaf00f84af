"""One item: the case, a reply on each side, four choices with their keys, a note, and the way back. Names no variant."""

import streamlit as st

from pages.measure.rate_parts import haste
from pages.parts import page, safe, session
from workbench.comparison import ratings
from workbench.comparison.ratings import BOTH_BAD, LEFT, RIGHT, TIE, Item, Place, Queue
from workbench.errors import WorkbenchError
from workbench.text.counting import counted

# Choice: its words, its key, its icon.
CHOICES = {
    LEFT: ("Left is better", "1", ":material/arrow_back:"),
    RIGHT: ("Right is better", "2", ":material/arrow_forward:"),
    TIE: ("Tie", "T", ":material/drag_handle:"),
    BOTH_BAD: ("Both bad", "B", ":material/thumb_down:"),
}
UNDO = "U"
_AGAIN = "rate-again"
_LINE, _FRAME = 21, 34  # pixels of a line of text in its box, and of the box around it
_INPUT, _REPLY = 130, 250  # pixels from which a box scrolls
_WIDE, _HALF = 120, 56  # characters in a line of a box


def waiting(run_id: str) -> Place | None:
    """The place that was taken back in this session and has to be judged again."""
    kept: tuple[str, Place] | None = st.session_state.get(_AGAIN)
    return kept[1] if kept is not None and kept[0] == run_id else None


def progress(found: Queue) -> None:
    """Draw how far this rater is, and what is not shown."""
    said = [f"{found.rated:,} of {found.total:,}"]
    if found.identical:
        said.append(f"{counted(found.identical, 'that reads the same on both sides is', 'that read the same on both sides are')} skipped")
    if found.missing:
        said.append(f"{found.missing:,} without two replies {'is' if found.missing == 1 else 'are'} left out")
    if haste.dropped():
        said.append("Too fast: a key was dropped. Look, and press again")
    st.progress(found.rated / found.total if found.total else 1.0, text=" · ".join(said))


def draw(run_id: str, rater: str, item: Item) -> None:
    """Draw the item and its choices."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        names = list(item.inputs)
        st.caption(safe.escape(names[0]) if len(names) == 1 else f"{len(names)} inputs", width="content")
        expected = item.expected is not None and st.toggle("Show the expected reply", key="show-expected", persist_state="session")
    with st.container(gap="xsmall"):
        for number, (name, value) in enumerate(item.inputs.items()):
            if len(names) > 1:
                st.caption(safe.escape(name))
            _box(value, f"input-{number}", _INPUT, _WIDE)
        if expected:
            st.caption("Expected")
            _box(item.expected or "", "expected", _INPUT, _WIDE)
    for column, name, text in zip(st.columns(2), ("Left", "Right"), (item.left, item.right), strict=True):
        with column, st.container(gap="xxsmall"):
            st.header(name, anchor=False)
            _box(text.strip() or "(empty)", name.lower(), _REPLY, _HALF)
    with st.bottom:
        _choices(run_id, rater, item)


def _box(text: str, name: str, most: int, wide: int) -> None:
    """The text in a box that scrolls from `most` pixels on. The button inside it is what a keyboard scrolls it by."""
    lines = sum(1 + len(line) // wide for line in text[:20_000].splitlines())
    with st.container(height=most if lines * _LINE + _FRAME > most else "content", border=False, key=f"box-{name}"):
        safe.code(text)


def _choices(run_id: str, rater: str, item: Item) -> None:
    note = f"note-{run_id}-{item.place.key}"
    shown = (run_id, rater, item.place)
    haste.draw(shown)
    with st.container(horizontal=True, vertical_alignment="center", key="choices", gap="small"):
        for choice, (words, key, icon) in CHOICES.items():
            # The place is in the key: a second press that was meant for this item never judges the next one unseen.
            button = f"rate-{choice}-{item.place.key}"
            st.button(words, key=button, shortcut=key, icon=icon, on_click=_rate, args=(shown, choice, note))
        st.button("Undo", key="rate-undo", shortcut=UNDO, icon=":material/undo:", type="tertiary", on_click=_undo, args=(run_id, rater))
        st.text_input(
            "Note",
            key=note,
            max_chars=ratings.LONGEST_NOTE,
            placeholder="Note: why? Tab leaves the field",
            label_visibility="collapsed",
            width="stretch",
        )


def undo_alone(run_id: str, rater: str) -> None:
    """The way back at the end of the queue, where no choices are drawn."""
    haste.draw((run_id, rater, None))
    st.button("Undo the last choice", key="rate-undo", shortcut=UNDO, icon=":material/undo:", on_click=_undo, args=(run_id, rater))


def _rate(shown: haste.Shown, choice: str, note: str) -> None:
    run_id, rater, place = shown
    if place is None or not haste.take(shown):
        return
    try:
        ratings.rate(session.store(), run_id, rater, place, choice, note=str(st.session_state.get(note, "")))
    except WorkbenchError as error:
        session.flash(f"{error} {error.hint}".strip(), "error")
        return
    st.session_state.pop(_AGAIN, None)


def _undo(run_id: str, rater: str) -> None:
    if not haste.take_back():
        return
    try:
        taken = ratings.undo(session.store(), run_id, rater)
    except WorkbenchError as error:
        session.flash(f"{error} {error.hint}".strip(), "error")
        return
    if taken is None:
        session.flash("There is nothing to take back.", "info")
        return
    st.session_state[_AGAIN] = (run_id, taken.place)
    st.session_state[f"note-{run_id}-{taken.place.key}"] = taken.note
    session.flash(f"Taken back: {CHOICES[taken.choice][0].lower()}.", "info")


def nothing(found: Queue) -> None:
    """Say why there is nothing to choose between."""
    if found.identical:
        page.notice("Every pair of replies reads the same: there is nothing to choose between.", "info")
    else:
        page.notice("No case has replies of two variants: there is nothing to choose between.", "warning")
