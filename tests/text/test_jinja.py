"""The jinja2 engine: what it can do, what it refuses, and how it tells."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import TemplateError
from workbench.text import templates

_VALUES: dict[str, Any] = {
    "name": "Ann",
    "items": [{"a": "b", "n": 2}, {"a": "c", "n": 1}],
    "d": {"k": "v"},
    "tree": [{"n": 1, "c": [{"n": 2, "c": []}]}],
    "html": "<b>",
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Hello {{ name }}!\n", "Hello Ann!\n"),
        ("{{ html }} {{ html|e }} {{ html|safe }}", "<b> &lt;b&gt; <b>"),
        ("{% for i in items %}{{ loop.index }}/{{ loop.length }}{{ i.a|upper }} {% endfor %}", "1/2B 2/2C "),
        ("{{ items|map(attribute='a')|join(', ') }} {{ items|sum(attribute='n') }}", "b, c 3"),
        ("{{ items|selectattr('n', 'gt', 1)|map(attribute='a')|list }}", "['b']"),
        ("{{ items|sort(attribute='n')|map(attribute='a')|join }}", "cb"),
        ("{{ d|tojson }} {{ d.items() }} {{ d.get('k') }} {{ d['k'] }}", "{\"k\": \"v\"} [('k', 'v')] v v"),
        ("{{ '%.2f'|format(3.14159) }} {{ '{:>5}|{a}'.format(1, a='z') }} {{ '%s-%s' % ('a', 1) }}", "3.14     1|z a-1"),
        ("{{ 'a-b'.split('-')|join('+') }} {{ 'abc'[1:] }} {{ 'x'.center(3) }}| {{ 'aXa'.replace('X', '-') }}", "a+b bc  x | a-a"),
        ("{{ 1 + 2 * 3 - 4 }} {{ 7 // 2 }} {{ 7 % 4 }} {{ 2 ** 10 }} {{ 6 / 4 }} {{ 'a' * 3 }} {{ 'a' ~ 1 }}", "3 3 3 1024 1.5 aaa a1"),
        ("{{ 'yes' if name == 'Ann' else 'no' }} {{ name is defined }} {{ gone|default('-') }}", "yes True -"),
        ("{% set ns = namespace(n=0) %}{% for i in range(5) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "10"),
        ("{% macro f(x) %}[{{ x }}{{ caller() }}]{% endmacro %}{% call f(1) %}c{% endcall %}", "[1c]"),
        ("{% for i in tree recursive %}({{ i.n }}{{ loop(i.c) }}){% endfor %}", "(1(2))"),
        ("{% filter upper %}a{{ 1 }}{% endfilter %}{% set x %}q{{ 2 }}{% endset %}{{ x }}", "A1q2"),
        ("{{ cycler('a', 'b').next() }}{% set j = joiner(',') %}{{ j() }}{{ j() }}{{ dict(a=1) }}", "a,{'a': 1}"),
        ("{% raw %}{{ name }}{% endraw %}{# nothing #}{%- if true %} x {%- endif %}", "{{ name }} x"),
        ("{% for a, b in [(1, 2)] %}{{ a }}{{ b }}{% else %}none{% endfor %}", "12"),
    ],
)
def test_the_language_works(source: str, expected: str) -> None:
    assert templates.compile("jinja2", source).render(_VALUES) == expected


def test_partials_are_included_imported_and_extended() -> None:
    partials = {
        "p": "<{{ name }}>",
        "m": "{% macro hi(n) %}hi {{ n }}{% endmacro %}",
        "base": "[{% block c %}base{% endblock %}]",
    }
    source = "{% include 'p' %}{% import 'm' as m %}{{ m.hi('you') }}{% include 'gone' ignore missing %}"
    assert templates.compile("jinja2", source).render(_VALUES, partials) == "<Ann>hi you"
    child = "{% extends 'base' %}{% block c %}mid {{ super() }}{% endblock %}"
    assert templates.compile("jinja2", child).render({}, partials) == "[mid base]"


def test_partials_are_those_of_this_render() -> None:
    template = templates.compile("jinja2", "{% include 'p' %}{% import 'p' as m %}")
    assert template.render({}, {"p": "one"}) == "one"
    assert template.render({}, {"p": "two"}) == "two"
    with pytest.raises(TemplateError, match="no partial p"):
        template.render({})


@pytest.mark.parametrize(
    "source",
    ["{{ gone }}", "{% if gone %}{% endif %}", "{{ gone|upper }}", "{{ gone + 1 }}", "{{ gone() }}", "{{ gone.x }}", "{{ gone ~ '' }}",
     "{% for x in gone %}{% endfor %}", "{{ gone == 1 }}", "{{ gone[0] }}", "{{ 'a' in gone }}", "{{ [gone]|join }}", "{{ '%s' % gone }}"],
)  # fmt: skip
def test_a_missing_value_is_named_wherever_it_is_used(source: str) -> None:
    with pytest.raises(TemplateError, match="gone has no value") as caught:
        templates.compile("jinja2", f"first\n{source}").render({})
    assert caught.value.place == f"line 2, column {source.index('gone') + 1}"


def test_gaps_may_be_allowed() -> None:
    assert templates.compile("jinja2", "a{{ gone }}{{ gone.x }}b").render({}, strict=False) == "ab"


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("a\n{{ x|nofilter }}", "line 2"),
        ("{% if %}", "line 1"),
        ("a\n{% for x in y %}", "line 2"),
        ("{{ a b }}", "line 1"),
        ("{% bad %}", "line 1"),
    ],
)
def test_what_does_not_parse_is_told_with_its_line(source: str, place: str) -> None:
    with pytest.raises(TemplateError) as caught:
        templates.compile("jinja2", source)
    assert caught.value.place.startswith(place)


class _Thing:
    secret = "data"

    def method(self) -> str:
        return "called"


@pytest.mark.parametrize(
    "source",
    ["{{ ''.__class__ }}", "{{ x.__init__.__globals__ }}", "{{ thing.method() }}", "{{ function(1) }}", "{{ list.append(1) }}",
     "{{ d.update({}) }}", "{{ ''['__class__'] }}", "{{ x|attr('__class__') }}", "{{ self.__init__ }}", "{{ cycler.__init__ }}",
     "{{ '{0.__class__}'.format(x) }}", "{{ '{0[0]}'.format(list) }}", "{{ 'a'.encode() }}", "{{ (1).to_bytes(2, 'big') }}",
     "{{ range.__class__ }}", "{{ joiner.__globals__ }}", "{{ lipsum() }}", "{{ [1]|random }}", "{{ d.pop('k') }}"],
)  # fmt: skip
def test_the_sandbox_refuses(source: str) -> None:
    values = {"x": 1, "thing": _Thing(), "function": len, "list": [1], "d": {"k": "v"}}
    with pytest.raises(TemplateError) as caught:
        templates.compile("jinja2", source).render(values)
    assert caught.value.message
    assert values["list"] == [1]
    assert values["d"] == {"k": "v"}


@given(st.text(), st.text())
def test_a_value_is_never_run_as_a_template(one: str, other: str) -> None:
    values = {"a": one + "{{ b }}{% for x in y %}", "b": other + "{{ a }}"}
    assert templates.compile("jinja2", "{{ a }}|{{ b }}").render(values) == values["a"] + "|" + values["b"]


@given(st.text(st.sampled_from("{}%#|ab .()[]'\"1+*~-\n"), max_size=60))
def test_any_text_renders_or_is_told(source: str) -> None:
    with suppress(TemplateError):  # any other error fails
        templates.compile("jinja2", source).render({"a": "x", "b": [1, 2]})
