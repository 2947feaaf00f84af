"""The fstring engine: names and doubled braces, nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import TemplateError
from workbench.text import templates


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Hi {name}!", "Hi Ann!"),
        ('{{"name": "{name}"}}', '{"name": "Ann"}'),
        ("{{{name}}}", "{Ann}"),
        ("{{name}}", "{name}"),
        ("{n} {none}| {yes}", "3 | true"),
        ("", ""),
    ],
)
def test_names_become_values_and_doubled_braces_single_ones(source: str, expected: str) -> None:
    assert templates.compile("fstring", source).render({"name": "Ann", "n": 3, "none": None, "yes": True}) == expected


@pytest.mark.parametrize(
    ("source", "place", "words"),
    [
        ("x\n {user.name}", "line 2, column 2", "more than a name"),
        ("{items[0]}", "line 1, column 1", "more than a name"),
        ("{x!r}", "line 1, column 1", "more than a name"),
        ("{x:>10}", "line 1, column 1", "more than a name"),
        ("{x.__class__}", "line 1, column 1", "more than a name"),
        ("a } b", "line 1, column 3", "stands alone"),
        ("a { b", "line 1, column 3", "stands alone"),
        ("{}", "line 1, column 1", "name is missing"),
        ('{"a": 1}', "line 1, column 1", "not a name"),
        ("{0}", "line 1, column 1", "not a name"),
    ],
)
def test_what_is_no_name_is_refused_with_its_place(source: str, place: str, words: str) -> None:
    with pytest.raises(TemplateError, match=words) as caught:
        templates.compile("fstring", source)
    assert caught.value.place == place
    assert "{{" in caught.value.hint


def test_a_missing_value_is_named_unless_gaps_are_allowed() -> None:
    template = templates.compile("fstring", "a{x}b")
    with pytest.raises(TemplateError, match="x has no value"):
        template.render({})
    assert template.render({}, strict=False) == "ab"


@given(st.text(), st.text())
def test_a_value_is_never_run_as_a_template(one: str, other: str) -> None:
    assert templates.compile("fstring", "{a}|{b}").render({"a": one + "{b}", "b": other + "{{a}}"}) == one + "{b}|" + other + "{{a}}"


@given(st.text())
def test_any_text_stands_for_itself_with_its_braces_doubled(text: str) -> None:
    assert templates.compile("fstring", text.replace("{", "{{").replace("}", "}}")).render({}) == text
