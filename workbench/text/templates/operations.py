"""What a jinja2 template may do with plain data: operators, methods and filters, each looked at before it acts where a small
argument could ask for a large result. What is not listed here cannot be called.
"""

import datetime
import json
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from numbers import Number
from string import Formatter
from typing import Any

from jinja2 import filters
from jinja2.exceptions import SecurityError
from jinja2.runtime import Undefined
from jinja2.utils import _PassArg

from workbench.text.templates.base import MAX_OUTPUT, too_long
from workbench.text.templates.budget import as_output

_MAX_BITS = 4_096
_MAX_WIDTH = 1_000  # columns a number or a word may be padded to
_SLOW_INPUT = 100_000  # characters for filters whose cost is more than linear
_PERCENT = re.compile(r"%(?:\([^)]*\))?[#0\- +]*(\*|\d+)?(?:\.(\*|\d+))?[hlL]?(.?)", re.DOTALL)


def _fits(size: float) -> None:
    if size > MAX_OUTPUT:
        raise too_long()


def _number(*values: Any) -> bool:
    return all(isinstance(value, Number) for value in values)


def _bits(value: Any) -> int:
    return value.bit_length() if isinstance(value, int) else 64


def _add(left: Any, right: Any) -> Any:
    if not _number(left, right) and hasattr(left, "__len__") and hasattr(right, "__len__"):
        _fits(len(left) + len(right))
    return left + right


def _multiply(left: Any, right: Any) -> Any:
    for sized, times in ((left, right), (right, left)):
        if hasattr(sized, "__len__") and isinstance(times, int):
            _fits(len(sized) * times)
    if _number(left, right) and _bits(left) + _bits(right) > _MAX_BITS + 64:
        raise SecurityError("the product grows beyond all use")
    return left * right


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and _bits(left) * max(right, 1) > _MAX_BITS:
        raise SecurityError("the power grows beyond all use")
    return left**right


def _modulo(left: Any, right: Any) -> Any:
    return percent(left, right) if isinstance(left, str) else left % right


