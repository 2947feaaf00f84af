import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from workbench import store as stores
from workbench.cli import main, output
from workbench.prompts import interchange, labels, registry
from workbench.prompts.content import Content, Parameters, text
from workbench.text.messages import message


class Said:
    """What a command wrote and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `workbench prompts ...` in this process, in a home of its own."""

    def ask(*arguments: str) -> Said:
        capsys.readouterr()
        try:
            main(["prompts", *arguments])
        except SystemExit as left:
            return Said(int(left.code or 0), *capsys.readouterr())
        return Said(0, *capsys.readouterr())

    return ask


@pytest.fixture
def intent(home: Path) -> str:
    """Two versions of an intent classifier, the first in production."""
    store = stores.current()
    registry.save_version(store, "support/intent", text("Classify {{text}}", parameters=Parameters(temperature=0.2)), note="first")
    newer = Content((message("system", "You classify."), message("user", "Classify {{text}} now")), parameters=Parameters(temperature=0.8))
    registry.save_version(store, "support/intent", newer, semantic="1.10.0")
    labels.move(store, "support/intent", "production", 1)
    return "support/intent"


def test_a_text_is_saved_listed_and_shown(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Hi {{name}}\n")
    said = run("save", "hi", str(tmp_path / "a.txt"), "--note", "why", "--label", "production", "--preset", "factual", "--json")
    assert said.code == 0
    assert (said.json["ref"], said.json["new"]) == ("hi@1", True)
    assert [(row["name"], row["latest"], row["labels"]) for row in run("list", "--json").json] == [("hi", 1, {"production": 1})]
    shown = run("show", "hi@production", "--json").json
    assert shown["messages"] == [{"role": "user", "content": "Hi {{name}}"}]
    assert shown["parameters"] == {"temperature": 0.2, "max_tokens": 500}
    assert shown["metadata"]["note"] == "why"
    assert shown["metadata"]["author"] == "tester"
    assert "Hi {{name}}" in run("show", "hi").out


def test_saving_the_same_again_says_so(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Hi")
    run("save", "hi", str(tmp_path / "a.txt"))
    said = run("save", "hi", str(tmp_path / "a.txt"))
    assert (said.code, said.out) == (0, "Nothing new: this is hi@1 again.\n")


def test_a_prompt_file_is_saved_as_the_next_version(run: Any, intent: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(
        '{"name": "other", "version": 9, "messages": [{"role": "user", "content": "new"}], "metadata": {"note": "n"}}'
    )
    assert run("save", intent, str(tmp_path / "x.json"), "--json").json["ref"] == "support/intent@3"
    assert run("versions", intent, "--json").json[0]["note"] == "n"


def test_who_saves_on_an_old_base_is_refused(run: Any, intent: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("mine")
    said = run("save", intent, str(tmp_path / "a.txt"), "--base", "1")
    assert said.code == output.ERROR
    assert "support/intent@2" in said.err
    assert "difference" in said.err


def test_diff_gives_the_differing_fields_and_nothing_else_on_stdout(run: Any, intent: str) -> None:
    said = run("diff", f"{intent}@1", f"{intent}@1.10.0", "--json")
    assert said.json == {
        "a": "support/intent@1",
        "b": "support/intent@2",
        "same": False,
        "fields": [
            {"field": "messages[1]", "a": None, "b": {"role": "system", "content": "You classify."}},
            {"field": "messages[2].content", "a": "Classify {{text}}", "b": "Classify {{text}} now"},
            {"field": "parameters.temperature", "a": 0.2, "b": 0.8},
        ],
    }
    shown = run("diff", f"{intent}@1", f"{intent}@2").out
    assert "{+ now+}" in shown
    assert "parameters.temperature: 0.2 -> 0.8" in shown
    assert "the same" in run("diff", intent, f"{intent}@2").out


def test_a_label_is_moved_rolled_back_and_taken_off_with_its_history(run: Any, intent: str) -> None:
    assert "it was at version 1" in run("label", f"{intent}@2", "production", "--reason", "better").out
    assert run("rollback", intent, "production", "--json").json == {"name": intent, "label": "production", "version": 1}
    run("label", intent, "production", "--remove")
    history = run("labels", intent, "--json").json
    assert history["labels"] == {}
    assert [(row["from"], row["to"]) for row in history["history"]] == [(1, None), (2, 1), (1, 2), (None, 1)]
    assert history["history"][2]["reason"] == "better"


def test_what_is_exported_is_imported_with_the_same_hashes(run: Any, intent: str, tmp_path: Path) -> None:
    before = [row["hash"] for row in run("versions", intent, "--json").json]
    for form in ("json", "yaml", "folder"):
        files = run("export", intent, "--format", form, "-o", str(tmp_path / form), "--json").json["files"]
        assert all(Path(file).is_file() for file in files)
        assert run("delete", intent, "--yes").code == 0
        report = run("import", str(tmp_path / form), "--json").json
        assert report["taken"] == ["support/intent@1", "support/intent@2"]
        assert [row["hash"] for row in run("versions", intent, "--json").json] == before
        assert run("show", f"{intent}@production", "--json").json["version"] == 1
    single = tmp_path / "json" / "support__intent_v1.json"
    assert run("import", str(single), "--json").json["same"] == ["support/intent@1"]


def test_an_import_that_fails_leaves_by_one_with_the_place(run: Any, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"name": "p",\n"messages": [}')
    said = run("import", str(tmp_path / "x.json"), "--json")
    assert said.code == output.ERROR
    assert said.out == ""
    assert "x.json, line 2, column 14" in said.err


def test_a_dry_run_of_an_import_does_nothing(run: Any, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("name,prompt\np,Hi {name}\nq,\n")
    said = run("import", str(tmp_path / "x.csv"), "--dry-run")
    assert "Would take 1 version;" in said.out
    assert "skipped x.csv, row 3" in said.out
    assert "fstring" in said.out
    assert run("list", "--json").json == []


def test_a_version_is_rendered_with_its_values(run: Any, intent: str, tmp_path: Path) -> None:
    (tmp_path / "v.json").write_text('{"text": "from a file"}')
    assert run("render", f"{intent}@1", "--var", "text=a=b", "--json").json == [{"role": "user", "content": "Classify a=b"}]
    assert run("render", f"{intent}@1", "--vars", str(tmp_path / "v.json"), "--json").json[0]["content"] == "Classify from a file"
    said = run("render", intent, "--json")
    assert (said.code, said.out) == (output.ERROR, "")
    assert "message 2" in said.err
    assert "text has no value" in said.err
    assert run("render", intent, "--var", "text").code == output.USAGE


def test_lint_prints_advice_and_leaves_by_four_only_where_asked(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("do stuff with my key sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD {{text}}")
    run("save", "p", str(tmp_path / "a.txt"))
    said = run("lint", "p", "--json")
    assert said.code == 0
    assert {"rule", "severity", "message", "reason", "place", "fix"} <= set(said.json[0])
    assert run("lint", "p", "--strict").code == output.NO
    assert "Fix:" in run("lint", "p").out


def test_a_prompt_is_duplicated_renamed_archived_and_deleted(run: Any, intent: str) -> None:
    assert run("duplicate", intent, "copy", "--json").json["latest"] == 1
    assert run("rename", "copy", "kept/copy", "--json").json["name"] == "kept/copy"
    assert run("archive", "kept/copy", "--json").json["archived"]
    assert [row["name"] for row in run("list", "--json").json] == [intent]
    assert [row["name"] for row in run("list", "--archived", "--json").json] == ["kept/copy"]
    run("unarchive", "kept/copy")
    assert run("delete", "kept/copy").code == output.ERROR
    assert run("delete", "kept/copy", "--yes").code == 0
    assert [row["name"] for row in run("list", "--json").json] == [intent]


def test_the_list_is_narrowed_by_search_folder_tag_and_label(run: Any, intent: str) -> None:
    registry.save_version(stores.current(), "other", text("Zebra"))
    assert [row["name"] for row in run("list", "--search", "zeb", "--json").json] == ["other"]
    assert [row["name"] for row in run("list", "--folder", "support", "--json").json] == [intent]
    assert [row["name"] for row in run("list", "--label", "production", "--json").json] == [intent]
    assert run("list", "--tag", "nothing").out == "No prompts.\n"


@pytest.mark.parametrize(
    "arguments", [("show", "nothing"), ("show", "support/intent@staging"), ("diff", "support/intent@1", "support/intent@9")]
)
def test_what_is_not_there_is_told_with_what_is(run: Any, intent: str, arguments: tuple[str, ...]) -> None:
    said = run(*arguments, "--json")
    assert (said.code, said.out) == (output.ERROR, "")
    assert said.err.startswith("Error: ")
    assert "support/intent" in said.err


def test_text_from_a_prompt_does_not_steer_the_terminal(run: Any) -> None:
    registry.save_version(stores.current(), "p", text("\x1b[2Jgone \x9b31m"), note="\x1b]0;title\x07")
    assert "\x1b" not in run("show", "p").out + run("versions", "p").out + run("list").out
    assert "\x9b" not in run("show", "p").out


def test_a_prompt_is_saved_from_standard_input(home: Path) -> None:
    command = [sys.executable, "-c", "from workbench.cli import main; main()", "prompts", "save"]
    environment = {**os.environ, "WORKBENCH_HOME": str(home)}
    piped = (
        (b"Hi {{x}}\r\n", "a"),
        (b'{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]}', "b"),
        (b'{"a": {{x}}', "c"),
    )
    for data, name in piped:
        subprocess.run([*command, name, "-"], input=data, env=environment, check=True, capture_output=True)
    store = stores.current()
    assert registry.version(store, "a").content == text("Hi {{x}}")
    assert [item.text for item in registry.version(store, "b").content.messages] == ["s", "u"]
    assert registry.version(store, "c").content == text('{"a": {{x}}')


def test_every_format_of_the_library_is_one_of_the_command(run: Any, intent: str, tmp_path: Path) -> None:
    for form in interchange.formats():
        assert run("export", "--format", form, "-o", str(tmp_path / form)).code == 0
    assert run("export", "--format", "word", "-o", str(tmp_path / "word")).code == output.ERROR
