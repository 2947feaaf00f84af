"""Files of other tools and other people: what is taken, what is skipped, what is guessed, and never more than that."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InputError, NameTaken, NotFound
from workbench.prompts import interchange, labels, registry
from workbench.prompts.content import text
from workbench.prompts.interchange import picoschema
from workbench.prompts.interchange.base import Report
from workbench.store import Store


def take(store: Store, filename: str, body: object, **more: object) -> Report:
    data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return interchange.importing(store, data, filename=filename, **more)  # type: ignore[arg-type]


def test_a_prompt_file_needs_only_name_and_messages(store: Store) -> None:
    take(store, "x.json", {"name": "p", "messages": [{"role": "user", "content": "Hi"}]})
    assert registry.version(store, "p").content == text("Hi")


def test_a_number_is_kept_if_it_is_free_else_nothing_is_imported(store: Store) -> None:
    take(store, "x.json", {"name": "p", "version": 4, "template": "four"})
    assert registry.version(store, "p").number == 4
    assert take(store, "x.json", {"name": "p", "version": 4, "template": "four"}).same == ("p@4",)
    both = [{"name": "new", "template": "new"}, {"name": "p", "version": 4, "template": "else"}]
    with pytest.raises(NameTaken, match=r"x\.json, item 2: p has a version 4"):
        take(store, "x.json", both)
    with pytest.raises(NotFound):
        registry.get(store, "new")
    assert take(store, "x.json", both, renumber=True).taken == ("new@1", "p@5")


def test_a_system_prompt_with_a_user_prompt_template_is_a_chat(store: Store) -> None:
    body = {"system_prompt": "Be kind", "user_prompt_template": "Hi {name}", "temperature": 0.4, "model": "gpt-4o", "team": "x"}
    report = take(store, "greet.json", body)
    version = registry.version(store, "greet")
    assert [(item.role, item.text) for item in version.content.messages] == [("system", "Be kind"), ("user", "Hi {name}")]
    assert (version.content.engine, version.content.model, version.content.parameters.temperature) == ("fstring", "openai/gpt-4o", 0.4)
    assert version.extra == {"team": "x"}
    told = " ".join(what for _place, what in report.guesses)
    assert "fstring" in told
    assert "openai/gpt-4o" in told


def test_a_version_of_another_tool_keeps_its_hash_as_metadata(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "prompts" / "greet"
    folder.mkdir(parents=True)
    for version in ("1.9.0", "1.10.0", "1.2.0"):
        body = {
            "name": "greet",
            "version": version,
            "template": f"Hi {{{{name}}}} {version}",
            "metadata": {"author": "Ann", "description": "Greets", "tags": ["a"], "temperature": 0.9, "own": 1},
            "created_at": "2024-01-02T03:04:05Z",
            "hash": "abc123",
        }
        (folder / f"{version}.json").write_text(json.dumps(body))
    interchange.importing(store, tmp_path / "prompts")
    newest = registry.version(store, "greet")
    assert [version.semantic for version in registry.versions(store, "greet")] == ["1.10.0", "1.9.0", "1.2.0"]
    assert (newest.number, newest.author, newest.created_ms) == (3, "Ann", 1_704_164_645_000)
    assert newest.extra == {"own": 1, "hash": "abc123"}
    assert newest.content.parameters.temperature == 0.9
    assert registry.get(store, "greet").description == "Greets"
    assert registry.resolve(store, "greet@1.10.0") == newest


def test_name_and_version_come_from_the_path_where_the_file_is_silent(store: Store, tmp_path: Path) -> None:
    (tmp_path / "support" / "intent").mkdir(parents=True)
    (tmp_path / "support" / "intent" / "2.json").write_text('{"template": "two"}')
    (tmp_path / "support" / "hello_v3.json").write_text('{"template": "three"}')
    (tmp_path / "support" / "bye.json").write_text('{"template": "bye"}')
    assert sorted(interchange.importing(store, tmp_path).taken) == ["support/bye@1", "support/hello@3", "support/intent@2"]
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "v7.md").write_text("Just text\n")
    assert interchange.importing(store, tmp_path / "alone" / "v7.md").taken == ("alone@7",)
    assert registry.version(store, "alone").content == text("Just text")


def test_text_files_with_an_index_are_versions(store: Store, tmp_path: Path) -> None:
    (tmp_path / "in" / "greet").mkdir(parents=True)
    (tmp_path / "in" / "greet" / "v1.txt").write_text("one")
    (tmp_path / "in" / "greet" / "v2.txt").write_text("two {{x}}")
    (tmp_path / "in" / "readme.txt").write_text("not a prompt")
    entry = {
        "description": "Greets",
        "labels": {"production": 1},
        "versions": [{"version": 2, "note": "better", "created_at": "2024-01-02"}],
    }
    (tmp_path / "in" / "index.json").write_text(json.dumps({"prompts": {"greet": entry}}))
    report = interchange.importing(store, tmp_path / "in")
    assert report.taken == ("greet@1", "greet@2")
    assert [place for place, _why in report.skipped] == ["readme.txt"]
    assert registry.version(store, "greet").note == "better"
    assert registry.resolve(store, "greet@production").number == 1
    assert registry.get(store, "greet").description == "Greets"


DOTPROMPT = """---
model: googleai/gemini-1.5-flash
config: {temperature: 0.3, maxOutputTokens: 90, topK: 5}
input:
  schema:
    text: string, what the person wrote
    tone?: string
  default: {tone: kind}
