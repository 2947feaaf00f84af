"""A result on the Compare page: the verdict in every outcome, each view of it, what a margin changes, and data at its edges."""

import pytest
from streamlit.testing.v1 import AppTest

from pages.measure.compare_parts import promote, result
from pages.parts import figures
from tests.pages import stores, verdicts
from tests.pages.conftest import Open, said
from tests.pages.verdicts import right
from workbench.comparison.model import Options
from workbench.comparison.verdict import compare_run
from workbench.errors import WorkbenchError
from workbench.prompts import labels, registry
from workbench.runner import reading
from workbench.runner.tables import RunRow, RunVariantRow
from workbench.store import Store

FILE = "measure/compare.py"
THREE = [right(120, 0.6), right(120, 0.75, shift=9), right(120, 0.85, shift=5)]
HOSTILE = ("<img src=x onerror=alert(1)>", "**bold** $x$ :smile: ![a](http://leak.example/p.png)", "x" * 300)


def plain(page: AppTest) -> str:
    """What the page says, without the marks that keep it from being read as markdown."""
    return _read(said(page))


def _read(text: str) -> str:
    return text.replace("\\", "").replace("\u2060", "").replace("\u00a0", " ")


def charts(page: AppTest) -> list[str]:
    """The words beside every picture."""
    return [element.proto.alt for element in page.get("plotly_chart")]


def test_a_winner_is_said_first_with_its_badge_its_price_and_what_would_change_it(app: Open, bench: Store) -> None:
    run_id = verdicts.run(bench, THREE)
    page = app(FILE, run=run_id)
    assert not page.exception
    found = compare_run(bench, run_id)
    assert found.winner == "intent@3"
    assert _read(page.header[0].value) == found.verdict
    assert ":green-badge[:material/trophy: Winner]" in said(page)
    assert all(sentence in plain(page) for sentence in (*found.trade_offs, *found.would_change, *found.numbers[:3]))
    assert page.button(key="promote").label == "Promote the winner"


def test_no_clear_difference_is_said_as_such_and_promoting_is_no_main_action(app: Open, bench: Store) -> None:
    page = app(FILE, run=verdicts.run(bench, [right(120, 0.7), right(120, 0.72, shift=9)]))
    assert "No clear difference between intent@1 and intent@2" in plain(page)
    assert "question_mark: No clear difference" in said(page)
    assert page.button(key="promote").label == "Promote"


def test_a_margin_in_the_url_makes_two_variants_as_good_as_each_other(app: Open, bench: Store) -> None:
    page = app(FILE, run=verdicts.run(bench, [right(200, 0.7), right(200, 0.7)]), within="5")
    assert page.number_input(key="within").value == 5
    assert "as good as" in plain(page)
    assert "As good as each other" in said(page)


def test_another_margin_changes_the_verdict(app: Open, bench: Store) -> None:
    page = app(FILE, run=verdicts.run(bench, [right(200, 0.7), right(200, 0.7)]))
    assert "As good as each other" not in said(page)
    page.number_input(key="within").set_value(4.0).run()
    assert "As good as each other" in said(page)


def test_failed_cells_counted_as_wrong_are_a_choice_and_its_effect_is_told_before(app: Open, bench: Store) -> None:
    failing = [None if case % 9 == 0 else score for case, score in enumerate(right(60, 0.75, shift=9))]
    run_id = verdicts.run(bench, [right(60, 0.6), failing])
    page = app(FILE, run=run_id)
    assert "7 cells have no score" in plain(page)
    page.selectbox(key="missing").set_value("wrong").run()
    assert not page.exception
    assert "counted as wrong" in plain(page)


def test_a_baseline_leaves_only_the_pairs_with_it(app: Open, bench: Store) -> None:
    run_id = verdicts.run(bench, THREE)
    page = app(FILE, run=run_id, baseline="0")
    assert not page.exception
    pairs = next(table for table in page.dataframe if "pair" in table.value.columns).value["pair"].tolist()
    assert pairs == ["intent@2 − intent@1", "intent@3 − intent@1"]


