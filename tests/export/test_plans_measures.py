"""What metrics of a plan are linked to: each figure with n, period and interval, or why there is none; and the plan as a document."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.cost.ledger import DAY_MS, START_MS, call, put
from tests.cost.scenarios import SMALL
from tests.export.test_plans import full
from tests.pages import stores
from workbench.cost import keeping as scenarios
from workbench.export import documents, kinds
from workbench.export.kinds import Request
from workbench.export.model import Chart, Diagram, Document, Note, Paragraph, Section, Table, plain
from workbench.export.plans import csv_file, keeping, measures, model, shipped
from workbench.export.plans.measures import Measured
from workbench.export.plans.model import Measure, Metric, Plan, Task
from workbench.ledger import budgets, metrics
from workbench.store import Store

HEADINGS = [
    "Problem Statement", "Target Users", "Solution Overview", "Prompts Required", "Architecture", "Success Metrics",
    "Implementation Timeline", "Risk Assessment", "Testing Plan", "Budget", "Status", "Sources",
]  # fmt: skip


def one(store: Store, kind: str, of: str = "", period: str = "30d", **fields: Any) -> Measured:
    (found,) = measures.measure(store, Plan("x", metrics=(Metric("m", measure=Measure(kind, of), **fields),)), period)
    return found


def week(store: Store) -> None:
    """A hundred calls of one day and four of eight days before."""
    answered = [call(None, started_ms=START_MS + n, latency_ms=100 + n, prompt="p", version=2, cost_nano=2_000_000) for n in range(90)]
    failed = [
        call(None, started_ms=START_MS + 90 + n, status="error", error_type="timeout", cost_nano=None, latency_ms=None) for n in range(10)
    ]
    old = [call(None, started_ms=START_MS - 8 * DAY_MS + n, latency_ms=9_000, prompt="q") for n in range(4)]
    put(store, *answered, *failed, *old)


def test_a_score_is_that_of_the_newest_run_with_its_interval(sqlite_store: Store) -> None:
    store = sqlite_store
    run_id = stores.fill(store)
    found = one(store, "score", "intent", target=0.5)
    assert found.reading.source == ("run", run_id)
    assert found.reading.n == 6
    assert found.reading.value is not None
    assert found.reading.low is not None
    assert found.reading.low <= found.reading.value <= (found.reading.high or 1)
    assert found.reading.period.startswith("version 2 in the run ")
    assert one(store, "score", "intent@1").reading.period.startswith("version 1 in the run ")
    assert one(store, "score", "intent@production").reading.period.startswith("version 2 ")
    assert "No run with a score holds support/reply" in one(store, "score", "support/reply").reading.why
    assert "no prompt" in one(store, "score", "nobody@1").reading.why
    assert one(store, "score").reading.why == "Choose the prompt whose newest run is read."


def test_figures_of_calls_say_how_many_and_which_days(sqlite_store: Store) -> None:
    store = sqlite_store
    week(store)
    rate = one(store, "success_rate", period="7d", target=0.95)
    assert (rate.reading.value, rate.reading.n, rate.standing) == (0.9, 100, "not met")
    assert rate.reading.low is not None
    assert rate.reading.low < 0.9 < (rate.reading.high or 0)
    assert one(store, "success_rate", target=0.9).reading.n == 104
    p95 = one(store, "latency_p95", "p", direction="at most", target=150)
    assert p95.reading.value == pytest.approx(185, rel=0.02)
    assert (p95.reading.n, p95.standing) == (90, "not met")
    assert p95.sentence == f"m {p95.now}, at most 150 ms"
    assert one(store, "latency_p50", "p", period="7d").reading.value == pytest.approx(145, rel=0.02)
    assert one(store, "usd_per_call", "p").reading.value == pytest.approx(0.002)
    spent = one(store, "spend", "p", direction="at most", target=1)
    assert (spent.reading.value, spent.standing, spent.reading.n) == (pytest.approx(0.18), "met", 90)
    assert "was rated" in one(store, "satisfaction").reading.why
    assert one(store, "success_rate", "nobody").reading.why.startswith("No call of nobody")


def test_an_own_metric_and_a_budget_are_read(sqlite_store: Store) -> None:
    store = sqlite_store
    week(store)
    assert "There is no budget for all calls" in one(store, "budget_share").reading.why
    budgets.put(store, scope="total", period="month", limit_usd="0.36")
    share = one(store, "budget_share", direction="at most", target=0.8)
    assert share.reading.value == pytest.approx(0.5, abs=0.001)
    assert share.standing == "met"
    assert "No value of relevance" in one(store, "own_metric", "relevance").reading.why
    metrics.add(store, [metrics.Value("relevance", value, START_MS) for value in (0.5, 0.7, 0.9)])
    own = one(store, "own_metric", "relevance", target=0.6)
    assert (own.reading.value, own.reading.n, own.standing) == (pytest.approx(0.7), 3, "met")
    assert own.unclear


def test_a_budget_is_found_by_what_it_limits_and_not_by_its_key_alone(sqlite_store: Store) -> None:
    store, key = sqlite_store, "openai/gpt-4o-mini"
    model = {"provider": "openai", "model": "gpt-4o-mini", "cost_nano": 10_000_000}
    put(store, *(call(None, started_ms=START_MS + n, prompt=key if n else "p", **model) for n in range(4)))
    budgets.put(store, scope="prompt", key=key, period="month", limit_usd="0.06")
    budgets.put(store, scope="prompt", key=key, period="day", limit_usd="9")
    assert one(store, "budget_share", key).reading.value == pytest.approx(0.5)  # a plan that knows the key alone, and no doubt
    budgets.put(store, scope="model", key=key, period="month", limit_usd="0.4")
    budgets.put(store, scope="total", period="month", limit_usd="4")
    read = {of: one(store, "budget_share", of).reading for of in (f"prompt {key}", f"model {key}", "")}
    assert [(each.value, each.n) for each in read.values()] == [
        (pytest.approx(0.5), 3), (pytest.approx(0.1), 4), (pytest.approx(0.01), 4),
    ]  # fmt: skip
    assert len({each.source for each in read.values()}) == 3
    doubtful = one(store, "budget_share", key).reading
    assert doubtful.value is None
    assert doubtful.why == f"2 budgets for a month are called {key}: choose model {key} or prompt {key}."


def test_nothing_recorded_says_so_and_how_to_get_it(sqlite_store: Store) -> None:
    for kind in ("success_rate", "latency_p95", "usd_per_call", "satisfaction", "spend", "own_metric", "budget_share", "score"):
        found = one(sqlite_store, kind, target=1)
        assert found.standing == "no data"
        assert found.reading.why
        assert found.now == "no data"
    (loose,) = measures.measure(sqlite_store, Plan("x", metrics=(Metric("nps", 30, unit="points"),)))
    assert "linked to nothing" in loose.reading.why
    assert loose.goal == "at least 30 points"


def test_a_metric_reads_as_it_is_said_of_its_target() -> None:
    found = Measured(Metric("accuracy", 0.9), measures.Reading(0.81, "score", 100, low=0.72, high=0.88))
    assert found.sentence == "accuracy 0.81 of 0.90"
    assert (found.standing, found.unclear) == ("not met", False)


@pytest.mark.parametrize(
    ("kind", "target", "remark"),
    [
        ("success_rate", 90, "the target is outside 0 to 100 %"), ("satisfaction", -0.1, "the target is outside 0 to 100 %"),
        ("score", 85, "the target is outside 0 to 1"), ("score", 1, ""), ("success_rate", 0, ""), ("budget_share", 1.2, ""),
        ("latency_p95", 2000, ""),
    ],
)  # fmt: skip
def test_a_target_that_the_figure_can_never_be_is_said_to_be_outside(kind: str, target: float, remark: str) -> None:
    for value in (0.97, None):
        reading = measures.Reading(value, measures.UNITS[kind], 100)
        assert Measured(Metric("x", target, measure=Measure(kind)), reading).remark == remark
    assert Measured(Metric("x", target, unit="points"), measures.Reading(None, "points")).remark == ""


def section(document: Document, title: str) -> Section:
    return next(one for one in document.sections if one.title == title)


def said(held: Section) -> str:
    parts: list[str] = []
    for block in held.blocks:
        if isinstance(block, Table):
            parts += [plain(cell.runs) for row in block.rows for cell in row]
        elif isinstance(block, Note):
            parts += [plain(inner.runs) if isinstance(inner, Paragraph) else str(inner) for inner in block.blocks]
        else:
            parts.append(plain(block.runs) if isinstance(block, Paragraph) else str(block))
    return "\n".join(parts)


def test_the_document_has_the_headings_of_the_template_in_their_order(sqlite_store: Store) -> None:
    store = sqlite_store
    keeping.create(store, Plan("bare"))
    bare = documents.compose(store, Request("plan", "bare"))
    assert [one.title for one in bare.sections] == HEADINGS
    assert all(isinstance(block, Note) for one in bare.sections[:-3] for block in one.blocks)
    assert "three success metrics or more; this one has 0" in said(section(bare, "Success Metrics"))
    keeping.create(store, shipped.begin("capstone"))
    shown = documents.compose(store, Request("plan", "Capstone project"))
    assert [one.title for one in shown.sections] == HEADINGS
    assert kinds.get("plan").formats[0] == "md"


def test_what_a_start_says_to_write_is_missing_in_the_document_and_quoted_as_a_hint(sqlite_store: Store) -> None:
    keeping.create(sqlite_store, shipped.begin("new_prompt"))
    document = documents.compose(sqlite_store, Request("plan", "New prompt"))
    for title in ("Problem Statement", "Target Users", "Solution Overview", "Architecture", "Testing Plan", "Budget"):
        assert all(isinstance(block, Note) and block.kind == "missing" for block in section(document, title).blocks), title
    assert "No problem is stated yet" in said(section(document, "Problem Statement"))
    assert "What is done by hand, or badly, today" in said(section(document, "Problem Statement"))
    required = said(section(document, "Prompts Required"))
    assert "few-shot" not in required
    assert "Its start asks for: What it does, in one sentence. The shape of the reply, with an example." in required


def test_the_document_shows_live_figures_and_where_they_came_from(sqlite_store: Store) -> None:
    store = sqlite_store
    run_id = stores.fill(store)
    scenarios.save(store, replace(scenarios.shipped()[0], name="As it is"))
    keeping.create(store, replace(full(), runs=(run_id, "gone"), datasets=("messages", "none")))
    document = documents.compose(store, Request("plan", "Triage"))
    assert documents.compose(store, Request("plan", "Triage")) == document
    assert document.subtitle == "Project plan · Ada · ada@example.com"
    metrics_said = said(section(document, "Success Metrics"))
    assert "at least 0.90" in metrics_said
    assert "Score of the newest run · intent" in metrics_said
    assert "this one has 2" in metrics_said
    tested = said(section(document, "Testing Plan"))
    assert "no run 'gone'" in tested
    assert "6 cases" in tested
    assert "intent@2" in said(section(document, "Prompts Required"))
    assert any(isinstance(block, Diagram) for block in section(document, "Architecture").blocks)
    assert any(isinstance(block, Chart) for block in section(document, "Implementation Timeline").blocks)
    assert any(isinstance(block, Table) for block in section(document, "Budget").blocks)
    assert "Test\nall cases" in said(section(document, "Implementation Timeline"))
    assert "1 of 2 tasks are done" in said(section(document, "Status"))
    assert {one.kind for one in document.sources} == {"plan", "version", "run", "cases", "scenario"}
    kept = keeping.load(store, "Triage")
    keeping.save(store, replace(kept.plan, owner="Bo"), kept.number)
    later = documents.compose(store, Request("plan", "Triage"))
    changed = [a.kind for a, b in zip(document.sources, later.sources, strict=True) if a.digest != b.digest]
    assert changed == ["plan"]


def test_hostile_words_stand_in_the_document_as_they_are(sqlite_store: Store) -> None:
    from tests.export.sample import HOSTILE
    from workbench.export.plans.model import Requirement, Risk, Task

    texts = [text[:150].strip() for text in HOSTILE]
    plan = Plan(
        "x",
        prompts=tuple(Requirement(text, text) for text in texts),
        metrics=tuple(Metric(text, note=text) for text in texts),
        tasks=tuple(Task(text, owner=text) for text in texts),
        risks=tuple(Risk(text, mitigation=text) for text in texts),
    )
    keeping.create(sqlite_store, plan)
    document = documents.compose(sqlite_store, Request("plan", "x"))
    cells = [
        plain(cell.runs)
        for one in document.sections
        for block in one.blocks
        if isinstance(block, Table)
        for row in block.rows
        for cell in row
    ]
    for text in texts:
        assert text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd") in cells


def test_a_budget_has_the_prices_of_the_data_on_any_day(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store = sqlite_store
    scenarios.save(store, SMALL, now_ms=START_MS)
    keeping.create(store, Plan("x", scenario="small"), now_ms=START_MS)
    first = documents.compose(store, Request("plan", "x"))
    monkeypatch.setattr("workbench.clock.now_ms", lambda: 0)  # long before any price was listed
    assert documents.compose(store, Request("plan", "x")) == first
    assert any(isinstance(block, Table) for block in section(first, "Budget").blocks)


def test_a_task_that_became_late_makes_the_plan_stale_and_another_call_of_the_day_does_not(sqlite_store: Store) -> None:
    store = sqlite_store
    task = Task("Write it", end=date(2025, 6, 16))
    keeping.create(store, Plan("x", tasks=(task,)), now_ms=START_MS)
    digests = []
    for day in (0, 0, 5):
        put(store, call(None, started_ms=START_MS + day * DAY_MS + len(digests)))
        document = documents.compose(store, Request("plan", "x"))
        digests.append([one.digest for one in document.sources])
    assert digests[0] == digests[1] != digests[2]
    assert "1 is late: “Write it”" in said(section(document, "Status"))


def test_what_rests_on_simulated_calls_or_is_not_sure_says_so_beside_its_standing(sqlite_store: Store) -> None:
    store = sqlite_store
    put(store, *(call(None, started_ms=START_MS + n, provider="simulated", status="ok" if n else "error") for n in range(20)))
    metric = Metric("answered", 0.96, measure=Measure("success_rate"))
    keeping.create(store, Plan("x", metrics=(metric, replace(metric, name="liked", measure=Measure("satisfaction")))), now_ms=START_MS)
    document = documents.compose(store, Request("plan", "x"))
    status = said(section(document, "Status"))
    assert "answered 95.0 % of 96.0 %: not met (more data may change that, simulated replies among them)." in status
    assert "not met; more data may change that, simulated replies among them" in said(section(document, "Success Metrics"))
    assert "nothing #2" in {one.id for one in document.sources}


@pytest.mark.parametrize("start", [one.key for one in shipped.STARTS])
def test_a_plan_just_begun_meets_no_target_by_calls_that_nobody_chose(sqlite_store: Store, start: str) -> None:
    week(sqlite_store)
    for found in measures.measure(sqlite_store, shipped.begin(start)):
        assert found.standing == "no data", found.sentence
        assert found.reading.why.startswith("Choose the prompt "), found.reading.why


def test_all_calls_are_read_where_they_were_chosen_and_in_plans_kept_before(sqlite_store: Store) -> None:
    week(sqlite_store)
    (kept,) = model.from_json({"name": "x", "metrics": [{"name": "m", "measure": {"kind": "latency_p95"}}]}).metrics
    assert kept.measure == Measure("latency_p95", "")
    assert one(sqlite_store, "latency_p95").reading.n == 94
    assert one(sqlite_store, "latency_p95", "p").reading.n == 90
    keeping.create(sqlite_store, shipped.begin("new_prompt"))
    document = documents.compose(sqlite_store, Request("plan", "New prompt"))
    assert "Latency, p95 · choose the prompt" in said(section(document, "Success Metrics"))
    assert "?" not in csv_file.write(shipped.begin("new_prompt"), "metrics")
