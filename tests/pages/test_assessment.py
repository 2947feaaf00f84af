"""The page Self-assessment: rating, saving, the picture, the way back, the document."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from tests.export.test_assessment import DAY, START, rated
from tests.pages.conftest import Open, said
from workbench.export import assessment, history
from workbench.export.assessment import SKILLS
from workbench.store import Store

FILE = "handover/assessment.py"
HOSTILE = "![x](http://leak.example/x.png) <script>alert(1)</script> :red[a]"


def rate(page: AppTest, *ratings: int, sure: int = 4) -> AppTest:
    radios = [radio for radio in page.radio if "rating" in str(radio.key)]
    for radio, value in zip(radios, ratings, strict=True):
        radio.set_value(value)
    for radio in page.radio:
        if "-sure-" in str(radio.key):
            radio.set_value(sure)
    return page


def save(page: AppTest) -> AppTest:
    return page.button(key="assess-save").click().run()


def downloads(page: AppTest) -> list[str]:
    return [button.label for button in page.get("download_button") if "assessment-" in str(button.key)]


@pytest.fixture
def twice(bench: Store) -> Store:
    assessment.save(bench, rated(1, 2, 3, 4, 5, 1), now_ms=START)
    assessment.save(bench, rated(2, 2, 3, 4, 5, 1), now_ms=START + DAY)
    return bench


def test_the_first_visit_rates_nothing_for_anybody_and_says_what_comes(app: Open, bench: Store) -> None:
    page = app(FILE)
    assert not page.exception
    assert [radio.value for radio in page.radio] == [None] * 12
    assert "0 of 6 done" in said(page)
    assert downloads(page) == []
    save(page)
    assert "6 of 6 areas are not rated yet" in said(page).replace("\\", "")
    assert assessment.people(bench) == []


def test_six_ratings_are_saved_and_seen(app: Open, bench: Store) -> None:
    page = rate(app(FILE), 1, 2, 3, 4, 5, 2).run()
    assert "This is not saved yet" in said(page).replace("\\", "")
    page.text_input[6].set_value("Evals with judges")
    save(page)
    assert not page.exception
    (person,) = assessment.people(bench)
    now, before = assessment.latest(bench, person)
    assert [skill.rating for skill in now.skills] == [1, 2, 3, 4, 5, 2]
    assert {skill.confidence for skill in now.skills} == {4}
    assert [skill.name for skill in now.skills] == list(SKILLS)
    assert now.learning == ("Evals with judges",)
    assert before is None
    assert [radio.value for radio in page.radio][::2] == [1, 2, 3, 4, 5, 2]
    assert len(downloads(page)) == 4


def test_a_rating_that_is_missing_is_named_and_nothing_is_lost(app: Open, bench: Store) -> None:
    page = rate(app(FILE), 1, 2, 3, 4, 5, 2)
    page.radio[0].set_value(None)
    save(page)
    assert "1 of 6 areas are not rated yet: Foundations" in said(page).replace("\\", "")
    assert [radio.value for radio in page.radio][2::2] == [2, 3, 4, 5, 2]
    assert assessment.people(bench) == []


def test_now_stands_beside_before_and_a_change_is_seen_before_it_is_saved(app: Open, twice: Store) -> None:
    page = app(FILE, person="Ada")
    assert not page.exception
    shown = page.dataframe[0].value
    assert list(shown["step"]) == ["up by 1", *["as before"] * 5]
    assert "not saved" not in said(page)
    page.radio[0].set_value(5).run()
    assert page.dataframe[0].value["step"].iloc[0] == "up by 3"
    assert "not saved yet" in said(page)
    assert len(assessment.history(twice, "Ada")) == 2


def test_the_last_one_is_taken_back_and_put_back(app: Open, twice: Store) -> None:
    page = app(FILE, person="Ada")
    page.button(key="assess-undo").click().run()
    assert [one.skills[0].rating for one in assessment.history(twice, "Ada")] == [1]
    assert page.radio[0].value == 1
    page.button(key="assess-restore").click().run()
    assert [one.skills[0].rating for one in assessment.history(twice, "Ada")] == [2, 1]
    assert page.radio[0].value == 2
    assert not page.exception


def test_the_one_the_button_names_is_taken_back_whoever_saved_since(app: Open, twice: Store) -> None:
    page = app(FILE, person="Ada")
    newer = assessment.save(twice, rated(5, 5, 5, 5, 5, 5), now_ms=START + 2 * DAY)  # by another window
    page.button(key="assess-undo").click().run()
    assert [one.skills[0].rating for one in assessment.history(twice, "Ada")] == [5, 1]
    assert "Took back the assessment of 2026-09-22" in said(page).replace("\\", "") + "".join(one.value for one in page.toast)
    assessment.undo(twice, newer)
    page.button(key="assess-undo").click().run()  # names the one that is gone
    assert [one.skills[0].rating for one in assessment.history(twice, "Ada")] == [1]
    assert "is not there any more" in said(page).replace("\\", "")
    assert not page.exception


def test_what_is_half_filled_in_stays_with_its_person_while_another_is_looked_at(app: Open, twice: Store) -> None:
    page = app(FILE, person="tester")
    page.radio[0].set_value(4)
    page.text_input[6].set_value("Evals with judges")
    page.text_area[0].set_value("Half way").run()
    page.selectbox(key="person").set_value("Ada").run()
    assert [radio.value for radio in page.radio][::2] == [2, 2, 3, 4, 5, 1]
    assert page.text_area[0].value == ""
    page.radio[0].set_value(5)
    save(page)
    assert [one.skills[0].rating for one in assessment.history(twice, "Ada")] == [5, 2, 1]
    page.selectbox(key="person").set_value("tester").run()
    assert [radio.value for radio in page.radio] == [4, *[None] * 11]
    assert (page.text_input[6].value, page.text_area[0].value) == ("Evals with judges", "Half way")
    assert assessment.history(twice, "tester") == []
    assert not page.exception


def test_an_area_gets_another_name(app: Open, twice: Store) -> None:
    page = app(FILE, person="Ada")
    page.text_input[0].set_value("Prompt basics")
    save(page)
    assert not page.exception
    assert assessment.latest(twice, "Ada")[0].skills[0].name == "Prompt basics"
    assert page.dataframe[0].value["step"].iloc[0] == "new"


def test_a_name_given_twice_is_told_and_nothing_is_saved(app: Open, twice: Store) -> None:
    page = app(FILE, person="Ada")
    page.text_input[0].set_value(SKILLS[1])
    save(page)
    assert not page.exception
    assert "stands there twice" in said(page)
    assert len(assessment.history(twice, "Ada")) == 2


def test_words_of_people_are_shown_as_text(app: Open, bench: Store) -> None:
    names = (HOSTILE[:60], *SKILLS[1:])
    assessment.save(bench, rated(1, 2, 3, 4, 5, 1, person=HOSTILE, names=names), now_ms=START)
    page = app(FILE, person=HOSTILE)
    assert not page.exception
    for text in [one.value for one in (*page.markdown, *page.caption)] + [radio.label for radio in page.radio]:
        assert not re.search(r"(?<!\\)(\]\(|<script|:red\[)", str(text))


def test_each_format_is_made_and_noted(app: Open, twice: Store) -> None:
    from pages.parts import exporting
    from workbench.export import files, kinds

    page = app(FILE, person="Ada")
    assert downloads(page) == [exporting.FORMATS[form] for form in kinds.get("assessment").formats]
    for form in ("md", "pdf"):
        history.keep(twice, files.make(twice, kinds.Request("assessment", "Ada"), form))
    assert [one.format for one in history.page(twice)] == ["pdf", "md"]
