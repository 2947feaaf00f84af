"""`workbench cost`: scenarios, the cheapest plan, the price of a call. A command's module is imported only when it is used."""

import click

from workbench.cli.lazy import Lazy

# Name -> the module under workbench.cli, what the command is called there, and its help line.
_COMMANDS = {
    "scenario": ("cost_scenario", "scenario", "What a scenario costs a month, with ranges, quality and latency."),
    "optimise": ("cost_optimise", "optimise", "The cheapest plan that keeps a scenario's limits."),
    "price": ("cost_price", "price", "What a call costs at a date, and why."),
    "scenarios": ("cost_scenarios", "scenarios", "Scenarios kept here: list, show, save, export, rename, archive."),
}


@click.group(cls=Lazy, lazy=_COMMANDS)
def cost() -> None:
    """Scenarios, the cheapest plan, the price of a call."""