output:
  format: json
  schema:
    label(enum, the intent): [a, b]
    why?: string
tools: [search]
---
{{role "system"}}
Be {{tone}}.{{#if formal}} Formal.{{/if}}{{#each items}}{{this}},{{/each}}
{{history}}
{{role "user"}}
{{text}} {{json text}}
"""


def test_a_dotprompt_file_is_taken_and_what_is_lost_is_told(store: Store, tmp_path: Path) -> None:
    (tmp_path / "support").mkdir()
    (tmp_path / "support" / "intent.prompt").write_text(DOTPROMPT)
    report = interchange.importing(store, tmp_path)
    version = registry.version(store, "support/intent")
    system, user = version.content.messages
    assert (system.role, user.role) == ("system", "user")
    assert system.text.startswith("Be {{tone}}.{{#formal}} Formal.{{/formal}}{{#items}}{{.}},{{/items}}")
    assert version.content.model == "googleai/gemini-1.5-flash"
    assert (version.content.parameters.temperature, version.content.parameters.max_tokens) == (0.3, 90)
    schema = version.content.output_schema
    assert schema is not None
    assert schema["properties"]["label"] == {"enum": ["a", "b"], "description": "the intent"}
    assert schema["required"] == ["label"]
    declared = registry.get(store, "support/intent").variables
    assert [(one.name, one.required, one.description, one.example) for one in declared] == [
        ("text", True, "what the person wrote", ""),
        ("tone", False, "", "kind"),
    ]
    told = " ".join(what for _place, what in report.guesses)
    for lost in ("topK", "search", "{{history}}", "{{json text}}", "sections"):
        assert lost in told


def test_picoschema_is_read_as_the_schema_it_stands_for() -> None:
    raw = {"a": "string", "b?(array, many)": "integer", "c(object)": {"d": "any", "(*)": "number"}, "e(array)": {"f": "boolean"}}
    assert picoschema.schema(raw, "x") == {
        "type": "object",
        "properties": {
            "a": {"type": "string"},
            "b": {"type": "array", "items": {"type": "integer"}, "description": "many"},
            "c": {"type": "object", "properties": {"d": {}}, "required": ["d"], "additionalProperties": {"type": "number"}},
            "e": {
                "type": "array",
                "items": {"type": "object", "properties": {"f": {"type": "boolean"}}, "required": ["f"], "additionalProperties": False},
            },
        },
        "required": ["a", "c", "e"],
        "additionalProperties": False,
    }
    whole = {"type": "object", "properties": {"a": {"type": "string"}}}
    assert picoschema.schema(whole, "x") == whole


def test_a_csv_of_prompts_is_taken_row_by_row(store: Store) -> None:
    body = 'act,prompt\nLinux Terminal,"I want you to act, ""now""\nplease"\n,nameless\nEmpty,\nUX/UI Developer,Design it\nbad@name,text\n'
    report = take(store, "roles.csv", body)
    assert sorted(report.taken) == ["Linux Terminal@1", "UX/UI Developer@1", "roles/2@1"]
    assert registry.version(store, "Linux Terminal").content == text('I want you to act, "now"\nplease')
    assert [place for place, _why in report.skipped] == ["roles.csv, row 4", "roles.csv, row 6"]
    assert "@" in report.skipped[1][1]


def test_a_csv_may_hold_systems_parameters_and_versions(store: Store) -> None:
    body = "name;version;system;user;temperature;max_tokens;tags\np;1;Be kind;Hi {{x}};0,5;10;a\np;2;Be kind;Hi {{x}};0.5;10;a,b\n"
    report = take(store, "p.csv", body)
    assert report.taken == ("p@2",)
    assert report.skipped == (("p.csv, row 2", "could not convert string to float: '0,5'"),)
    version = registry.version(store, "p")
    assert [item.role for item in version.content.messages] == ["system", "user"]
    assert (version.content.parameters.temperature, version.content.parameters.max_tokens) == (0.5, 10)
    assert registry.get(store, "p").tags == ("a", "b")


def test_a_json_list_of_prompts_is_taken_and_items_without_text_are_told(store: Store) -> None:
    report = take(store, "many.json", [{"name": "a", "prompt": "one"}, {"text": "two"}, {"name": "c"}, "four", 5])
    assert sorted(report.taken) == ["a@1", "many/2@1", "many/4@1"]
    assert [place for place, _why in report.skipped] == ["many.json, item 3", "many.json, item 5"]


@pytest.mark.parametrize(
    ("source", "engine"),
    [
        ("Hi {{name}}", "mustache"),
        ("Hi {name}", "fstring"),
        ("{% if a %}x{% endif %}", "jinja2"),
        ("{{ name | upper }}", "jinja2"),
        ('Answer {"a": 1}', "mustache"),
        ("Hi {name}, answer {'a': 1}", "mustache"),
        ("no braces", "mustache"),
    ],
)
def test_the_engine_is_guessed_only_from_what_is_evident(store: Store, source: str, engine: str) -> None:
    report = take(store, "p.json", {"name": "p", "template": source})
    assert registry.version(store, "p").content.engine == engine
    assert bool(report.guesses) == (engine != "mustache" or "{name}" in source.replace("{{name}}", ""))


def test_a_model_nobody_knows_is_kept_as_metadata(store: Store) -> None:
    report = take(store, "p.json", {"name": "p", "template": "x", "model": "mystery-7b"})
    version = registry.version(store, "p")
    assert (version.content.model, version.extra) == ("", {"model": "mystery-7b"})
    assert "mystery-7b" in report.guesses[0][1]


def test_what_a_person_wrote_here_stays_when_a_file_says_otherwise(store: Store) -> None:
    registry.create(store, "p", description="mine")
    registry.save_version(store, "p", text("one"))
    labels.move(store, "p", "production", 1)
    body = {
        "name": "p",
        "description": "theirs",
        "tags": ["t"],
        "labels": {"production": 2, "staging": 2},
        "versions": [{"version": 2, "template": "two"}],
    }
    report = take(store, "p.yaml", body)
    prompt = registry.get(store, "p")
    assert (prompt.description, prompt.tags, prompt.labels) == ("mine", ("t",), {"production": 1, "staging": 2})
    assert report.skipped == (("label production of p", "it is at version 1 already, and stays there"),)


def test_a_dry_run_tells_and_does_nothing(store: Store) -> None:
    report = take(store, "p.json", {"name": "p", "template": "x"}, dry_run=True)
    assert report.taken == ("p@1",)
    assert registry.page(store) == []


def test_a_prompt_can_be_imported_under_another_name(store: Store) -> None:
    assert take(store, "p.json", {"name": "p", "template": "x"}, name="q").taken == ("q@1",)
    with pytest.raises(InputError):
        take(store, "p.json", [{"name": "a", "template": "x"}, {"name": "b", "template": "y"}], name="q")


def test_a_file_in_an_old_encoding_is_read_and_told(store: Store) -> None:
    report = take(store, "p.csv", "name,prompt\np,Größe\n".encode("cp1252"))
    assert registry.version(store, "p").content == text("Größe")
    assert "Windows-1252" in report.guesses[0][1]
    take(store, "q.csv", "name,prompt\nq,Größe\n".encode("utf-16"))
    assert registry.version(store, "q").content == text("Größe")


@pytest.mark.parametrize(
    ("name", "body", "place"),
    [
        ("p.json", '{"name": "p",\n  "messages": [}', "p.json, line 2, column 16"),
        ("p.json", '{"messages": NaN}', "p.json"),
        ("p.json", "[" * 100_000, "p.json"),
        ("p.json", "1" * 5000, "p.json"),
        ("p.json", "3", "p.json"),
        ("p.json", "{}", "p.json"),
        ("p.json", '{"name": "p", "messages": [{"role": "king", "content": "x"}]}', "p.json, message 1"),
        ("p.json", '{"name": "p", "template": "x", "parameters": {"temperature": 9}}', "p.json, field temperature"),
        ("p.json", '{"name": "a@b", "template": "x"}', "p.json, field name"),
        ("p.json", '{"name": 3, "template": "x"}', "p.json, field name"),
        ("p.json", '{"name": "p", "template": "x", "version": "spring"}', "p.json, field version"),
        ("p.json", '{"name": "p", "template": "x", "metadata": []}', "p.json, field metadata"),
        ("p.yaml", "name: p\nversions:\n  - {version: 1", "p.yaml, line 4, column 1"),
        ("p.yaml", "name: p\nversions: [{template: x}, 3]", "p.yaml, version 2"),
        ("p.yaml", "a: &a [*a]", "p.yaml"),
        ("p.yaml", "name: !!python/object:os.system p", "p.yaml, line 1, column 7"),
        ("p.yaml", "name: p\x07", "p.yaml, line 1"),
        ("p.yaml", "[" * 5000, "p.yaml"),
        ("p.yaml", "? " * 100_000, "p.yaml"),
        ("p.yaml", "- a\n" * 600_000, "p.yaml"),
        ("p.csv", "prompt\n" + "{x}\n" * 20_001, "p.csv"),
        ("p.md", "---\nname: p\nno end", "p.md, line 1"),
        ("p.md", "---\n- a\n---\nx", "p.md, line 2"),
        ("p.md", "---\nname: p\nbad: [\n---\nx", "p.md, line 4, column 1"),
        ("p.md", "---\nname: p\n---\nstray\n<!-- user -->\nx", "p.md"),
        ("p.prompt", "---\nmodel: a/b\n---\n", "p.prompt"),
        ("p.prompt", '---\nmodel: a/b\n---\n{{role "king"}}x', "p.prompt"),
        ("p.prompt", "---\nconfig: 3\n---\nx", "p.prompt"),
        ("p.prompt", "---\ninput:\n  schema: {a: colour}\n---\nx", "p.prompt"),
        ("p.csv", "a,b\n1,2\n", "p.csv, line 1"),
        ("p.txt", b"\x00\xff\x00", "p.txt"),
        ("p.docx", "x", "p.docx"),
        ("p.json", "  ", "p.json"),
        ("p.zip", b"PK\x03\x04nothing", "p.zip"),
    ],
)
def test_a_file_that_cannot_be_read_names_the_place_and_leaves_nothing(store: Store, name: str, body: str | bytes, place: str) -> None:
    with pytest.raises(InputError) as error:
        take(store, name, body)
    assert error.value.place.startswith(place)
    assert error.value.message.startswith(error.value.place)
    assert registry.page(store) == []


def test_a_yaml_bomb_is_refused_before_it_unfolds(store: Store) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    with pytest.raises(InputError, match="aliases"):
        take(store, "p.yaml", "\n".join([*lines, "name: p", "template: x", "metadata: *a39"]))


def test_aliases_that_people_use_are_read(store: Store) -> None:
    body = "name: p\nversions:\n- {template: one, parameters: &cool {temperature: 0.1}}\n- {template: two, parameters: *cool}\n"
    assert take(store, "p.yaml", body).taken == ("p@1", "p@2")
    assert registry.version(store, "p").content.parameters.temperature == 0.1


def test_dates_and_versions_in_yaml_stay_what_was_written(store: Store) -> None:
    take(store, "p.yaml", "name: p\nversion: '1.10'\ntemplate: x\nmetadata: {reviewed: 2026-11-20}")
    version = registry.version(store, "p")
    assert (version.semantic, version.extra) == ("1.10", {"reviewed": "2026-11-20"})


def test_a_zip_that_leads_outside_or_unfolds_without_end_is_bounded(store: Store) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in ("../evil.json", "/etc/evil.json", "C:\\evil.json", "a/../../evil.json", "good.json", ".git/x.json", "pic.png"):
            archive.writestr(path, json.dumps({"name": path.strip("./\\:") or "x", "template": "x"}))
        archive.writestr("bomb.json", b" " * 30_000_000)
    report = take(store, "all.zip", packed.getvalue())
    assert report.taken == ("good.json@1",)
    outside = {"../evil.json", "/etc/evil.json", "C:\\evil.json", "a/../../evil.json"}
    assert {place for place, _why in report.skipped} == {*outside, "pic.png", "bomb.json"}


def test_a_link_that_leads_out_of_the_folder_is_not_followed(store: Store, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"name": "secret", "template": "x"}')
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "good.json").write_text('{"name": "good", "template": "x"}')
    (inside / "link.json").symlink_to(tmp_path / "secret.json")
    (inside / "folder").symlink_to(tmp_path)
    report = interchange.importing(store, inside)
    assert report.taken == ("good@1",)
    assert report.skipped == (("link.json", "it leads out of the folder"),)


def test_files_and_folders_that_are_not_there_or_too_large_are_told(store: Store, tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    with pytest.raises(InputError, match="no such file"):
        interchange.importing(store, inside / "nothing.json")
    with pytest.raises(InputError, match="no file that can be read"):
        interchange.importing(store, inside)
    (inside / "big.json").write_bytes(b"[" + b" " * 10_000_001)
    with pytest.raises(InputError, match="10 MB"):
        interchange.importing(store, inside / "big.json")
    (inside / "good.json").write_text('{"name": "good", "template": "x"}')
    assert interchange.importing(store, inside).skipped == (("big.json", "it is larger than 10 MB"),)


@given(body=st.binary(max_size=200), suffix=st.sampled_from([".json", ".yaml", ".md", ".prompt", ".csv", ".txt", ".zip"]))
@settings(max_examples=300, deadline=None)
def test_whatever_bytes_come_in_they_are_read_or_refused(body: bytes, suffix: str) -> None:
    _read(body, suffix)


_PIECES = (
    "---\n",
    "{{",
    "}}",
    "#if x",
    '{{role "user"}}',
    "<!-- user -->\n",
    "name: ",
    "[",
    "{",
    '"',
    ":",
    "\n",
    "- ",
    "&a ",
    "*a",
    "a",
    ",",
)


@given(body=st.lists(st.sampled_from(_PIECES)), suffix=st.sampled_from([".json", ".jsonl", ".yaml", ".md", ".prompt", ".csv"]))
@settings(max_examples=400, deadline=None)
def test_whatever_looks_like_a_prompt_file_is_read_or_refused(body: list[str], suffix: str) -> None:
    _read("".join(body).encode(), suffix)


def _read(body: bytes, suffix: str) -> None:
    try:
        parcel = interchange.reading(body, f"p{suffix}")
    except InputError:
        return
    for found in parcel.versions:
        found.entry.content.checked()
