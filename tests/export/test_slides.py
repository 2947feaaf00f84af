"""The eight slides: what stands on them is what the store says, and what is missing says how to get it."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from tests.export import project
from workbench.comparison import verdict
from workbench.comparison.model import Options
from workbench.errors import InputError, NotFound
from workbench.export import documents, setup
from workbench.export.deck import arranging, text
from workbench.export.deck.model import HEIGHT, WIDTH, Deck, Grid, Mono, Words
from workbench.export.kinds import Request
from workbench.export.kinds.slides import PARTS
from workbench.export.model import Chart, Code, Diagram, Document, Note, Section, Table
from workbench.export.plans import keeping, shipped
from workbench.export.plans.model import Measure, Metric
from workbench.export.slides import techniques
from workbench.prompts import content, registry
from workbench.prompts.content import Content
from workbench.providers.base import Parameters
from workbench.runner.tables import CellRow, RunCaseRow, RunVariantRow
from workbench.store import Store
from workbench.text.messages import message

HOSTILE = "<script>alert(1)</script> ![x](http://e.invalid/x.png) **b** ``` =1+1 {{7*7}} \x07 | a | שלום 你好 🎉 \n# no heading\n"


def asked(**options: str) -> Request:
    return Request("slides", project.PROMPT, options=options)


def section(found: Document, key: str) -> Section:
    return next(one for one in found.sections if one.key == key)


def said(found: Section) -> str:
    return "\n".join(text.told(block) for block in found.blocks)


def of(found: Section, kind: type) -> list:
    return [block for block in found.blocks if isinstance(block, kind)]


def test_there_are_exactly_eight_slides_in_the_order_that_was_asked_for(store: Store) -> None:
    project.fill(store)
    found = documents.compose(store, asked(plan=project.PLAN, run=project.RUN))
    assert [one.key for one in found.sections] == ["title", "problem", "solution", "technical", "demo", "results", "lessons", "questions"]
    assert len(arranging.deck(found).slides) == len(PARTS) == 8
    assert (found.title, found.as_of_ms) == (project.PLAN, project.AT_MS + 1000)
    assert "Ann Example" in said(section(found, "title"))
    assert "Data as of 2026-09-21" in said(section(found, "title"))
    assert {one.kind for one in found.sources} == {"version", "plan", "run", "verdict", "cases"}


def test_results_are_the_figures_and_the_sentence_of_the_comparison(sqlite_store: Store) -> None:
    project.fill(sqlite_store)
    results = section(documents.compose(sqlite_store, asked(run=project.RUN)), "results")
    compared = verdict.compare_run(sqlite_store, project.RUN, Options(baseline=f"{project.PROMPT}@1"))
    (note,) = of(results, Note)
    assert (note.kind, text.told(note)) == ("good", compared.verdict)
    (chart,) = of(results, Chart)
    lines = [line for line in compared.figures if line.metric == "score"]
    assert chart.lines[0].values == tuple(line.mean for line in lines) == (0.4, 36 / 39)
    assert (chart.lines[0].low, chart.lines[0].high) == (tuple(line.low for line in lines), tuple(line.high for line in lines))
    assert chart.labels == (f"{project.PROMPT}@1 (baseline)", f"{project.PROMPT}@2")
    (table,) = of(results, Table)
    assert [text.told(Table((), (row,))).strip() for row in table.rows] == [
        f"{project.PROMPT}@1 | $0.000100 | 400 ms | 400 ms",
        f"{project.PROMPT}@2 | $0.000200 | 600 ms | 600 ms",
    ]
    assert "1 of 40 under support/triage@2" in said(results)
    assert f"run {project.RUN} (Two classifiers), finished 2026-09-21, 40 cases on banking" in results.notes


def test_another_variant_can_be_the_baseline(sqlite_store: Store) -> None:
    project.fill(sqlite_store)
    found = documents.compose(sqlite_store, asked(run=project.RUN, baseline=f"{project.PROMPT}@2"))
    assert of(section(found, "results"), Chart)[0].labels[1] == f"{project.PROMPT}@2 (baseline)"
    with pytest.raises(InputError, match="no variant"):
        documents.compose(sqlite_store, asked(run=project.RUN, baseline="nobody"))


def test_the_demonstration_is_a_case_that_the_better_one_got_right_and_the_baseline_did_not(sqlite_store: Store) -> None:
    project.fill(sqlite_store)
    demo = section(documents.compose(sqlite_store, asked(run=project.RUN)), "demo")
    assert [block.text for block in of(demo, Code)] == [project.TEXT, "card_arrival", "wrong: card_arrival"]
    assert f"{project.RUN}:1:16:0" in demo.notes
    assert f"{project.PROMPT}@2 got it right and {project.PROMPT}@1 did not." in demo.notes


def test_the_prompt_is_shown_whole_with_its_techniques_and_the_way_of_a_request(sqlite_store: Store) -> None:
    project.fill(sqlite_store)
    found = documents.compose(sqlite_store, asked())
    assert "[assistant]\ncard_arrival" in of(section(found, "solution"), Code)[0].text
    technical = said(section(found, "technical"))
    assert "Few-shot: 1 worked example as turns" in technical
    assert "Output schema: intent" in technical
    (diagram,) = of(section(found, "technical"), Diagram)
    assert f"{project.PROMPT}@2" in diagram.source
    assert len(of(section(documents.compose(sqlite_store, asked(plan=project.PLAN)), "technical"), Diagram)) == 1


def test_the_persons_own_words_stand_before_what_the_run_teaches(sqlite_store: Store) -> None:
    project.fill(sqlite_store)
    setup.put(sqlite_store, "slides", project.PROMPT, prose={"worked": "Asking twice.", "problem": "Mine *own*.", "resources": "The wiki."})
    found = documents.compose(sqlite_store, asked(run=project.RUN, plan=project.PLAN))
    lessons = said(section(found, "lessons"))
    assert lessons.index("Asking twice.") < lessons.index("is better than")
    assert f"{project.PROMPT}@2 is clearly weaker on refund (40.0 %" in lessons
    assert f"{project.PROMPT}@2 got no reply to 1 call: timeout 1." in lessons
    assert "Mine own." in said(section(found, "problem"))
    assert "Each message is read by hand." not in said(section(found, "problem"))
    assert "The wiki." in said(section(found, "questions"))


def test_every_slide_of_a_prompt_without_anything_says_what_is_missing_and_how_to_get_it(sqlite_store: Store) -> None:
    registry.create(sqlite_store, "bare")
    for request in (Request("slides", "bare"), Request("slides", "")):
        found = documents.compose(sqlite_store, request)
        assert len(found.sections) == 8
        for one in found.sections[1:]:
            assert one.blocks, one.key
            assert of(one, Note), one.key
            assert all(note.kind == "missing" for note in of(one, Note))
            assert one.notes
        assert "workbench run" in said(section(found, "results"))


def test_a_slice_that_chance_alone_explains_is_no_lesson_and_simulated_replies_are_marked_where_they_are_shown(sqlite_store: Store) -> None:
    project.fill(sqlite_store)
    with sqlite_store.write() as session:
        session.execute(update(RunCaseRow).values(tags=[]))
        session.execute(update(RunCaseRow).where(RunCaseRow.position >= 20).values(tags=["refund"]))  # 16 of 19 there, all 20 elsewhere
        session.execute(update(RunVariantRow).values(provider="simulated"))
    found = documents.compose(sqlite_store, asked(run=project.RUN))
    assert "weaker" not in said(section(found, "lessons"))
    assert "Replies are simulated" in said(section(found, "results"))
    assert of(section(found, "demo"), Code)[1].caption == f"{project.PROMPT}@2 (simulated)"


def test_only_what_is_clearly_worse_is_a_failure_and_doubts_of_the_verdict_stand_in_the_notes(sqlite_store: Store) -> None:
    project.fill(sqlite_store)
    with sqlite_store.write() as session:
        session.execute(update(RunVariantRow).values(provider="simulated"))
        session.execute(update(CellRow).where(CellRow.variant == 0).values(latency_ms=580, input_tokens=10))
        session.execute(update(CellRow).where(CellRow.variant == 1).values(latency_ms=600, input_tokens=100))
        turned = (CellRow.variant == 1, CellRow.case_position >= 23)
        session.execute(update(CellRow).where(*turned).values(score=0.0))
    lessons = section(documents.compose(sqlite_store, asked(run=project.RUN)), "lessons")
    failed, improved = said(lessons).split("What did not")[1].split("Improvements")
    assert f"{project.PROMPT}@2 costs 100 % more than {project.PROMPT}@1." in failed
    assert not any(word in failed for word in ("tokens", "slower", "imulated", "Better but"))
    assert "the other way" not in improved
    assert "the other way would leave it open" in lessons.notes
    assert "Better but sends more tokens" in lessons.notes
    assert said(lessons).index("Replies are simulated") < said(lessons).index("What worked")


def test_what_a_start_says_to_write_is_never_handed_over_as_a_fact(sqlite_store: Store) -> None:
    project.fill(sqlite_store)
    registry.update(sqlite_store, project.PROMPT, description="Letters wait for days.")
    begun = shipped.begin("new_prompt")
    keeping.create(sqlite_store, begun)
    found = documents.compose(sqlite_store, asked(plan=begun.name))
    slides = "\n".join(said(one) for one in found.sections)
    assert "Letters wait for days." in said(section(found, "problem"))
    (one,) = begun.prompts
    assert not any(text.strip() in slides for text in (begun.problem, begun.users, begun.solution, one.purpose, one.output, one.way))
    assert project.PROMPT in of(section(found, "technical"), Diagram)[0].source


def test_the_last_slide_names_the_command_that_makes_the_same_slides(sqlite_store: Store) -> None:
    project.fill(sqlite_store)
    found = documents.compose(sqlite_store, asked(run=project.RUN, plan=project.PLAN))
    assert f"export slides {project.PROMPT} --plan '{project.PLAN}' --run {project.RUN} -o" in said(section(found, "questions"))


def test_a_plan_or_a_run_alone_finds_its_prompt(sqlite_store: Store) -> None:
    project.fill(sqlite_store)
    for options in ({"plan": project.PLAN}, {"run": project.RUN}):
        found = documents.compose(sqlite_store, Request("slides", next(iter(options.values())), options=options))
        assert "[assistant]" in of(section(found, "solution"), Code)[0].text


def test_what_is_named_and_is_not_there_is_refused(sqlite_store: Store) -> None:
    project.fill(sqlite_store)
    for request in (Request("slides", "nobody"), asked(plan="none"), asked(run="none"), Request("slides", f"{project.PROMPT}@9")):
        with pytest.raises(NotFound):
            documents.compose(sqlite_store, request)


def whole(deck: Deck) -> str:
    return "\n".join(slide.title + "\n" + slide.notes for slide in deck.slides)


def test_nothing_stands_outside_its_box_and_what_is_cut_is_whole_in_the_notes(sqlite_store: Store) -> None:
    long = HOSTILE + "word " * 3_500
    project.fill(sqlite_store, given=long, reply=long, problem=long)
    registry.save_version(sqlite_store, project.PROMPT, content.text("a" * 100_000 + "{{text}}"))
    request = Request("slides", f"{project.PROMPT}@3", options={"plan": project.PLAN, "run": project.RUN, "project": "P " * 300})
    deck = arranging.deck(documents.compose(sqlite_store, request))
    assert len(deck.slides) == 8
    for slide in deck.slides:
        for piece in slide.pieces:
            box = piece.box
            assert 0 <= box.left < box.left + box.width <= WIDTH, slide.key
            assert 0 <= box.top < box.top + box.height <= HEIGHT - 40, slide.key
            if isinstance(piece, Words):
                inner = box.width - (30 if piece.card else 0)
                assert text.height(piece.pars, inner) <= box.height - (24 if piece.card else 0) + 0.1, slide.key
                assert all(par.size >= 16 for par in piece.pars if par.size != 12.0), slide.key
            if isinstance(piece, Mono | Grid):
                assert piece.size >= 14
    assert "a" * 100_000 in whole(deck)
    assert long.strip() in whole(deck)
    assert "P " * 299 in whole(deck)


def test_two_stores_that_hold_the_same_give_the_same_slides(sqlite_store: Store) -> None:
    project.fill(sqlite_store)
    request = asked(plan=project.PLAN, run=project.RUN)
    assert documents.compose(sqlite_store, request) == documents.compose(sqlite_store, request)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (content.text("Say it: {{x}}"), "Zero-shot"),
        (content.text("Examples:\nQ: a\nA: b\n{{x}}"), "Few-shot"),
        (content.text("Think step by step. {{x}}"), "Reasoning before the answer"),
        (content.text("Answer as JSON. {{x}}"), "Asks for JSON"),
        (content.text("<text>{{x}}</text>"), "Marked-off sections"),
        (Content((message("user", "x"),), tools=({"name": "look", "description": "", "parameters": {}},)), "Tools"),
        (Content((message("user", "x"),), parameters=Parameters(temperature=0)), "Temperature 0"),
    ],
)
def test_a_technique_is_named_where_the_prompt_shows_it(body: Content, name: str) -> None:
    assert name in {one.name for one in techniques.of(body)}


def test_results_hold_each_target_of_the_plan_against_what_is_measured_and_a_missed_one_is_a_lesson(sqlite_store: Store) -> None:
    project.fill(sqlite_store)
    named = [(f"metric {n}", Measure("score", project.PROMPT), 0.99 if n == 1 else 0.5) for n in range(1, 6)]
    kept = keeping.load(sqlite_store, project.PLAN)
    metrics = tuple(Metric(name, target, "at least", measure) for name, measure, target in named)
    keeping.save(sqlite_store, replace(kept.plan, metrics=metrics), kept.number)
    for options in ({"run": project.RUN, "plan": project.PLAN}, {"plan": project.PLAN}):
        found = documents.compose(sqlite_store, asked(**options))
        results, lessons = section(found, "results"), said(section(found, "lessons"))
        assert "metric 1 0.92 of 0.99, not met" in said(results)
        assert "metric 4 0.92 of 0.50, met" in said(results)
        assert "metric 5" not in said(results)
        assert "and 1 more in the plan" in said(results)
        assert "metric 5 0.92 of 0.50, met: 95 % interval" in results.notes
        assert "and 1 more in the plan" in said(section(found, "problem"))
        assert "Target of the plan missed: metric 1 0.92 of 0.99." in lessons
        assert "nothing clearly worse" not in lessons
    assert len(arranging.deck(found).slides) == 8
