"""Self-assessments: what is kept, what is refused, what changed, and the document of it."""

from dataclasses import replace

import pytest

from workbench.errors import InputError, NotFound
from workbench.export import assessment, documents, files, history
from workbench.export.assessment import SKILLS, Assessment, Skill
from workbench.export.kinds import Request
from workbench.export.model import Chart, Table, plain
from workbench.store import Store

DAY = 86_400_000
START = 1_790_000_000_000


def rated(*ratings: int, person: str = "Ada", names: tuple[str, ...] = SKILLS) -> Assessment:
    skills = tuple(Skill(name, rating, 3) for name, rating in zip(names, ratings, strict=True))
    return Assessment(person, skills, ("Evals", "Agents", "Operations"), "A remark.")


def test_what_is_saved_is_read_back_newest_first(store: Store) -> None:
    first = assessment.save(store, rated(1, 2, 3, 4, 5, 1), now_ms=START)
    second = assessment.save(store, rated(2, 2, 3, 4, 5, 1), now_ms=START + DAY)
    assessment.save(store, rated(5, 5, 5, 5, 5, 5, person="Grace"), now_ms=START + 2 * DAY)
    assert assessment.history(store, "Ada") == [second, first]
    assert assessment.latest(store, "Ada") == (second, first)
    assert assessment.people(store) == ["Grace", "Ada"]
    assert first.skills == rated(1, 2, 3, 4, 5, 1).skills
    assert first.average == pytest.approx(16 / 6)


def test_one_click_too_many_is_kept_once_and_the_same_a_day_later_twice(store: Store) -> None:
    first = assessment.save(store, rated(1, 2, 3, 4, 5, 1), now_ms=START)
    assert assessment.save(store, rated(1, 2, 3, 4, 5, 1), now_ms=START + 5_000) == first
    assert assessment.save(store, rated(1, 2, 3, 4, 5, 1), now_ms=START + DAY).id != first.id


def test_the_last_one_is_taken_back_and_put_back(store: Store) -> None:
    first = assessment.save(store, rated(1, 1, 1, 1, 1, 1), now_ms=START)
    second = assessment.save(store, rated(2, 2, 2, 2, 2, 2), now_ms=START + DAY)
    assert assessment.undo(store, second) == second
    assert assessment.history(store, "Ada") == [first]
    back = assessment.restore(store, second)
    assert replace(back, id=0) == replace(second, id=0)
    assessment.undo(store, back)
    assessment.undo(store, first)
    assert assessment.people(store) == []


