"""The shapes other tools keep prompts in: lists, lines, maps, chats, and what of them is carried over."""

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import InputError, NotFound
from workbench.prompts import interchange, registry
from workbench.prompts.interchange import handlebars
from workbench.prompts.interchange.base import Parcel
from workbench.text import messages as texts


def read(filename: str, body: object) -> Parcel:
    return interchange.reading(body.encode() if isinstance(body, str) else json.dumps(body).encode(), filename)


def only(filename: str, body: object) -> Any:
    (found,) = read(filename, body).versions
    return found.entry


def turns(filename: str, body: object) -> list[tuple[str, Any]]:
    return [(turn["role"], turn["content"]) for turn in texts.to_json(only(filename, body).content.messages)]


def test_a_list_of_texts_is_a_list_of_prompts() -> None:
    assert [found.prompt for found in read("greet.json", ["Say {{a}}", "Tell {{b}}"]).versions] == ["greet/1", "greet/2"]


def test_names_mapped_to_texts_are_prompts() -> None:
    parcel = read("all.json", {"greet": "Hello {name}", "bye": {"template": "Bye {name}", "version": 2}})
    assert [(found.prompt, found.entry.number) for found in parcel.versions] == [("greet", None), ("bye", 2)]
    assert [found.prompt for found in read("all.yaml", "prompts:\n  a: one\n  b: two\n").versions] == ["a", "b"]


def test_a_list_of_turns_is_one_chat_prompt() -> None:
    chat = [{"role": "system", "content": "You are {{persona}}"}, {"role": "user", "content": "{{q}}"}]
    assert turns("chat.json", chat) == [("system", "You are {{persona}}"), ("user", "{{q}}")]


def test_one_bad_item_of_a_list_is_told_and_the_others_are_taken() -> None:
    parcel = read("many.json", [{"name": "good", "prompt": "x"}, {"name": "bad@1", "prompt": "y"}, {"prompt": "z", "temperature": "hot"}])
    assert [found.prompt for found in parcel.versions] == ["good"]
    assert [place for place, _why in parcel.skipped] == ["many.json, item 2", "many.json, item 3"]
    assert "@ separates" in parcel.skipped[0][1]
    assert "must be a number" in parcel.skipped[1][1]


def test_json_lines_are_read_a_prompt_a_line() -> None:
    parcel = read("log.jsonl", '{"name": "a", "prompt": "one"}\n\nnot json\n"two"\n[1]\n')
    assert [found.prompt for found in parcel.versions] == ["a", "log/4"]
    assert [place for place, _why in parcel.skipped] == ["log.jsonl, line 3", "log.jsonl, line 5"]


def test_a_name_alone_is_no_prompt_unless_it_stands_beside_its_versions() -> None:
    with pytest.raises(InputError, match="neither messages nor a template"):
        read("x.json", {"name": "x"})
    assert set(read("prompt.yaml", "name: x\ndescription: d\n").prompts) == {"x"}


def test_a_system_prompt_beside_the_messages_comes_first() -> None:
    entry = only("x.json", {"name": "x", "model": "claude-sonnet-4", "system": "Be kind", "messages": [{"role": "user", "content": "Hi"}]})
    assert [(turn.role, turn.text) for turn in entry.content.messages] == [("system", "Be kind"), ("user", "Hi")]
    assert "system" not in entry.extra


def test_langchain_turns_formats_and_roles_are_read() -> None:
    body = {"template_format": "jinja2", "messages": [["system", "You {% if a %}x{% endif %}"], ["human", "{{q}}"], ["ai", "ok"]]}
    assert [role for role, _text in turns("x.json", body)] == ["system", "user", "assistant"]
    assert only("x.json", body).content.engine == "jinja2"
    assert only("y.json", {"template_format": "f-string", "template": "no names"}).content.engine == "fstring"


def test_a_place_for_the_conversation_is_left_out_and_told() -> None:
    chat = [{"role": "system", "content": "x"}, {"type": "placeholder", "name": "history"}, {"role": "user", "content": "{{q}}"}]
    parcel = read("x.json", {"name": "x", "prompt": chat, "config": {"model": "openai/gpt-4o", "temperature": 0.7, "team": "b"}})
    (found,) = parcel.versions
    assert len(found.entry.content.messages) == 2
    assert found.entry.content.model == "openai/gpt-4o"
    assert found.entry.content.parameters.temperature == 0.7
    assert found.entry.extra == {"config": {"team": "b"}}
    assert any("conversation" in what for _place, what in parcel.guesses)


def test_openai_requests_keep_tool_calls_and_the_response_schema() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    body = {
        "messages": [
            {"role": "user", "content": "q"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": "42"},
        ],
        "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": schema}},
    }
    assert turns("x.json", body)[1:] == [
        ("assistant", [{"type": "tool_call", "id": "c1", "name": "f", "arguments": "{}"}]),
        ("tool", [{"type": "tool_result", "id": "c1", "text": "42"}]),
    ]
    assert only("x.json", body).content.parameters.response_schema == schema


