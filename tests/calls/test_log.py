"""The log: a line when a call is asked for and one for what became of it, in files that stay small, without a key, beside the calls."""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.loopback import Answer, Loopback
from workbench import settings
from workbench.calls import door, log
from workbench.calls.door import Call
from workbench.calls.log_writing import LogWriter
from workbench.calls.retry import RetryPolicy
from workbench.errors import SettingsError
from workbench.providers import connections
from workbench.providers.base import Request
from workbench.providers.connections import Connection
from workbench.settings import LogSettings
from workbench.store import Store
from workbench.text.messages import message

KEY = "sk-test-0123456789abcdef"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the log goes; it is off before and after."""
    log.stop()
    monkeypatch.setenv("WORKBENCH_LOG_FILE", str(tmp_path / "logs" / "calls.jsonl"))
    monkeypatch.setenv("WORKBENCH_LOG_TEXTS", "on")
    yield tmp_path / "logs" / "calls.jsonl"
    log.stop()


@pytest.fixture
def server(sqlite_store: Store) -> Iterator[Loopback]:
    with Loopback(reply=Answer("Good day", input_tokens=12, output_tokens=3)) as running:
        connections.save(sqlite_store, Connection("loop", "compatible", base_url=running.v1))
        yield running


def ask(store: Store, words: str = "Hi", **fields: Any) -> door.Outcome:
    call = Call("loop", Request("m", (message("user", words),)), "test", retry=RetryPolicy(retries=0), **fields)
    return door.ask(call, store=store)


def lines(path: Path) -> list[dict[str, Any]]:
    """Every line written so far; the log is off after it."""
    log.stop()
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_request_and_what_became_of_it_are_two_lines_with_one_id(sqlite_store: Store, server: Loopback, path: Path) -> None:
    server.fail(None, "rate_limit")
    answered = ask(sqlite_store, prompt="p", version=2, user="u", tags=("a",))
    ask(sqlite_store, "again")
    one, response, two, error = lines(path)
    assert [line["event"] for line in (one, response, two, error)] == ["request", "response", "request", "error"]
    assert one["id"] == response["id"] != two["id"] == error["id"]
    assert (one["prompt"], one["version"], one["user"], one["tags"], one["provider"], one["model"]) == ("p", 2, "u", ["a"], "loop", "m")
    assert one["request"] == {"messages": [{"role": "user", "content": "Hi"}]}
    assert (response["call_id"], response["input_tokens"], response["output_tokens"]) == (answered.call_id, 12, 3)
    assert (response["reply"], response["status"], response["latency_ms"]) == ("Good day", "ok", answered.latency_ms)
    assert (error["status"], error["error_type"], error["error_kind"]) == ("error", "rate_limit", "rate_limit")
    assert one["time"][10] + one["time"][-1] == "TZ"
    assert one["time"] <= response["time"]


def test_prompts_and_replies_stay_out_unless_they_are_asked_for(
    sqlite_store: Store, server: Loopback, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_LOG_TEXTS", "off")
    ask(sqlite_store, "a secret question", variables={"name": "Ann"})
    assert len(lines(path)) == 2
    written = path.read_text()
    assert not [word for word in ("secret question", "Good day", "Ann") if word in written]


def test_no_key_is_ever_in_it(sqlite_store: Store, server: Loopback, path: Path) -> None:
    server.reply = Answer(f"your key is {KEY}")
    ask(sqlite_store, f"my key is {KEY}", variables={"api_key": "short1", "deep": [{"Authorization": "Bearer abcdefghijkl"}]})
    server.fail_always("401")
    ask(sqlite_store)
    logging.getLogger("workbench.alerts").warning("Alert with %s", KEY, extra={"event": "alert", "url": f"https://u:{KEY}@example.org"})
    try:
        raise RuntimeError(KEY)
    except RuntimeError:
        logging.getLogger("workbench.ledger").exception("broken")
    assert [line["event"] for line in lines(path)] == ["request", "response", "request", "error", "alert", "log"]
    written = path.read_text()
    assert not [word for word in (KEY, "sk-test", "short1", "abcdefghijkl") if word in written]


class Odd:
    def __str__(self) -> str:
        raise RuntimeError("no text")


def test_what_no_json_holds_does_not_break_it(sqlite_store: Store, server: Loopback, path: Path) -> None:
    ask(sqlite_store, "half \ud800 of a pair\nand a second line \u2028")
    round_and_round: list[Any] = []
    round_and_round.append(round_and_round)
    logging.getLogger("workbench.alerts").warning("odd", extra={"odd": Odd(), "bytes": b"12", "nan": float("nan"), "loop": round_and_round})
    *_, odd = [json.loads(line) for line in (log.stop(), path.read_bytes().decode("utf-8"))[1].split("\n") if line]
    assert (odd["odd"], odd["bytes"], odd["nan"]) == ("(Odd)", "(2 bytes)", "nan")


def test_a_full_file_makes_way_and_the_oldest_go(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    written = LogWriter(LogSettings(path, bytes=10_000, files=2))
    written.start()
    for number in range(1_000):
        written.handler.handle(logging.makeLogRecord({"name": "workbench.alerts", "msg": f"number {number}", "levelname": "INFO"}))
    written.stop()
    kept = [tmp_path / name for name in ("calls.jsonl.2", "calls.jsonl.1", "calls.jsonl")]
    assert sorted(file.name for file in tmp_path.glob("*.jsonl*") if not file.name.endswith(".lock")) == sorted(file.name for file in kept)
    assert all(0 < file.stat().st_size <= 10_000 for file in kept)
    numbers = [int(json.loads(line)["message"].split()[1]) for file in kept for line in file.read_text().splitlines()]
    assert numbers == list(range(numbers[0], 1_000))


WRITING = """
import logging, sys
from pathlib import Path
from workbench.calls.log_writing import LogWriter
from workbench.settings import LogSettings
log = LogWriter(LogSettings(Path(sys.argv[1]), bytes=20_000, files=50))
log.start()
for number in range(1_000):
    log.handler.handle(logging.makeLogRecord({"name": "workbench.alerts", "msg": f"{sys.argv[2]} {number}", "levelname": "INFO"}))
