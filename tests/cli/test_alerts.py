"""`workbench alerts` and `workbench metrics`, as a person types them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.monitoring.watched import call, put
from workbench import cli, clock, store
from workbench.errors import InputError, NotFound, SettingsError

pytestmark = pytest.mark.usefixtures("home")


def command(*arguments: str) -> Result:
    return CliRunner().invoke(cli.cli, [*arguments])


def said(*arguments: str) -> Any:
    done = command(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_rule_is_added_fires_is_acknowledged_muted_and_removed() -> None:
    now_ms = clock.now_ms()
    made = said("alerts", "add", "Slow", "--metric", "latency_ms", "--aggregation", "p95", "--above", "3000", "--filter", "prompt=triage",
                "--filter", "version=2", "--window", "10m", "--clear", "2m", "--severity", "critical",
                "--summary", "p95 {value}")  # fmt: skip
    assert made["rule"]["filters"] == {"prompt": ["triage"], "version": [2]}
    assert (made["rule"]["window_s"], made["rule"]["clear_s"]) == (600, 120)
    put(store.current(), [call(now_ms - n, prompt="triage", version=2, latency_ms=5_000) for n in range(30)])
    (notice,) = said("alerts", "evaluate")["notices"]
    assert (notice["event"], notice["alert"]["name"]) == ("fired", "Slow")
    assert notice["alert"]["summary"].startswith("p95 5,0") or notice["alert"]["summary"].startswith("p95 4,9")
    (alert,) = said("alerts", "list", "--open")
    assert said("alerts", "ack", str(alert["id"]), "--note", "known")["acknowledged_by"] == "tester"
    assert said("alerts", "mute", "Slow", "--for", "2h")["muted_until_ms"] > now_ms + 7_100_000
    assert said("alerts", "mute", "Slow", "--for", "0")["muted_until_ms"] is None
    edited = said("alerts", "edit", "Slow", "--above", "9000", "--last", "50", "--off")
    assert (edited["rule"]["threshold"], edited["rule"]["last_n"], edited["rule"]["severity"]) == (9_000, 50, "critical")
    assert said("alerts", "preview", "Slow", "--back", "1h")["episodes"] == []
    gone = said("alerts", "remove", "Slow")
    assert "firing" not in command("alerts", "rules").stdout
    assert said("alerts", "restore", str(gone["id"]))["removed_ms"] is None
    assert said("alerts", "deliveries") == []


def test_the_rules_of_a_new_store_are_listed_with_what_they_wait_for() -> None:
    printed = command("alerts", "rules").stdout
    assert "Errors over 5 %" in printed
    command("alerts", "evaluate")
    assert "No quota: give the rule one." in command("alerts", "rules").stdout
    assert command("alerts", "list").stdout == "Nothing fired.\n"


def test_what_is_wrong_is_said_where_it_is() -> None:
    for arguments, error in (
        (("alerts", "add", "x", "--metric", "latency_ms", "--aggregation", "p95", "--above", "1", "--summary", "{oops}"), InputError),
        (("alerts", "add", "x", "--metric", "errors", "--aggregation", "rate"), InputError),
        (("alerts", "mute", "nothing"), NotFound),
        (("alerts", "test"), SettingsError),
        (("metrics", "record", "a b", "1"), InputError),
        (("metrics", "record", "a", "nan"), InputError),
    ):
        assert isinstance(command(*arguments).exception, error)
    assert command("alerts", "add", "x", "--above", "1", "--below", "2").exit_code == 2
    assert command("alerts", "mute", "x", "--for", "soon").exit_code == 2


def test_own_metrics_are_recorded_and_summed_up(home: Path) -> None:
    for value in ("0", "4", "-2"):
        assert command("metrics", "record", "user_satisfaction", value, "--tag", "web").exit_code == 0
    (cell,) = said("metrics", "stats", "user_satisfaction", "--tag", "web")["cells"]
    assert (cell["n"], cell["mean"], cell["least"], cell["most"]) == (3, pytest.approx(2 / 3), -2, 4)
    assert said("metrics", "stats", "user_satisfaction", "--by", "hour")["unit"] == "rating"
    assert command("metrics", "stats", "relevance").stdout == "relevance (score): no data.\n"
    assert {one["name"]: one["values"] for one in said("metrics", "list")}["user_satisfaction"] == 3
