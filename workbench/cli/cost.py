"""`workbench cost`: scenarios, the cheapest plan, the price of a call. A command's module is imported only when it is used."""

from importlib import import_module

import click

# Name -> the module under workbench.cli, what the command is called there, and its help line.
_COMMANDS = {
    "scenario": ("cost_scenario", "scenario", "What a scenario costs a month, with ranges, quality and latency."),
    "optimise": ("cost_optimise", "optimise", "The cheapest plan that keeps a scenario's limits."),
    "price": ("cost_price", "price", "What a call costs at a date, and why."),
    "scenarios": ("cost_scenarios", "scenarios", "Scenarios kept here: list, show, save, export, rename, archive."),
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
def cost() -> None:
    """Scenarios, the cheapest plan, the price of a call."""
