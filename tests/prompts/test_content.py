import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.prompts.strategies import contents
from workbench.errors import InputError
from workbench.prompts import content
from workbench.prompts.content import PRESETS, Content, Parameters, parameters, text, with_preset
from workbench.text.messages import message


@given(contents())
def test_content_comes_back_from_its_json_with_the_same_hash(original: Content) -> None:
    checked = original.checked()
    again = Content.from_json(checked.to_json())
    assert again == checked
    assert again.hash() == original.hash()


@given(contents())
def test_the_hash_does_not_depend_on_the_order_of_keys(original: Content) -> None:
    raw = original.to_json()
    turned = {key: raw[key] for key in reversed(list(raw))}
    assert Content.from_json(turned).hash() == original.hash()


def test_the_hash_is_the_same_tomorrow() -> None:
    # Hashes lie in stores and files: a change here needs a new FORMAT and a migration.
    assert text("Classify {{text}}").hash() == "128b8c55c4d818a72253c300b1e752816f4b8e7c838600a366f39adf8bb6a403"


def test_the_hash_covers_the_format_number(monkeypatch: pytest.MonkeyPatch) -> None:
    before = text("x").hash()
    monkeypatch.setattr(content, "FORMAT", content.FORMAT + 1)
    assert text("x").hash() != before


@pytest.mark.parametrize(
    "changed",
    [
        Content((message("system", "x"),)),
        Content((message("user", "x "),)),
        text("x", engine="jinja2"),
        text("x", model="openai/gpt-5"),
        text("x", parameters=Parameters(temperature=0)),
        text("x", tools=({"name": "t"},)),
        text("x", tool_choice="none"),
        text("x", output_schema={"type": "string"}),
    ],
)
def test_every_field_of_the_content_changes_the_hash(changed: Content) -> None:
    assert changed.hash() != text("x").hash()


def test_whole_floats_and_integers_are_one_number() -> None:
    assert text("x", parameters=Parameters(temperature=1)).hash() == text("x", parameters=Parameters(temperature=1.0)).hash()
    assert text("x", output_schema={"minimum": 2.0}).hash() == text("x", output_schema={"minimum": 2}).hash()
    assert text("x", output_schema={"minimum": 2.5}).hash() != text("x", output_schema={"minimum": 2}).hash()
    assert text("x", output_schema={"const": True}).hash() != text("x", output_schema={"const": 1}).hash()


def test_an_empty_schema_is_none() -> None:
    assert text("x", output_schema={}).hash() == text("x").hash()


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ([], ""),
        ({}, "field messages"),
        ({"messages": "hi"}, ""),
        ({"messages": [], "mesages": []}, "field mesages"),
        ({"messages": [], "engine": "erb"}, "field engine"),
        ({"messages": [], "model": "gpt-5"}, "field model"),
        ({"messages": [], "model": 5}, "field model"),
        ({"messages": [], "tools": "x"}, "field tools"),
        ({"messages": [], "tools": [{}]}, "tool 1"),
        ({"messages": [], "tools": [{"name": "a"}, {"name": "a"}]}, "field tools"),
        ({"messages": [], "tool_choice": 3}, "field tool_choice"),
        ({"messages": [], "output_schema": []}, "field output_schema"),
        ({"messages": [], "output_schema": {"a": float("nan")}}, "content.output_schema.a"),
        ({"messages": [], "output_schema": {1: 2}}, "content.output_schema"),
        ({"messages": [], "output_schema": {"a": b"x"}}, "content.output_schema.a"),
    ],
)
def test_content_that_cannot_be_names_its_place(raw: object, place: str) -> None:
    with pytest.raises(InputError) as error:
        Content.from_json(raw)
    assert error.value.place == place


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ({"temperature": 2.1}, "field temperature"),
        ({"temperature": -0.1}, "field temperature"),
        ({"temperature": float("nan")}, "field temperature"),
        ({"temperature": "hot"}, "field temperature"),
        ({"temperature": True}, "field temperature"),
        ({"max_tokens": 0}, "field max_tokens"),
        ({"max_tokens": 1.5}, "field max_tokens"),
        ({"max_tokens": float("nan")}, "field max_tokens"),
        ({"top_p": 1.1}, "field top_p"),
        ({"stop": 1}, "field stop"),
        ({"stop": [1]}, "field stop"),
        ({"seed": 2**63}, "field seed"),
        ({"response_schema": "x"}, "field response_schema"),
        ({"top_k": 1}, "field top_k"),
        ([], "field parameters"),
    ],
)
def test_parameters_out_of_bounds_name_their_field(raw: object, place: str) -> None:
    with pytest.raises(InputError) as error:
        parameters(raw)
    assert error.value.place == place


def test_parameters_are_read_as_a_person_writes_them() -> None:
    assert parameters({"temperature": 1, "max_tokens": 5.0, "stop": "END", "seed": None}) == Parameters(1.0, 5, stop=("END",))


def test_tools_of_openai_and_anthropic_are_read() -> None:
    ours = text("x", tools=({"name": "t", "description": "d", "parameters": {"type": "object"}},)).hash()
    function = {"name": "t", "description": "d", "parameters": {"type": "object"}}
    assert text("x", tools=({"type": "function", "function": function},)).hash() == ours
    assert text("x", tools=({"name": "t", "description": "d", "input_schema": {"type": "object"}},)).hash() == ours


@pytest.mark.parametrize("raw", ["t", {"type": "tool", "name": "t"}, {"type": "function", "function": {"name": "t"}}])
def test_a_choice_of_tool_is_read_in_every_form(raw: object) -> None:
    assert Content.from_json({"messages": [], "tool_choice": raw}).tool_choice == "t"


def test_a_preset_sets_temperature_and_tokens_and_nothing_else() -> None:
    changed = with_preset(text("x", parameters=Parameters(seed=3)), "factual")
    assert changed.parameters == Parameters(temperature=0.2, max_tokens=500, seed=3)
    assert PRESETS["creative"] == Parameters(temperature=0.8, max_tokens=1000)
    with pytest.raises(InputError):
        with_preset(changed, "wild")


def test_a_schema_nested_without_end_is_refused() -> None:
    deep: dict[str, object] = {}
    for _ in range(200):
        deep = {"a": deep}
    with pytest.raises(InputError, match="deep"):
        Content.from_json({"messages": [], "output_schema": deep})


@given(st.text())
def test_any_text_can_be_hashed(value: str) -> None:
    assert len(text(value + "\ud800\x00").hash()) == 64
