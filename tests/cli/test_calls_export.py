"""`workbench calls export-dashboard`: the Overview as one JSON document."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.monitoring.traffic import DAY, drawn, put
from workbench import cli, clock
from workbench import store as stores


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.cli, ["calls", "export-dashboard", *arguments])


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many calls of the last 20 hours there are."""
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("WORKBENCH_DATABASE_URL", raising=False)
    now_ms = clock.now_ms()
    return len(put(stores.current(), drawn(1, now_ms - 20 * DAY // 24, now_ms - 60_000, 6)))


def test_the_whole_overview_comes_out_as_json(calls: int, tmp_path: Path) -> None:
    found = json.loads(run().stdout)
    assert found["calls"] == calls
    assert {"cards", "charts", "slices", "heat", "errors", "by_prompt", "notes"} <= found.keys()
    path = tmp_path / "overview.json"
    written = run("--since", "2026-01-01", "--until", "2026-01-02", "--model", "other", "-o", str(path))
    assert written.stderr.startswith("0 requests from 2026-01-01 00:00 to 2026-01-02 00:00 UTC written")
    assert run("--range", "7d", "--prompt", "support/triage", "--model", "other", "-o", str(path)).exit_code == 0
    assert json.loads(path.read_text())["calls"] == 0
    assert json.loads(run("--since", "2020-01-01", "--until", "2020-02-01").stdout)["calls"] == 0


@pytest.mark.parametrize(
    "given", [("--range", "2h"), ("--until", "2020-01-01"), ("--since", "soon"), ("--range", "7d", "--since", "2020-01-01")]
)
def test_a_range_that_is_none_is_refused(given: tuple[str, ...], calls: int) -> None:
    assert run(*given).exit_code == 2