def test_only_the_one_that_is_named_is_taken_back_and_not_one_that_has_its_number_now(store: Store) -> None:
    first = assessment.save(store, rated(1, 1, 1, 1, 1, 1), now_ms=START)
    second = assessment.save(store, rated(2, 2, 2, 2, 2, 2), now_ms=START + DAY)
    assert assessment.undo(store, first) == first
    assert assessment.history(store, "Ada") == [second]
    assessment.undo(store, second)
    third = assessment.save(store, rated(3, 3, 3, 3, 3, 3), now_ms=START + 2 * DAY)
    with pytest.raises(NotFound, match=r"The self-assessment of Ada of 2026-09-22 .* is not there any more"):
        assessment.undo(store, second)
    assert assessment.history(store, "Ada") == [third]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (replace(rated(1, 2, 3, 4, 5, 1), person="  "), "nobody is named"),
        (replace(rated(1, 2, 3, 4, 5, 1), skills=()), "0 skill areas"),
        (rated(0, 2, 3, 4, 5, 1), "the rating is 0"),
        (rated(6, 2, 3, 4, 5, 1), "the rating is 6"),
        (rated(True, 2, 3, 4, 5, 1), "the rating is True"),
        (rated(1, 2, 3, 4, 5, 1, names=("a", "A", "c", "d", "e", "f")), "stands there twice"),
        (rated(1, 2, 3, 4, 5, 1, names=("", "b", "c", "d", "e", "f")), "has no name"),
        (rated(1, 2, 3, 4, 5, 1, names=("x" * 61, "b", "c", "d", "e", "f")), "more than 60 characters"),
        (replace(rated(1, 2, 3, 4, 5, 1), learning=("a", "b", "c", "d")), "4 areas for learning"),
        (replace(rated(1, 2, 3, 4, 5, 1), note="x" * 2_001), "more than 2,000 characters"),
    ],
)
def test_what_does_not_hold_is_refused_at_its_place(sqlite_store: Store, wrong: Assessment, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        assessment.save(sqlite_store, wrong)
    assert caught.value.hint
    assert assessment.people(sqlite_store) == []


def test_texts_are_tidied_and_hold_what_a_database_can(store: Store) -> None:
    odd = replace(rated(1, 2, 3, 4, 5, 1, person=" A\nda "), learning=(" Evals ", "", "Evals", "x\x00\ud800"), note=" n\n")
    kept = assessment.save(store, odd)
    assert (kept.person, kept.learning, kept.note) == ("A da", ("Evals", "x\ufffd\ufffd"), "n")


def test_changes_go_by_name_and_a_renamed_area_is_new(store: Store) -> None:
    before = rated(1, 2, 3, 4, 5, 1)
    now = rated(2, 2, 1, 4, 5, 3, names=(*SKILLS[:5], "Shipping"))
    said = [change.sentence for change in assessment.changes(now, before)]
    assert said == ["up by 1", "as before", "down by 2", "as before", "as before", "new"]
    chart = assessment.chart(now, before)
    assert [line.name for line in chart.lines] == ["Now", "Before"]
    assert chart.lines[1].values == (1.0, 2.0, 3.0, 4.0, 5.0, None)
    assert len(assessment.chart(now, None).lines) == 1


def test_the_document_shows_ratings_changes_history_and_what_to_learn(store: Store) -> None:
    assessment.save(store, rated(1, 2, 3, 4, 5, 1), now_ms=START)
    assessment.save(store, rated(2, 2, 3, 3, 5, 1), now_ms=START + 40 * DAY)
    made = documents.compose(store, Request("assessment", "Ada"))
    assert [section.key for section in made.sections] == ["skills", "learning", "history", "sources"]
    skills, learning, past, _ = made.sections
    table, chart = (next(block for block in skills.blocks if isinstance(block, kind)) for kind in (Table, Chart))
    assert [plain(cell.runs) for cell in table.rows[0]] == ["Foundations", "2 of 5", "With help", "3 of 5", "up by 1"]
    assert table.rows[0][1].value == 2.0
    assert [line.values for line in chart.lines] == [(2, 2, 3, 3, 5, 1), (1, 2, 3, 4, 5, 1)]
    assert "Agents" in repr(learning.blocks)
    shown = next(block for block in past.blocks if isinstance(block, Table))
    assert [plain(row[0].runs) for row in shown.rows] == ["2026-10-31", "2026-09-21"]
    assert made.as_of_ms == START + 40 * DAY
    assert "Domain Applications went down by 1, from 4 to 3." in files.write(made, "md").data.decode()


def test_a_file_of_it_is_stale_once_there_is_a_newer_one(store: Store) -> None:
    assessment.save(store, rated(1, 2, 3, 4, 5, 1), now_ms=START)
    file = files.make(store, Request("assessment", "Ada"), "md")
    kept = history.keep(store, file, now_ms=START)
    assert not history.check(store, kept).stale
    assessment.save(store, rated(2, 2, 3, 4, 5, 1), now_ms=START + DAY)
    (change,) = history.check(store, kept).changes
    assert "Foundations 1 → 2" in change.sentence
    assert files.make(store, Request("assessment", "Ada"), "md").data != file.data


def test_one_assessment_alone_says_that_the_next_is_compared_and_what_is_missing(store: Store) -> None:
    assessment.save(store, replace(rated(1, 2, 3, 4, 5, 1), learning=(), note=""), now_ms=START)
    text = files.make(store, Request("assessment", "Ada"), "md").data.decode()
    assert "the next one is compared with it" in text
    assert "name up to three on the page Self-assessment" in text
    assert "first assessment" in text
    with pytest.raises(NotFound, match="Grace has no self-assessment yet"):
        documents.compose(store, Request("assessment", "Grace"))


def test_hostile_words_are_shown_as_they_are(store: Store) -> None:
    odd = "![x](http://leak.example) <script> {{ 7*7 }}"
    assessment.save(store, replace(rated(1, 2, 3, 4, 5, 1, names=(odd, *SKILLS[1:])), learning=(odd,), note=odd), now_ms=START)
    made = documents.compose(store, Request("assessment", "Ada"))
    assert repr(made.sections).count(odd) >= 3
    for form in ("md", "pdf"):
        assert files.write(made, form).data == files.write(made, form).data
