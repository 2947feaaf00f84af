"""The jinja2 sandbox: immutable, strict, and bounded. Every loop step, call, filter, operator and concatenation draws on the budget of
its render before it acts, so that no single step can take long or hold much memory.
Attributes and methods are those of plain data. Compile-time folding is off: a constant bomb would go off while parsing.
"""

import operator
from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from types import BuiltinMethodType
from typing import Any, cast

import jinja2
from jinja2 import StrictUndefined, TemplateNotFound, Undefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, TemplateReference
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Cycler, Joiner, Namespace
from jinja2.utils import missing as _NO_OBJECT  # noqa: N812 - a constant

from workbench.errors import TemplateError
from workbench.text.templates.base import MAX_DEPTH, too_deep
from workbench.text.templates.budget import as_output, budget
from workbench.text.templates.operations import FILTERS, METHODS, OPERATORS, brace_format

__all__ = ["FILTERS", "GLOBALS", "environment"]

_LOADS = 1_000
_RANGE = 100_000
GLOBALS = frozenset({"range", "dict", "cycler", "joiner", "namespace"})


class _Format:
    """`text.format` or `text.format_map`, waiting for its values."""

    def __init__(self, text: str, *, mapping: bool) -> None:
        self.text, self.mapping = text, mapping

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        return brace_format(self.text, (), args[0]) if self.mapping else brace_format(self.text, args, kwargs)


_CALLABLE = (Macro, BlockReference, LoopContext, Joiner, _Format)
_OPEN = (LoopContext, Cycler, TemplateModule, TemplateReference)  # their methods are jinja2's own


class _Missing(StrictUndefined):
    """A missing value that tells its name when it is used."""

    def _fail_with_undefined_error(self, *_args: Any, **_kwargs: Any) -> Any:
        error = UndefinedError(self._undefined_message)
        if self._undefined_obj is _NO_OBJECT:
            error.variable = self._undefined_name  # type: ignore[attr-defined]
        raise error

    __str__ = __iter__ = __len__ = __eq__ = __ne__ = __bool__ = __hash__ = __contains__ = _fail_with_undefined_error
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _fail_with_undefined_error
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __pos__ = _fail_with_undefined_error
    __lt__ = __le__ = __gt__ = __ge__ = __call__ = __getitem__ = __int__ = __float__ = _fail_with_undefined_error

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._fail_with_undefined_error()


