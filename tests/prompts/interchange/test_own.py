"""Our own formats: what goes out comes back with the same hashes."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.prompts.strategies import contents, texts
from workbench.errors import InputError, NameTaken, NotFound
from workbench.prompts import interchange, labels, registry
from workbench.prompts.content import Content, Parameters, text
from workbench.prompts.interchange import base, folder, outgoing
from workbench.prompts.interchange.base import File
from workbench.prompts.records import Prompt, Variable, Version
from workbench.store import Store, open_store
from workbench.text.messages import message

FORMS = ("json", "yaml", "folder")


@pytest.fixture
def full(store: Store) -> Store:
    """A prompt with everything a prompt can have, and one with nothing."""
    registry.create(
        store,
        "support/intent",
        description="Finds what is wanted:\n- fast",
        expected_output="one label",
        variables=[Variable("text", description="a message", example="Hi"), Variable("n", "number", required=False)],
        tags=["bank", "é"],
        silenced=["vague"],
    )
    registry.save_version(store, "support/intent", text("Classify {{text}}\n"), note="first", author="Ann", now_ms=1_700_000_000_123)
    chat = Content(
        (message("system", "Be\r\nkind"), message("user", "---\n<!-- user -->\n```\nx  \n```\n{{text}}")),
        engine="jinja2",
        model="openai/gpt-5",
        parameters=Parameters(0.2, 50, 1, ("END",), 7, {"type": "object", "properties": {"a": {"enum": [1, 2.5, None, True, "yes"]}}}),
        tools=({"name": "t", "description": "d", "parameters": {"type": "object"}},),
        tool_choice="auto",
        output_schema={"type": "string"},
    )
    registry.save_version(store, "support/intent", chat, semantic="1.10.0", extra={"team": {"k": ["1.10", 1e-7, "2026-11-20"]}})
    labels.move(store, "support/intent", "production", 1)
    labels.move(store, "support/intent", "staging", 2)
    registry.save_version(store, "plain", text("x"))
    return store


@pytest.fixture
def empty(tmp_path: Path, sqlite_template: Path) -> Store:
    """A second store to import into."""
    path = tmp_path / "second.db"
    shutil.copy(sqlite_template, path)
    return open_store(f"sqlite:///{path}")


@pytest.mark.parametrize("form", FORMS)
def test_everything_that_goes_out_comes_back(full: Store, empty: Store, tmp_path: Path, form: str) -> None:
    outgoing.save(interchange.exporting(full, None, form), tmp_path / "out")
    report = interchange.importing(empty, tmp_path / "out")
    assert (sorted(report.taken), report.same, report.skipped, report.guesses) == (
        ["plain@1", "support/intent@1", "support/intent@2"],
        (),
        (),
        (),
    )
    for name in ("plain", "support/intent"):
        assert [_kept(version) for version in registry.versions(empty, name)] == [
            _kept(version) for version in registry.versions(full, name)
        ]
        assert _said(registry.get(empty, name)) == _said(registry.get(full, name))


@pytest.mark.parametrize("form", FORMS)
def test_a_second_import_finds_everything_there_already(full: Store, form: str) -> None:
    before = [registry.versions(full, name) for name in ("plain", "support/intent")]
    report = interchange.importing(full, interchange.zipped(interchange.exporting(full, None, form)), filename="all.zip")
    assert (report.taken, sorted(report.same), report.skipped) == ((), ["plain@1", "support/intent@1", "support/intent@2"], ())
    assert [registry.versions(full, name) for name in ("plain", "support/intent")] == before


@pytest.mark.parametrize("form", FORMS)
@given(drawn=st.lists(contents(), min_size=1, max_size=3, unique_by=lambda content: content.hash()), note=texts, key=texts)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_content_goes_out_and_comes_back_with_its_hash(form: str, drawn: list[Content], note: str, key: str) -> None:
    # Through the files alone, as the store has its own tests: what a writer wrote, a reader reads.
    interchange.formats()
    saved = [content.checked() for content in drawn]
    extra = {"k": note, **({key: note} if key.isprintable() else {})}
    versions = tuple(Version("a/b", n, None, content, extra, note, note, content.hash(), n, n) for n, content in enumerate(saved, 1))
    files = base.WRITERS[form](base.History(Prompt("a/b", description=note.replace("\x00", "")), versions))
    parcel = interchange.reading(interchange.zipped(files), "x.zip")
    found = sorted(parcel.versions, key=lambda one: one.entry.number or 0)
    assert [one.entry.content.hash() for one in found] == [content.hash() for content in saved]
    assert [one.entry.content for one in found] == saved
    assert not parcel.guesses
    assert [one.prompt for one in found] == ["a/b"] * len(saved)


@given(body=st.lists(texts, min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_texts_in_a_markdown_file_survive_whatever_they_hold(body: list[str]) -> None:
    content = Content(tuple(message("user", item) for item in body)).checked()
    written = folder.document(Version("p", 1, None, content, {}, "", "", content.hash(), 0, 0))
    _front, rest, _line = folder.split(written, "p")
    front = yaml.safe_load(written[4:].split("\n---\n")[0])
    assert [item["content"] for item in folder.messages(rest, front.get("boundary"), "p")] == [item.text for item in content.messages]


def test_a_folder_reads_as_text_in_a_diff(full: Store) -> None:
    files = {file.path: file.data.decode() for file in interchange.exporting(full, ["support/intent"], "folder")}
    assert list(files) == ["support/intent/prompt.yaml", "support/intent/v1.md", "support/intent/v2.md"]
    assert files["support/intent/v1.md"].endswith("\n---\nClassify {{text}}\n\n")
    assert "\n---\n<!-- user -->\n```\nx  \n```\n{{text}}\n" in files["support/intent/v2.md"]


def test_a_folder_that_git_gave_other_line_ends_comes_back_the_same(full: Store, empty: Store) -> None:
    files = [File(file.path, file.data.replace(b"\n", b"\r\n")) for file in interchange.exporting(full, None, "folder")]
    interchange.importing(empty, interchange.zipped(files), filename="x.zip")
    for name in ("plain", "support/intent"):
        assert [v.hash for v in registry.versions(empty, name)] == [v.hash for v in registry.versions(full, name)]


def test_the_yaml_has_version_time_hash_template_and_metadata(full: Store) -> None:
    (file,) = interchange.exporting(full, ["support/intent"], "yaml")
    raw = yaml.safe_load(file.data)
    assert raw["name"] == "support/intent"
    assert raw["labels"] == {"production": 1, "staging": 2}
    for item in raw["versions"]:
        assert {"version", "created_at", "hash", "template", "metadata"} <= set(item)
    assert raw["versions"][0]["template"] == "Classify {{text}}\n"
    assert raw["versions"][0]["created_at"] == "2023-11-14T22:13:20.123Z"


def test_the_json_is_one_file_a_version_named_by_it(full: Store) -> None:
    files = interchange.exporting(full, ["support/intent"], "json")
    assert [file.path for file in files] == ["support__intent_v1.json", "support__intent_v2.json"]
    raw = json.loads(files[0].data)
    assert {"name", "version", "engine", "messages", "model", "parameters", "metadata"} <= set(raw)
    assert raw["messages"] == [{"role": "user", "content": "Classify {{text}}\n"}]
    assert raw["metadata"]["labels"] == ["production"]


def test_names_stay_inside_the_folder_and_apart_from_each_other(store: Store, tmp_path: Path) -> None:
    named = ["a/b", "a__b", "A/B", "con", ".hidden", 'what? "x"|y', "é" * 150, "é" * 149 + "e", "x.", "a\\..\\b", "C:/x"]
    for name in named:
        registry.save_version(store, name, text(name))
    for form in FORMS:
        files = interchange.exporting(store, None, form)
        written = outgoing.save(files, tmp_path / form)
        assert len({str(path).casefold() for path in written}) == len(files)
        assert all(path.resolve().is_relative_to(tmp_path / form) for path in written)
        assert all(len(part.encode()) <= 200 for file in files for part in file.path.split("/"))
        assert set(interchange.importing(store, tmp_path / form).same) == {f"{name}@1" for name in named}


def test_an_export_never_writes_over_something_else_unasked(full: Store, tmp_path: Path) -> None:
    files = interchange.exporting(full, ["plain"])
    outgoing.save(files, tmp_path)
    outgoing.save(files, tmp_path)
    (tmp_path / "plain_v1.json").write_text("mine")
    with pytest.raises(NameTaken):
        outgoing.save(files, tmp_path)
    assert (tmp_path / "plain_v1.json").read_text() == "mine"
    outgoing.save(files, tmp_path, force=True)
    assert (tmp_path / "plain_v1.json").read_text() != "mine"


def test_an_export_of_nothing_known_says_so(store: Store) -> None:
    with pytest.raises(NotFound):
        interchange.exporting(store, ["nothing"])
    with pytest.raises(InputError, match="folder, json, yaml"):
        try:
            interchange.exporting(store, None, "word")
        except InputError as error:
            raise InputError(error.hint) from None
    assert interchange.exporting(store, None) == []


def test_a_file_that_leads_out_of_the_folder_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="leads out"):
        outgoing.save([File("../x.json", b"x")], tmp_path / "in")
    assert not (tmp_path / "x.json").exists()


def _kept(version: Version) -> tuple[object, ...]:
    return version.number, version.semantic, version.content, version.extra, version.note, version.author, version.hash, version.created_ms


def _said(prompt: Prompt) -> tuple[object, ...]:
    return prompt.description, prompt.expected_output, prompt.variables, prompt.tags, prompt.silenced, prompt.labels
