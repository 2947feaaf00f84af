"""The documentation of a prompt: what it says is what the store says, what is missing it names, and it is stale when that changes."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.export.prompts import DAY, NOW, blocks, call, codes, compose, notes, part, rows, section, tables, text
from tests.loopback import Loopback
from tests.runner.conftest import Bench, model
from workbench import stats
from workbench.comparison import compare_run
from workbench.errors import InputError, NotFound, TemplateError
from workbench.export import differences, figures, setup
from workbench.export.model import Chart, Code, Document, Table
from workbench.ledger import bulk, finding, metrics, rollups
from workbench.ledger.fields import CallRecord
from workbench.ledger.finding import Sought
from workbench.prompts import content, labels, registry
from workbench.prompts.records import Variable
from workbench.providers import connections
from workbench.providers.connections import Connection
from workbench.runner import reading
from workbench.stats import ratios
from workbench.stats.sketched import percentiles, ratio
from workbench.store import Store

HEADINGS = [
    "Overview", "Version", "API Contract", "Examples", "Error Handling", "Performance", "Changelog", "Test Results", "Comparisons",
    "Known Weaknesses", "Sources",
]  # fmt: skip
HOSTILE = (
    "# Title\n```\n{% raw %}<script>alert(1)</script>{% endraw %}\n```\n| a | b |\n|---|---|\n"
    "~~~ ![x](http://example.invalid) --> {{text}}\n"
)


VERSION = ("version",)


@pytest.fixture
def bench(store: Store) -> Iterator[Bench]:
    with Loopback(reply=model) as server:
        made = Bench(store, server)
        connections.save(store, Connection("loop", "compatible", base_url=server.v1))
        made.cases(12)
        made.version("Which intent? {{text}}")
        made.version("Which intent? Be strict. {{text}}")
        yield made


@pytest.fixture
def intent(store: Store) -> Store:
    """Two versions and three days of calls: some fail, some are liked."""
    for number, words in enumerate(("Sort: {{text}}", "Sort it well: {{text}}"), 1):
        registry.save_version(store, "intent", content.text(words), note=f"note {number}", author="ann", now_ms=NOW - 9 * DAY + number)
    bulk.add(store, list(_traffic()), price=False)
    return store


def _traffic() -> Iterator[CallRecord]:
    draw = random.Random(7)
    for n in range(240):
        failed = n % 24 == 0
        more = {
            "status": "error",
            "error_type": "rate_limit",
            "error_kind": "rate_limit",
            "error_message": "429 sk-abcdefghijklmnopqrstuvwx slow down",
        }
        timed = {
            "latency_ms": round(draw.lognormvariate(6, 0.5)),
            "input_tokens": draw.randint(80, 120),
            "feedback": 1 if n % 10 == 0 else None,
        }
        yield call(NOW - (n % 3) * DAY - n * 60_000, version=1 + n % 2, **(timed | (more if failed else {})))


def changed(before: Document, after: Document) -> list[str]:
    return [change.sentence for change in differences.compare(before.sources, after.sources).changes]


def test_a_prompt_without_anything_names_what_is_missing_and_how_to_get_it(store: Store) -> None:
    registry.create(store, "empty/one")
    made = compose(store, "empty/one")
    assert [one.title for one in made.sections] == HEADINGS
    assert (made.title, made.subtitle, made.as_of_ms) == ("empty/one", "No version yet", None)
    for one in made.sections[:-1]:
        assert notes(one, "missing"), one.title
    assert "workbench prompts save empty/one FILE" in text(section(made, "overview"))
    assert "workbench run empty/one@1 empty/one@2 --dataset NAME" in text(section(made, "comparisons"))
    assert "### Input" in text(section(made, "contract"))
    assert "### Output" in text(section(made, "contract"))
    assert len(rows(section(made, "errors"), "Error")) >= 5


def test_a_prompt_of_one_version_that_was_never_called_says_so(store: Store) -> None:
    registry.save_version(store, "a b's", content.text("Hello"))
    made = compose(store, "a b's")
    assert made.subtitle == "Version 1, the newest version; no version carries the label production"
    assert "The prompt takes no variables" in text(section(made, "contract"))
    assert "workbench run 'a b'\"'\"'s@1' --model PROVIDER/MODEL --dataset NAME" in text(section(made, "examples"))
    assert "no days: no call of it is recorded" in text(section(made, "performance"))
    assert codes(section(made, "version")) == {"Message 1: user": "Hello"}
    assert "Save a second version first." in text(section(made, "comparisons"))


def test_the_version_is_the_one_asked_for_else_production_else_the_newest(intent: Store) -> None:
    assert compose(intent, "intent", sections=VERSION).subtitle.startswith("Version 2, the newest version")
    labels.move(intent, "intent", "production", 1, author="bob", reason="safer", now_ms=NOW)
    assert (
        compose(intent, "intent", sections=VERSION).subtitle
        == "Version 1, the version that carries the label production; version 2 is newer"
    )
    assert compose(intent, "intent@latest", sections=VERSION).subtitle == "Version 2, the newest version"
    assert compose(intent, "intent@2", sections=VERSION).subtitle == "Version 2, asked for by its number; the newest version"
    made = compose(intent, "intent@production", sections=(*VERSION, "contract"))
    assert made.subject == "intent"
    assert ["2026-09-21 14:13 UTC", "production", "not set", "version 1", "bob", "safer"] in tables(section(made, "version"))[2]
    assert 'prompts.get("intent", label="production")' in codes(section(made, "contract"))["From Python"]
    with pytest.raises(NotFound):
        compose(intent, "intent@9", sections=VERSION)
    with pytest.raises(NotFound):
        compose(intent, "nobody", sections=VERSION)


def test_performance_is_what_the_store_says(intent: Store) -> None:
    made = part(intent, "intent@1", "performance", period="7d")
    since, until = NOW // DAY * DAY - 6 * DAY, NOW // DAY * DAY + DAY
    (cell,) = rollups.read(intent, since, until, filters={"prompt": "intent", "version": 1})
    shown = rows(made, "Figure")
    assert shown["Requests"][0] == "120"
    assert shown["Success rate"] == [
        figures.share(cell.success_rate), figures.interval(*stats.proportion(cell.ok, 120), "share"), "120",
    ]  # fmt: skip
    (middle, high) = percentiles([cell.latency], [0.5, 0.95])[0] or ()
    assert shown["Latency p50"] == [figures.ms(middle.value), figures.interval(middle.low, middle.high, "ms"), "120"]
    assert shown["Latency p95"] == [figures.ms(high.value), figures.interval(high.low, high.high, "ms"), "120"]
    assert shown["Average latency"][0] == figures.ms(cell.mean_latency_ms)
    assert shown["Average cost a request"][0] == figures.usd(cell.usd_per_call)
    assert shown["Cost of all requests"][0] == figures.usd(cell.cost_usd)
    assert shown["Liked, of those rated"][0] == "100.0 %"
    everyone = rollups.read(intent, since, until, filters={"prompt": "intent"})[0]
    assert tables(made)[1][1][:2] == ["Requests", figures.count(everyone.calls)]
    assert [row[0] for row in tables(made)[2]] == ["Version", "2", "1, this one"]
    charts = [block for block in blocks(made) if isinstance(block, Chart)]
    assert [chart.n for chart in charts] == [240, 120]
    assert charts[0].lines[1].values[0] == pytest.approx(high.value)


def test_averages_have_the_interval_of_the_hours_or_of_the_calls_where_they_lie_close_together(intent: Store) -> None:
    shown = rows(part(intent, "intent@1", "performance"), "Figure")
    mine = [one for one in _traffic() if one.version == 1]
    hours = sorted({one.started_ms // 3_600_000 for one in mine})
    sums = [[one.latency_ms or 0 for one in mine if one.started_ms // 3_600_000 == hour] for hour in hours]
    within = ratios.interval(ratio(list(map(sum, sums)), list(map(len, sums))))
    assert within is not None
    assert shown["Average latency"][1] == figures.interval(*within, "ms")
    registry.save_version(intent, "short", content.text("x"))
    times = [100, 150, 200, 900]
    bulk.add(intent, [call(NOW + n, prompt="short", latency_ms=each) for n, each in enumerate(times)], price=False)
    told = part(intent, "short", "performance", audience="reviewer")
    assert rows(told, "Figure")["Average latency"] == ["338 ms", figures.interval(0.0, stats.student(times).high, "ms"), "4"]
    assert "the single calls" in text(told)


def test_errors_are_counted_shown_without_keys_and_say_what_to_do(intent: Store) -> None:
    made = part(intent, "intent", "errors")
    assert rows(made, "Error")["rate_limit"][:3] == ["10", "4.2 %", figures.interval(*stats.proportion(10, 240), "share")]
    shown = next(code.text for code in blocks(made) if isinstance(code, Code))
    assert shown.startswith("rate_limit: 429 ")
    assert "sk-abcdef" not in text(made)
    assert "Wait a little, or lower requests a minute" in text(made)
    assert notes(part(intent, "intent", "errors", period="2020-01"), "missing")


def test_calls_of_the_simulated_model_are_left_out_where_there_are_others(intent: Store) -> None:
    bulk.add(intent, [call(NOW, provider="simulated", model="fair", version=1)] * 3, price=False)
    made = part(intent, "intent@1", "performance")
    assert rows(made, "Figure")["Requests"][0] == "120"
    assert notes(made, "info")[0] == "Left out: 3 calls of the simulated model."
    registry.save_version(intent, "toy", content.text("x"))
    bulk.add(intent, [call(NOW, prompt="toy", provider="simulated", model="fair")], price=False)
    assert "simulated model" in notes(part(intent, "toy", "overview"), "warning")[0]


def test_errors_and_performance_count_the_same_calls(intent: Store) -> None:
    failed = call(NOW + 1, provider="simulated", model="fair", status="error", error_type="rate_limit", error_message="made up")
    bulk.add(intent, [failed, *[call(NOW, provider="simulated", model="fair")] * 59], price=False)
    made = compose(intent, "intent", sections=("errors", "performance"))
    assert tables(section(made, "performance"))[1][1][:2] == ["Requests", "240"]
    errors = section(made, "errors")
    assert "Of 240 requests of this prompt, all versions together, 10 failed" in text(errors)
    assert "made up" not in text(errors)
    for key in ("errors", "performance"):
        assert notes(section(made, key), "info").count("Left out: 60 calls of the simulated model.") == 1
    registry.save_version(intent, "toy", content.text("x"))
    bulk.add(intent, [replace(failed, prompt="toy")], price=False)
    toy = part(intent, "toy", "errors")
    assert "Of 1 request of" in text(toy)
    assert "made up" in text(toy)
    assert notes(toy, "warning") == ["All of these calls went to the simulated model: their errors say nothing about a real one."]


def test_what_changed_of_errors_examples_and_versions_is_told_in_figures(intent: Store) -> None:
    wanted = ("version", "examples", "errors")
    bulk.add(intent, [call(NOW + 1, version=2, reply="card_arrival")], price=False)
    before = compose(intent, "intent", sections=wanted)
    bulk.add(intent, [call(NOW + 2, version=1, status="error", error_type="timeout", error_message="slow")], price=False)
    labels.move(intent, "intent", "staging", 2, now_ms=NOW)
    said = changed(before, compose(intent, "intent", sections=wanted))
    assert any(
        one.startswith("Errors of intent changed: requests 241 → 242; failed 10 → 11") and "timeout nothing → 1" in one for one in said
    )
    assert any("labels none → staging=2" in one for one in said)
    assert all(one.facts for one in before.sources if one.kind != "prose")


def test_hostile_texts_stand_there_whole_and_as_text(store: Store) -> None:
    long = HOSTILE + "x" * 100_000
    registry.save_version(store, "intent", replace(content.text(long), engine="fstring"), note="**bold** <b>\n# no heading")
    registry.update(store, "intent", description="`a` [x](javascript:1) {{ 7 * 7 }}\n\n# no heading")
    bulk.add(store, [call(reply=HOSTILE + "\x00\x1b", variables={"text": HOSTILE, "<b>": 1})] * 12, price=False)
    made = compose(store, "intent")
    assert compose(store, "intent") == made
    assert codes(section(made, "version"))["Message 1: user"] == long
    assert "`a` [x](javascript:1) {{ 7 * 7 }}\n\n# no heading" in text(section(made, "overview"))
    assert codes(section(made, "examples"))["Input: text"] == HOSTILE
    assert codes(section(made, "examples"))["Output"].startswith(HOSTILE)
    assert "**bold** <b>" in text(section(made, "changelog"))


def test_a_template_that_does_not_parse_is_a_remark_and_no_failure(store: Store) -> None:
    registry.save_version(store, "intent", content.text("{{#open}} never closed"))
    assert "The template cannot be read" in notes(part(store, "intent", "contract"), "bad")[0]


def _seen(store: Store) -> Document:
    return compose(store, "intent", sections=("version", "contract", "performance"))


def test_the_document_is_stale_when_what_it_shows_changes_and_only_then(intent: Store) -> None:
    first = _seen(intent)
    bulk.add(intent, [call(NOW, prompt="another"), call(NOW + 3 * DAY, prompt="another")], price=False)
    assert changed(first, _seen(intent)) == []
    bulk.add(intent, [call(NOW, version=2, latency_ms=90_000)], price=False)
    called = _seen(intent)
    assert any(said.startswith("Calls of intent changed: requests 120 → 121") for said in changed(first, called))
    labels.move(intent, "intent", "staging", 2, now_ms=NOW)
    moved = _seen(intent)
    assert any(said.startswith("Labels of intent changed") for said in changed(called, moved))
    registry.save_version(intent, "intent", content.text("Sort it best: {{text}}"), now_ms=NOW)
    assert any("newest version 2 → version 3" in said for said in changed(moved, _seen(intent)))
    last = _seen(intent)
    registry.update(intent, "intent", description="Sorts.")  # stands in the overview
    assert changed(last, _seen(intent)) == []
    registry.update(intent, "intent", expected_output="A word.")
    assert changed(last, _seen(intent)) == ["What is declared of intent changed"]


def test_only_what_is_shown_makes_a_document_stale(intent: Store) -> None:
    before = compose(intent, "intent", sections=("version", "changelog"))
    assert {one.kind for one in before.sources} == {"version", "labels"}
    bulk.add(intent, [call(NOW, version=2, latency_ms=90_000)], price=False)
    assert changed(before, compose(intent, "intent", sections=("version", "changelog"))) == []
    calls = compose(intent, "intent@1", sections=("performance",))
    labels.move(intent, "intent", "staging", 1, now_ms=NOW)
    assert changed(calls, compose(intent, "intent@1", sections=("performance",))) == []


def test_changes_are_told_step_by_step_and_two_versions_in_full(intent: Store) -> None:
    third = replace(content.text("Sort it well:\n{{text}}"), model="openai/gpt-5")
    registry.save_version(intent, "intent", third, note="", author="bob", now_ms=NOW)
    made = part(intent, "intent", "changelog")
    assert [line for line in text(made).splitlines() if line.startswith("###")] == ["### Version 3", "### Version 2", "### Version 1"]
    assert "Message 1 (user): 2 words added, 0 words removed." in text(made)
    assert "model: not set → openai/gpt-5." in text(made)
    assert "No note was written." in text(made)
    whole = part(intent, "intent", "changelog", options={"from": "1", "to": "3"})
    assert codes(whole)["Message 1: user"] == "- Sort: {{text}}\n+ Sort it well:\n+ {{text}}"
    assert codes(whole)["model"] == "+ openai/gpt-5"
    assert "### Version 2 to 3" in text(part(intent, "intent", "changelog", options={"to": "3"}))
    with pytest.raises(NotFound):
        part(intent, "intent", "changelog", options={"from": "nobody"})
    with pytest.raises(InputError, match="There is no version before intent@1"):
        part(intent, "intent@1", "changelog", options={"to": "1"})


def test_what_is_declared_stands_in_the_contract_and_what_is_not_is_observed(intent: Store) -> None:
    schema = {
        "type": "object",
        "properties": {"label": {"enum": ["a", "b"]}, "why": {"type": "string", "description": "A reason"}},
        "required": ["label"],
    }
    made_of = replace(content.text("{{text}} {{n}} {{free}}"), output_schema=schema)
    registry.save_version(intent, "intent", made_of, now_ms=NOW)
    registry.update(
        intent, "intent", variables=[Variable("text", description="The message", example="Hi"), Variable("old", required=False)]
    )
    good = [call(NOW + n, version=3, reply='{"label": "a", "why": "x"}', variables={"text": "t", "n": n}) for n in range(12)]
    bulk.add(intent, [*good, call(NOW + 99, version=3, reply='```json\n{"why": 1}\n```')], price=False)
    made = part(intent, "intent", "contract")
    shown = rows(made, "Name")
    assert shown["text"] == ["text", "yes", "Hi", "The message"]
    assert shown["n"] == ["number (observed)", "yes", "11", "not described"]
    assert shown["free"] == ["text (not declared)", "yes", "none known", "not described"]
    assert shown["old"][1] == "no"
    assert "Nobody has described n, free." in text(made)
    assert tables(made)[1][1:] == [["label", "one of a, b", "yes", ""], ["why", "string", "no", "A reason"]]
    assert "12 of the newest 13 recorded replies (since 2026-09-21) are JSON that holds every key" in text(made)
    assert tables(made)[2][1:] == [["why", "text 12 times, number 1 time", "13", "100.0 %", "1"], ["label", "text", "12", "92.3 %", '"a"']]


def test_examples_results_verdict_and_weak_spots_are_those_of_the_run(bench: Bench) -> None:
    run = bench.finish()
    made = compose(bench.store, "intent@1", period="all")
    assert made.as_of_ms is not None
    shown = section(made, "examples")
    normal, edge, failure = (line for line in text(shown).splitlines() if line.startswith("###"))
    assert (normal, edge, failure) == ("### A normal case", "### An edge case", "### A failure")
    assert codes(shown)["Input: text"].startswith("number ")
    assert f"{run.id}:0:1:0" in text(shown)
    assert "I cannot tell" in text(shown)
    scores = {line.variant: line for line in compare_run(bench.store, run.id).figures if line.metric == "score"}
    row = next(row for row in tables(section(made, "tests"))[0][1:] if row[2] == "intent@1")
    line = scores["intent@1"]
    assert row[3:] == ["loop/m", "cards", "equals:label", "12", figures.share(line.mean, line.low, line.high)]
    assert compare_run(bench.store, run.id).verdict in text(section(made, "comparisons"))
    weak = section(made, "weaknesses")
    assert "6 cases did not pass; the 5 with the lowest scores." in text(weak)
    assert rows(weak, "Cases with the tag") == {"even": ["6", "100.0 %", figures.interval(*stats.score_interval([1.0] * 6), "share")]}
    assert "the dataset cards" in text(section(made, "contract"))
    assert rows(section(made, "contract"), "Name")["text"][2] == "number 0 on card_arrival"
    strict = part(bench.store, "intent@2", "examples", period="all")
    assert "There is no failure to show" in text(strict)


def test_the_expected_reply_is_no_input_of_an_example_whether_cell_or_call(bench: Bench) -> None:
    run = bench.finish()
    cell = f"{run.id}:0:4:0"
    called = reading.cell(bench.store, run.id, 0, 4, 0).cell
    assert called is not None
    for place in (cell, str(called.call_id)):
        shown = codes(part(bench.store, "intent@1", "examples", options={"normal": place, "edge": "none", "failure": "none"}, period="all"))
        assert list(shown) == ["Input: text", "Output", "Expected"]
    more = {"text": "Hi", "label": "card_arrival"}
    bulk.add(bench.store, [call(NOW, variables=more, reply="x", external_id="alone")], price=False)
    (alone,) = finding.page(bench.store, Sought(external_id="alone"), limit=1).calls
    shown = codes(part(bench.store, "intent@1", "examples", options={"edge": str(alone.id)}, period="all"))
    assert "Input: label" not in shown


def test_an_example_may_be_chosen_and_written_by_hand(bench: Bench) -> None:
    run = bench.finish()
    options = {"normal": f"{run.id}:0:4:0", "edge": "999999", "failure": f"{run.id}:0:3:0", "failure_output": "Left out."}
    setup.put(bench.store, "prompt", "intent", prose={"example_normal": "Our *favourite*."})
    made = compose(bench.store, "intent@1", options=options, period="all", sections=("examples",))
    shown = section(made, "examples")
    assert f"{run.id}:0:4:0" in text(shown)
    assert "Our favourite." in text(shown)
    assert "An edge case: 999999" in notes(shown, "warning")[0]
    assert "The output shown here was written by hand in place of what was recorded." in notes(shown, "info")
    assert "Left out." in text(shown)
    assert any(one.kind == "prose" for one in made.sources)
    setup.put(bench.store, "prompt", "intent", prose={"cell_edge": f"{run.id}:0:5:0", "cell_normal": "none"})
    again = part(bench.store, "intent@1", "examples", period="all")
    assert f"Cell {run.id}:0:5:0" in text(again)
    assert text(again).startswith("### A normal case\nOur favourite.\n### An edge case")
    with pytest.raises(InputError, match="names no cell and no call"):
        part(bench.store, "intent@1", "examples", options={"normal": "the third one"})


def test_a_manager_reads_less_and_a_reviewer_how_it_was_worked_out(intent: Store) -> None:
    manager = compose(intent, "intent", audience="manager")
    assert [one.title for one in manager.sections] == ["Overview", "Version", "Performance", "Comparisons", "Known Weaknesses", "Sources"]
    assert not codes(section(manager, "version"))
    told = {audience: notes(part(intent, "intent", "performance", audience=audience), "info") for audience in ("engineer", "reviewer")}
    assert any(said.startswith("Method: percentiles") for said in told["reviewer"])
    assert not any("Method:" in said for said in told["engineer"])


def test_a_template_of_ones_own_may_ask_for_any_figure(intent: Store, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "prompt"  # type: ignore[operator]
    folder.mkdir()
    monkeypatch.setenv("WORKBENCH_TEMPLATES", str(tmp_path))
    (folder / "ours.md").write_text("# Ours\n\n{{ measured.whole.calls|count }} calls, {{ errors_n }} failed.\n")
    made = compose(intent, "intent", sections=("ours",))
    assert text(made).splitlines()[0] == "240 calls, 10 failed."
    (folder / "ours.md").write_text("\n{{ nothing }}")
    with pytest.raises(TemplateError, match=r"ours\.md, line 2"):
        compose(intent, "intent", sections=("ours",))


def test_what_guards_reported_of_the_prompt_stands_under_guards_and_nothing_where_none_did(intent: Store) -> None:
    assert "Guards" not in [one.title for one in compose(intent, "intent").sections]
    newest = finding.page(intent, Sought(prompt="intent"), limit=1).calls[0].started_ms
    for value, tags in ((1, ("intent", "v2")), (1, ("intent",)), (0, ("intent",)), (1, ("another",))):
        metrics.record_metric("guard_trigger.pii", value, at_ms=newest, tags=tags, store=intent)
    metrics.record_metric("guard_trigger", 1, at_ms=newest, tags=("intent",), store=intent)
    metrics.record_metric("guard_trigger.off_topic", 1, at_ms=newest - 400 * DAY, tags=("intent",), store=intent)
    made = compose(intent, "intent")
    day = figures.day(newest)
    assert tables(section(made, "guards")) == [
        [["Guard", "Triggered", "Values", "Last on"], ["any", "1", "1", day], ["pii", "2", "3", day]]
    ]
    (origin,) = (one for one in made.sources if one.kind == "metrics")
    assert dict(origin.facts)["guard_trigger.pii"] == "2 times"


def test_guards_that_read_alike_are_told_apart_and_how_many_are_shown_is_said(intent: Store) -> None:
    newest = finding.page(intent, Sought(prompt="intent"), limit=1).calls[0].started_ms
    for name, value in (("guard_trigger.pii", 1), ("guard_trigger:pii", 3)):
        metrics.record_metric(name, value, at_ms=newest, tags=("intent",), store=intent)
    made = compose(intent, "intent")
    assert [row[:2] for row in tables(section(made, "guards"))[0][1:]] == [["guard_trigger.pii", "1"], ["guard_trigger:pii", "3"]]
    (origin,) = (one for one in made.sources if one.kind == "metrics")
    assert {name: told for name, told in origin.facts if name != "period"} == {
        "guard_trigger.pii": "1 time",
        "guard_trigger:pii": "3 times",
    }
    for number in range(20):
        metrics.record_metric(f"guard_trigger.a{number}", 1, at_ms=newest, tags=("intent",), store=intent)
    (found,) = (block for block in blocks(section(compose(intent, "intent"), "guards")) if isinstance(block, Table))
    assert len(found.rows) == 20
    assert found.caption.endswith(": 20 of 22 guards, by name")


def test_a_template_of_ones_own_that_goes_through_guards_one_by_one_still_works(
    intent: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "prompt").mkdir()
    (tmp_path / "prompt" / "guards.md").write_text("{% for one in guards %}\n{{ one }}\n\n{% endfor %}\n")
    monkeypatch.setenv("WORKBENCH_TEMPLATES", str(tmp_path))
    newest = finding.page(intent, Sought(prompt="intent"), limit=1).calls[0].started_ms
    assert "Guards" not in [one.title for one in compose(intent, "intent").sections]
    metrics.record_metric("guard_trigger.pii", 1, at_ms=newest, tags=("intent",), store=intent)
    assert tables(section(compose(intent, "intent"), "guards"))[0][1][:2] == ["pii", "1"]