def test_the_forest_plot_says_every_pair_with_interval_and_n_and_the_ranking_shows_ties(app: Open, bench: Store) -> None:
    page = app(FILE, run=verdicts.run(bench, [right(60, 0.5), right(60, 0.52, shift=7), right(60, 0.95, shift=3)]))
    reached, forest = charts(page)
    assert "95 % interval" in reached
    assert forest.count("n = 60") == 3
    assert "intent@3 − intent@1" in forest
    places = next(table for table in page.dataframe if "place" in table.value.columns).value["place"].tolist()
    assert places == ["1", "2=", "2="]


@pytest.mark.parametrize("metric", ["cost_usd", "latency_ms", "input_tokens", "output_tokens"])
def test_every_metric_has_its_forest_plot_and_its_pair(app: Open, bench: Store, metric: str) -> None:
    run_id = verdicts.run(bench, THREE)
    assert not app(FILE, run=run_id, metric=metric).exception
    page = app(FILE, run=run_id, metric=metric, view="pair")
    assert not page.exception
    assert any("under both variants" in alt for alt in charts(page))


def test_the_four_counts_of_a_pair_open_their_cases(app: Open, bench: Store) -> None:
    run_id = verdicts.run(bench, THREE)
    page = app(FILE, run=run_id, view="pair", pair="1-2")
    found = next(pair for pair in compare_run(bench, run_id).pairs if (pair.a, pair.b) == ("intent@2", "intent@3"))
    button = page.button(key="open-gained")
    assert button.label.endswith(f"{found.result.gained:,}")
    button.click().run()
    assert not page.exception
    assert page.query_params["view"] == "cells"
    assert page.query_params["show"] == "gained"
    assert f"{found.result.gained} of 120 cases" in said(page)


def test_the_pair_holds_effect_size_bayesian_reading_and_its_prior(app: Open, bench: Store) -> None:
    page = app(FILE, run=verdicts.run(bench, THREE), view="pair")
    figures = next(table for table in page.dataframe if "what" in table.value.columns).value["what"].tolist()
    assert "Matched odds ratio" in figures
    assert any(name.startswith("Probability that") for name in figures)
    assert "Prior of the Bayesian reading" in plain(page)


def test_scores_that_are_not_right_or_wrong_are_drawn_as_points_with_their_medians(app: Open, bench: Store) -> None:
    graded = [[(case * 37 % 100) / 100 for case in range(80)], [min(1.0, (case * 37 % 100) / 100 + 0.05) for case in range(80)]]
    page = app(FILE, run=verdicts.run(bench, graded), view="pair")
    assert not page.exception
    assert any("Score of 80 cases under both variants" in alt for alt in charts(page))
    assert "Median difference" in next(table for table in page.dataframe if "what" in table.value.columns).value["what"].tolist()


def test_the_worst_regressions_come_first_and_can_be_turned_round(app: Open, bench: Store) -> None:
    graded = [[0.9, 0.8, 0.5, 0.2], [0.1, 0.7, 0.9, 0.2]]
    page = app(FILE, run=verdicts.run(bench, graded), view="regressions")
    assert not page.exception
    shown = next(table for table in page.dataframe if "loss" in table.value.columns).value
    assert shown["case"].tolist() == [1, 2]
    page.toggle(key="turned").set_value(True).run()
    assert next(table for table in page.dataframe if "loss" in table.value.columns).value["case"].tolist() == [3]


def test_a_winner_that_loses_under_a_tag_is_marked(app: Open, bench: Store) -> None:
    first = [1.0 if case % 3 == 0 else 0.0 for case in range(150)]
    second = [0.0 if case % 3 == 0 else 1.0 for case in range(150)]
    page = app(FILE, run=verdicts.run(bench, [first, second]), view="tags")
    assert not page.exception
    assert "does worse on the cases with these tags: refund" in plain(page)
    says = next(table for table in page.dataframe if "tag" in table.value.columns).value["says"].tolist()
    assert says[0] == "⚠ the winner overall loses here"


