"""`workbench calls`: the calls of the ledger. A command's module is imported only when it is used."""

from importlib import import_module

import click

# Name -> the module under workbench.cli, what the command is called there, and its help line.
_COMMANDS = {
    "import": ("calls_import", "import_", "Import a file of calls: CSV, JSON, Parquet, exports of other tools."),
    "stats": ("calls_stats", "stats", "The figures of the last hours."),
    "export-dashboard": ("calls_export", "export_dashboard", "The whole Overview as one JSON document."),
}


class _Lazy(click.Group):
    """A group that imports a command's module only when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name, _line = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"workbench.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_module, _name, line) in _COMMANDS.items()])


@click.group(cls=_Lazy)
def calls() -> None:
    """Calls: the figures of a time, the whole Overview."""
