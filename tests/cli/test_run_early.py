"""`workbench run --until-decided`, as a person types it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from workbench import cli, store
from workbench.datasets import registry as datasets
from workbench.datasets.cases import NewCase
from workbench.errors import InputError
from workbench.prompts import content, registry
from workbench.runner import reading

GOOD, BAD = "simulated/good?latency_ms=20&skill=1", "simulated/good?latency_ms=20&skill=0"
LABELS = ("card_arrival", "change_pin")
RUN = ("run", "intent@1", "--dataset", "cards", "--model", GOOD, "--model", BAD, "--score", "equals:label", "--concurrency", "4")


@pytest.fixture
def bench(home: Path) -> Path:
    target = store.current()
    datasets.create(target, "cards", [NewCase({"text": f"{n} about {LABELS[n % 2]}", "label": LABELS[n % 2]}) for n in range(100)])
    registry.save_version(target, "intent", content.text("Answer with a label:\n- card_arrival\n- change_pin\n\n{{text}}"))
    return home


def command(*arguments: str) -> Result:
    return CliRunner().invoke(cli.cli, list(arguments))


def said(*arguments: str) -> Any:
    result = command(*arguments, "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def test_a_decided_run_has_reached_its_end_and_says_what_it_saved(bench: Path) -> None:
    data = said(*RUN, "--until-decided", "--margin", "0.03")
    assert data["state"] == "decided"
    assert data["ok"] + data["failed"] + data["saved_calls"] == data["cells"] == 200
    assert data["saved_calls"] > 50
    run = reading.get(store.current(), data["run_id"])
    assert (run.plan.until_decided, run.plan.margin) == (True, 0.03)
    shown = command("runs", "show", run.id).stdout
    assert f"Decided after {run.decided_after} of 100 cases: {run.saved_calls} calls" in shown
    assert f"workbench runs resume {run.id}" in shown
    assert said("runs", "show", run.id)["saved_calls"] == run.saved_calls
    assert [one["run_id"] for one in said("runs", "list", "--state", "decided")] == [run.id]
    resumed = said("runs", "resume", run.id)
    assert (resumed["state"], resumed["saved_calls"]) == ("finished", 0)


def test_a_run_that_was_to_stop_when_decided_and_did_not_says_so(bench: Path) -> None:
    shown = command(*RUN, "--limit", "4", "--until-decided").stdout
    assert "\n\nNot decided: all cases were asked. No clear difference between " in shown
    decided = command(*RUN, "--until-decided").stdout
    assert "Not decided" not in decided
    assert " is better than " in decided


def test_without_the_option_the_object_keeps_its_shape(bench: Path) -> None:
    data = said(*RUN, "--limit", "4")
    assert data["state"] == "finished"
    assert "saved_calls" not in data


def test_what_can_never_be_decided_is_refused_before_anything_is_asked(bench: Path) -> None:
    result = command(*RUN[:6], "--score", "equals:label", "--until-decided")
    assert isinstance(result.exception, InputError)
    assert "two variants" in str(result.exception)
    assert command(*RUN, "--margin", "3").exit_code == 2
    assert reading.page(store.current()) == []