def test_the_sequence_plots_say_where_evidence_decides(app: Open, bench: Store) -> None:
    page = app(FILE, run=verdicts.run(bench, [right(200, 0.4), right(200, 0.8)]), view="sequence")
    assert not page.exception
    assert "decided after" in plain(page)
    assert any("decided at 20" in alt for alt in charts(page))


def test_power_is_drawn_for_what_was_seen(app: Open, bench: Store) -> None:
    page = app(FILE, run=verdicts.run(bench, [right(120, 0.7), right(120, 0.76, shift=9)]), view="power")
    assert not page.exception
    assert "is seen 8 times in 10" in plain(page)
    assert "more cases would show it" in plain(page)
    assert any("120 cases" in alt for alt in charts(page))


@pytest.mark.parametrize("view", list(result.VIEWS))
@pytest.mark.parametrize(
    "scores",
    [
        [[1.0], [0.0]],
        [[1.0, 0.0] * 10] * 2,
        [[0.0] * 12] * 2,
        [[None] * 6] * 2,
        [right(20, 0.6)],
        [[1.0, float("nan"), 0.0], [float("nan"), 1.0, float("nan")]],
        [[None] * 6, right(6, 0.5)],
    ],
    ids=["one case", "all ties", "all wrong", "all failed", "one variant", "no shared case", "one variant failed"],
)
def test_data_at_its_edges_is_a_sentence_in_every_view(app: Open, bench: Store, scores: verdicts.Scores, view: str) -> None:
    page = app(FILE, run=verdicts.run(bench, scores), view=view)
    assert not page.exception
    assert page.header[0].value


def test_an_unscored_run_compares_what_it_has(app: Open, bench: Store) -> None:
    page = app(FILE, run=verdicts.run(bench, [[1.0] * 30, [1.0] * 30], scored=False))
    assert not page.exception
    assert "carry no score" in plain(page)
    assert "power" not in result.views(compare_run(bench, page.query_params["run"]))


@pytest.mark.parametrize("view", list(result.VIEWS))
def test_hostile_names_are_shown_as_text_in_every_view(app: Open, bench: Store, view: str) -> None:
    scores = [right(60, 0.5), right(60, 0.75, shift=9), right(60, 0.9, shift=3)]
    page = app(FILE, run=verdicts.run(bench, scores, names=HOSTILE), view=view, within="3")
    assert not page.exception
    texts = [str(element.value) for element in (*page.markdown, *page.caption, *page.header, *page.warning)]
    assert not any("<img" in text.replace("\\<", "") or "![a]" in text or "**bold**" in text for text in texts if "<style>" not in text)
    assert all("<img" not in element.proto.spec for element in page.get("plotly_chart"))


def test_ten_variants_scroll_their_pairs_and_say_how_to_see_fewer(app: Open, bench: Store) -> None:
    page = app(FILE, run=verdicts.run(bench, [right(40, 0.4 + 0.05 * at, shift=3 * at) for at in range(10)]))
    assert not page.exception
    assert "45 pairs" in plain(page)
    assert charts(page)[1].count("n = 40") == 45


def test_only_the_view_that_is_open_is_drawn(app: Open, bench: Store) -> None:
    page = app(FILE, run=verdicts.run(bench, THREE), view="tags")
    assert charts(page) == []


def test_promoting_moves_the_label_and_keeps_the_verdict_as_the_reason(bench: Store) -> None:
    run_id = verdicts.run(bench, THREE)
    labels.move(bench, "intent", "production", 1)
    run = reading.get(bench, run_id)
    assert promote.moves(bench, run.variants[2], "production") == "production of intent moves from version 1 to version 3."
    promote.do(bench, run, Options(), "intent@3", "production")
    assert registry.get(bench, "intent").labels["production"] == 3
    newest = labels.history(bench, "intent", "production")[0]
    assert compare_run(bench, run_id).verdict in newest.reason


