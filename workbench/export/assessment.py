"""Self-assessments: six skill areas rated from 1 to 5 with how sure one is, areas for continued learning, and how that went over time.

Owns their table. A rating is a person's own word about themselves: it is kept, compared with the one before, and never judged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select

from workbench import clock
from workbench.errors import InputError, NotFound
from workbench.export import figures
from workbench.export.model import Chart, Line
from workbench.export.tables import AssessmentRow
from workbench.store import Store
from workbench.store.base import storable

SKILLS = ("Foundations", "Core Strategies", "Advanced Techniques", "Domain Applications", "Evaluation", "Production")
LEAST, MOST = 1, 5
AREAS = 3
RATED = {1: "New to me", 2: "With help", 3: "On my own", 4: "With ease", 5: "Can teach it"}
SURE = {1: "A guess", 2: "Unsure", 3: "Fairly sure", 4: "Sure", 5: "Certain"}
_NAME, _AREA, _NOTE, _PERSON = 60, 200, 2_000, 200  # characters
_AGAIN_MS = 60_000  # the same once more so soon is one click too many


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill area: its name, the rating and how sure the person is of it, both from 1 to 5."""

    name: str
    rating: int
    confidence: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """One self-assessment; `id` is 0 while it is not kept."""

    person: str
    skills: tuple[Skill, ...]
    learning: tuple[str, ...] = ()
    note: str = ""
    rated_ms: int = 0
    id: int = 0

    @property
    def average(self) -> float:
        """The mean of the ratings."""
        return sum(skill.rating for skill in self.skills) / len(self.skills)


@dataclass(frozen=True, slots=True)
class Change:
    """A skill area now and in the assessment before: `before` is None where that had no area of this name."""

    skill: Skill
    before: Skill | None

    @property
    def step(self) -> int | None:
        """By how much the rating went up or down."""
        return None if self.before is None else self.skill.rating - self.before.rating

    @property
    def sentence(self) -> str:
        """For people: "up by 1", "as before", "new"."""
        if self.step is None:
            return "new"
        return "as before" if self.step == 0 else f"{'up' if self.step > 0 else 'down'} by {abs(self.step)}"


def save(store: Store, made: Assessment, *, now_ms: int | None = None) -> Assessment:
    """Keep an assessment; as it is kept. The same once more within a minute is not kept twice. Raises InputError that names the field."""
    now_ms = clock.now_ms() if now_ms is None else now_ms
    made = checked(made)
    last = next(iter(history(store, made.person, limit=1)), None)
    if last and replace(last, rated_ms=0, id=0) == replace(made, rated_ms=0, id=0) and now_ms - last.rated_ms < _AGAIN_MS:
        return last
    return _add(store, replace(made, rated_ms=now_ms))


def restore(store: Store, taken: Assessment) -> Assessment:
    """Put back what `undo` took: with its own date."""
    return _add(store, checked(taken))


def undo(store: Store, named: Assessment) -> Assessment:
    """Take back the assessment that is named; what it was, for `restore`. Raises NotFound where it is not there any more."""
    with store.write() as session:
        row = session.get(AssessmentRow, named.id)
        if row is None or _assessment(row) != named:  # a number that became free is given again
            raise NotFound(
                f"The self-assessment of {named.person} of {figures.moment(named.rated_ms)} is not there any more.",
                hint="It was taken back meanwhile; nothing else was changed.",
            )
        session.delete(row)
        return named


def history(store: Store, person: str, *, limit: int | None = None) -> list[Assessment]:
    """The person's assessments, newest first."""
    with store.read() as session:
        return [_assessment(row) for row in session.scalars(_of(person).limit(limit))]


def latest(store: Store, person: str) -> tuple[Assessment, Assessment | None]:
    """The newest assessment and the one before it. Raises NotFound where there is none."""
    found = history(store, person, limit=2)
    if not found:
        raise _nothing(person)
    return found[0], found[1] if len(found) > 1 else None


def people(store: Store) -> list[str]:
    """Who has assessed themselves, whoever did so last first."""
    newest = func.max(AssessmentRow.rated_ms).label("newest")
    with store.read() as session:
        asked = select(AssessmentRow.person, newest).group_by(AssessmentRow.person).order_by(newest.desc(), AssessmentRow.person)
        return [person for person, _ in session.execute(asked)]