def test_promptfoo_prompts_are_taken_and_those_in_files_are_told() -> None:
    parcel = read("promptfooconfig.yaml", 'prompts: ["Say {{a}}", {id: two, raw: "Tell {{b}}"}, "file://p/x.txt"]\nproviders: [openai:x]\n')
    assert [found.prompt for found in parcel.versions] == ["promptfooconfig/1", "two"]
    assert parcel.skipped == [("promptfooconfig.yaml, item 3", "it only names a file: import p/x.txt")]


def test_yaml_versions_and_hashes_are_read_as_they_are_written() -> None:
    parcel = read(
        "p.yaml", "versions:\n- {version: 1.10, template: ten, hash: 0123}\n- {version: 1.1, template: one}\nlabels: {prod: 1.10}\n"
    )
    assert [found.entry.semantic for found in parcel.versions] == ["1.10", "1.1"]
    assert parcel.versions[0].entry.extra == {"hash": "0123"}
    assert parcel.prompts["p"].labels == {"prod": "1.10"}
    assert [found.entry.semantic for found in read("q.yaml", "versions:\n  1.10: ten\n  1.9: nine\n").versions] == ["1.10", "1.9"]


def test_an_index_alone_brings_the_texts_it_stands_above(tmp_path: Path) -> None:
    (tmp_path / "hi").mkdir()
    (tmp_path / "hi" / "v2.txt").write_text("Hello {{x}}")
    (tmp_path / "other.json").write_text('{"name": "other", "template": "x"}')
    (tmp_path / "index.json").write_text('{"hi": {"description": "d", "versions": {"v2": {"author": "ann"}}}}')
    (found,) = interchange.reading(tmp_path / "index.json").versions
    assert (found.prompt, found.entry.number, found.entry.author) == ("hi", 2, "ann")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{#if a}}A{{else}}B{{/if}}", "{{#a}}A{{/a}}{{^a}}B{{/a}}"),
        ("{{#unless a}}A{{else}}B{{/unless}}", "{{^a}}A{{/a}}{{#a}}B{{/a}}"),
        ("{{#if a}}A{{else if b}}B{{else}}C{{/if}}", "{{#a}}A{{/a}}{{^a}}{{#b}}B{{/b}}{{^b}}C{{/b}}{{/a}}"),
        ("{{#each xs}}{{this.n}}{{this}}{{^}}none{{/each}}", "{{#xs}}{{n}}{{.}}{{/xs}}{{^xs}}none{{/xs}}"),
        ("{{#xs}}x{{else}}none{{/xs}}", "{{#xs}}x{{/xs}}{{^xs}}none{{/xs}}"),
        ("a  {{~#if b~}}  c  {{~/if~}}  d", "a{{#b}}c{{/b}}d"),
        ("x{{!-- a }} b --}}y", "xy"),
        ("{{#with a.b}}{{c}}{{/with}}", "{{#a.b}}{{c}}{{/a.b}}"),
        ("{{#each this}}{{.}}{{/each}}", "{{#.}}{{.}}{{/.}}"),
    ],
)
def test_handlebars_that_mustache_can_say_is_put_into_mustache(source: str, expected: str) -> None:
    changed, _blocks, lost = handlebars.mustache(source)
    assert (changed, lost) == (expected, [])


def test_handlebars_that_mustache_cannot_say_is_named_and_breaks_nothing_around_it() -> None:
    changed, _blocks, lost = handlebars.mustache(
        '{{#if a}}{{#ifEquals b "c"}}x{{else}}y{{/ifEquals}}{{else}}z{{/if}}{{>style mood="m"}}{{@index}}'
    )
    assert changed == '{{#a}}{{#ifEquals b "c"}}x{{else}}y{{/ifEquals}}{{/a}}{{^a}}z{{/a}}{{>style}}{{@index}}'
    assert lost == ['#ifEquals b "c"', "else", '>style mood="m"', "@index"]


def test_dotprompt_pictures_become_parts_and_named_schemas_are_told() -> None:
    source = (
        "# Licence\n\n---\nmodel: googleai/gemini\ninput:\n  schema: MenuItem\n---\nLook: {{media url=photo}} and say {{json facts}}.\n"
    )
    parcel = read("_look.prompt", source)
    (found,) = parcel.versions
    assert found.prompt == "look"
    assert texts.to_json(found.entry.content.messages)[0]["content"] == [
        {"type": "text", "text": "Look: "},
        {"type": "image", "url": "{{photo}}"},
        {"type": "text", "text": " and say {{facts}}."},
    ]
    told = " ".join(what for _place, what in parcel.guesses)
    assert "MenuItem" in told
    assert "{{json facts}}" in told


def test_nothing_is_saved_of_a_folder_one_file_of_which_is_broken(store: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"name": "a", "template": "x"}')
    (tmp_path / "b.json").write_text('{"name": ')
    with pytest.raises(InputError, match=r"b\.json, line 1"):
        interchange.importing(store, tmp_path)
    with pytest.raises(NotFound):
        registry.get(store, "a")
