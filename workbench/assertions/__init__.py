"""What a reply is checked by; families in files. Importing the package registers every assertion in it."""

from importlib import import_module
from pkgutil import iter_modules

from workbench.assertions.base import (
    EXPECTED,
    Assertion,
    CaseView,
    Field,
    Score,
    assertion,
    fitting,
    form_fields,
    from_json,
    parse,
    registered,
    table,
    to_json,
)

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = [
    "EXPECTED",
    "Assertion",
    "CaseView",
    "Field",
    "Score",
    "assertion",
    "fitting",
    "form_fields",
    "from_json",
    "parse",
    "registered",
    "table",
    "to_json",
]