class _Generator(CodeGenerator):
    """Sends what jinja2 would write as plain Python through the environment's bounds."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - jinja2's names
        self._through("environment.join_texts((", node.nodes, frame, "))")

    def visit_List(self, node: nodes.List, frame: Frame) -> None:  # noqa: N802
        self._through("environment.made([", node.items, frame, "])")

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:  # noqa: N802
        if node.ctx != "load":  # a target of assignment: `for a, b in ...`
            super().visit_Tuple(node, frame)
        else:
            self._through("environment.made((", node.items, frame, "))")

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:  # noqa: N802
        self.write("environment.made(")
        super().visit_Dict(node, frame)
        self.write(")")

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:  # noqa: N802
        self.write("environment.compared(")
        super().visit_Compare(node, frame)
        self.write(")")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:  # noqa: N802
        if not isinstance(node.arg, nodes.Slice):
            super().visit_Getitem(node, frame)
            return
        bounds = [node.arg.start, node.arg.stop, node.arg.step]
        self.write("environment.sliced(")
        self.visit(node.node, frame)
        for bound in bounds:
            self.write(", ")
            self.visit(bound, frame) if bound is not None else self.write("None")
        self.write(")")

    def _through(self, opening: str, items: list[nodes.Expr], frame: Frame, closing: str) -> None:
        self.write(opening)
        for item in items:
            self.visit(item, frame)
            self.write(", ")
        self.write(closing)


class _Environment(ImmutableSandboxedEnvironment):
    """The environment of every prompt; the budget comes with the render."""

    code_generator_class = _Generator
    intercepted_binops = frozenset(OPERATORS)

    def __init__(self, undefined: type[Undefined]) -> None:
        super().__init__(
            undefined=undefined, autoescape=False, keep_trailing_newline=True, optimized=False, cache_size=0, finalize=as_output
        )
        self.filters = {name: _bounded(name, act) for name, act in FILTERS.items()}
        self.filters |= {
            "_each": lambda items, weight: budget().each(_iterable(items), weight),
            "_work": lambda weight: budget().step(weight),
        }
        self.tests = {name: _counted(cast("Callable[..., Any]", act)) for name, act in self.tests.items()}
        self.globals = {
            "range": _range,
            "dict": lambda **items: budget().measure(items),
            "cycler": Cycler,
            "joiner": Joiner,
            "namespace": Namespace,
        }

    @staticmethod
    def concat(pieces: Iterable[str]) -> str:
        """The text of a macro, a block or a set block."""
        held = list(pieces)
        budget().create(sum(map(len, held)))
        return "".join(held)

    def join_texts(self, values: tuple[Any, ...]) -> str:
        """The operator `~`."""
        return self.concat([as_output(value) for value in values])

    def made(self, value: Any) -> Any:
        """A list, tuple or dict written in the template."""
        return budget().measure(value)

    def compared(self, value: Any) -> Any:
        """The outcome of a comparison, which may have been a long search."""
        budget().step()
        return value

    def sliced(self, value: Any, start: Any, stop: Any, step: Any) -> Any:
        """A slice of a text or a list."""
        if not isinstance(value, str | list | tuple):
            raise SecurityError("only texts and lists can be sliced")
        return budget().measure(value[start:stop:step])

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """A result within bounds."""
        return budget().measure(OPERATORS[operator](left, right))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Data, and the methods of plain data that are known to be cheap."""
        if not super().is_safe_attribute(obj, attr, value):
            return False
        if isinstance(value, BuiltinMethodType):
            return _method(obj, attr) is not None
        return not callable(value) or isinstance(obj, _OPEN)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """`format` of a text, bounded."""
        if isinstance(value, BuiltinMethodType) and isinstance(value.__self__, str) and value.__name__ in ("format", "format_map"):
            return _Format(str(value.__self__), mapping=value.__name__ == "format_map")
        return None

    def call(self, context: Context, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a macro, a global or a known method; its arguments and its result draw on the budget."""
        spending = budget()
        spending.step()
        if isinstance(function, Undefined):
            function()
        if isinstance(function, BuiltinMethodType):
            act = _method(function.__self__, function.__name__)
            if act is None:
                raise SecurityError(f"{function.__name__} may not be called")
            return spending.measure(act(function.__self__, *args, **kwargs))
        if not self._known(function):
            raise SecurityError(f"{type(function).__name__} may not be called")
        if isinstance(function, LoopContext):  # a recursive loop: its items come past the loop's own count
            args = (spending.each(_iterable(args[0]), 20), *args[1:])
        elif isinstance(function, Macro):
            for value in (*args, *kwargs.values()):
                spending.measure(value)
        return spending.measure(context.call(function, *args, **kwargs))

    def _known(self, function: Any) -> bool:
        if isinstance(function, _CALLABLE) or isinstance(getattr(function, "__self__", None), Cycler | LoopContext):
            return True
        return any(function is known for known in self.globals.values())

    def is_safe_callable(self, obj: Any) -> bool:
        """Decided in `call`, which alone calls."""
        return True

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _weigh(tree)
        return tree

    def _load_template(self, name: str, globals: Any) -> jinja2.Template:  # noqa: A002 - jinja2's name
        spending = budget()
        spending.loads += 1
        if spending.loads > _LOADS * MAX_DEPTH:
            raise too_deep()
        if name not in spending.loaded:
            code = spending.load(name)
            if code is None:
                raise TemplateNotFound(name)
            spending.loaded[name] = self.template_class.from_code(self, code, self.make_globals(globals))
        spending.step(10)
        return spending.loaded[name]

    def get_template(self, name: Any, parent: Any = None, globals: Any = None) -> jinja2.Template:  # noqa: A002
        """A partial of this render."""
        return name if isinstance(name, jinja2.Template) else self._load_template(str(name), globals)


@lru_cache(maxsize=2)
def environment(*, strict: bool) -> _Environment:
    """The environment; without `strict` a missing value renders empty."""
    return _Environment(_Missing if strict else jinja2.ChainableUndefined)


def _weigh(tree: nodes.Template) -> None:
    """Let every loop step, macro and block draw the work of its body."""
    for loop in list(tree.find_all(nodes.For)):
        loop.iter = nodes.Filter(loop.iter, "_each", [nodes.Const(_weight(loop.body))], [], None, None, lineno=loop.lineno)
    for holder in list(tree.find_all((nodes.Macro, nodes.CallBlock, nodes.Block))):
        body = cast("nodes.Macro", holder).body
        work = nodes.Filter(nodes.Const(_weight(body)), "_work", [], [], None, None, lineno=holder.lineno)
        body.insert(0, nodes.ExprStmt(work, lineno=holder.lineno))


def _weight(body: list[nodes.Node]) -> int:
    return 1 + sum(1 + sum(1 for _ in node.find_all(nodes.Node)) for node in body)


def _bounded(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
    def run(context: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        spending = budget()
        spending.step()
        if any(isinstance(given, TemplateModule) for given in (value, *args)):
            raise SecurityError("an imported template is not text; use include")
        if isinstance(value, Undefined) and name not in ("default", "d"):
            str(value)  # strict: tells the name
        return spending.measure(act(context, value, *args, **kwargs))

    return jinja2.pass_context(run)


def _counted(act: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(act)  # keeps jinja2's mark of what is passed first
    def run(*args: Any, **kwargs: Any) -> Any:
        budget().step()
        return act(*args, **kwargs)

    return run


def _method(owner: Any, name: str) -> Callable[..., Any] | None:
    for kind in type(owner).__mro__:
        found = METHODS.get(kind, {}).get(name)
        if found is not None:
            return found
    return None


def _iterable(items: Any) -> Iterable[Any]:
    if isinstance(items, Undefined):
        return iter(items)
    if isinstance(items, Iterable):
        return items
    raise SecurityError(f"{type(items).__name__} is not a list")


def _range(*bounds: Any) -> range:
    found = range(*map(operator.index, bounds))
    if len(found) > _RANGE:
        raise TemplateError(f"range has more than {_RANGE:,} steps", hint="Loop over a list that is passed in.")
    return found
