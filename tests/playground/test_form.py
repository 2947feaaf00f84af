import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.playground import form as forms
from workbench.playground.form import Form, Turn
from workbench.prompts.content import PRESETS, Content
from workbench.providers.base import Parameters
from workbench.text.messages import ROLES, Image, Message, Text, message

SCHEMA = {"type": "object", "properties": {"label": {"enum": ["a", "b"]}}}


def test_a_form_shows_every_field_of_a_version_and_gives_the_same_version_back():
    content = Content(
        (message("system", "You are {{role}}."), Message("user", (Text("Look"), Image("https://example.org/x.png")))),
        engine="jinja2", model="openai/gpt-6-luna",
        parameters=Parameters(0.2, 500, 0.9, ("END", "a\nb"), 7, SCHEMA),
        tools=({"name": "look", "description": "", "parameters": {"type": "object"}},), tool_choice="look", output_schema=SCHEMA,
    )  # fmt: skip
    assert forms.content(forms.of_content(content)) == content


@given(st.lists(st.tuples(st.sampled_from(ROLES), st.text()), min_size=1, max_size=5))
def test_any_text_survives_the_form_and_its_draft(turns):
    form = Form(turns=tuple(Turn(role, text) for role, text in turns))
    kept = forms.from_json(json.loads(json.dumps(form.to_json())))
    assert kept == form


def test_broken_json_names_field_line_and_column():
    with pytest.raises(InputError) as caught:
        forms.content(Form(response_schema='{\n  "type": object\n}'))
    assert caught.value.place == "response schema, line 2, column 11"


def test_a_draft_with_broken_json_is_kept_as_it_was_typed():
    form = Form(tools="[{", output_schema="nonsense")
    assert forms.from_json(form.to_json()) == form


@pytest.mark.parametrize(("field", "text"), [("tools", "{}"), ("response_schema", "[]"), ("output_schema", "3")])
def test_json_of_the_wrong_shape_is_told(field, text):
    with pytest.raises(InputError, match="must be a JSON"):
        forms.content(Form(**{field: text}))


def test_json_nested_without_end_is_an_error_and_no_crash():
    with pytest.raises(InputError):
        forms.content(Form(tools="[" * 200_000))


def test_messages_that_stayed_empty_are_not_saved():
    assert [item.role for item in forms.saved(Form(turns=(Turn("system"), Turn("user", "Hi")))).messages] == ["user"]


def test_a_form_without_any_text_cannot_be_saved():
    with pytest.raises(InputError, match="every message is empty"):
        forms.saved(forms.EMPTY)


def test_parts_that_are_no_parts_are_told_by_message():
    with pytest.raises(InputError, match="message"):
        forms.content(Form(turns=(Turn("user", '[{"type": "hologram"}]', parts=True),)))


def test_a_preset_sets_temperature_and_tokens_and_leaves_the_rest():
    form = forms.with_preset(Form(seed=4, temperature=1.0), PRESETS["factual"])
    assert (form.temperature, form.max_tokens, form.seed) == (0.2, 500, 4)


def test_a_draft_kept_as_content_is_read_too():
    assert forms.from_json({"messages": [{"role": "user", "content": "Hi"}]}).turns == (Turn("user", "Hi"),)
