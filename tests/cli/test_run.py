"""`workbench run` and `workbench runs`, as a person types them."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from workbench import cli, store
from workbench.datasets import registry as datasets
from workbench.datasets.cases import NewCase
from workbench.errors import WorkbenchError
from workbench.prompts import content, registry
from workbench.runner import plan, reading
from workbench.runner.spec import RunSpec, variants_from

MODEL = "simulated/good?latency_ms=0&skill=1"
LABELS = ("card_arrival", "change_pin")
RUN = ("run", "intent@1", "intent@2", "--dataset", "cards", "--model", MODEL, "--score", "contains:label")


@pytest.fixture
def bench(home: Path) -> Path:
    target = store.current()
    datasets.create(target, "cards", [NewCase({"text": f"{n} about {LABELS[n % 2]}", "label": LABELS[n % 2]}) for n in range(10)])
    registry.save_version(target, "intent", content.text("Repeat: {{text}}"))
    registry.save_version(target, "intent", content.text("Say again: {{text}}"))
    return home


def command(*arguments: str) -> Result:
    return CliRunner().invoke(cli.cli, list(arguments))


def said(*arguments: str) -> Any:
    result = command(*arguments, "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def refused(*arguments: str) -> WorkbenchError:
    result = command(*arguments)
    assert isinstance(result.exception, WorkbenchError), result.output
    return result.exception


def test_a_run_prints_one_object_and_its_quote_apart(bench: Path) -> None:
    result = command(*RUN, "--json")
    assert result.exit_code == 0
    data = json.loads(result.stdout)
    assert (data["state"], data["cells"], data["ok"], data["failed"]) == ("finished", 20, 20, 0)
    assert [variant["name"] for variant in data["variants"]] == ["intent@1", "intent@2"]
    assert [variant["score"] for variant in data["variants"]] == [1.0, 1.0]
    assert (data["pairs"][0]["a"], data["pairs"][0]["b"], data["pairs"][0]["n"]) == ("intent@1", "intent@2", 10)
    assert "20 calls" in result.stderr
    assert "Simulated" in result.stderr


def test_a_run_for_people_is_a_table_that_says_what_is_simulated(bench: Path) -> None:
    result = command(*RUN, "--limit", "4", "--name", "my run")
    assert result.exit_code == 0
    assert "my run: finished, 8 of 8 cells answered" in result.stdout
    assert "intent@1 (simulated)" in result.stdout
    assert "intent@2 - intent@1" in result.stdout
    assert result.stdout.endswith("\n\nintent@1 and intent@2 gave the same result on all 4 cases, so nothing tells them apart.\n")


def test_every_option_reaches_the_plan(bench: Path) -> None:
    options = ("--limit", "3", "--seed", "5", "--repeats", "2", "--concurrency", "3", "--rpm", "6000", "--timeout", "7")
    data = said(*RUN, *options, "--cap-usd", "1", "--retry", "classic", "--name", "n")
    run = reading.get(store.current(), data["run_id"])
    assert (run.plan.limit, run.plan.sample_seed, run.plan.repeats, run.plan.concurrency, run.plan.rpm) == (3, 5, 2, 3, 6000)
    assert (run.plan.timeout_s, run.plan.retry, run.name, run.cap_nano, run.total) == (7.0, "classic", "n", 10**9, 12)
    assert said(*RUN, "--limit", "3", "--seed", "5", "--reuse")["cells"] == 6


def test_replies_are_scored_by_what_is_expected_if_nothing_else_is_said(bench: Path) -> None:
    cases = [NewCase({"text": "hello"}, expected="Simulated reply to: Repeat: hello")]
    datasets.create(store.current(), "known", cases)
    data = said("run", "intent@1", "--dataset", "known", "--model", MODEL)
    assert data["variants"][0]["score"] == 1.0
    by_label = command("run", "intent@1", "--dataset", "cards", "--model", MODEL, "--json")
    assert json.loads(by_label.stdout)["variants"][0]["score"] == 0.0
    assert "Scored by equals:label" in by_label.stderr
    registry.save_version(store.current(), "told", content.text("{{text}} is {{label}}"))
    unscored = command("run", "told@1", "--dataset", "cards", "--model", MODEL, "--json")
    assert json.loads(unscored.stdout)["variants"][0]["score"] is None
    assert "Not scored" in unscored.stderr


def test_a_run_that_fails_all_its_cells_has_still_reached_its_end(bench: Path) -> None:
    data = said("run", "intent@1", "--dataset", "cards", "--model", "simulated/good?error_rate=1", "--retry", "none")
    assert (data["state"], data["ok"], data["failed"]) == ("finished", 0, 10)
    told = command("run", "intent@1", "--dataset", "cards", "--model", "simulated/good?error_rate=1", "--retry", "none").stderr
    assert "10 cells failed" in told
    assert "runs retry-failed" in told
    failed = said("runs", "cells", data["run_id"], "--status", "error")
    assert len(failed) == 10
    assert failed[0]["error_type"]
    again = command("runs", "retry-failed", data["run_id"], "--json")
    assert json.loads(again.stdout)["failed"] == 10


def test_what_cannot_run_is_told_before_anything_is_asked(bench: Path) -> None:
    assert "names no model" in refused("run", "intent@1", "--dataset", "cards").message
    assert "no dataset" in refused("run", "intent@1", "--dataset", "none", "--model", MODEL).message
    assert "intent@9" in str(refused("run", "intent@9", "--dataset", "cards", "--model", MODEL))
    assert "there is no column" in str(refused(*RUN[:-1], "equals:none"))
    assert command("run", "--dataset", "cards").exit_code == 2
    for figure in (("--repeats", "0"), ("--concurrency", "0"), ("--rpm", "0"), ("--timeout", "0"), ("--cap-usd", "-1"), ("--limit", "x")):
        assert command(*RUN, *figure).exit_code == 2, figure
    assert said("runs", "list") == []


def test_runs_are_listed_shown_exported_and_deleted(bench: Path, tmp_path: Path) -> None:
    run_id = said(*RUN)["run_id"]
    listed = said("runs", "list")
    assert [run["run_id"] for run in listed] == [run_id]
    assert run_id in command("runs", "list").stdout
    shown = said("runs", "show", run_id)
    assert shown["summary"]["run_id"] == run_id
    told = command("runs", "show", run_id).stdout
    assert "intent@1" in told
    assert json.loads(command("compare", run_id, "--json").stdout)["verdict"] in told
    rows = list(csv.DictReader(io.StringIO(command("runs", "export", run_id).stdout)))
    assert len(rows) == 20
    file = tmp_path / "out.json"
    assert command("runs", "export", run_id, "--format", "json", "-o", str(file)).exit_code == 0
    assert len(json.loads(file.read_text())["cells"]) == 20
    assert command("runs", "delete", run_id).exit_code == 1
    assert said("runs", "delete", run_id, "--yes") == {"deleted": run_id}
    assert "no run" in refused("runs", "show", run_id).message
    assert not (tmp_path / "none.csv").exists()
    refused("runs", "export", run_id, "-o", str(tmp_path / "none.csv"))
    assert not (tmp_path / "none.csv").exists()


def test_cells_are_paged_by_the_key_of_the_last(bench: Path) -> None:
    run_id = said(*RUN)["run_id"]
    first = said("runs", "cells", run_id, "--limit", "7")
    rest = said("runs", "cells", run_id, "--after", first[-1]["key"])
    assert len(first) + len(rest) == 20
    assert {cell["variant"] for cell in said("runs", "cells", run_id, "--variant", "2")} == {1}
    assert command("runs", "cells", run_id, "--after", "x").exit_code == 2
    assert "intent@1" in command("runs", "cells", run_id).stdout


def test_a_run_that_was_planned_is_stopped_and_resumed(bench: Path) -> None:
    target = store.current()
    run_id = plan.plan(target, RunSpec(tuple(variants_from(target, ["intent@1"], [MODEL])), dataset="cards"))
    assert said("runs", "stop", run_id)["state"] == "stopped"
    assert said("runs", "resume", run_id)["state"] == "finished"
    assert "has reached its end" in refused("runs", "resume", run_id).message
    assert command("runs", "list", "--state", "odd").exit_code == 2


def test_text_that_would_steer_the_terminal_is_taken_out(bench: Path) -> None:
    result = command(*RUN, "--limit", "1", "--name", "\x1b[31mred")
    assert "\x1b" not in result.stdout
    assert "red" in result.stdout
