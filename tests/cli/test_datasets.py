import io
import json
from pathlib import Path
from typing import Any

import pytest

from workbench.cli import main
from workbench.cli.datasets import _FORMATS
from workbench.datasets.exporting import FORMATS

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def bank(tmp_path: Path, run: Any) -> Path:
    path = tmp_path / "bank.csv"
    path.write_text("text,label\n" + "".join(f"message {n},l{n % 2}\n" for n in range(10)) + "ragged\n")
    run("import", path, "--name", "bank")
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `workbench datasets ...`: its exit code, stdout and stderr."""

    def go(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(["datasets", *map(str, arguments)])
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return go


def test_an_import_says_what_it_took_and_json_stands_alone(run: Any, bank: Path) -> None:
    code, out, err = run("import", bank, "--name", "again", "--expected", "label", "--json")
    report = json.loads(out)
    assert (code, err) == (0, "")
    assert (report["taken"], report["skipped"], report["columns"]) == (10, 1, ["text", "label"])
    assert report["reasons"] == [{"row": 12, "why": "has 1 cell where the header has 2"}]
    code, out, _err = run("import", bank, "--name", "third")
    assert "10 rows taken, 1 skipped (csv, utf-8)" in out
    assert "row 12 has 1 cell" in out


def test_every_column_is_an_input_under_its_header(run: Any, bank: Path) -> None:
    _code, out, _err = run("show", "bank", "--limit", 2, "--json")
    shown = json.loads(out)
    assert (shown["name"], shown["cases"], shown["columns"]) == ("bank", 10, ["text", "label"])
    assert shown["items"][0]["inputs"] == {"text": "message 0", "label": "l0"}
    code, out, _err = run("show", "bank")
    assert code == 0
    assert "message 9" in out


def test_the_list_shows_what_there_is(run: Any) -> None:
    assert "No datasets" in run("list")[1]
    assert json.loads(run("list", "--json")[1]) == []


def test_errors_go_to_stderr_with_their_hint(run: Any, bank: Path, tmp_path: Path) -> None:
    for arguments, says in (
        (("show", "none"), "Datasets: bank."),
        (("import", bank, "--name", "bank"), "replace it"),
        (("import", tmp_path / "none.csv", "--name", "x"), "no such file"),
        (("import", bank, "--name", "x", "--expected", "nope"), "Columns are text, label"),
        (("split", "bank", "a=0.5"), "sum to 1"),
    ):
        code, out, err = run(*arguments, "--json")
        assert (code, out) == (1, ""), arguments
        assert says in err
    assert run("split", "bank", "half")[0] == 2
    assert run("import", bank)[0] == 2


def test_a_dataset_is_split_sampled_tagged_renamed_and_deleted(run: Any, bank: Path) -> None:
    assert json.loads(run("split", "bank", "train=0.8", "test=0.2", "--seed", 3, "--json")[1]) == {"test": 2, "train": 8}
    drawn = json.loads(run("sample", "bank", 3, "--split", "train", "--seed", 1, "--json")[1])
    assert len(drawn) == 3
    assert {case["split"] for case in drawn} == {"train"}
    run("tag", "bank", "hard", "--case", drawn[0]["id"])
    assert [case["id"] for case in json.loads(run("show", "bank", "--tag", "hard", "--json")[1])["items"]] == [drawn[0]["id"]]
    run("tag", "bank", "hard", "--remove")
    assert json.loads(run("show", "bank", "--tag", "hard", "--json")[1])["items"] == []
    assert run("rename", "bank", "money")[0] == 0
    assert json.loads(run("delete", "money", "--yes", "--json")[1]) == {"deleted": "money", "cases": 10}
    assert json.loads(run("list", "--json")[1]) == []


def test_deleting_asks_first(run: Any, bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    code, _out, err = run("delete", "bank")
    assert code == 1
    assert "Delete bank and its 10 cases?" in err
    assert run("show", "bank")[0] == 0


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_comes_back_through_import(run: Any, bank: Path, tmp_path: Path, form: str) -> None:
    target = tmp_path / f"out.{form}"
    assert json.loads(run("export", "bank", "-o", target, "--json")[1]) == {"file": str(target), "format": form, "cases": 10}
    assert run("export", "bank", "-o", target)[0] == 1
    assert run("export", "bank", "-o", target, "--force", "--format", form)[0] == 0
    run("import", target, "--name", "back")
    first, second = (json.loads(run("show", name, "--json")[1]) for name in ("bank", "back"))
    assert [case["inputs"] for case in first["items"]] == [case["inputs"] for case in second["items"]]
    assert not list(tmp_path.glob("*.part"))


def test_the_formats_offered_are_the_formats_written() -> None:
    assert set(_FORMATS) == set(FORMATS)
