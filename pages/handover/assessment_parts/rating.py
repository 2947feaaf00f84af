"""The six skill areas to be rated, their names, what to learn next. Fields start from the last time; what is filled in stays
until it is saved, for each person apart, also while another person is looked at.
"""

from dataclasses import dataclass

import streamlit as st

from pages.parts import safe
from workbench.export import assessment
from workbench.export.assessment import AREAS, LEAST, MOST, SKILLS, Assessment, Skill

_SCALE = list(range(LEAST, MOST + 1))
_ROUND = "_assess-round"


@dataclass(frozen=True)
class Filled:
    """What is filled in: an assessment, where every area is rated, and the names of those that are not."""

    made: Assessment | None
    missing: tuple[str, ...]


def anew(person: str) -> None:
    """The person's fields start again from what is saved."""
    st.session_state[_ROUND] = _rounds() | {person: _rounds().get(person, 0) + 1}


def _rounds() -> dict[str, int]:
    """How often each person's fields started again."""
    return dict(st.session_state.get(_ROUND, {}))


def draw(person: str, last: Assessment | None) -> Filled:
    """The fields. Everything works by keyboard: Tab goes from row to row, arrows choose."""
    st.header("Rate yourself", anchor=False)
    words = [f"{number} {said.lower()}" for number, said in assessment.RATED.items()]
    st.caption(f"Rating: {', '.join(words)}. Sure: from 1, a guess, to 5, certain.")
    names = _names(person, last)
    rated = [_row(person, number, name, last) for number, name in enumerate(names)]
    learning, note = _learning(person, last)
    missing = tuple(name for name, (rating, sure) in zip(names, rated, strict=True) if rating is None or sure is None)
    if missing:
        return Filled(None, missing)
    skills = tuple(Skill(name, rating or 0, sure or 0) for name, (rating, sure) in zip(names, rated, strict=True))
    return Filled(Assessment(person, skills, learning, note), ())


def _key(person: str, what: str, number: int) -> str:
    return f"assess-{what}-{number}-{_rounds().get(person, 0)}-{person}"


def _names(person: str, last: Assessment | None) -> list[str]:
    """The names of the areas, which can be edited; those of the last time stand there."""
    known = [skill.name for skill in last.skills] if last else list(SKILLS)
    with st.expander("Rename the areas", icon=":material/edit:"):
        typed = [
            st.text_input(f"Area {number + 1}", value=name, key=_key(person, "name", number), max_chars=60, persist_state="session")
            for number, name in enumerate(known)
        ]
        st.caption("An area with a new name starts a history of its own.")
    return [" ".join(name.split()) or f"Area {number}" for number, name in enumerate(typed, 1)]


def _row(person: str, number: int, name: str, last: Assessment | None) -> tuple[int | None, int | None]:
    before = last.skills[number] if last else None
    shown = safe.escape(name, limit=60)
    with st.container(horizontal=True, gap="small", key=f"assess-row-{number}"):
        rating = _scale(f"**{shown}**", before and before.rating, _key(person, "rating", number))
        sure = _scale(f"Sure of {shown}", before and before.confidence, _key(person, "sure", number))
    return rating, sure


def _scale(label: str, before: int | None, key: str) -> int | None:
    start = None if before is None else _SCALE.index(before)
    return st.radio(label, _SCALE, index=start, key=key, horizontal=True, width=240, format_func=str, persist_state="session")


def _learning(person: str, last: Assessment | None) -> tuple[tuple[str, ...], str]:
    st.header("Continued learning", anchor=False)
    known = [*(last.learning if last else ()), *([""] * AREAS)][:AREAS]
    hints = ("What would help most next?", "And after that?", "And then?")
    areas = tuple(
        st.text_input(
            f"Area for learning {number}",
            value=area,
            key=_key(person, "learning", number),
            max_chars=200,
            placeholder=hint,
            persist_state="session",
        )
        for number, (area, hint) in enumerate(zip(known, hints, strict=True), 1)
    )
    note = st.text_area(
        "Remarks", value="", key=_key(person, "note", 0), max_chars=2_000, height=80, placeholder="What happened since.",
        persist_state="session",
    )  # fmt: skip
    return tuple(area for area in areas if area.strip()), note
