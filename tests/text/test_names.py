"""Which names a template needs, and what a check says of the names given."""

import pytest

from workbench.errors import TemplateError
from workbench.text import templates


@pytest.mark.parametrize(
    ("engine", "source", "expected"),
    [
        ("mustache", "{{b}} {{a}} {{b}}", ("b", "a")),
        ("mustache", "{{user.name}} {{^gone}}{{x}}{{/gone}}", ("user", "gone", "x")),
        ("mustache", "{{#has_context}}{{context}}{{/has_context}}", ("has_context", "context")),
        ("mustache", "{{#examples}}{{question}} {{answer}}{{/examples}}", ("examples",)),
        ("mustache", "{{#tags}}{{.}} {{prefix}}{{/tags}}", ("tags", "prefix")),
        ("mustache", "{{=<% %>=}}<%x%> {{y}} {{! z }}", ("x",)),
        ("fstring", "{b} {{c}} {a} {b}", ("b", "a")),
        ("jinja2", "{{ b }} {% for x in xs %}{{ x }}{{ y }}{% endfor %}", ("b", "xs", "y")),
        ("jinja2", "{% set a = b %}{{ a }}{{ range(3) }}", ("b",)),
        ("jinja2", "{{ tone|default('calm') }}{% if extra is defined %}{{ extra }}{% endif %}{{ name }}", ("name",)),
    ],
)
def test_names_come_in_order_of_first_use(engine: str, source: str, expected: tuple[str, ...]) -> None:
    assert templates.compile(engine, source).variables() == expected


@pytest.mark.parametrize(
    ("engine", "source", "partial"),
    [("mustache", "{{>p}} {{z}}", "{{a}} {{>p}}"), ("jinja2", "{% include 'p' %} {{ z }}", "{{ a }} {% include 'p' %}")],
)
def test_names_of_partials_count_even_in_a_circle(engine: str, source: str, partial: str) -> None:
    template = templates.compile(engine, source)
    assert template.partials() == ("p",)
    assert set(template.variables({"p": partial})) == {"a", "z"}


def test_missing_unused_and_misspelt_are_told() -> None:
    report = templates.check("mustache", "{{customer_mesage}} {{language}}", ["customer_message", "language", "city"])
    assert report.missing == ("customer_mesage",)
    assert set(report.unused) == {"customer_message", "city"}
    assert report.misspelt == (("customer_mesage", "customer_message"),)
    assert not report.ok


def test_what_is_declared_and_not_used_is_told_too() -> None:
    report = templates.check("fstring", "{a}", ["a"], declared=["a", "b"])
    assert report.ok
    assert report.unused == ("b",)


def test_a_missing_section_is_told_before_it_renders_as_falsy() -> None:
    assert templates.check("mustache", "{{#note}}{{note}}{{/note}}", []).missing == ("note",)


def test_values_tell_fields_of_items_from_variables() -> None:
    source = "{{#people}}{{name}} {{greeting}}{{/people}}"
    values = {"people": [{"name": "Ann"}, {"name": "Bob"}]}
    assert templates.check("mustache", source, values).missing == ("greeting",)
    assert templates.check("mustache", "{{#flags}}{{x}}{{/flags}}", {"flags": "on"}).missing == ("x",)
    assert templates.check("mustache", "{{#flags}}{{x}}{{/flags}}", {"flags": []}).missing == ()
    assert templates.check("mustache", "{{#a}}{{#bs}}{{n}}{{/bs}}{{/a}}", {"a": {"bs": [{"n": 1}]}}).missing == ()


def test_an_unknown_engine_is_told() -> None:
    with pytest.raises(TemplateError, match="no template engine") as caught:
        templates.compile("erb", "x")
    assert "mustache" in caught.value.hint


def test_the_same_template_is_compiled_once() -> None:
    assert templates.compile("mustache", "{{once}}") is templates.compile("mustache", "{{once}}")
