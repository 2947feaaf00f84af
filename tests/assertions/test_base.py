from dataclasses import dataclass

import pytest

from workbench import assertions
from workbench.assertions import Assertion, CaseView, Score
from workbench.assertions.text import Contains, Equals, OneOfLabels
from workbench.errors import InputError


def test_an_assertion_is_written_as_name_and_column() -> None:
    assert assertions.parse("equals:label") == Equals("label")
    assert assertions.parse(" contains : the column ") == Contains("the column")
    assert assertions.parse("labels:label") == assertions.parse("label:label") == OneOfLabels("label")
    assert assertions.parse("equals") == Equals("expected")
    assert assertions.parse("equals:a:b") == Equals("a:b")


def test_every_assertion_survives_its_json() -> None:
    for cls in assertions.registered().values():
        check = cls(column="c")
        assert assertions.from_json(assertions.to_json(check)) == check
    check = OneOfLabels("c", labels=("a", "b"), ignore_case=False)
    assert assertions.parse('{"name": "labels", "column": "c", "labels": ["a", "b"], "ignore_case": false}') == check
    assert assertions.from_json(assertions.to_json(check)) == check


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("equal:label", "no assertion 'equal'"),
        ("", "no assertion ''"),
        ("{", "not JSON"),
        ('{"column": "x"}', "no assertion"),
        ('{"name": "equals", "colour": 1}', "no field 'colour'"),
        ('{"name": "equals", "strict": "yes"}', "strict cannot be"),
        ('{"name": "equals", "column": 3}', "column cannot be"),
        ('{"name": "labels", "labels": "a"}', "labels cannot be"),
    ],
)
def test_what_is_no_assertion_is_refused_with_what_there_is(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as refused:
        assertions.parse(text)
    assert refused.value.place == "score"


def test_the_hint_lists_every_assertion() -> None:
    with pytest.raises(InputError) as refused:
        assertions.parse("nope")
    assert refused.value.hint == "Write one of contains:COLUMN, equals:COLUMN, labels:COLUMN."


def test_a_column_that_is_not_there_is_refused_before_anything_runs() -> None:
    assert assertions.fitting(Equals("label"), ["text", "label"]) == Equals("label")
    assert assertions.fitting(Equals(), ["text"]) == Equals()
    with pytest.raises(InputError, match="'lable'") as refused:
        assertions.fitting(Equals("lable"), ["text", "label"])
    assert refused.value.hint == "Columns are text, label, expected."
    with pytest.raises(InputError, match="'expected'"):
        assertions.fitting(Equals(), ["text"], expected=False)


def test_a_name_taken_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="two assertions"):

        @assertions.assertion("equals")
        @dataclass(frozen=True)
        class Other(Assertion):
            def check(self, reply: str, case: CaseView) -> Score:
                return Score(1.0, passed=True)

    assert assertions.registered()["equals"] is Equals


def test_the_fields_are_the_form() -> None:
    form = {field.name: (field.kind, field.default) for field in assertions.form_fields(OneOfLabels)}
    assert form == {"column": ("column", "expected"), "labels": ("list", ()), "ignore_case": ("flag", True)}
    for cls in assertions.registered().values():
        assert all(field.help for field in assertions.form_fields(cls))


def test_the_program_prints_its_own_table() -> None:
    lines = assertions.table().splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["`contains`", "`equals`", "`labels`"]
