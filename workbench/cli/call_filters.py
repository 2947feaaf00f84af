"""The options that narrow calls, the same for every command that tells figures of them."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

_Function = TypeVar("_Function", bound=Callable[..., Any])
_OPTIONS = (
    click.option("--prompt", multiple=True, help="Only calls of this prompt. May be given several times, like every filter."),
    click.option("--version", type=int, multiple=True, help="Only calls of this version."),
    click.option("--label", multiple=True, help="Only calls under this label."),
    click.option("--provider", multiple=True, help="Only calls of this provider."),
    click.option("--model", multiple=True, help="Only calls of this model."),
    click.option("--source", multiple=True, help="Only calls from this source."),
    click.option("--traffic", type=click.Choice(["production", "trials"]), help="Only production, or only runs, benchmarks, playground."),
    click.option("--status", type=click.Choice(["ok", "error"]), help="Only answered or only failed calls."),
    click.option("--error-type", multiple=True, help="Only calls that failed in this way."),
    click.option("--tag", multiple=True, help="Only calls with this tag: of the newest 200,000."),
    click.option("--user", multiple=True, help="Only calls of this user: of the newest 200,000."),
)


def options(function: _Function) -> _Function:
    """`function` with the options above its own."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def given(filters: Mapping[str, Any]) -> dict[str, Any]:
    """The filters that were given."""
    return {name: value for name, value in filters.items() if value not in ((), None)}
