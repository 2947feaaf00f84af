"""The command line, one file a command group. Heavy imports stay inside the commands, so that help is instant."""

import sys
from importlib import import_module
from typing import Any

import click

import workbench
from workbench.errors import WorkbenchError

# Name -> the module under workbench.cli that holds a click command of that name, and its help line (import stays lazy).
COMMANDS = {
    "app": ("app", "Serve the pages in the local browser."),
    "demo": ("demo", "Load the demo, run it, or remove it."),
    "prompts": ("prompts", "Prompts: versions, labels, import, export, diff, lint."),
    "datasets": ("datasets", "Datasets: import, export, split, sample."),
    "run": ("run", "Run versions on a dataset and compare them."),
    "compare": ("compare", "Which variant is better, of a run or of your own scores."),
    "runs": ("runs", "Runs: list, show, stop, resume, export."),
    "ratings": ("ratings", "What people's blind choices say of a run."),
    "cost": ("cost", "Scenarios, the cheapest plan, the price of a call."),
    "budgets": ("budgets", "Budgets: set, list, remove, what is left, what was crossed."),
    "calls": ("calls", "Calls: the figures of a time, the whole Overview."),
    "alerts": ("alerts", "Alerts: what fired, rules, preview, messages."),
    "metrics": ("metrics", "Own metrics: record, stats, list."),
    "recommend": ("recommend", "What to cache, route, cap or look at, and its worth."),
    "ledger": ("ledger", "The ledger: verify, rebuild, keep, compact."),
    "providers": ("providers", "Providers: list, add, test, keys."),
    "backup": ("backup", "Write the whole store into one file."),
    "restore": ("backup", "Bring a store back from a backup."),
    "doctor": ("doctor", "What is set up, what is missing, what to do."),
}


class _Lazy(click.Group):
    """A group that imports a command's module only when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"workbench.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_module, line) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(workbench.__version__, prog_name="workbench")
def cli() -> None:
    """Prompt Workbench: author, compare, cost, watch and hand over prompts, over one local file."""


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line. Errors go to stderr with their hint, exit code 1."""
    from workbench.cli import output

    try:
        return cli.main(args=arguments, prog_name="workbench")
    except WorkbenchError as error:
        output.fail(str(error), error.hint)
    except BrokenPipeError:
        # The reader of a pipe has gone (`| head`): nothing is wrong.
        sys.stderr.close()
        sys.exit(0)
