"""`workbench export`, as a person types it: documents into files, stale or fresh, templates and brand."""

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.pages import verdicts
from workbench import cli, store
from workbench.errors import InputError, WorkbenchError
from workbench.export.plans import keeping
from workbench.export.plans.model import Plan
from workbench.prompts import labels

SUFFIXES = ["md", "html", "docx", "pdf"]


def command(*arguments: object) -> Result:
    return CliRunner().invoke(cli.cli, ["export", *map(str, arguments)])


def done(*arguments: object) -> Result:
    result = command(*arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return result


def refused(*arguments: object) -> WorkbenchError:
    result = command(*arguments)
    assert isinstance(result.exception, WorkbenchError), (result.output, result.exception)
    return result.exception


@pytest.mark.usefixtures("home")
def test_a_document_goes_into_a_file_that_a_pipeline_can_hold_to_the_truth(tmp_path: Path) -> None:
    bench = store.current()
    verdicts.versions(bench, 2)
    labels.move(bench, "intent", "production", 1, reason="the first")
    files = [tmp_path / f"intent.{suffix}" for suffix in SUFFIXES]
    for path in files:
        done("document", "intent@production", "-o", path)
    assert [path.read_bytes()[:5] for path in files] == [b"# int", b"<!DOC", b"PK\x03\x04\x14", b"%PDF-"]
    assert "fresh" in done("check", *files).stdout
    labels.move(bench, "intent", "production", 2, reason="better")
    result = command("check", *files, "--json")
    assert result.exit_code == 4
    found = json.loads(result.stdout)
    assert [one["stale"] for one in found] == [True] * 4
    assert {change["kind"] for one in found for change in one["changes"]} >= {"labels"}


@pytest.mark.usefixtures("home")
def test_a_file_that_cannot_be_read_does_not_hide_what_the_others_say(tmp_path: Path) -> None:
    verdicts.versions(store.current(), 1)
    good, bad, worse = (tmp_path / f"{name}.md" for name in ("good", "bad", "worse"))
    done("document", "intent", "-o", good)
    bad.write_text("Somebody else's.\n")
    result = command("check", bad, good, worse)
    assert isinstance(result.exception, InputError)
    assert "good.md: fresh" in result.stdout
    assert "bad.md carries no sources" in result.stderr
    assert "worse.md cannot be read" in str(result.exception)
    found = json.loads(command("check", bad, good, "--json").stdout)
    assert ["error" in one for one in found] == [True, False]
    assert "calls" in refused("check", good, "--without", "call").hint


@pytest.mark.usefixtures("home")
def test_what_is_not_said_is_markdown_on_stdout_and_is_noted() -> None:
    verdicts.versions(store.current(), 1)
    text = done("document", "intent", "--section", "changelog", "--section", "overview").stdout
    assert text.index("## Changelog") < text.index("## Overview")
    rows = json.loads(done("list", "--json").stdout)
    assert [(row["kind"], row["subject"], row["state"]) for row in rows] == [("prompt", "intent", "fresh")]


@pytest.mark.usefixtures("home")
def test_one_section_is_told_in_the_singular(tmp_path: Path) -> None:
    verdicts.versions(store.current(), 1)
    said = done("document", "intent", "--section", "guards", "-o", tmp_path / "a.md").stderr
    assert "0 sections from 2 sources." in said, said
    assert ", 1 section from " in done("document", "intent", "--section", "overview", "-o", tmp_path / "a.md").stderr


@pytest.mark.usefixtures("home")
def test_a_past_export_is_made_again_byte_for_byte(tmp_path: Path) -> None:
    verdicts.versions(store.current(), 1)
    done("document", "intent", "-o", tmp_path / "a.docx")
    number = json.loads(done("list", "--json").stdout)[0]["id"]
    assert "byte for byte" in done("again", number, "-o", tmp_path / "b.docx").output
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()


@pytest.mark.usefixtures("home")
def test_a_run_is_reported_as_what_it_is(tmp_path: Path) -> None:
    two = verdicts.run(store.current(), [[1, 0] * 10, [1, 1] * 10])
    assert "Comparison" in done("report", two).stdout.splitlines()[0]
    assert "Evaluation" in done("report", two, "--kind", "evaluation").stdout.splitlines()[0]
    done("slides", "intent", "--run", two, "-o", tmp_path / "a.pptx")
    assert (tmp_path / "a.pptx").read_bytes()[:2] == b"PK"


@pytest.mark.usefixtures("home")
def test_the_last_run_is_reported_as_latest() -> None:
    assert "There are no runs" in str(refused("report", "latest"))
    verdicts.run(store.current(), [[1, 0] * 10, [1, 1] * 10])
    assert "Comparison" in done("report", "latest").stdout.splitlines()[0]
    assert "Evaluation" in done("report", "latest", "--kind", "evaluation").stdout.splitlines()[0]


@pytest.mark.usefixtures("home")
def test_a_plan_goes_to_a_tracker_as_csv(tmp_path: Path) -> None:
    keeping.create(store.current(), Plan("Triage 2"))
    done("plan", "Triage 2", "-o", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == done("plan", "Triage 2", "-f", "csv").stdout_bytes
    assert (tmp_path / "a.csv").read_bytes().startswith(b"Title,")


@pytest.mark.usefixtures("home")
def test_the_library_is_a_site_in_a_zip(tmp_path: Path) -> None:
    verdicts.versions(store.current(), 1)
    done("library", "-o", tmp_path / "site.zip")
    with zipfile.ZipFile(tmp_path / "site.zip") as site:
        assert "index.html" in site.namelist()
    assert "fresh" in done("check", tmp_path / "site.zip").stdout


@pytest.mark.usefixtures("home")
def test_templates_are_written_out_once_and_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_TEMPLATES", str(tmp_path))
    verdicts.versions(store.current(), 1)
    done("templates", "prompt")
    (tmp_path / "prompt" / "overview.md").write_text("Ours alone.\n")
    assert "Ours alone." in done("document", "intent").stdout
    done("templates", "prompt")
    assert (tmp_path / "prompt" / "overview.md").read_text() == "Ours alone.\n"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("document", "nothing"), "nothing"),
        (("report", "nothing"), "nothing"),
        (("plan", "nothing"), "nothing"),
        (("document", "intent", "--format", "xlsx"), "is not written as xlsx"),
        (("document", "intent", "--section", "no"), "has no section no"),
        (("document", "intent", "--period", "soon"), "soon is no period"),
        (("check", "/nowhere/a.pdf"), "cannot be read"),
        (("again", 7), "There is no export 7"),
        (("brand", "--accent", "#ffff00"), "too light"),
        (("document", "intent", "--option", "form=1"), "form is no option"),
        (("templates", "prompt", "-o", "/dev/null/a"), "cannot be made"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(arguments: tuple[object, ...], said: str) -> None:
    verdicts.versions(store.current(), 1)
    error = refused(*arguments)
    assert said in str(error)
    assert error.hint


def test_brand_is_shown_and_set(home: Path) -> None:
    assert home
    assert json.loads(done("brand", "--accent", "#004488", "--name", "Example", "--json").stdout) == {
        "accent": "#004488",
        "name": "Example",
        "logo_bytes": 0,
    }
    assert isinstance(refused("brand", "--accent", "blue"), InputError)
