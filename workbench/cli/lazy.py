"""A group of commands that imports a command's module only when the command is used. Owns no command."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

Commands = Mapping[str, tuple[str, str, str]]


class Lazy(click.Group):
    """`lazy`: name -> the module under workbench.cli, what the command is called there, and its help line."""

    def __init__(self, *arguments: Any, lazy: Commands, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, its module imported now."""
        if cmd_name not in self._lazy:
            return None
        module, name, _line = self._lazy[cmd_name]
        command: click.Command = getattr(import_module(f"workbench.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help lines, without an import."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_module, _name, line) in self._lazy.items()])