def changes(now: Assessment, before: Assessment | None) -> list[Change]:
    """Every skill area of `now` beside the area of the same name before."""
    known = {skill.name: skill for skill in before.skills} if before else {}
    return [Change(skill, known.get(skill.name)) for skill in now.skills]


def chart(now: Assessment, before: Assessment | None) -> Chart:
    """The ratings as a radar chart: now, and before where there is a before."""
    found = changes(now, before)
    lines = [Line("Now", tuple(float(one.skill.rating) for one in found))]
    if any(one.before for one in found):
        lines.append(Line("Before", tuple(float(one.before.rating) if one.before else None for one in found)))
    said = "; ".join(f"{one.skill.name} {one.skill.rating}" + (f", before {one.before.rating}" if one.before else "") for one in found)
    labels = tuple(one.skill.name for one in found)
    return Chart("radar", "Skill areas, rated from 1 to 5", "rating", labels, tuple(lines), alt=f"Ratings from 1 to 5: {said}.")


def checked(made: Assessment) -> Assessment:
    """The assessment with its texts tidied. Raises InputError that names the field."""
    person = _line(made.person, "name", _PERSON)
    if not person:
        raise InputError("nobody is named", place="name", hint="Say whose skills these are.")
    if len(made.skills) != len(SKILLS):
        raise InputError(f"{len(made.skills)} skill areas", place="skills", hint=f"There are {len(SKILLS)} of them.")
    skills = tuple(_skill(skill, number) for number, skill in enumerate(made.skills, 1))
    names = [skill.name.casefold() for skill in skills]
    if twice := next((skill.name for skill in skills if names.count(skill.name.casefold()) > 1), None):
        raise InputError(f"{twice} stands there twice", place="skills", hint="Give every skill area a name of its own.")
    areas = tuple(dict.fromkeys(area for area in (_line(area, "learning", _AREA) for area in made.learning) if area))
    if len(areas) > AREAS:
        raise InputError(f"{len(areas)} areas for learning", place="learning", hint=f"Choose the {AREAS} that matter most.")
    note = storable(made.note).strip()
    if len(note) > _NOTE:
        raise InputError(f"more than {_NOTE:,} characters", place="note", hint="Shorten the note.")
    return replace(made, person=person, skills=skills, learning=areas, note=note)


def _skill(skill: Skill, number: int) -> Skill:
    name = _line(skill.name, f"skill area {number}", _NAME)
    if not name:
        raise InputError("has no name", place=f"skill area {number}", hint=f"Name it, for instance {SKILLS[number - 1]}.")
    for what, value in (("rating", skill.rating), ("confidence", skill.confidence)):
        if isinstance(value, bool) or not isinstance(value, int) or not LEAST <= value <= MOST:
            raise InputError(f"the {what} is {value!r}", place=name, hint=f"Choose a whole number from {LEAST} to {MOST}.")
    return Skill(name, skill.rating, skill.confidence)


def _line(text: str, place: str, most: int) -> str:
    line = " ".join(storable(text).split())
    if len(line) > most:
        raise InputError(f"more than {most} characters", place=place, hint="Shorten it.")
    return line


def _of(person: str) -> Any:
    return select(AssessmentRow).where(AssessmentRow.person == person).order_by(AssessmentRow.rated_ms.desc(), AssessmentRow.id.desc())


def _nothing(person: str) -> NotFound:
    return NotFound(f"{person} has no self-assessment yet.", hint="Rate six skill areas on the page Self-assessment.")


def _add(store: Store, made: Assessment) -> Assessment:
    with store.write() as session:
        row = AssessmentRow(
            person=made.person,
            skills=[{"name": skill.name, "rating": skill.rating, "confidence": skill.confidence} for skill in made.skills],
            learning=list(made.learning),
            note=made.note,
            rated_ms=made.rated_ms,
        )
        session.add(row)
        session.flush()
        return _assessment(row)


def _assessment(row: AssessmentRow) -> Assessment:
    skills: Sequence[Mapping[str, Any]] = row.skills
    rated = tuple(Skill(str(one["name"]), int(one["rating"]), int(one["confidence"])) for one in skills)
    return Assessment(row.person, rated, tuple(map(str, row.learning)), row.note, row.rated_ms, row.id)
