"""`workbench budgets`, as a person types it."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.ledger.test_fields import a_record
from tests.ledger.test_spend import write
from workbench import cli, clock, store
from workbench.errors import InputError, NotFound
from workbench.ledger.periods import start


def command(*arguments: str) -> Result:
    return CliRunner().invoke(cli.cli, ["budgets", *arguments])


def said(*arguments: str) -> object:
    done = command(*arguments, "--json")
    assert done.exit_code in (0, 4), done.output
    return json.loads(done.stdout)


@pytest.fixture
def spent(home: Path) -> None:
    """$3 on one model and $1 on another today, and one call of unknown price."""
    assert home.parent.is_dir()
    now_ms = clock.now_ms()
    write(
        store.current(),
        a_record(started_ms=now_ms, model="big", input_tokens=1000, output_tokens=100, cost_nano=3 * 10**9, prompt="intent"),
        a_record(started_ms=now_ms, model="small", input_tokens=500, output_tokens=50, cost_nano=10**9),
        a_record(started_ms=now_ms, model="=1+1"),
    )


@pytest.mark.usefixtures("home")
def test_a_budget_is_set_listed_replaced_removed_and_restored() -> None:
    done = command("set", "10", "--per", "day", "--stop")
    assert done.stdout == "Budget 1: $10.00 for all calls a day; it warns from 80 % on and refuses calls once it is reached.\n"
    assert command("set", "0.5", "--per", "month", "--model", "openai/gpt-4o", "--warn", "0").exit_code == 0
    assert command("set", "12", "--per", "day").stdout.startswith("Budget 3: $12.00 for all calls a day;")
    assert command("list").stdout.splitlines() == [
        "id  budget                 limit    warns from  stops",
        "3   all calls a day        $12.00   80 %        no",
        "2   openai/gpt-4o a month  $0.5000              no",
    ]
    assert command("remove", "3").stdout == "Removed the budget for all calls a day. Undo: workbench budgets restore 3\n"
    assert [budget["id"] for budget in said("list")] == [2]  # type: ignore[attr-defined]
    assert {budget["id"] for budget in said("list", "--removed")} == {1, 2, 3}  # type: ignore[attr-defined]
    assert command("restore", "1").stdout.startswith("Budget 1 is in force: $10.00")


@pytest.mark.usefixtures("home")
def test_nothing_is_there_yet() -> None:
    for name in ("list", "status"):
        assert command(name).stdout.startswith("No budgets.")
        assert said(name) == []
    assert command("events").stdout == "No level was crossed.\n"


@pytest.mark.usefixtures("spent")
def test_status_is_exit_code_4_only_where_a_budget_that_stops_is_used_up() -> None:
    command("set", "2", "--per", "day")
    command("set", "100", "--per", "month", "--stop")
    done = command("status")
    assert done.exit_code == 0
    assert "all calls a day    over   $4.00  $2.00" in done.stdout
    assert "too early to say" in done.stdout
    command("set", "2", "--per", "day", "--prompt", "intent", "--stop")
    done = command("status", "--json")
    assert done.exit_code == 4
    found = {one["budget"]["title"]: one for one in json.loads(done.stdout)}
    assert found["prompt intent a day"]["state"] == "over"
    assert found["all calls a month"]["unpriced"] == 1
    assert found["all calls a month"]["projection"]["projected_usd"] is None


@pytest.mark.usefixtures("spent")
def test_events_name_the_call_that_crossed() -> None:
    command("set", "5", "--per", "day")
    (crossing,) = write(store.current(), a_record(started_ms=clock.now_ms(), cost_nano=10**9))
    assert [(event["level"], event["call_id"], event["spent_usd"]) for event in said("events")] == [  # type: ignore[attr-defined]
        ("limit", crossing, 5), ("warn", None, 4),
    ]  # fmt: skip
    assert "before it was set" in command("events").stdout


@pytest.mark.usefixtures("spent")
def test_the_report_tells_calls_tokens_and_cost_by_model() -> None:
    report = said("report")
    assert isinstance(report, dict)
    assert [(one["model"], one["calls"], one["input_tokens"], one["cost_usd"]) for one in report["models"]] == [
        ("openai/big", 1, 1000, 3), ("openai/small", 1, 500, 1), ("openai/=1+1", 1, 0, None),
    ]  # fmt: skip
    total = report["total"]
    assert (total["calls"], total["unpriced"], total["output_tokens"], total["cost_usd"], total["usd_per_call"]) == (3, 1, 150, 4, 2)
    text = command("report").stdout
    assert "openai/big    1      1,000         100            $3.0000   $3.000000" in text
    assert "openai/=1+1   1      0             0              unpriced" in text
    assert "Calls of unknown price, in no cost: 1." in text
    assert "Too early to say" in text


@pytest.mark.usefixtures("spent")
def test_the_report_of_another_month_has_no_projection_and_its_csv_no_formulas(tmp_path: Path) -> None:
    empty = said("report", "--month", "2001-02")
    assert isinstance(empty, dict)
    assert (empty["month"], empty["models"], empty["projection"], empty["total"]["usd_per_call"]) == ("2001-02", [], None, None)
    write(store.current(), a_record(started_ms=start("month", clock.now_ms()), provider="=cmd", cost_nano=1_500_000_000))
    file = tmp_path / "spend.csv"
    assert command("report", "--csv", str(file)).exit_code == 0
    rows = list(csv.DictReader(StringIO(file.read_text())))
    assert rows[0] | {"month": ""} == {
        "month": "", "model": "openai/big", "calls": "1", "ok": "1", "input_tokens": "1000", "output_tokens": "100",
        "cost_usd": "3.000000000", "usd_per_call": "3.000000000", "usd_per_ok": "3.000000000", "unpriced": "0",
    }  # fmt: skip
    assert [row["cost_usd"] for row in rows if row["unpriced"] == row["ok"]] == [""]
    assert [row["model"] for row in rows] == ["openai/big", "'=cmd/gpt-5", "openai/small", "openai/=1+1", "total"]
    assert command("report", "--csv", "-").stdout == file.read_text()


@pytest.mark.usefixtures("home")
def test_what_is_wrong_is_said() -> None:
    assert isinstance(command("set", "nothing", "--per", "day").exception, InputError)
    assert isinstance(command("remove", "7").exception, NotFound)
    assert command("set", "1", "--per", "day", "--model", "a/b", "--prompt", "c").exit_code == 2
    assert command("set", "1").exit_code == 2
    assert "YYYY-MM" in command("report", "--month", "June").output
    assert "YYYY-MM" in command("report", "--month", "9999-12").output