log.stop()
"""


def test_two_processes_may_write_one_file_and_lose_nothing_when_it_is_full(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    root = Path(__file__).resolve().parents[2]
    children = [subprocess.Popen([sys.executable, "-c", WRITING, str(path), name], cwd=root) for name in ("a", "b")]
    assert [child.wait(60) for child in children] == [0, 0]
    files = [file for file in tmp_path.iterdir() if not file.name.endswith(".lock")]
    assert len(files) > 5
    told = sorted(json.loads(line)["message"] for file in files for line in file.read_text().splitlines())
    assert told == sorted(f"{name} {number}" for name in ("a", "b") for number in range(1_000))


def test_a_disk_that_hangs_delays_no_call_and_lines_it_cannot_take_are_counted(
    sqlite_store: Store, server: Loopback, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.calls.log_writing._MOST_WAITING", 3)
    path.parent.mkdir()
    os.mkfifo(path)  # opening it waits until somebody reads
    assert [ask(sqlite_store).success for _ in range(10)] == [True] * 10
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.extend(path.read_text().splitlines()))
    reader.start()
    log.stop()
    reader.join(30)
    told = [json.loads(line) for line in read]
    assert any("lines were left out" in line.get("message", "") for line in told)


def test_a_file_that_cannot_be_written_is_told_once_and_calls_go_on(
    sqlite_store: Store, server: Loopback, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.write_text("a file where the folder should be")
    assert [ask(sqlite_store).success for _ in range(3)] == [True] * 3
    log.stop()
    assert [message for message in caplog.messages if "cannot be written" in message] == [f"The log file {path} cannot be written."]


def test_it_is_off_unless_it_is_asked_for(sqlite_store: Store, server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    log.stop()
    for name in ("FILE", "CONSOLE"):
        monkeypatch.delenv(f"WORKBENCH_LOG_{name}", raising=False)
    assert settings.log() == LogSettings()
    assert not log.start()
    assert ask(sqlite_store).success


def test_the_console_gets_the_same_lines(
    sqlite_store: Store, server: Loopback, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log.stop()
    monkeypatch.setenv("WORKBENCH_LOG_CONSOLE", "json")
    ask(sqlite_store)
    log.stop()
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["request", "response"]


@pytest.mark.parametrize(("name", "value"), [("BYTES", "many"), ("BYTES", "5"), ("FILES", "-1"), ("CONSOLE", "yes"), ("TEXTS", "1")])
def test_a_setting_that_makes_no_sense_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"WORKBENCH_LOG_{name}"):
        settings.log({f"WORKBENCH_LOG_{name}": value})
