"""Plans as values: their JSON and YAML, dates and dependencies, the diagram, the CSV, and those that ship."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest

from tests.export.sample import HOSTILE, SCRIPTS
from workbench.errors import InputError
from workbench.export.kinds import plan as document
from workbench.export.model import plain
from workbench.export.plans import csv_file, dates, drawing, keeping, model, shipped
from workbench.export.plans.model import Measure, Metric, Plan, Requirement, Risk, Task

MONDAY = date(2026, 11, 23)


def day(number: int) -> date:
    return date(2026, 11, number)


def full() -> Plan:
    return Plan(
        name="Triage",
        owner="Ada",
        contact="ada@example.com",
        start=MONDAY,
        problem="Slow.\n\n- much",
        users="Agents",
        solution="A prompt: with a colon",
        prompts=(Requirement("Sort", "Sort it", "few-shot", "a label", "intent@production"), Requirement("Answer", way="chain")),
        architecture="graph LR\n  A --> B",
        metrics=(Metric("accuracy", 0.9, "at least", Measure("score", "intent"), note="on the dataset"), Metric("nps", 30, unit="points")),
        tasks=(Task("Draft", day(23), day(25), owner="Ada", done=True), Task("Test", week=2, depends=("Draft",), note="all cases")),
        risks=(Risk("Drift", 4, 5, "watch it", "Bo"), Risk("Cost")),
        testing="Fifty cases",
        runs=("r1",),
        datasets=("messages",),
        budget="$100",
        scenario="As it is",
    )


def test_a_plan_written_and_read_again_is_the_same() -> None:
    plan = full()
    assert model.from_json(model.to_json(plan)) == plan
    for as_json in (False, True):
        assert keeping.from_text(keeping.to_text(plan, as_json=as_json)) == plan
    assert model.to_json(Plan("x")) == {"name": "x"}
    nothing = Plan("x", metrics=(Metric("errors", 0.0, "at most"),))
    assert model.checked(nothing).metrics[0].target == 0


@pytest.mark.parametrize("text", [*HOSTILE, *SCRIPTS.values(), "  spaced  ", "a\r\nb\tc\u2028d", "yes", "1:30", "~", "- x\n  y: z\n"])
def test_any_text_comes_back_as_it_was_but_for_what_no_store_holds(text: str) -> None:
    plan = Plan("x", problem=text, tasks=(Task("t", note=text),))
    kept = model.checked(plan)
    assert kept.problem == text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert keeping.from_text(keeping.to_text(kept, as_json=True)) == kept
    assert keeping.from_text(keeping.to_yaml(kept)) == kept


@pytest.mark.parametrize(
    ("changed", "place", "said"),
    [
        ({"name": " "}, "field name", "is empty"),
        ({"nmae": "x"}, "field nmae", "is no field"),
        ({"tasks": "x"}, "field tasks", "should be a list"),
        ({"tasks": ["x"]}, "field tasks.1", "should be fields with values"),
        ({"tasks": [{"title": "a", "end": "soon"}]}, "field tasks.1.end", "is no day"),
        ({"tasks": [{"title": "a", "start": "0001-01-01"}]}, "field tasks.1.start", "too far away"),
        ({"tasks": [{"title": "a"}, {"title": "b", "start": "2026-11-25", "end": "2026-11-24"}]}, "field tasks.2.end", "before the start"),
        ({"tasks": [{"title": "a"}, {"title": "a"}]}, "field tasks.2.title", "the name of task 1 already"),
        ({"tasks": [{"title": "a", "depends": ["b"]}]}, "field tasks.1.depends", "there is no task 'b'"),
        ({"tasks": [{"title": "a", "depends": ["a"]}]}, "field tasks.1.depends", "a → a"),
        ({"tasks": [{"title": "a", "week": 0}]}, "field tasks.1.week", "no whole number"),
        ({"tasks": [{"title": "a", "done": "maybe"}]}, "field tasks.1.done", "neither true nor false"),
        ({"risks": [{"title": "a", "impact": 6}]}, "field risks.1.impact", "from 1 to 5"),
        ({"metrics": [{"name": "a", "target": "high"}]}, "field metrics.1.target", "is no number"),
        ({"metrics": [{"name": "a", "target": "nan"}]}, "field metrics.1.target", "is no number"),
        ({"metrics": [{"name": "a", "measure": {"kind": "luck"}}]}, "field metrics.1.measure.kind", "is none of"),
        ({"prompts": [{"name": "a", "way": "magic"}]}, "field prompts.1.way", "is none of"),
        ({"runs": [["x"]]}, "field runs.1", "should be text"),
        ({"problem": "x" * 20_001}, "field problem", "20,001 characters"),
        ({"risks": [{"title": str(n)} for n in range(101)]}, "field risks", "101 entries"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_error_names_its_field(changed: dict[str, object], place: str, said: str) -> None:
    with pytest.raises(InputError, match="field") as caught:
        model.from_json({"name": "x", **changed})
    assert caught.value.place == place
    assert said in caught.value.message


def test_an_error_of_a_file_names_line_and_file(tmp_path: pytest.TempPathFactory) -> None:
    path = tmp_path / "plan.yaml"  # type: ignore[operator]
    path.write_text("name: x\ntasks:\n  - title: a\n    end: soon\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"plan\.yaml, line 4, field tasks\.1\.end: 'soon' is no day"):
        keeping.read(path)
    path.write_bytes(b"name: \xff")
    with pytest.raises(InputError, match="not text in UTF-8"):
        keeping.read(path)


def test_a_circle_of_dependencies_is_refused_with_its_path() -> None:
    tasks = (Task("a", depends=("c",)), Task("b", depends=("a",)), Task("c", depends=("b",)), Task("d", depends=("a",)))
    assert dates.cycle(tasks) == ["a", "c", "b", "a"]
    with pytest.raises(InputError, match="a → c → b → a"):
        dates.check(tasks)
    chain = tuple(Task(str(n), depends=(str(n - 1),) if n else ()) for n in range(300))
    assert dates.cycle(chain[::-1]) == []


def test_a_task_before_what_it_waits_for_is_told() -> None:
    plan = Plan("x", tasks=(Task("a", day(23), day(27)), Task("b", day(27), day(28), depends=("a",)), Task("c")))
    assert dates.remarks(plan) == [
        "“b” starts on 2026-11-27, and “a”, which it waits for, ends on 2026-11-27.",
        "Without a date: “c”.",
    ]
    fine = replace(plan, tasks=(plan.tasks[0], replace(plan.tasks[1], start=day(28))))
    assert dates.remarks(fine) == []


def test_weeks_become_days_and_days_become_weeks() -> None:
    plan = Plan("x", start=date(2026, 11, 25), tasks=(Task("a", week=1), Task("b", week=3), Task("c", date(2026, 12, 8)), Task("d")))
    placed = dates.place(plan)
    assert [(one.start, one.end, one.week) for one in placed] == [
        (day(25), day(27), 1),
        (date(2026, 12, 7), date(2026, 12, 11), 3),
        (date(2026, 12, 8), date(2026, 12, 8), 3),
        (None, None, None),
    ]
    assert [(week, [one.task.title for one in held]) for week, held in dates.by_week(plan)] == [(1, ["a"]), (3, ["b", "c"]), (None, ["d"])]
    assert [one.task.title for one in dates.late(plan, date(2026, 12, 9))] == ["a", "c"]
    weeks_only = Plan("x", tasks=(Task("a", week=2), Task("b", week=1, depends=("a",))))
    assert dates.remarks(weeks_only) == ["“b” starts in week 1, and “a”, which it waits for, ends in week 2."]


def test_a_task_before_the_first_day_is_told_and_is_in_no_week_that_there_is_not() -> None:
    plan = Plan("x", start=MONDAY, tasks=(Task("a", day(2), day(3)), Task("b", day(16), day(24)), Task("c", week=1)))
    assert [(week, [one.task.title for one in held]) for week, held in dates.by_week(plan)] == [(0, ["a", "b"]), (1, ["c"])]
    assert dates.remarks(plan) == [
        "“a” starts on 2026-11-02, and the plan on 2026-11-23.",
        "“b” starts on 2026-11-16, and the plan on 2026-11-23.",
    ]
    table = document.timeline(plan)
    assert table is not None
    assert [plain(row[0].runs) for row in table.rows] == ["Before week 1", "", "Week 1\nfrom 2026-11-23"]
    assert [row["Labels"] for row in read(csv_file.write(plan))] == ["task", "task", "task week-1"]


@pytest.mark.parametrize("start", [one.key for one in shipped.STARTS])
def test_a_plan_that_ships_holds_and_fits(start: str) -> None:
    plan = shipped.begin(start, first_day=MONDAY)
    assert model.checked(plan) == plan
    assert dates.remarks(plan) == []
    assert len(plan.metrics) >= model.ENOUGH_METRICS
    assert all(one.measure is not None for one in plan.metrics)
    assert all((plan.problem, plan.users, plan.solution, plan.prompts, plan.risks, plan.testing, plan.budget))
    assert all(task.start is not None and task.start.weekday() < 5 for task in plan.tasks)
    assert shipped.begin(start).start is None
    with pytest.raises(InputError, match="no plan to start from"):
        shipped.begin("luck")


@pytest.mark.parametrize("start", [one.key for one in shipped.STARTS])
@pytest.mark.parametrize("first", [day(25), day(27), day(28), day(29), date(2026, 12, 31)])
def test_no_task_of_a_start_is_before_the_first_day_or_begins_or_ends_at_a_weekend(start: str, first: date) -> None:
    plan = shipped.begin(start, first_day=first)
    days = [found for task in plan.tasks for found in (task.start, task.end) if found is not None]
    assert len(days) == 2 * len(plan.tasks)
    assert all(found >= first and found.weekday() < 5 for found in days)
    assert (dates.remarks(plan), min(one.week or 0 for one in dates.place(plan))) == ([], 1)
    by_days = shipped.begin(start, first_day=MONDAY)
    for task, other in zip(plan.tasks, by_days.tasks, strict=True):  # as long as from a Monday, but for the weekend between
        assert None not in (task.start, task.end, other.start, other.end)
        assert (task.end - task.start).days - (other.end - other.start).days in (0, 2)  # type: ignore[operator]


def test_a_first_day_that_no_plan_may_have_is_refused() -> None:
    for far in (date.max, date.min):
        with pytest.raises(InputError, match="too far away"):
            shipped.begin("new_prompt", first_day=far)


def test_a_plan_that_begins_at_a_weekend_has_its_first_week_behind_it() -> None:
    placed = dates.place(Plan("x", start=day(28), tasks=(Task("a", week=1), Task("b", week=2))))
    assert [(one.start, one.end, one.week) for one in placed] == [
        (day(30), date(2026, 12, 4), 1),
        (date(2026, 12, 7), date(2026, 12, 11), 2),
    ]


def test_a_text_of_a_start_counts_as_not_written_until_somebody_changes_it() -> None:
    for start in shipped.STARTS:
        empty = shipped.filled(shipped.begin(start.key))
        assert not any((empty.prompts, *(getattr(empty, name) for name in shipped.PROSE)))
        assert (len(empty.tasks), len(empty.metrics)) == (len(shipped.begin(start.key).tasks), len(shipped.begin(start.key).metrics))
    begun = shipped.begin("new_prompt")
    assert shipped.written(begun.problem.replace("\n", "\r\n") + " ") == ""
    assert shipped.written(begun.problem + "Letters.") == begun.problem + "Letters."
    assert shipped.filled(full()) == full()


def test_the_type_of_a_start_counts_once_somebody_chose_it_or_said_what_the_prompt_is_for() -> None:
    (one,) = shipped.begin("new_prompt").prompts
    (linked,) = shipped.filled(Plan("x", prompts=(replace(one, prompt="triage@2"),))).prompts
    assert linked == Requirement("triage@2", way="", prompt="triage@2")
    assert shipped.own(replace(one, way="chain")).way == "chain"
    assert shipped.own(replace(one, purpose="Sort letters")) == replace(one, purpose="Sort letters", output="")


def test_the_diagram_is_the_chain_until_somebody_draws_another() -> None:
    plan = replace(full(), architecture="")
    source = drawing.chain(plan)
    assert source.splitlines()[0] == "flowchart LR"
    assert 'p1["Sort"]' in source
    assert "p1 --> p2" in source
    assert drawing.mermaid(full()) == full().architecture
    assert drawing.chain(Plan("x")).count("-->") == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_of_the_diagram_holds_no_syntax(text: str) -> None:
    from workbench.export import diagrams

    source = drawing.chain(Plan("x", prompts=(Requirement(text[:150].strip() or "x"), Requirement("b"))))
    assert len(source.splitlines()) == 8
    assert [node.key for node in diagrams.parse(source).nodes] == ["start", "p1", "p2", "finish"]


def test_the_charts_hold_every_dated_task_and_every_risk() -> None:
    chart = drawing.gantt(full())
    assert chart is not None
    assert chart.labels == ("Draft", "Test")
    assert chart.lines[0].values == (1.0, 0.0)
    assert (chart.lines[0].high[0] or 0) - (chart.lines[0].low[0] or 0) == 3 * drawing.DAY_MS
    matrix = drawing.matrix(full())
    assert matrix is not None
    assert sum(value or 0 for line in matrix.lines for value in line.values) == 2
    assert matrix.lines[0].values == (0, 0, 0, 1, 0)
    assert drawing.gantt(Plan("x", tasks=(Task("a"),))) is None
    for dateless, note in ((1, "1 task without a date is left out."), (2, "2 tasks without a date are left out.")):
        some = drawing.gantt(Plan("x", tasks=(Task("a", day(23)), *(Task(f"b{n}", done=True) for n in range(dateless)))))
        assert some is not None
        assert (some.title, some.n, some.note) == (f"Timeline: {dateless} of {dateless + 1} tasks done", 1, note)
    assert drawing.matrix(Plan("x")) is None


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_csv_has_the_columns_that_trackers_take() -> None:
    rows = read(csv_file.write(full()))
    assert list(rows[0]) == ["Title", "Description", "Status", "Assignee", "Start date", "Due date", "Labels", "Depends on"]
    assert rows[0] == {
        "Title": "Draft", "Description": "", "Status": "Done", "Assignee": "Ada", "Start date": "2026-11-23", "Due date": "2026-11-25",
        "Labels": "task week-1", "Depends on": "",
    }  # fmt: skip
    assert (rows[1]["Status"], rows[1]["Due date"], rows[1]["Depends on"]) == ("To do", "2026-12-04", "Draft")
    everything = read(csv_file.write(full(), "all"))
    assert [row["Title"] for row in everything][2:] == [
        "Prompt: Sort", "Prompt: Answer", "Metric: accuracy", "Metric: nps", "Risk: Drift", "Risk: Cost",
    ]  # fmt: skip
    assert "Target: at least 0.90\nRead from: Score of the newest run, intent" in everything[4]["Description"]
    with pytest.raises(InputError, match="none of tasks"):
        csv_file.write(full(), "luck")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "\n=x"])
def test_no_cell_of_the_csv_is_a_formula(text: str) -> None:
    plan = Plan("x", tasks=(Task("a", note=text, owner=text),), risks=(Risk("r", mitigation=text, owner=text),))
    cells = [cell for row in csv.reader(io.StringIO(csv_file.write(plan, "all"), newline="")) for cell in row]
    assert not [cell for cell in cells if cell[:1] in "=+-@\t\r\n" and cell]
    assert f"'{text}" in cells
