"""`workbench plans`, as a person types it."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workbench import cli, store
from workbench.errors import InputError, NameTaken, NotFound
from workbench.export.plans import keeping
from workbench.export.plans.model import Measure, Metric, Plan
from workbench.ledger import metrics


def command(*arguments: str) -> Result:
    return CliRunner().invoke(cli.cli, ["plans", *arguments])


def test_a_plan_is_started_listed_written_out_read_back_and_removed(home: Path, tmp_path: Path) -> None:
    assert home.parent.is_dir()
    assert "plans new capstone" in command("list").stdout
    made = json.loads(command("new", "cost_cut", "--name", "Cut", "--first-day", "2026-11-23", "--json").stdout)
    assert (made["name"], made["start"]) == ("Cut", "2026-11-23")
    assert command("new", "cost_cut", "--first-day", "soon").exit_code == 2
    assert isinstance(command("new", "cost_cut", "--name", "Cut").exception, NameTaken)
    for name in ("plan.yaml", "plan.json"):
        path = tmp_path / name
        assert command("export", "Cut", str(path)).exit_code == 0
        assert keeping.read(path) == keeping.load(store.current(), "Cut").plan
    table = tmp_path / "plan.csv"
    command("export", "Cut", str(table), "--what", "all")
    assert {row["Status"] for row in csv.DictReader(StringIO(table.read_text()))} == {"To do"}
    assert command("import", str(tmp_path / "plan.yaml"), "--name", "Copy").exit_code == 0
    assert isinstance(command("import", str(tmp_path / "plan.yaml")).exception, NameTaken)
    assert command("import", str(tmp_path / "plan.yaml"), "--replace").exit_code == 0
    (tmp_path / "broken.yaml").write_text("name: x\nrisks:\n- impact: 9\n")
    with pytest.raises(InputError, match=r"line 3, field risks\.1\.impact"):
        raise command("import", str(tmp_path / "broken.yaml")).exception or AssertionError
    assert [row["name"] for row in json.loads(command("list", "--json").stdout)] == ["Copy", "Cut"]
    assert command("remove", "Copy").exit_code == 1
    assert json.loads(command("remove", "Copy", "--yes", "--json").stdout) == {"removed": "Copy"}
    assert isinstance(command("show", "Copy").exception, NotFound)


def test_a_plan_says_where_it_stands_and_exits_4_where_a_target_is_missed(home: Path) -> None:
    assert home.parent.is_dir()
    metrics.record_metric("relevance", 0.81)
    linked = Measure("own_metric", "relevance")
    keeping.create(store.current(), Plan("Live", metrics=(Metric("relevance", 0.9, measure=linked), Metric("other", 1))))
    shown = command("show", "Live")
    assert shown.exit_code == 4
    assert "not met" in shown.stdout
    assert "other: It is linked to nothing" in shown.stdout
    status = json.loads(command("show", "Live", "--json").stdout)["status"]
    assert [(one["metric"], one["standing"], one["value"], one["n"]) for one in status] == [
        ("relevance", "not met", 0.81, 1),
        ("other", "no data", None, 0),
    ]
