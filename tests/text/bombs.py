"""Templates made to exhaust time or memory. Run as a program it renders them all and prints the most memory held, in MB."""

import resource
import time
from contextlib import suppress

from workbench.errors import TemplateError
from workbench.text import templates

_GROW = "{% set ns = namespace(x='a', y=[1], z=[1]) %}{% for i in range(100) %}{% set "
BOMBS = {
    "product": "{{ 'a' * 10**9 }}",
    "product of lists": "{{ [0] * 10**9 }}",
    "nested product": "{{ ('a' * 999999) * 999999 }}",
    "loops": "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}",
    "silent loops": "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
    "range": "{{ range(10**9)|list }}",
    "macro recursion": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "macro tree": "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
    "power": "{{ 2 ** 1000000 }}",
    "power of power": "{{ (9 ** 99) ** 999 }}",
    "factorial": "{% set ns = namespace(x=1) %}{% for i in range(1, 100000) %}{% set ns.x = ns.x * i %}{% endfor %}{{ ns.x }}",
    "percent width": "{{ '%1000000000d' % 1 }}",
    "percent precision": "{{ '%.1000000000f' % 1.0 }}",
    "percent star": "{{ '%*d' % (10**9, 1) }}",
    "percent filter": "{{ '%1000000000d'|format(1) }}",
    "percent many": "{{ ('%s' * 1000) % ([big] * 1000) }}",
    "percent by name": "{{ '%(a)s%(a)s%(a)s' % {'a': big} }}",
    "format width": "{{ '{:>1000000000}'.format('a') }}",
    "format nested width": "{{ '{:{w}}'.format('a', w=10**9) }}",
    "format many": "{{ ('{0}' * 100000).format(big) }}",
    "center filter": "{{ 'a'|center(10**9) }}",
    "center": "{{ 'a'.center(10**9) }}",
    "ljust": "{{ 'a'.ljust(10**9) }}",
    "zfill": "{{ 'a'.zfill(10**9) }}",
    "expandtabs": "{{ '\\t'.expandtabs(10**9) }}",
    "indent": "{{ 'a\nb'|indent(10**9) }}",
    "indent by text": "{{ ('a\n' * 400000)|indent('b' * 400000) }}",
    "doubling by ~": _GROW + "ns.x = ns.x ~ ns.x %}{% endfor %}",
    "doubling by +": _GROW + "ns.x = ns.x + ns.x %}{% endfor %}",
    "doubling lists": _GROW + "ns.y = ns.y + ns.y %}{% endfor %}",
    "laughing lists": _GROW + "ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.y }}",
    "laughing comparison": _GROW + "ns.y = [ns.y, ns.y] %}{% set ns.z = [ns.z, ns.z] %}{% endfor %}{{ ns.y == ns.z }}",
    "laughing arguments": "{% macro f(x) %}{{ f(varargs, varargs) }}{% endmacro %}{{ f(1) }}",
    "batch": "{{ [1]|batch(10**9, 'x')|list }}",
    "join": "{{ range(100000)|join(big) }}",
    "join method": "{{ big.join(range(100000)|map('string')) }}",
    "replace": "{{ 'a'|replace('', big * 2) }}",
    "replace method": "{{ big.replace('a', 'bbb') }}",
    "set block": "{% set x %}{% for i in range(100000) %}{{ big }}{% endfor %}{% endset %}{{ x|length }}",
    "hoarding": "{% set ns = namespace(x=[]) %}{% for i in range(100000) %}{% set ns.x = ns.x + [big ~ i] %}{% endfor %}",
    "hoarding lists": "{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = ns.x + [range(99999)|list] %}{% endfor %}",
    "slices": "{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = ns.x + [big[1:]] %}{% endfor %}",
    "output": "{% for i in range(100000) %}{{ big }}{% endfor %}",
    "round": "{{ 1|round(10**9, 'ceil') }}",
    "searches": "{% for c in range(100000) %}{% if 'aaaab' in big %}{% endif %}{% endfor %}",
    "tests": "{% for c in range(100000) %}{% if 'aaaab' is in big %}{% endif %}{% endfor %}",
    "imported text": "{% import 'm' as m with context %}{{ m }}",
    "wordwrap": "{{ ('a ' * 50000)|wordwrap(1, wrapstring='x' * 100000) }}",
    "include itself": "{% include 'r' %}",
    "include tree": "{% include 'd0' %}",
    "sum of lists": "{{ range(99999)|map('list')|sum(start=[]) }}",
    "deep brackets": "{{ " + "(" * 5_000 + ")" * 5_000 + " }}",
    "long sum": "{{ " + "+".join("1" * 5_000) + " }}",
    "long number": "{{ " + "9" * 100_000 + " }}",
    "deep loops": "{% for a in 'x' %}" * 100 + "{% endfor %}" * 100,
    "many tags": "{{ a }}" * 100_000,
    "recursive loop": "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "wide recursive loop": "{% for i in range(99999) recursive %}{{ loop(range(99999)) if loop.depth < 5 }}{% endfor %}",
    "caller": "{% macro f() %}{% for i in range(99999) %}{{ caller() }}{% endfor %}{% endmacro %}"
    "{% call f() %}{% for i in range(99999) %}{% endfor %}{% endcall %}",
}  # fmt: skip
MUSTACHE_BOMBS = {
    "lists in lists": ("{{#l}}" * 9 + "x" + "{{/l}}" * 9, {"l": list(range(1, 500))}),
    "silent lists": ("{{#l}}" * 9 + "{{^l}}{{/l}}" + "{{/l}}" * 9, {"l": list(range(1, 500))}),
    "partial of itself": ("{{>r}}", {}),
    "partial tree": ("{{>d0}}", {}),
    "indented circle": ("  {{>i}}", {}),
    "deep sections": ("{{#a}}" * 5_000 + "{{/a}}" * 5_000, {"a": True}),
    "long output": ("{{big}}" * 3, {}),
}


def partials(engine: str) -> dict[str, str]:
    call = "{{% include '{0}' %}}" if engine == "jinja2" else "{{{{>{0}}}}}"
    tree = {f"d{n}": call.format(f"d{n + 1}") * 2 for n in range(40)}
    return {**tree, "d40": "x", "r": call.format("r"), "i": "  {{>i}}\n  {{>i}}\n", "m": "{% for i in range(99999) %}{{ big }}{% endfor %}"}


def render(engine: str, source: str, values: dict[str, object]) -> str:
    return templates.compile(engine, source).render({"big": "a" * 500_000, **values}, partials(engine))


def main() -> None:
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    slowest = 0.0
    jobs = [("jinja2", source, {}) for source in BOMBS.values()] + [("mustache", *job) for job in MUSTACHE_BOMBS.values()]
    for engine, source, values in jobs:
        started = time.thread_time()
        with suppress(TemplateError):
            render(engine, source, values)  # type: ignore[arg-type]
        slowest = max(slowest, time.thread_time() - started)
    held = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) // 1024
    print(f"{held} {slowest:.2f}")


if __name__ == "__main__":
    main()
