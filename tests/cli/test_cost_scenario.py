import csv
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from workbench.cli import main

EXAMPLE = """
name: All on the small model
baseline:
  source: typed
  queries_per_day: 100000
  input_tokens: 150
  output_tokens: 200
  models: {gpt-4: 1}
prices:
  gpt-4: {input: 0.03, output: 0.06, per: 1000}
  gpt-3.5-turbo: {input: 0.001, output: 0.002, per: 1000}
levers:
  - routing: {shares: {all: {gpt-3.5-turbo: 1}}}
  - batch: {share: 0}
believed:
  gpt-4: {quality: 0.97, latency_p50_ms: 900, latency_p95_ms: 2500}
  gpt-3.5-turbo: {quality: 0.9, latency_p50_ms: 400, latency_p95_ms: 1200}
bill_usd: 40000
"""


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `workbench cost ...` in a home of its own: its exit code, stdout and stderr."""

    def go(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = 0
        try:
            main(["cost", *map(str, arguments)])
        except SystemExit as left:
            code = int(left.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return go


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(EXAMPLE)
    return path


def test_json_has_the_month_before_and_after_with_ranges_quality_and_latency(run: Any, file: Path) -> None:
    code, out, err = run("scenario", file, "--json", "--draws", 1_000)
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["before"]["usd"]["value"] == 49_500
    assert found["after"]["usd"]["value"] == 1_650
    assert found["before"]["usd"]["p5"] < 49_500 < found["before"]["usd"]["p95"]
    assert found["saved_usd"]["value"] == 47_850
    assert found["before"]["calls"] == 3_000_000
    assert (found["before"]["quality"]["value"], found["after"]["quality"]["value"]) == (0.97, 0.9)
    assert found["after"]["latency"]["p95_ms"] == pytest.approx(1_200, rel=0.01)
    assert 49_500 + sum(part["usd"] for part in found["parts"]) == pytest.approx(1_650, abs=1e-8)
    assert (found["bill_usd"], round(found["bill_ratio"], 4)) == (40_000, 0.8081)
    assert len(found["months_usd"]) == 12
    assert found["assumptions"]
    assert found["scenario"]["prices"]["gpt-4"] == {"input": 30, "output": 60}


def test_the_same_seed_gives_the_same_figures(run: Any, file: Path) -> None:
    first, again, other = (run("scenario", file, "--json", "--draws", 500, "--seed", seed)[1] for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_person_reads_everything_that_matters(run: Any, file: Path) -> None:
    code, out, _err = run("scenario", file, "--draws", 500)
    assert code == 0
    for said in ("All on the small model", "$49,500.00 (", "$1,650.00 (", "quality", "97.0 %", "latency p95", "Assumptions", "p5 to p95"):
        assert said in out


def test_several_scenarios_stand_side_by_side(run: Any, file: Path) -> None:
    code, out, _err = run("scenario", file, "support_assistant", "--draws", 500)
    assert code == 0
    assert "All on the small model" in out.splitlines()[0]
    assert "Support assistant" in out.splitlines()[0]
    both = json.loads(run("scenario", file, "support_assistant", "--json", "--draws", 500)[1])
    assert [each["before"]["usd"]["value"] for each in both] == [49_500, 49_500]


def test_versions_of_a_scenario_are_told_apart_by_their_numbers(run: Any, file: Path) -> None:
    for number, queries in enumerate((100_000, 200_000, 300_000), 1):
        file.write_text(EXAMPLE.replace("100000", str(queries)))
        assert json.loads(run("scenarios", "save", file, "--name", "A", "--json")[1])["version"] == number
    code, out, _err = run("scenario", "A@1", "A", "--draws", 500)
    assert code == 0
    assert out.splitlines()[0].split() == ["A@1", "A@3"]


def test_a_trace_that_is_not_there_is_told_with_the_document_and_its_line(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "traced.yaml"
    path.write_text("name: traced\nbaseline:\n  source: trace\n  path: nowhere.csv\n  model: openai/gpt-4o\n")
    for command in ("scenario", "optimise"):
        code, out, err = run(command, path)
        assert (code, out) == (1, "")
        assert f"{path}, line 4, field baseline.path: {tmp_path / 'nowhere.csv'} cannot be read: No such file" in err


def test_files_are_written_and_named(run: Any, file: Path, tmp_path: Path) -> None:
    targets = {form: tmp_path / f"out.{form}" for form in ("csv", "xlsx", "markdown")}
    options = [part for form, path in targets.items() for part in (f"--{form}", path)]
    code, out, err = run("scenario", file, "--json", "--draws", 500, *options)
    assert code == 0
    json.loads(out)
    assert err.splitlines() == [f"Wrote {path}." for path in targets.values()]
    with targets["csv"].open(encoding="utf-8-sig", newline="") as lines:
        totals = {row["side"]: row["value"] for row in csv.DictReader(lines) if row["item"] == "total"}
    assert totals == {"before": "49500", "after": "1650", "saved": "47850"}
    assert len(load_workbook(targets["xlsx"])["Waterfall"]._charts) == 1
    assert targets["markdown"].read_text().startswith("# All on the small model\n")


def test_a_file_that_cannot_be_written_is_an_error(run: Any, file: Path, tmp_path: Path) -> None:
    code, _out, err = run("scenario", file, "--draws", 500, "--csv", tmp_path / "none" / "out.csv")
    assert code == 1
    assert "cannot be written" in err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("input_tokens: 150", "input_tokens: -150"), "line 6, field baseline.input_tokens: -150 is under 0"),
        (("{share: 0}", "{share: 140 %}"), "line 14, field levers.batch.share: 140 % is over 100 %"),
        (("input: 0.03", "input: 0"), "line 10, field prices.gpt-4.input: is a price of 0"),
        (("queries_per_day: 100000", "queries_per_day: .nan"), "line 5, field baseline.queries_per_day: '.nan' is not a number"),
        (("queries_per_day: 100000", "queries_per_day: 0"), "small.yaml, line 5, field baseline.queries_per_day: there are no queries"),
        (("levers:", "leavers:"), "field leavers: there is no such field"),
        (("name: All", "name: [All"), "is not YAML"),
    ],
)
def test_a_bad_file_leaves_with_1_and_the_place(run: Any, file: Path, change: tuple[str, str], said: str) -> None:
    file.write_text(EXAMPLE.replace(*change))
    code, out, err = run("scenario", file, "--json")
    assert (code, out) == (1, "")
    assert said in err
    assert str(file) in err
    assert len(err.splitlines()) == 2  # and the remedy


def test_a_thousand_trillion_queries_come_out_as_a_number(run: Any, file: Path) -> None:
    file.write_text(EXAMPLE.replace("100000", "1e15"))
    found = json.loads(run("scenario", file, "--json", "--draws", 500)[1])
    assert found["before"]["usd"]["value"] == pytest.approx(49_500 * 10**10)


def test_what_is_neither_file_nor_kept_nor_shipped_is_not_found(run: Any, tmp_path: Path) -> None:
    code, _out, err = run("scenario", "nothing")
    assert code == 1
    assert "There is no scenario 'nothing'." in err
    assert run("scenario", tmp_path / "none.yaml")[0] == 1
    assert run("scenario")[0] == 2


def test_an_empty_ledger_says_what_to_do(run: Any, file: Path) -> None:
    file.write_text("name: a\nbaseline: {source: ledger, since: 30d}\n")
    code, out, err = run("scenario", file, "--json")
    assert (code, out) == (1, "")
    assert "baseline" in err


def test_scenarios_are_kept_listed_shown_and_worked_out_by_name(run: Any, file: Path) -> None:
    assert "None kept" in run("scenarios", "list")[1]
    assert "support_assistant" in run("scenarios", "list")[1]
    assert run("scenarios", "save", file, "--name", "small", "--note", "first")[1] == "Kept small as version 1.\n"
    assert "Version 1 of small says the same" in run("scenarios", "save", file, "--name", "small")[1]
    file.write_text(EXAMPLE.replace("150", "300"))
    assert json.loads(run("scenarios", "save", file, "--name", "small", "--json")[1]) == {"name": "small", "version": 2, "new": True}
    listed = json.loads(run("scenarios", "list", "--json")[1])["scenarios"]
    assert [(each["name"], each["version"]) for each in listed] == [("small", 2)]
    assert json.loads(run("scenarios", "show", "small", "--json")[1])["baseline"]["input_tokens"] == 300
    assert "input_tokens: 150\n" in run("scenarios", "show", "small@1")[1]
    assert json.loads(run("scenario", "small@1", "--json", "--draws", 500)[1])["before"]["usd"]["value"] == 49_500
    assert [each["note"] for each in json.loads(run("scenarios", "versions", "small", "--json")[1])] == ["", "first"]


def test_an_exported_document_comes_back_the_same(run: Any, file: Path, tmp_path: Path) -> None:
    run("scenarios", "save", file)
    for name in ("again.yaml", "again.json"):
        assert run("scenarios", "export", "All on the small model", tmp_path / name)[0] == 0
        assert "says the same" in run("scenarios", "save", tmp_path / name)[1]


def test_an_archived_scenario_comes_back(run: Any, file: Path) -> None:
    run("scenarios", "save", file, "--name", "small")
    run("scenarios", "rename", "small", "tiny")
    run("scenarios", "archive", "tiny")
    assert "None kept" in run("scenarios", "list")[1]
    assert "tiny" in run("scenarios", "list", "--archived")[1]
    run("scenarios", "restore", "tiny")
    assert "tiny" in run("scenarios", "list")[1]


def test_help_names_every_command(run: Any) -> None:
    out = run("-h")[1]
    for name in ("scenario", "optimise", "price", "scenarios"):
        assert f"\n  {name} " in out
    assert run("nothing")[0] == 2
