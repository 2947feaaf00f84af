"""`workbench cost optimise`, as a person types it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workbench import cli, settings, store
from workbench.cost import document, keeping
from workbench.errors import InputError, NotFound

EXAMPLE = "support_assistant"


def command(*arguments: str) -> Result:
    return CliRunner().invoke(cli.cli, ["cost", "optimise", *arguments])


@pytest.fixture
def file(home: Path, tmp_path: Path) -> Path:
    """The example's file, to be changed."""
    path = tmp_path / "mine.yaml"
    path.write_text((settings.app_root() / "data" / "demo" / f"{EXAMPLE}.yaml").read_text())
    return path


def test_the_example_is_planned_by_its_name(home: Path) -> None:
    done = command(EXAMPLE, "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["feasible"] is True
    assert said["usd"] < 2000
    assert said["quality"] > 0.95
    assert said["latency_p95_ms"] < 2000
    assert said["now"]["usd"] == 49_500
    assert said["usd_p5"] < said["usd"] < said["usd_p95"]
    assert said["shares"]["simple"] == {"gpt-3.5-turbo": 1}
    assert (said["cache"], said["batch"], said["conflict"]) == ("exact", {}, [])
    assert said["binding"][0]["name"] == "quality"
    assert "frontier" not in said


def test_every_assumption_is_printed_with_its_source_and_field(home: Path) -> None:
    said = json.loads(command(EXAMPLE, "--json").stdout)["assumptions"]
    assert {"name", "value", "source", "field"} == set(said[0])
    fields = [each["field"] for each in said]
    for field in ("baseline.queries_per_day", "prices.claude-instant", "believed.gpt-4.quality_by_class.complex", "levers.semantic_cache"):
        assert field in fields


def test_the_plan_is_a_scenario_document_that_can_be_read_again(home: Path) -> None:
    said = json.loads(command(EXAMPLE, "--json").stdout)
    scenario = document.from_json(said["scenario"])
    assert {lever.kind for lever in scenario.levers} == {"routing", "exact_cache"}


def test_the_frontier_comes_when_it_is_asked_for(home: Path) -> None:
    said = json.loads(command(EXAMPLE, "--json", "--frontier", "--points", "5").stdout)["frontier"]
    assert 5 <= len(said) <= 10
    usd = [each["usd"] for each in said]
    assert usd == sorted(usd)
    assert {each["latency_p95_limit_ms"] for each in said} == {None, 2000}
    assert all(each["quality"] and each["latency_p95_ms"] and each["shares"] for each in said)


def test_people_read_now_the_plan_what_limits_cost_and_the_assumptions(home: Path) -> None:
    done = command(EXAMPLE, "--frontier", "--points", "3")
    assert done.exit_code == 0
    for line in (
        "Now: $49,500.00 a month, quality 98.0 %, p95 6.50 s",
        "  One point less quality would save $906.76 a month.",
        "  Quality of gpt-3.5-turbo, complex: 78 % (believed)",
        "Cache: exact cache",
    ):
        assert line in done.stdout.splitlines()
    assert "Cheapest plan: $1,746.09 (" in done.stdout
    assert "Frontier\n  $724.50, quality 94.0 %, p95 1.27 s: exact cache, then a semantic one" in done.stdout


def test_infeasible_is_exit_code_3_with_the_limits_that_exclude_each_other(file: Path) -> None:
    file.write_text(file.read_text().replace("usd_per_month: 2000", "usd_per_month: 1500"))
    told = (
        "A quality of 95.1 % cannot be had under $1,500 a month: "
        "the least spend is $1,746.09 a month; with $1,500 the best quality is 94.9 %."
    )
    done = command(str(file), "--json")
    assert done.exit_code == 3
    said = json.loads(done.stdout)
    assert (said["feasible"], said["usd"], said["shares"], said["cache"], said["conflict"]) == (False, None, {}, None, [told])
    assert said["assumptions"]
    plain = command(str(file))
    assert plain.exit_code == 3
    assert f"No plan keeps all limits\n  {told}" in plain.stdout


def test_a_scenario_that_is_kept_is_planned_by_its_name(file: Path) -> None:
    keeping.save(store.current(), document.read(file))
    assert json.loads(command("Support assistant", "--json").stdout)["name"] == "Support assistant"


def test_a_name_that_is_not_there_is_an_error(home: Path) -> None:
    assert isinstance(command("nothing of that name").exception, NotFound)


def test_a_document_that_cannot_be_says_where(file: Path) -> None:
    file.write_text(file.read_text().replace("quality: 0.951", "quality: 1.4"))
    error = command(str(file)).exception
    assert isinstance(error, InputError)
    assert "limits.quality" in str(error)


def test_a_range_that_reaches_over_the_limit_is_said(home: Path) -> None:
    assert "The range reaches $2,1" in command(EXAMPLE).stdout


def test_a_baseline_without_a_price_is_unpriced_and_not_free(file: Path) -> None:
    text = file.read_text().replace("models: {gpt-4: 1}", "models: {nobody/knows: 1}")
    file.write_text(text)
    said = json.loads(command(str(file), "--json").stdout)
    assert (said["now"]["usd"], said["now"]["unpriced_calls"]) == (None, 3_000_000)
    assert said["usd"] < 2000
    plain = command(str(file)).stdout
    assert "Now: unpriced, quality unknown" in plain
    assert "nobody/knows is left out: its price is not known." in plain
