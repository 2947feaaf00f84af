import json
import subprocess
import sys
from pathlib import Path

import pytest

from workbench import prompts
from workbench.errors import InputError, NotFound, TemplateError
from workbench.prompts import labels, registry, rendering
from workbench.prompts.content import Content, text
from workbench.store import Store
from workbench.text.messages import Image, Message, Text, ToolCall, ToolResult, message


def test_every_text_of_a_message_is_rendered_and_nothing_else_is() -> None:
    parts = (Text("Hi {{x}}"), Image("https://e.org/{{x}}.png"), Image("data:image/png;base64,{{x}}"), Text("{{y}}"))
    call = Message("assistant", (ToolCall("1", "t", '{"a": "{{x}}"}'),))
    answer = Message("tool", (ToolResult("1", "{{x}}"),))
    rendered = rendering.render(Content((Message("user", parts), call, answer)), {"x": "Bo", "y": "{{x}}"})
    assert rendered[0].parts == (Text("Hi Bo"), Image("https://e.org/Bo.png"), Image("data:image/png;base64,{{x}}"), Text("{{x}}"))
    assert rendered[1:] == (call, answer)


@pytest.mark.parametrize(("engine", "source"), [("mustache", "{{b}}{{a}}"), ("fstring", "{b}{a}"), ("jinja2", "{{ b }}{{ a }}")])
def test_variables_are_found_over_all_messages_in_order_of_use(engine: str, source: str) -> None:
    content = Content((message("system", source), message("user", source)), engine=engine)
    assert rendering.variables(content) == ("b", "a")
    assert [item.text for item in rendering.render(content, {"a": 1, "b": 2})] == ["21", "21"]


def test_a_missing_value_names_the_message_and_the_place() -> None:
    with pytest.raises(TemplateError) as error:
        rendering.render(Content((message("system", "x"), message("user", "a\nb {{name}}"))), {})
    assert error.value.place == "message 2, line 2, column 3"
    assert error.value.message == "message 2, line 2, column 3: name has no value"


def test_a_broken_template_names_the_message() -> None:
    content = Content((message("system", "x"), message("user", "{{#a}}")))
    for ask in (lambda: rendering.variables(content), lambda: rendering.render(content, {}), lambda: rendering.check(content, [])):
        with pytest.raises(TemplateError) as error:
            ask()
        assert error.value.place.startswith("message 2")


def test_missing_unused_and_misspelt_variables_are_told() -> None:
    content = Content((message("system", "{{tone}}"), message("user", "{{text}} {{custmer}}")))
    report = rendering.check(content, ["text", "customer", "colour"], declared=["tone"])
    assert report.missing == ("tone", "custmer")
    assert set(report.unused) == {"customer", "colour"}
    assert report.misspelt == (("custmer", "customer"),)


def test_a_partial_is_a_prompt_by_name(store: Store) -> None:
    registry.save_version(store, "parts/deep", text("deep {{d}}"))
    registry.save_version(store, "parts/tone", text("kind, {{> parts/deep}}"))
    content = text("Be {{> parts/tone}}!")
    found = rendering.partials(store, content)
    assert found == {"parts/tone": "kind, {{> parts/deep}}", "parts/deep": "deep {{d}}"}
    assert rendering.variables(content, found) == ("d",)
    assert rendering.render(content, {"d": "blue"}, found)[0].text == "Be kind, deep blue!"


def test_a_partial_may_be_pinned_by_label_or_number(store: Store) -> None:
    registry.save_version(store, "tone", text("old"))
    registry.save_version(store, "tone", text("new"))
    labels.move(store, "tone", "production", 1)
    for source, expected in (("{{> tone}}", "new"), ("{{> tone@production}}", "old"), ("{{> tone@1}}", "old")):
        content = text(source)
        assert rendering.render(content, {}, rendering.partials(store, content))[0].text == expected


def test_an_included_prompt_in_jinja2_is_found(store: Store) -> None:
    registry.save_version(store, "parts/tone", text("kind {{ x }}", engine="jinja2"))
    content = text('Be {% include "parts/tone" %}', engine="jinja2")
    assert rendering.render(content, {"x": 1}, rendering.partials(store, content))[0].text == "Be kind 1"


def test_prompts_that_include_each_other_are_loaded_once(store: Store) -> None:
    registry.save_version(store, "a", text("a{{> b}}"))
    registry.save_version(store, "b", text("b{{> a}}"))
    assert set(rendering.partials(store, text("{{> a}}"))) == {"a", "b"}


def test_a_partial_that_is_missing_or_in_another_engine_is_an_error(store: Store) -> None:
    with pytest.raises(NotFound):
        rendering.partials(store, text("{{> nothing}}"))
    registry.save_version(store, "jinja", text("x", engine="jinja2"))
    with pytest.raises(InputError) as error:
        rendering.partials(store, text("{{> jinja}}"))
    assert error.value.place == "partial jinja"


def test_who_includes_a_prompt_is_known_by_name_and_not_by_likeness(store: Store) -> None:
    registry.save_version(store, "tone", text("kind"))
    registry.save_version(store, "uses", text("{{> tone@1}}"))
    registry.save_version(store, "mentions", text("The tone is {{tone}} {{> tone2}}"))
    registry.save_version(store, "used", text("{{> tone}}"))
    registry.save_version(store, "used", text("no more"))
    assert rendering.users(store, "tone") == ["used", "uses"]
    assert rendering.users(store, "tone", current_only=True) == ["uses"]
    labels.move(store, "used", "production", 1)
    assert rendering.users(store, "tone", current_only=True) == ["used", "uses"]


def test_from_code_a_prompt_is_got_by_label_and_rendered_as_clients_take_it(store: Store) -> None:
    registry.save_version(store, "tone", text("kind"))
    registry.save_version(store, "p", Content((message("system", "Be {{> tone}}"), message("user", "{{text}}"))))
    registry.save_version(store, "p", text("newer {{text}}"))
    labels.move(store, "p", "production", 1)
    got = prompts.get("p", label="production", store=store)
    assert got.variables == ("text",)
    assert got.render(text="Hi") == [{"role": "system", "content": "Be kind"}, {"role": "user", "content": "Hi"}]
    assert got.render({"text": "Hi"}) == got.render(text="Hi")
    assert prompts.get("p", store=store).number == 2
    assert prompts.get("p", version=1, store=store).number == 1
    with pytest.raises(NotFound):
        prompts.get("p", label="staging", store=store)


def test_importing_prompts_is_light() -> None:
    asked = "import sys, json, workbench.prompts, workbench.prompts.content; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, cwd=Path.cwd()).stdout))
    assert not loaded & {"sqlalchemy", "yaml", "jinja2", "openai", "anthropic", "pandas", "numpy", "click"}
