"""Whatever way a template joins strings, a value stays text: the shape of what is made is the same for every value."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.export.sample import HOSTILE
from workbench.errors import TemplateError
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
    "{% macro m(a, b='') %}**{{ a }}** {{ a ~ b }}{% endmacro %}{{ m(v) }} {{ m(v, v) ~ v }} {{ m(m(v), v) }} {{ v ~ m(m(v)) ~ v }}",
    "{% macro m(a) %}[{{ caller(a) }}]{% endmacro %}{% call(b) m(v) %}**{{ b }}** {{ b ~ v }}{% endcall %}",
    "{% macro m() %}{{ caller() ~ v }} {{ v ~ caller() }}{% endmacro %}{% call m() %}**{{ v }}**{% endcall %}",
    "{% call '{}'.format(v) %}**a**{% endcall %} {% call '**{n}**'.format(n=v) %}**a**{% endcall %}",
    "{% for a in [v, v] %}{% set x %}**{{ loop.index }}**{% endset %}{{ x ~ a }} {{ loop.cycle(a, v) }}{% endfor %}",
    "{% for a in [[[v], v]] recursive %}{{ a if a is string else loop(a) ~ v }}{% endfor %}",
    ("{% set n = namespace(t='') %}{% for a in [1, 2] %}{% set n.t %}"
    "{{ n.t }}**a**{{ v }}{% endset %}{% set n.t = n.t ~ v %}{% endfor %}{{ n.t }}"),
    "{% set j = joiner(v) %}{{ j() }}{{ j() }} {% set c = cycler(v, 'b') %}{{ c.next() }} {{ lipsum(1, false, 5, 6)|length > 1 }}",
    ("{% set x %}**a**{% endset %}{{ note('info', x ~ v) }}\n\n"
    "{{ note('info', v) }}\n\n{% call note('info') %}**a** {{ x ~ v }}{% endcall %}"),
    "{{ note('info', caller=v.strip) }}\n\n{{ quote(caller=v.lower) }}\n\n{{ quote(v) }}",
    ("{% set x %}**a**{% endset %}{{ code(x ~ v) }}\n\n{{ mono(x ~ v) }} "
    "{{ strong(x ~ v) }} {{ table(['a', x ~ v], [[v, x ~ v]]) if 0 else '' }}"),
    ("{% set x %}**a**{% endset %}{{ table(['a', 'b'], [[v, x ~ v]]) }}\n\n"
    "{{ words(x ~ v) }}\n\n- {{ x ~ v }}\n\n### {{ x ~ v }}\n\n> {{ v ~ x }}"),
    "{% set x %}a {{ v }}{% endset %}{{ '%s'|format(x) }} {{ '{}'.format(x) }} {{ '{:>9}'.format(x) }} {{ '%s %.2s' % (x, x) }}",
    "{% set x %}a {{ v }}{% endset %}{{ x|title }} {{ x|wordwrap(5) }} {{ x|striptags }}",
    "{% set x %}a {{ v }}{% endset %}{{ x|tojson }} {{ {x: [x, (x,)]}|tojson }} {{ {'a': [x]} }} {{ x.unescape() }} {{ x|pprint }}",
    "{% set x %}a {{ v }}{% endset %}{{ code('%s'|format(x)) }}\n\n{{ table(['%s' % x], [['%s'|format(x)]], '{}'.format(x)) }}",
    "{% set x %}a {{ v }}{% endset %}{{ x|center(40) }} {{ x.ljust(40) }} {{ x.rjust(40, '.') }} {{ x.zfill(40) }} {{ x.center(40) }}",
    "{% set x %}a {{ v }}{% endset %}{{ x|truncate }}{{ x[:4] }}{{ x|first }} {{ x|list|length }} {{ x|reverse }}",
    "{% set x %}a {{ v }}{% endset %}{{ x.encode(errors='replace') }} {{ x|wordcount }} {{ x|string }}",
    "{% set x %}a {{ v }}{% endset %}{{ x.split('1')|length }} {{ x.strip('a 01') }} {{ x|replace('1', 'b') }} {{ x|batch(3)|list }}",
    "{{ strong(v) ~ ' and ' ~ v }} {{ [strong(v), cell(v), v]|join(' and ') }} {{ 'a'|replace('a', strong(v)) }} {{ v ~ none }}",
    "{{ note('info', strong(v)) }}\n\n{{ quote(strong(v) ~ v) }}\n\n{{ code(strong(v)) }}\n\n{{ mono('%s' % strong(v)) }}",
    "{% set x %}a {{ v }}{% endset %}{{ link(x, x) }} {{ words('{}'.format(mono(x)))|length }} {{ '%s'|format(x) ~ v }}",
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


def words(made: object) -> str:
    """Every text in it, one after another."""
    if isinstance(made, str):
        return made
    parts = made if isinstance(made, tuple) else (getattr(made, one.name) for one in fields(made)) if is_dataclass(made) else ()
    return " ".join(map(words, parts))


def inside(text: str) -> bool:
    """Whether a token, or what stands for one inside the program, is in the text."""
    return bool(re.search("[\ue000-\ue019]|%EE%80|xee|ue0|Markup|Run\\(", text))


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=12, deadline=None, derandomize=True, database=None)
@given(value=values)
def test_a_value_stays_text_in_whatever_way_it_is_joined(way: str, value: str) -> None:
    made, like = (rendered(way, v=each).blocks for each in (value, PLAIN))
    assert list(shape(made)) == list(shape(like)), made
    assert not inside(words(like)), like
    assert inside(value) or not inside(words(made)), made


def test_what_a_template_captures_stays_markdown_and_what_it_is_joined_to_is_whole() -> None:
    (block,) = rendered("{% set x %}**{{ v }}**{% endset %}{{ x ~ ', ' ~ v }}", v="*a*").blocks
    assert block == Paragraph((Run("*a*", bold=True), Run(", "), Run("*a*")))
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


A, B = Run("*a*"), Run("*a*", bold=True)
EXACT = (
    ("{% set x %}**1** and {{ v }}{% endset %}{{ x|replace('1', v) }}", (B, Run(" and "), A)),
    ("{% set x %}b b b{% endset %}{{ x|replace('b', v, 2) }}", (A, Run(" "), A, Run(" b"))),
    ("{% set x %}b {{ 'b' }} b b{% endset %}{{ x.replace('b', v, 2) }}", (A, Run(" "), Run("b"), Run(" "), A, Run(" b"))),
    ("{% set x %}**{{ v }}**{% endset %}{{ 'one b two b'|replace('b', x, 1) }}", (Run("one "), B, Run(" two b"))),
    ("{% set x %}**{{ v }}**{% endset %}{{ x|replace(token, '-') }}", (B,)),
    ("{{ 'one b'|replace('b', v) }}", (Run("one *a*"),)),
    ("{% set x %}{{ v }}\n**b**{% endset %}{{ x|indent(2) }}", (A, Run(" "), Run("b", bold=True))),
    ("{% set x %}b\nc{% endset %}{{ x|indent(v) }}", (Run("b"), Run(" "), A, Run("c"))),
    ("{% set x %}b\nc{% endset %}{{ x|indent('**', first=true) }}", (Run("**"), Run("b"), Run(" "), Run("**"), Run("c"))),
    ("{% macro n(a) %}{{ a|count }}{% endmacro %}{{ 'Calls: %s'|format(n(12345)) }}", (Run("Calls: 12,345"),)),
    ("{{ strong(v) ~ ' and ' ~ v }}", (B, Run(" and "), A)),
    ("{{ [strong(v), v]|join(' and ') }}", (B, Run(" and "), A)),
    ("{{ 'p95 ' ~ none }}, {{ ['p50', none]|join(' ') }}", (Run("p95 no data"), Run(", "), Run("p50 no data"))),
    ("{% set t %}{{ 1 + 1 }}{% endset %}{{ t|int + 1 }}, {{ t|round }}", (Run("3"), Run(", "), Run("2.0"))),
    ("{% set t %}{{ 1 + 1 }}{% endset %}{{ t|float|usd }}", (Run("$2.00"),)),
    ("{% set x %}{{ v }}{% endset %}{{ x|center(5) }}{{ x.ljust(5) }}{{ x.rjust(5, '.') }}", (Run(" *a* "), Run("*a*  "), Run("..*a*"))),
    ("{% set x %}{{ v }}&{% endset %}{{ x|urlencode }} {{ {'q': x}|urlencode }}", (Run("%2Aa%2A%26"), Run(" "), Run("q=%2Aa%2A%26"))),
    ("{% set x %}{{ v }}{% endset %}{{ {'q': [x ~ quoted]}|tojson }}", (Run('{"q": ["*a*\\""]}'),)),
    ("{% set x %}{{ v }}{% endset %}{{ '%.2s|%4s'|format(x, x) }}{{ '{:.2}|{:>4}'.format(x, x) }}", (Run("*a| *a*"), Run("*a| *a*"))),
    ("{{ v }}{{ 'is %s' % spelled }}", (A, Run("is \ue000\ue010\ue001"))),
    ("{% set x %}b {{ v }}{% endset %}{{ x|title }} {{ x|truncate(4, true, '', 0) }}", (Run("B *a*"), Run(" "), Run("b *a"))),
    ("{% set u %}https://a.b/{{ v }}{% endset %}{{ link(u, u) }}", (Run("https://a.b/*a*", link="https://a.b/*a*"),)),
    ("[b](https://a.b/{{ v }}?c)", (Run("b", link="https://a.b/*a*?c"),)),
)  # fmt: skip


@pytest.mark.parametrize(("way", "runs"), EXACT)
def test_what_is_made_of_a_capture_says_exactly_what_the_capture_says(way: str, runs: Inline) -> None:
    assert rendered(way, v="*a*", token="\ue000", quoted='"', spelled="\ue000\ue010\ue001").blocks == (Paragraph(runs),)


def test_names_of_remarks_and_of_prose_may_be_captures() -> None:
    made = templating.render(
        Found(Path("own/a.md"), "{% set n %}{{ v }}{% endset %}{{ note(n, prose(n)) }}", own=True), {"v": "info"}, {"info": "**b**"}, ""
    )
    assert made.blocks == (Note("info", (Paragraph((Run("b", bold=True),)),)),)
    assert made.prose == {"info": "**b**"}


@pytest.mark.parametrize("name", ["filter upper", "block b", "autoescape false"])
def test_a_block_that_a_section_has_no_use_for_is_refused_with_its_line(name: str) -> None:
    word = name.split(" ", maxsplit=1)[0]
    with pytest.raises(TemplateError, match=rf"a\.md, line 2: a section has no {{% {word} %}}$"):
        rendered(f"a\n{{% {name} %}}{{% end{word} %}}")


def test_a_rendering_says_the_same_however_its_tokens_are_called() -> None:
    for way in WAYS:
        assert rendered(way, v="*a* 1") == rendered(way, v="*a* 1"), way


@pytest.mark.parametrize("way", ["x % v", "x|format(v)"])
def test_a_format_that_would_cut_what_stands_for_a_value_is_refused(way: str) -> None:
    with pytest.raises(TemplateError, match=r"a\.md, line 1: %\.2s in a capture"):
        rendered(f"{{% set x %}}**%.2s**{{% endset %}}{{{{ {way} }}}}", v="abc")
    (block,) = rendered("{% set x %}**%.1f** %s{% endset %}{{ x % (n, v) }}", n=1.25, v="*").blocks
    assert block == Paragraph((Run("1.2", bold=True), Run(" "), Run("*")))