def test_promoting_opens_a_dialog_that_says_what_moves(app: Open, bench: Store) -> None:
    page = app(FILE, run=verdicts.run(bench, THREE))
    page.button(key="promote").click().run()
    assert not page.exception
    assert page.selectbox(key="promote-variant").value == "intent@3"
    assert "production of intent is set for the first time, on version 3." in plain(page)
    assert "Roll back" in plain(page)


def test_a_draft_cannot_be_promoted_and_the_page_says_why(bench: Store) -> None:
    run_id = verdicts.run(bench, THREE)
    with bench.write() as session:
        row = session.get(RunVariantRow, (run_id, 2))
        assert row is not None
        row.version = None
    run = reading.get(bench, run_id)
    assert "is a draft" in promote.why_not(run.variants[2])
    with pytest.raises(WorkbenchError):
        promote.do(bench, run, Options(), "intent@3", "production")


def test_a_run_at_work_is_read_by_evidence_that_holds_at_every_look(app: Open, bench: Store) -> None:
    run_id = verdicts.run(bench, [right(80, 0.3), right(80, 0.9)], state="planned")
    page = app(FILE, run=run_id)
    assert not page.exception
    assert "So far. It holds at every look" in plain(page)
    assert any("valid at every look" in alt for alt in charts(page))


def test_the_form_says_what_the_chosen_cases_can_see_by_an_earlier_run(app: Open, bench: Store) -> None:
    run_id = verdicts.run(bench, [right(120, 0.7), right(120, 0.76, shift=9)])
    page = app(FILE, v="intent@1,intent@2", prompt="intent", dataset="messages", m="simulated/good", score="equals", column="expected")
    assert "How many cases?" in [each.label for each in page.expander]
    assert charts(page) == []
    page.session_state["how-many"] = True
    page.run()
    assert not page.exception
    assert "With 120 cases a difference of" in plain(page)
    assert reading.get(bench, run_id).name in plain(page)


def test_without_an_earlier_run_the_form_names_its_assumption(app: Open, bench: Store) -> None:
    stores.fill(bench)
    reading.delete(bench, reading.page(bench, limit=1)[0].id)
    page = app(FILE, v="intent@1,intent@2", prompt="intent", dataset="messages", m="simulated/good", score="equals", column="expected")
    page.session_state["how-many"] = True
    page.run()
    assert not page.exception
    assert "An assumption" in plain(page)
    assert "With 6 cases no difference is seen 8 times in 10" in plain(page)


@pytest.mark.parametrize("state", ["stopped", "capped", "running", "failed"])
def test_a_run_that_ended_otherwise_has_its_panel_and_its_verdict(app: Open, bench: Store, state: str) -> None:
    scores = [[*right(60, 0.4), *[float("nan")] * 20], [*right(60, 0.8), *[float("nan")] * 20]]
    page = app(FILE, run=verdicts.run(bench, scores, state=state))
    assert not page.exception
    assert "intent@2" in _read(page.header[0].value)
    assert any(button.label in ("Resume", "Retry") for button in page.button)


LONG = ("intent@3 · simulated/good", "intent@3 · simulated/poor", "intent@1 · simulated/good")


@pytest.mark.parametrize("most", [8, 14, 20, 34])
@pytest.mark.parametrize(
    "names",
    [
        LONG,
        tuple(f"{name}?latency_ms=150" for name in LONG),
        ("a" * 40 + "1" + "b" * 40, "a" * 40 + "2" + "b" * 40),
        ("x" * 50, "x" * 51),
        ("one", "two"),
    ],
)
def test_no_two_names_are_cut_to_the_same(names: tuple[str, ...], most: int) -> None:
    found = figures.labels(names, most)
    assert len(set(found.values())) == len(names)
    assert all(len(label) <= most for label in found.values())


