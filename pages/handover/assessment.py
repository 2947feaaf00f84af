"""Self-assessment: six skill areas rated by the person themselves, how that changes, what to learn next, and a document of it."""

import streamlit as st

from pages.handover.assessment_parts import past, picture, rating
from pages.parts import address, choosing, exporting, page, safe, session
from workbench import settings
from workbench.export import assessment, kinds
from workbench.export.assessment import Assessment
from workbench.export.kinds import Request
from workbench.store import Store

_SUBTITLE = "Where you stand in six skill areas, in your own words, and how that changes."


def _draw() -> None:
    store = session.store()
    slot = page.start("Self-assessment", subtitle=_SUBTITLE)
    person = _person(store)
    address.settle()
    found = assessment.history(store, person)
    last = found[0] if found else None
    left, right = st.columns([11, 9], gap="large")
    with left, page.guard():
        filled = rating.draw(person, last)
    with slot:
        pressed = st.button("Save", key="assess-save", type="primary", icon=":material/save:")
    if pressed:
        with page.guard():
            _save(store, filled)
    with right, page.guard():
        _result(person, found, filled)
    with page.guard():
        past.draw(store, person, found)


def _person(store: Store) -> str:
    """Whose skills: whoever rated last, else who sits at the bench."""
    known = assessment.people(store)
    own = settings.load().user
    offered = [*known, *([own] if own not in known else [])]
    with st.container(width=360):
        chosen = choosing.choose(
            "Whose skills", offered, "person", default=offered[0], free=True, help="Type a name to begin for somebody else."
        )
    return " ".join(str(chosen or offered[0]).split())[:200] or own


def _save(store: Store, filled: rating.Filled) -> None:
    if filled.made is None:
        page.notice(f"Not saved: {len(filled.missing)} of 6 areas are not rated yet: {', '.join(filled.missing)}.", "warning")
        return
    kept = assessment.save(store, filled.made)
    session.flash(f"Saved: average {kept.average:.1f} of {assessment.MOST}.")
    rating.anew(filled.made.person)
    st.rerun()


def _result(person: str, found: list[Assessment], filled: rating.Filled) -> None:
    """The picture of what is filled in against the last time; of the last time against the one before where nothing was changed."""
    last, earlier = (found[0] if found else None), (found[1] if len(found) > 1 else None)
    if filled.made is not None and (last is None or _differs(filled.made, last)):
        picture.draw(filled.made, last, unsaved=True)
        page.notice("This is not saved yet.", "info")
    elif last is not None:
        picture.draw(last, earlier, unsaved=False)
    else:
        rated = assessment.AREAS * 2 - len(filled.missing)
        st.subheader("Your picture comes here", anchor=False)
        st.caption(f"Rate the six areas and how sure you are of each: {rated} of 6 done. Nothing leaves this machine.")
    if last is not None:
        st.subheader("As a document", anchor=False)
        exporting.buttons(Request("assessment", person), kinds.get("assessment").formats, "assessment")
        st.caption(f"Written from what is saved for {safe.escape(person)}; it says itself when it has become stale.")


def _differs(made: Assessment, last: Assessment) -> bool:
    return (made.skills, made.learning) != (last.skills, last.learning) or bool(made.note.strip())


with page.guard():
    _draw()