def _of_numbers(act: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def run(left: Any, right: Any) -> Any:
        if not _number(left, right):
            raise SecurityError("needs two numbers")
        return act(left, right)

    return run


def _telling(act: Callable[[Any, Any], Any], plain: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def run(left: Any, right: Any) -> Any:
        if isinstance(left, Undefined) or isinstance(right, Undefined):
            return plain(left, right)  # tells the missing name
        return act(left, right)

    return run


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": _telling(_add, operator.add),
    "-": _telling(_of_numbers(operator.sub), operator.sub),
    "*": _telling(_multiply, operator.mul),
    "/": _telling(_of_numbers(operator.truediv), operator.truediv),
    "//": _telling(_of_numbers(operator.floordiv), operator.floordiv),
    "**": _telling(_power, operator.pow),
    "%": _telling(_modulo, operator.mod),
}


def _scalar(value: Any) -> Any:
    return value if isinstance(value, str | Number | datetime.date | datetime.time) or value is None else as_output(value)


def percent(template: str, values: Any) -> str:
    """`template % values`, once widths and the length of the result are known to be small."""
    if isinstance(values, Mapping):
        plain: Any = {key: _scalar(value) for key, value in values.items()}
        sizes = [len(str(value)) for value in plain.values()]
    else:
        plain = tuple(_scalar(value) for value in (values if isinstance(values, tuple) else (values,)))
        sizes = [len(str(value)) for value in plain]
    size = len(template)
    for spec in _PERCENT.finditer(template):
        for width in spec.group(1, 2):
            size += _width(width)
        size += max(sizes, default=0)
        _fits(size)
    return str(template % plain)


def _width(width: str | None) -> int:
    if width is None:
        return 0
    if width == "*" or len(width) > 4 or int(width) > _MAX_WIDTH:
        raise SecurityError(f"a width in a format may be at most {_MAX_WIDTH}")
    return int(width)


def brace_format(template: str, values: tuple[Any, ...], named: Mapping[str, Any]) -> str:
    """`template.format(*values, **named)`, names and widths only, once the length of the result is known to be small."""
    plain = tuple(_scalar(value) for value in values)
    plain_named = {key: _scalar(value) for key, value in named.items()}
    longest = max((len(str(value)) for value in (*plain, *plain_named.values())), default=0)
    size = len(template)
    for _text, name, spec, _conversion in Formatter().parse(template):
        if name is None:
            continue
        if not (name.isidentifier() or name.isdecimal() or not name) or "{" in (spec or ""):
            raise SecurityError("a format may hold names and plain widths only")
        size += longest + sum(_width(width) for width in re.findall(r"\d+", spec or ""))
        _fits(size)
    return template.format(*plain, **plain_named)


def _padded(name: str) -> Callable[..., Any]:
    def run(owner: str, width: int, *rest: Any) -> Any:
        _fits(width)
        return getattr(owner, name)(width, *rest)

    return run


def _replace(owner: str, old: str, new: str, count: int = -1) -> str:
    times = owner.count(old) if count is None or count < 0 else min(owner.count(old), count)
    _fits(len(owner) + times * (len(new) - len(old)))
    return owner.replace(old, new, -1 if count is None else count)


def _join(owner: str, items: Iterable[str]) -> str:
    held, size = [], 0
    for item in items:
        size += len(item) + len(owner)
        _fits(size)
        held.append(item)
    return owner.join(held)


def _plain_methods(kind: type, names: str) -> dict[str, Callable[..., Any]]:
    return {name: getattr(kind, name) for name in names.split()}


def _listed(kind: type, name: str) -> Callable[..., Any]:
    return lambda owner: list(getattr(kind, name)(owner))


METHODS: dict[type, dict[str, Callable[..., Any]]] = {
    str: {
        **_plain_methods(
            str,
            "capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric"
            " isspace istitle isupper lower lstrip partition removeprefix removesuffix rfind rindex rpartition rsplit rstrip split"
            " splitlines startswith strip swapcase title upper",
        ),
        **{name: _padded(name) for name in ("center", "ljust", "rjust", "zfill")},
        "replace": _replace,
        "join": _join,
    },
    dict: {"get": dict.get, **{name: _listed(dict, name) for name in ("items", "keys", "values")}},
    list: _plain_methods(list, "count index"),
    tuple: _plain_methods(tuple, "count index"),
    float: _plain_methods(float, "is_integer"),
    datetime.date: {"isoformat": datetime.date.isoformat},
    datetime.datetime: {"isoformat": datetime.datetime.isoformat},
}


def _from_jinja(act: Callable[..., Any]) -> Callable[..., Any]:
    """A filter of jinja2's own, called as (context, value, ...)."""
    passing = _PassArg.from_obj(act)
    firsts: dict[Any, Callable[[Any], tuple[Any, ...]]] = {
        _PassArg.context: lambda context: (context,),
        _PassArg.eval_context: lambda context: (context.eval_ctx,),
        _PassArg.environment: lambda context: (context.environment,),
    }
    first = firsts.get(passing, lambda _context: ())
    return lambda context, value, *args, **kwargs: act(*first(context), value, *args, **kwargs)


def _batch(context: Any, value: Any, linecount: int, fill_with: Any = None) -> Any:
    if linecount > 10_000:
        raise SecurityError("a batch may have at most 10,000 items")
    return filters.do_batch(value, linecount, fill_with)


def _indent(context: Any, value: str, width: Any = 4, first: bool = False, blank: bool = False) -> str:
    value = as_output(value)
    _fits(len(value) + (value.count("\n") + 1) * (len(width) if isinstance(width, str) else width))
    return filters.do_indent(value, width, first, blank)


def _round(context: Any, value: float, precision: int = 0, method: Any = "common") -> float:
    if not -20 <= precision <= 20:
        raise SecurityError("the precision may be -20 to 20")
    return filters.do_round(value, precision, method)


def _slow(act: Callable[..., Any]) -> Callable[..., Any]:
    inner = _from_jinja(act)

    def run(context: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        if len(as_output(value)) > _SLOW_INPUT or any(isinstance(arg, str) and len(arg) > 100 for arg in (*args, *kwargs.values())):
            raise SecurityError(f"this filter takes at most {_SLOW_INPUT:,} characters")
        return str(inner(context, value, *args, **kwargs))

    return run


def _sum(context: Any, value: Iterable[Any], attribute: Any = None, start: Any = 0) -> Any:
    values = filters.sync_do_map(context, value, attribute=attribute) if attribute is not None else value
    total = start
    for item in values:
        if not _number(item, total):
            raise SecurityError("only numbers can be summed")
        total = total + item
    return total


def _joined(context: Any, value: Iterable[Any], d: str = "", attribute: Any = None) -> str:
    values = filters.sync_do_map(context, value, attribute=attribute) if attribute is not None else value
    return _join(as_output(d), (as_output(item) for item in values))


def _to_json(context: Any, value: Any, indent: int | None = None) -> str:
    as_output(value)  # counts it
    return json.dumps(value, ensure_ascii=False, indent=None if indent is None else min(int(indent), 8))


_SIMPLE = (
    "abs attr capitalize count d default dictsort filesizeformat first float groupby int items last length list lower map max min"
    " reject rejectattr reverse select selectattr slice sort title trim truncate unique upper urlencode wordcount"
)
FILTERS: dict[str, Callable[..., Any]] = {
    **{name: _from_jinja(filters.FILTERS[name]) for name in _SIMPLE.split()},
    "batch": _batch,
    "center": lambda _context, value, width=80: _padded("center")(as_output(value), width),
    "e": lambda _context, value: escape(as_output(value)),
    "escape": lambda _context, value: escape(as_output(value)),
    "format": lambda _context, value, *args, **kwargs: percent(as_output(value), kwargs or args),
    "indent": _indent,
    "join": _joined,
    "replace": lambda _context, value, old, new, count=None: _replace(as_output(value), as_output(old), as_output(new), count),
    "round": _round,
    "safe": lambda _context, value: as_output(value),  # nothing is escaped here, so nothing needs to be marked
    "string": lambda _context, value: as_output(value),
    "striptags": _slow(filters.do_striptags),
    "sum": _sum,
    "tojson": _to_json,
    "wordwrap": _slow(filters.do_wordwrap),
}