def test_a_cut_name_keeps_both_ends_and_leaves_out_what_is_shared() -> None:
    assert figures.short("intent@3 · simulated/poor", 18) == "intent@3…ted/poor"
    asked = [f"intent@3 · simulated/{model}?latency_ms=150" for model in ("good", "poor")]
    assert list(figures.labels(asked, 18).values()) == ["…good…", "…poor…"]


def test_without_a_winner_the_first_of_the_ranking_is_offered_for_promotion(app: Open, bench: Store) -> None:
    page = app(FILE, run=verdicts.run(bench, [right(120, 0.2), right(120, 0.72, shift=9), right(120, 0.74, shift=5)]))
    page.button(key="promote").click().run()
    assert page.selectbox(key="promote-variant").value == "intent@3"
    assert not page.button(key="promote-now").disabled


def test_a_label_that_is_there_already_cannot_be_moved(app: Open, bench: Store) -> None:
    run_id = verdicts.run(bench, THREE)
    labels.move(bench, "intent", "production", 3)
    page = app(FILE, run=run_id)
    page.button(key="promote").click().run()
    assert "nothing moves" in plain(page)
    assert page.button(key="promote-now").disabled


def test_the_badge_tells_no_data_and_a_group_that_leads_from_no_difference(app: Open, bench: Store) -> None:
    leading = [right(120, 0.2), right(120, 0.72, shift=9), right(120, 0.74, shift=5)]
    assert "No single winner]" in said(app(FILE, run=verdicts.run(bench, leading)))
    apart = [[1.0, float("nan")], [float("nan"), 1.0]]
    assert "Nothing yet]" in said(app(FILE, run=verdicts.run(bench, apart, dataset="apart")))


def test_wrong_replies_and_errors_have_filters_of_their_own(app: Open, bench: Store) -> None:
    scores = [[1.0, 0.0, None, 1.0], [1.0, 1.0, 1.0, 1.0]]
    run_id = verdicts.run(bench, scores)
    page = app(FILE, run=run_id, view="cells", show="wrong")
    assert "1 of 4 cases" in said(page)
    assert page.dataframe[-1].value["case"].tolist() == [2]
    page = app(FILE, run=run_id, view="cells", show="errors")
    assert page.dataframe[-1].value["case"].tolist() == [3]


def test_the_margin_is_that_of_the_run_that_is_shown(app: Open, bench: Store) -> None:
    first = verdicts.run(bench, [right(60, 0.6), right(60, 0.8)])
    second = verdicts.run(bench, [right(60, 0.6), right(60, 0.8)], dataset="other")
    with bench.write() as session:
        row = session.get(RunRow, second)
        assert row is not None
        row.plan = {**row.plan, "margin": 0.05}
    page = app(FILE, run=first)
    assert page.number_input(key="within").value is None
    page.query_params["run"] = second
    page.run()
    assert page.number_input(key="within").value == 5
    page.query_params["run"] = first
    page.run()
    assert page.number_input(key="within").value is None


def test_a_run_at_work_shows_the_pair_of_the_best_two_that_is_still_open(app: Open, bench: Store) -> None:
    scores = [right(80, 0.1), right(80, 0.7, shift=9), right(80, 0.72, shift=5)]
    page = app(FILE, run=verdicts.run(bench, scores, state="planned"))
    assert page.selectbox(key="pair").value == "1-2"
    assert "98.3 %, not 95 %, because 3 pairs are looked at" in plain(page)


def test_the_case_that_crossed_the_line_is_told_from_the_one_at_which_the_run_stopped(app: Open, bench: Store) -> None:
    run_id = verdicts.run(bench, [[*right(40, 0.1), *[float("nan")] * 20], [*right(40, 0.9), *[float("nan")] * 20]], state="decided")
    with bench.write() as session:
        row = session.get(RunRow, run_id)
        assert row is not None
        row.plan = {**row.plan, "until_decided": True, "decision": {"outcome": "winner", "winner": "intent@2", "n": 40}}
    page = app(FILE, run=run_id, view="sequence")
    assert "crossed the line at case" in plain(page)
    assert "stopped at case 40" in plain(page)
