"""The mustache engine, rule by rule of the specification, without HTML escaping. `strict=False` is what the specification says of gaps."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import TemplateError
from workbench.text import templates

Rule = tuple[str, dict[str, Any], str]

INTERPOLATION: list[Rule] = [
    ("Hello from {Mustache}!\n", {}, "Hello from {Mustache}!\n"),
    ("Hello, {{subject}}!", {"subject": "world"}, "Hello, world!"),
    ("{{x}} {{{x}}} {{&x}} {{& x }} {{{ x }}}", {"x": '& " < >'}, '& " < > & " < > & " < > & " < > & " < >'),
    ("{{mph}} {{power}} {{none}}|", {"mph": 85, "power": 1.210, "none": None}, "85 1.21 |"),
    ("{{yes}} {{list}} {{object}}", {"yes": True, "list": [1, "ü"], "object": {"a": 1}}, 'true [1, "ü"] {"a": 1}'),
    ("I ({{cannot}}) ({{{cannot}}}) be seen", {}, "I () () be seen"),
    ("{{person.name}} {{#person}}{{name}}{{/person}}", {"person": {"name": "Joe"}}, "Joe Joe"),
    ("{{a.b.c}}|{{x.y}}", {"a": {"b": {}}, "c": {"name": "Jim"}}, "|"),
    ("{{#a}}{{b.c}}{{/a}}", {"a": {"b": {}}, "b": {"c": "ERROR"}}, ""),
    ("{{#a}}{{b.c.d}}{{/a}}", {"a": {"b": {"c": {"d": "right"}}}, "b": {"c": {"d": "wrong"}}}, "right"),
    ("{{a.b}}", {"a.b": "a single key", "a": {"b": "right"}}, "right"),
    ("{{#a}}{{.name}}{{/a}}{{#b}}{{.name}}{{/b}}", {"a": {"k": 1}, "b": {"name": "Name"}, "name": "Fail"}, "Name"),
    ("| {{string}} |  {{string}}\n", {"string": "---"}, "| --- |  ---\n"),
    ("  {{string}}\n", {"string": "---"}, "  ---\n"),
    ("|{{ string }}|", {"string": "---"}, "|---|"),
]
SECTIONS: list[Rule] = [
    (
        "{{#yes}}shown{{/yes}}{{#no}}hidden{{/no}}{{#gone}}hidden{{/gone}}{{#nil}}hidden{{/nil}}",
        {"yes": True, "no": False, "nil": None},
        "shown",
    ),
    ("{{#context}}Hi {{name}}.{{/context}}", {"context": {"name": "Joe"}}, "Hi Joe."),
    ("{{#sec}}{{a}}, {{b}}, {{c.d}}{{/sec}}", {"a": "foo", "b": "wrong", "sec": {"b": "bar"}, "c": {"d": "baz"}}, "foo, bar, baz"),
    ("{{#foo}}{{.}} is {{foo}}{{/foo}}", {"foo": "bar"}, "bar is bar"),
    ("{{#list}}{{item}}{{/list}}", {"list": [{"item": 1}, {"item": 2}, {"item": 3}]}, "123"),
    ("{{#list}}hidden{{/list}}", {"list": []}, ""),
    ("{{#list}}({{.}}){{/list}}", {"list": ["a", 1, 2.5]}, "(a)(1)(2.5)"),
    ("{{#list}}({{#.}}{{.}}{{/.}}){{/list}}", {"list": [[1, 2, 3], ["a", "b", "c"]]}, "(123)(abc)"),
    ("{{#text}}once{{/text}}", {"text": "123"}, "once"),
    ("| A {{#b}}B {{#b}}C{{/b}} D{{/b}} E |", {"b": True}, "| A B C D E |"),
    ("| A {{#b}}B {{#b}}C{{/b}} D{{/b}} E |", {"b": False}, "| A  E |"),
    ("{{#a.b.c}}Here{{/a.b.c}}{{#a.x}}not{{/a.x}}", {"a": {"b": {"c": True}}}, "Here"),
    (" | {{#b}}\t|\t{{/b}} | \n", {"b": True}, " | \t|\t | \n"),
    (" | {{#b}} {{! Important }}\n {{/b}} | \n", {"b": True}, " |  \n  | \n"),
    (" {{#b}}YES{{/b}}\n {{#b}}GOOD{{/b}}\n", {"b": True}, " YES\n GOOD\n"),
    ("| This Is\n{{#b}}\n|\n{{/b}}\n| A Line\n", {"b": True}, "| This Is\n|\n| A Line\n"),
    ("| This Is\n  {{#b}}\n|\n  {{/b}}\n| A Line\n", {"b": True}, "| This Is\n|\n| A Line\n"),
    ("|\r\n{{#b}}\r\n{{/b}}\r\n|", {"b": True}, "|\r\n|"),
    ("  {{#b}}\n#{{/b}}\n/", {"b": True}, "#\n/"),
    ("#{{#b}}\n/\n  {{/b}}", {"b": True}, "#\n/\n"),
    ("|{{# b }}={{/ b }}|", {"b": True}, "|=|"),
    ("{{#b}}\n* first\n{{/b}}\n* {{two}}\n{{#b}}\n* third\n{{/b}}\n", {"b": True, "two": "second"}, "* first\n* second\n* third\n"),
    (
        "{{#tops}}{{#middles}}{{tname.lower}}{{mname}}.{{#bottoms}}{{tname.upper}}{{mname}}{{bname}}.{{/bottoms}}{{/middles}}{{/tops}}",
        {"tops": [{"tname": {"upper": "A", "lower": "a"}, "middles": [{"mname": "1", "bottoms": [{"bname": "x"}, {"bname": "y"}]}]}]},
        "a1.A1x.A1y.",
    ),
]
INVERTED: list[Rule] = [
    ("{{^no}}shown{{/no}}{{^nil}}shown{{/nil}}{{^gone}}shown{{/gone}}", {"no": False, "nil": None}, "shownshownshown"),
    ("{{^yes}}hidden{{/yes}}{{^list}}hidden{{/list}}{{^object}}hidden{{/object}}", {"yes": True, "list": [1], "object": {"a": 1}}, ""),
    ("{{^list}}Yay lists!{{/list}}", {"list": []}, "Yay lists!"),
    ("| A {{^b}}B {{^b}}C{{/b}} D{{/b}} E |", {"b": False}, "| A B C D E |"),
    ("{{^a.b}}Not here{{/a.b}}", {"a": {}}, "Not here"),
    ("| This Is\n  {{^b}}\n|\n  {{/b}}\n| A Line\n", {"b": False}, "| This Is\n|\n| A Line\n"),
    ("|\r\n{{^b}}\r\n{{/b}}\r\n|", {"b": False}, "|\r\n|"),
    ("  {{^b}}\n^{{/b}}\n/", {"b": False}, "^\n/"),
    ("^{{^b}}\n/\n  {{/b}}", {"b": False}, "^\n/\n"),
]
COMMENTS: list[Rule] = [
    ("12345{{! Comment Block! }}67890", {}, "1234567890"),
    ("12345{{!\n  multi-line\n  comment\n}}67890\n", {}, "1234567890\n"),
    ("Begin.\n{{! Comment }}\nEnd.\n", {}, "Begin.\nEnd.\n"),
    ("Begin.\n  {{! Indented }}\nEnd.\n", {}, "Begin.\nEnd.\n"),
    ("|\r\n{{! Standalone }}\r\n|", {}, "|\r\n|"),
    ("  {{! First }}\n!", {}, "!"),
    ("!\n  {{! Last }}", {}, "!\n"),
    ("Begin.\n{{!\nSomething\n}}\nEnd.\n", {}, "Begin.\nEnd.\n"),
    ("  12 {{! 34 }}\n", {}, "  12 \n"),
    ("12345 {{! Kept spaces }} 67890", {}, "12345  67890"),
    ("Here: >{{! name }}<", {"! name": 1, "name": 2}, "Here: ><"),
]
DELIMITERS: list[Rule] = [
    ("{{=<% %>=}}(<%text%>)", {"text": "Hey!"}, "(Hey!)"),
    ("({{=[ ]=}}[text])", {"text": "It worked!"}, "(It worked!)"),
    (
        "[\n{{#s}}\n  {{d}}\n  |d|\n{{/s}}\n\n{{= | | =}}\n|#s|\n  {{d}}\n  |d|\n|/s|\n]\n",
        {"s": True, "d": "D"},
        "[\n  D\n  |d|\n\n  {{d}}\n  D\n]\n",
    ),
    ("| {{=@ @=}} |", {}, "|  |"),
    ("Begin.\n{{=@ @=}}\nEnd.\n", {}, "Begin.\nEnd.\n"),
    ("Begin.\n  {{=@ @=}}\nEnd.\n", {}, "Begin.\nEnd.\n"),
    ("|\r\n{{= @ @ =}}\r\n|", {}, "|\r\n|"),
    ("  {{=@ @=}}\n=", {}, "="),
    ("=\n  {{=@ @=}}", {}, "=\n"),
    ("|{{= @   @ =}}|", {}, "||"),
]


@pytest.mark.parametrize(("source", "data", "expected"), INTERPOLATION + SECTIONS + INVERTED + COMMENTS + DELIMITERS)
def test_it_renders_as_the_specification_says(source: str, data: dict[str, Any], expected: str) -> None:
    assert templates.compile("mustache", source).render(data, strict=False) == expected


@pytest.mark.parametrize(
    ("source", "data", "partials", "expected"),
    [
        ('"{{>text}}"', {}, {"text": "from partial"}, '"from partial"'),
        ('"{{>text}}"', {}, {}, '""'),
        ('"{{>p}}"', {"text": "content"}, {"p": "*{{text}}*"}, '"*content*"'),
        ("{{>node}}", {"c": "X", "nodes": [{"c": "Y", "nodes": []}]}, {"node": "{{c}}<{{#nodes}}{{>node}}{{/nodes}}>"}, "X<Y<>>"),
        ("{{>outer}}", {"a": "hello", "b": "world"}, {"outer": "*{{a}} {{>inner}}*", "inner": "{{b}}!"}, "*hello world!*"),
        ("| {{>p}} |", {}, {"p": "\t|\t"}, "| \t|\t |"),
        ("  {{data}}  {{> p}}\n", {"data": "|"}, {"p": ">\n>"}, "  |  >\n>\n"),
        ("|\r\n{{>p}}\r\n|", {}, {"p": ">"}, "|\r\n>|"),
        ("  {{>p}}\n>", {}, {"p": ">\n>"}, "  >\n  >>"),
        (">\n  {{>p}}", {}, {"p": ">\n>"}, ">\n  >\n  >"),
        ("\\\n {{>p}}\n/\n", {"content": "<\n->"}, {"p": "|\n{{{content}}}\n|\n"}, "\\\n |\n <\n->\n |\n/\n"),
        ("|{{> p }}|", {}, {"p": "[]"}, "|[]|"),
        ("{{= | | =}}|>p| |x|", {"x": "1"}, {"p": "{{x}}.|x|"}, "1.|x| 1"),
        ("{{>p}}{{x}}|x|", {"x": "1"}, {"p": "{{= | | =}}|x|"}, "11|x|"),
    ],
)
def test_partials_are_rendered_in_place(source: str, data: dict[str, Any], partials: dict[str, str], expected: str) -> None:
    assert templates.compile("mustache", source).render(data, partials, strict=False) == expected


@pytest.mark.parametrize(
    ("source", "place", "words"),
    [
        ("a\nb {{name", "line 2, column 3", "never closed"),
        ("{{#a}}x", "line 1, column 1", "a is never closed"),
        ("x{{/a}}", "line 1, column 2", "never opened"),
        ("{{#a}}\n{{#b}}{{/a}}{{/b}}", "line 2, column 7", "open section is b"),
        ("{{}}", "line 1, column 1", "empty"),
        ("{{a b}}", "line 1, column 1", "not a name"),
        ("{{#if x}}{{/if}}", "line 1, column 1", "not a name"),
        ("{{=<%=}}", "line 1, column 1", "delimiters"),
        ("{{<parent}}", "line 1, column 1", "not supported"),
        ("{{{x}}", "line 1, column 1", "never closed"),
    ],
)
def test_what_does_not_parse_is_told_with_its_place(source: str, place: str, words: str) -> None:
    with pytest.raises(TemplateError, match=words) as caught:
        templates.compile("mustache", source)
    assert caught.value.place == place
    assert caught.value.hint


def test_handlebars_is_recognised_in_the_hint() -> None:
    with pytest.raises(TemplateError) as caught:
        templates.compile("mustache", "{{#if premium}}x{{/if}}")
    assert "{{#premium}}" in caught.value.hint


def test_a_missing_value_is_named_with_its_place() -> None:
    with pytest.raises(TemplateError, match="city has no value") as caught:
        templates.compile("mustache", "Hi {{name}}\n from {{city}}").render({"name": "Ann"})
    assert caught.value.place == "line 2, column 7"


def test_a_missing_section_is_falsy_and_a_missing_partial_is_told() -> None:
    assert templates.compile("mustache", "{{#gone}}x{{/gone}}{{^gone}}y{{/gone}}").render({}) == "y"
    with pytest.raises(TemplateError, match="no partial footer"):
        templates.compile("mustache", "{{>footer}}").render({})


@given(st.dictionaries(st.sampled_from("abc"), st.text(), min_size=3))
def test_a_value_is_never_run_as_a_template(values: dict[str, str]) -> None:
    hostile = {name: f"{{{{{name}}}}}{{{{#a}}}}{text}" for name, text in values.items()}
    assert templates.compile("mustache", "{{a}}|{{{b}}}|{{&c}}").render(hostile) == "|".join(hostile[name] for name in "abc")


@given(st.text(st.characters(exclude_characters="{")))
def test_a_text_without_tags_renders_to_itself(text: str) -> None:
    assert templates.compile("mustache", text).render({}) == text


@given(st.lists(st.tuples(st.text(st.characters(exclude_characters="{}\r\n")), st.sampled_from(["a", "b"]))))
def test_texts_and_names_come_back_in_order(pieces: list[tuple[str, str]]) -> None:
    source = "".join(f"{text}{{{{{name}}}}}" for text, name in pieces)
    assert templates.compile("mustache", source).render({"a": "1", "b": "2"}) == "".join(
        text + {"a": "1", "b": "2"}[name] for text, name in pieces
    )


@given(st.text(st.sampled_from("{}#/^>!=& ab\n|"), max_size=60))
def test_any_text_parses_or_is_told(source: str) -> None:
    with suppress(TemplateError):  # any other error fails
        templates.compile("mustache", source).render({"a": "1", "b": [1]}, {"a": "x"}, strict=False)
