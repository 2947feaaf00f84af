"""`workbench calls stats` and `workbench ledger`, as a person types them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tests.ledger.test_fields import a_record
from tests.ledger.test_spend import write
from workbench import cli, clock, store
from workbench.errors import InputError
from workbench.monitoring import stats

HOUR = 3_600_000
KEYS = """total_requests success_rate avg_latency_ms latency_p50_ms latency_p95_ms latency_p99_ms total_tokens avg_tokens estimated_cost
satisfaction_rate guardrail_rate error_breakdown"""


def said(*arguments: str, code: int = 0) -> Any:
    done = CliRunner().invoke(cli.cli, [*arguments, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def told(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(cli.cli, [*arguments])
    assert done.exit_code == code, done.output
    return done.stdout


@pytest.fixture
def used(home: Path) -> int:
    """Four calls of this minute and one of three hours ago."""
    assert home.parent.is_dir()
    now_ms = clock.now_ms()
    plain = a_record(started_ms=now_ms, prompt="intent", latency_ms=100, input_tokens=10, output_tokens=2, cost_nano=10**9)
    failed = {"latency_ms": None, "status": "error", "input_tokens": None, "output_tokens": None, "cost_nano": None}
    write(
        store.current(),
        replace(plain, feedback=1, user="ann"),
        replace(plain, feedback=-1, latency_ms=300),
        replace(plain, prompt=None, **failed, error_type="timeout"),
        replace(plain, **failed, error_type="rate_limit"),
        replace(plain, started_ms=now_ms - 3 * HOUR, **failed, error_type="timeout"),
    )
    return now_ms


def test_the_figures_of_a_day_are_those_of_its_calls(used: int) -> None:
    found = said("calls", "stats", "--hours", "24")
    assert list(found) == KEYS.split()
    assert found["latency_p50_ms"] == pytest.approx(200, rel=0.02)
    assert found["latency_p99_ms"] == pytest.approx(298, rel=0.02)
    assert {name: found[name] for name in KEYS.split() if not name.startswith("latency")} == {
        "total_requests": 5, "success_rate": 0.4, "avg_latency_ms": 200, "total_tokens": 24, "avg_tokens": 12, "estimated_cost": 2,
        "satisfaction_rate": 0.5, "guardrail_rate": None, "error_breakdown": {"timeout": 2, "rate_limit": 1},
    }  # fmt: skip
    assert "5" in told("calls", "stats")
    assert "2 timeout, 1 rate_limit" in told("calls", "stats")


def test_by_hour_and_by_prompt_say_the_same_of_each(used: int) -> None:
    hours = said("calls", "stats", "--hours", "4", "--by", "hour")
    first = (used - 4 * HOUR) - (used - 4 * HOUR) % HOUR
    assert [one["hour_ms"] for one in hours[:5]] == [first + n * HOUR for n in range(5)]
    assert [list(one)[1:] for one in hours] == [KEYS.split()] * len(hours)
    assert sum(one["total_requests"] for one in hours) == 5
    empty = next(one for one in hours if not one["total_requests"])
    assert {value for name, value in empty.items() if name not in ("hour_ms", "total_requests", "error_breakdown")} == {None}
    prompts = said("calls", "stats", "--by", "prompt")
    assert [(one["prompt"], one["total_requests"]) for one in prompts] == [("intent", 4), ("", 1)]
    assert "(none)" in told("calls", "stats", "--by", "prompt")
    assert "no data" in told("calls", "stats", "--by", "hour")


def test_figures_are_narrowed_by_any_filter(used: int) -> None:
    assert said("calls", "stats", "--prompt", "intent", "--status", "ok")["total_requests"] == 2
    assert said("calls", "stats", "--error-type", "timeout", "--hours", "1")["error_breakdown"] == {"timeout": 1}
    assert said("calls", "stats", "--user", "ann")["satisfaction_rate"] == 1
    assert said("calls", "stats", "--model", "nobody's")["success_rate"] is None
    with pytest.raises(InputError, match="not a filter"):
        stats.look(store.current(), 0, 1, filters={"colour": "red"})
    with pytest.raises(InputError, match="neither hour nor prompt"):
        stats.look(store.current(), 0, 1, by="day")  # type: ignore[arg-type]


def test_figures_say_how_much_of_them_is_tried_out_here_and_production_can_be_had_alone(used: int) -> None:
    assert "of runs" not in CliRunner().invoke(cli.cli, ["calls", "stats"]).output
    write(store.current(), a_record(started_ms=used, source="record"), a_record(started_ms=used, source="record"))
    assert "5 of 7 calls are of runs, benchmarks and the playground" in CliRunner().invoke(cli.cli, ["calls", "stats"]).output
    assert said("calls", "stats", "--traffic", "production")["total_requests"] == 2
    assert said("calls", "stats", "--traffic", "trials", "--user", "ann")["total_requests"] == 1


def test_rollups_that_do_not_agree_are_said_and_put_right(used: int) -> None:
    assert said("ledger", "verify") == []
    with store.current().write() as session:
        session.execute(text("UPDATE rollups SET calls = calls + 1 WHERE grain = 86400000"))
    assert {one["field"] for one in said("ledger", "verify", code=4)} == {"calls"}
    assert "workbench ledger rebuild" in told("ledger", "verify", code=4)
    assert said("ledger", "rebuild")["days"] in (1, 2)
    assert told("ledger", "verify") == "The rollups agree with the calls.\n"


def test_what_is_older_than_it_is_kept_goes_when_the_store_is_compacted(used: int) -> None:
    write(store.current(), a_record(started_ms=used - 9 * 24 * HOUR, reply="long ago"))
    assert told("ledger", "keep") == "Texts are kept for ever, calls for ever; their sums stay.\n"
    assert said("ledger", "keep", "--texts", "2", "--calls", "7") == {"text_days": 2, "row_days": 7}
    assert CliRunner().invoke(cli.cli, ["ledger", "keep", "--calls", "soon"]).exit_code == 2
    done = said("ledger", "compact")
    assert (done["texts"], done["rows"], done["after_bytes"] > 0) == (1, 1, True)
    assert said("calls", "stats", "--hours", "300")["total_requests"] == 6
    assert said("ledger", "keep", "--texts", "ever", "--calls", "ever") == {"text_days": None, "row_days": None}
    assert said("ledger", "verify") == []
