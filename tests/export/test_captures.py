"""Whatever way a template joins strings, a value stays text: the shape of what is made is the same for every value."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.export.sample import HOSTILE
from workbench.export import templating
from workbench.export.model import Block, Code, Heading, Inline, ListBlock, Note, Paragraph, Quote, Run, Table, inline, plain
from workbench.export.templating import Found, Rendered

WAYS = (
    "{% set x %}**{{ v }}**{% endset %}{{ x ~ v }} {{ v ~ x }} {{ 'a' ~ x ~ v ~ x }}",
    "{% set x %}**a**{% endset %}{{ x + v }} {{ v + x }} {{ x + v + x }}",
    ("{% set x %}**a**{% endset %}{{ [x, v, x]|join }} {{ [v, v]|join(x) }} "
    "{{ [x, x]|join(v) }} {{ x.join([v, v]) }} {{ v.join([x, x]) }}"),
    "{% set x %}**a**{% endset %}{{ [{'n': v}, {'n': x}]|join(', ', attribute='n') }} {{ [v, x]|map('upper')|join }}",
    "{% set x %}**a** %s{% endset %}{{ x|format(v) }} {{ x % v }} {{ x % (v,) }}",
    "{% set x %}**a** %(n)s %(n)r{% endset %}{{ x|format(n=v) }} {{ x % {'n': v} }}",
    "{% set x %}**a** {} {n} {n!r} {n:>3}{% endset %}{{ x.format(v, n=v) }}",
    "{% set x %}**a** {n} {n!s}{% endset %}{{ x.format_map({'n': v}) }}",
    "{% set x %}**aba**{% endset %}{{ x|replace('b', v) }} {{ x.replace('b', v) }} {{ x|replace('b', v, 1) }} {{ v|replace('Q', x) }}",
    "{% set x %}**a**{% endset %}{{ x|replace(v, 'b') }} {{ x.replace(v, v) }} {{ x|default(v) }} {{ missing|default(v ~ x) }}",
    "{% set x %}**a**{% endset %}{{ x|e ~ v }} {{ x|escape ~ (v|e) }} {{ x|trim ~ v|trim }} {{ (x|string) ~ v }} {{ x * 2 ~ v }}",
    "{% set x %}a{% endset %}{{ x.translate({97: v}) }} {{ x.strip(v) ~ v }} {{ x.partition('b')[0] ~ v }} {{ x.split('b')[0] + v }}",
    "{% set x %}one\ntwo{% endset %}{{ x|indent(2) ~ v }}\n\n{{ x|indent(v) }}\n\n{{ x|indent(width=v, first=true, blank=true) }}",
    ("{% set x %}**a**{% endset %}{{ (x ~ v)|upper }} {{ (v ~ x)|lower }} "
    "{{ (x ~ v)|capitalize }} {{ (x ~ v)|tojson }} {{ [x, v]|tojson }}"),
    ("{% set x %}**a**{% endset %}{{ x.unescape() ~ v }} {{ (x ~ v).unescape() }} "
    "{{ x.escape(v) }} {{ v|striptags ~ x }} {{ x|striptags ~ v }}"),
    ("{{ v }}{% set x|default(v, true) %}{% endset %}{{ x }} "
    "{% set x|replace('b', v) %}**b**{% endset %}{{ x }} {% set x|upper %}{{ v }}{% endset %}{{ x }}"),
    ("{% filter default(v, true) %}{% endfilter %} "
    "{% filter replace('b', v) %}**b**{% endfilter %} {% filter upper %}{{ v }}{% endfilter %}"),
    ("{% filter format(v) %}**%s**{% endfilter %} {% filter indent(v) %}one\ntwo{% endfilter %} "
    "{% filter string|default(v) %}{{ v }}{% endfilter %}"),
    "{% macro m(a, b='') %}**{{ a }}** {{ a ~ b }}{% endmacro %}{{ m(v) }} {{ m(v, v) ~ v }} {{ m(m(v), v) }} {{ v ~ m(m(v)) ~ v }}",
    "{% macro m(a) %}[{{ caller(a) }}]{% endmacro %}{% call(b) m(v) %}**{{ b }}** {{ b ~ v }}{% endcall %}",
    "{% macro m() %}{{ caller() ~ v }} {{ v ~ caller() }}{% endmacro %}{% call m() %}**{{ v }}**{% endcall %}",
    "{% call '{}'.format(v) %}**a**{% endcall %} {% call '**{n}**'.format(n=v) %}**a**{% endcall %}",
    "{% for a in [v, v] %}{% set x %}**{{ loop.index }}**{% endset %}{{ x ~ a }} {{ loop.cycle(a, v) }}{% endfor %}",
    "{% for a in [[[v], v]] recursive %}{{ a if a is string else loop(a) ~ v }}{% endfor %}",
    ("{% set n = namespace(t='') %}{% for a in [1, 2] %}{% set n.t %}"
    "{{ n.t }}**a**{{ v }}{% endset %}{% set n.t = n.t ~ v %}{% endfor %}{{ n.t }}"),
    "{% block b %}**a** {{ v }} {% endblock %}{{ self.b() }}{{ self.b() ~ v }}",
    "{% set j = joiner(v) %}{{ j() }}{{ j() }} {% set c = cycler(v, 'b') %}{{ c.next() }} {{ lipsum(1, false, 5, 6)|length > 1 }}",
    ("{% autoescape false %}{% set x %}**a**{% endset %}{{ x ~ v }} "
    "{% set y|default(v, true) %}{% endset %}{{ y }} {{ [x, v]|join }}{% endautoescape %}"),
    ("{% autoescape false %}{% filter default(v, true) %}{% endfilter %}"
    "{% macro m(a) %}**b**{{ a }}{% endmacro %}{{ m(v) ~ v }}{% endautoescape %}"),
    ("{% set x %}**a**{% endset %}{{ note('info', x ~ v) }}\n\n"
    "{{ note('info', v) }}\n\n{% call note('info') %}**a** {{ x ~ v }}{% endcall %}"),
    "{{ note('info', caller=v.strip) }}\n\n{{ quote(caller=v.lower) }}\n\n{{ quote(v) }}",
    ("{% set x %}**a**{% endset %}{{ code(x ~ v) }}\n\n{{ mono(x ~ v) }} "
    "{{ strong(x ~ v) }} {{ table(['a', x ~ v], [[v, x ~ v]]) if 0 else '' }}"),
    ("{% set x %}**a**{% endset %}{{ table(['a', 'b'], [[v, x ~ v]]) }}\n\n"
    "{{ words(x ~ v) }}\n\n- {{ x ~ v }}\n\n### {{ x ~ v }}\n\n> {{ v ~ x }}"),
)  # fmt: skip
PLAIN = "ZZZ"


def rendered(text: str, **facts: object) -> Rendered:
    return templating.render(Found(Path("own/a.md"), text, own=True), facts, {}, "engineer")


def shape(blocks: Iterable[Block]) -> Iterator[object]:
    """Kinds of blocks and the styles in them, one after another, without the words."""
    for block in blocks:
        yield type(block).__name__
        if isinstance(block, Paragraph):
            yield styles(block.runs)
        elif isinstance(block, Heading):
            yield styles(block.text)
        elif isinstance(block, Note | Quote):
            yield list(shape(block.blocks))
        elif isinstance(block, ListBlock):
            yield [list(shape(item)) for item in block.items]
        elif isinstance(block, Table):
            yield [[styles(cell.runs) for cell in row] for row in block.rows]


def styles(runs: Inline) -> list[tuple[bool, bool, bool, str]]:
    found: list[tuple[bool, bool, bool, str]] = []
    for run in runs:
        style = (run.bold, run.italic, run.code, run.link)
        if run.text.strip() and found[-1:] != [style]:
            found.append(style)
    return found


odd = st.text(st.sampled_from("*_`[](){}#|>-+~!<&;:/%\\\n 01aZ\ue000\ue001"), min_size=1, max_size=30)
values = st.one_of(st.sampled_from(HOSTILE), odd.map(lambda text: f"x{text}x"), odd.map(lambda text: f"x**y**{text}`z`"))


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=12, deadline=None, derandomize=True, database=None)
@given(value=values)
def test_a_value_stays_text_in_whatever_way_it_is_joined(way: str, value: str) -> None:
    made, like = (rendered(way, v=each).blocks for each in (value, PLAIN))
    assert list(shape(made)) == list(shape(like)), made


def test_what_a_template_captures_stays_markdown_and_what_it_is_joined_to_is_whole() -> None:
    (block,) = rendered("{% set x %}**{{ v }}**{% endset %}{{ x ~ ', ' ~ v }}", v="*a*").blocks
    assert block == Paragraph((Run("*a*", bold=True), Run(", "), Run("*a*")))
    (block,) = rendered("{% set x %}**1** and {{ v }}{% endset %}{{ x|replace('1', v) }}", v="*1*").blocks
    assert block == Paragraph((Run("*1*", bold=True), Run(" and "), Run("*1*")))
    (block,) = rendered("{% macro m(a) %}**{{ a }}**{% endmacro %}{{ [m(v), mono(v)]|join(' or ') }}", v="*a*").blocks
    assert block == Paragraph((Run("*a*", bold=True), Run(" or "), Run("*a*", code=True)))


def test_words_made_of_a_capture_say_what_it_says() -> None:
    made = rendered("{% set x %}a {{ v }}{% endset %}{{ speaker(x) }}{{ code(x) }}\n\n{{ mono(x) }}\n\n{{ table(['n'], [[x]]) }}", v="*b*")
    code, said, table = made.blocks
    assert (made.notes, code) == ("a *b*", Code("a *b*"))
    assert said == Paragraph((Run("a *b*", code=True),))
    assert isinstance(table, Table)
    assert plain(table.rows[0][0].runs) == "a *b*"
    assert rendered("{{ words(v) }}", v="**b**").blocks == (Paragraph((Run("b", bold=True),)),)
    assert rendered("{{ v|indent(2) }}{{ v|replace('b', 'c') }}{{ [v]|join }}", v="*b*").blocks == (
        Paragraph(inline("*b*") + inline("*c*") + inline("*b*")),
    )
