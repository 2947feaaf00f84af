"""`workbench calls import`: a look first, then in; what was not taken by line."""

import json
from pathlib import Path

from click.testing import CliRunner

from workbench.cli import cli

ROWS = 'tick,what,in,out\n2026-09-01T10:00:00Z,gpt-5,12,3\n2026-09-01T10:00:01Z,gpt-5,many,3\n2026-09-01T10:00:02Z,gpt-5,"1,000",3\n'
MAPPED = [
    "--map",
    "tick=started_at",
    "--map",
    "what=model",
    "--map",
    "in=input_tokens",
    "--map",
    "out=output_tokens",
    "--set",
    "prompt=a/b",
]


def test_a_file_is_looked_at_and_then_taken_once(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(ROWS)
    look = CliRunner().invoke(cli, ["calls", "import", str(file), "--preview"])
    assert "Still needed: started_at, model" in look.output
    shown = json.loads(CliRunner().invoke(cli, ["calls", "import", str(file), "--preview", "--json", *MAPPED]).output)
    assert (shown["format"], shown["missing"], len(shown["calls"]), shown["problems"][0]["line"]) == ("csv", [], 2, 3)
    done = CliRunner().invoke(cli, ["calls", "import", str(file), *MAPPED])
    assert done.exit_code == 0, done.output
    assert "2 calls taken, 0 there already, 1 row not taken" in done.output
    assert "line 3: column in: 'many' is not a number" in done.output
    assert "  1 row: column in: … is not a number" in done.output
    again = json.loads(CliRunner().invoke(cli, ["calls", "import", str(file), "--json", *MAPPED]).output)
    assert (again["taken"], again["duplicates"], again["skipped"], again["complete"]) == (0, 2, 1, True)


def test_a_look_shows_every_field_that_is_mapped(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text("timestamp;model;cost;user;thumb\n2026-09-01T10:00:00Z;gpt-5;0,0125;Zoe;up\n")
    shown = CliRunner().invoke(cli, ["calls", "import", str(file), "--preview", "--set", "prompt=a/b"]).output
    head, row = shown.strip().splitlines()[-2:]
    assert head.startswith("started (UTC)")
    assert row.startswith("2026-09-01 10:00:00 ")
    assert head.split()[-4:] == ["cost_usd", "user", "feedback", "prompt"]
    assert row.split()[-4:] == ["0.0125", "Zoe", "1", "a/b"]


def test_what_cannot_be_imported_says_why(home: Path, tmp_path: Path) -> None:
    from workbench.errors import InputError

    for arguments, says in ((["nowhere.csv"], "no such file"), ([str(tmp_path)], "is not a file")):
        failed = CliRunner().invoke(cli, ["calls", "import", *arguments])
        assert isinstance(failed.exception, InputError)
        assert says in str(failed.exception)
    assert CliRunner().invoke(cli, ["calls", "import", "x.csv", "--map", "model"]).exit_code == 2


def test_an_import_is_listed_and_taken_back(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(ROWS)
    done = json.loads(CliRunner().invoke(cli, ["calls", "import", str(file), "--json", *MAPPED]).output)
    assert done["id"] in CliRunner().invoke(cli, ["calls", "import", "--list"]).output
    back = CliRunner().invoke(cli, ["calls", "import", "--undo", done["id"]])
    assert "calls.csv: 2 calls taken out again." in back.output
    twice = CliRunner().invoke(cli, ["calls", "import", "--undo", done["id"]])
    assert "calls.csv was taken back already" in twice.output
    assert json.loads(CliRunner().invoke(cli, ["calls", "import", str(file), "--json", *MAPPED]).output)["taken"] == 2
    assert CliRunner().invoke(cli, ["calls", "import", str(file), "--undo", done["id"]]).exit_code == 2
    assert "no import" in str(CliRunner().invoke(cli, ["calls", "import", "--undo", "nope"]).exception)


def test_an_import_that_takes_nothing_says_so_and_fails(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_text('{"timestamp": "never", "model": "gpt-5"}\n' * 3)
    for more in ([], ["--json"]):
        done = CliRunner().invoke(cli, ["calls", "import", str(file), *more])
        assert done.exit_code == 1
    said = CliRunner().invoke(cli, ["calls", "import", str(file)]).output
    assert "nothing was taken: 3 rows read, and not one of them could be taken as a call." in said
