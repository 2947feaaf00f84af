"""The command line, one file a command group. Heavy imports stay inside the commands, so that help is instant."""

import sys
from typing import Any

import click

import workbench
from workbench.cli.lazy import Lazy
from workbench.errors import WorkbenchError

# Name -> the module under workbench.cli, what the command is called there, and its help line.
COMMANDS = {
    "app": ("app", "app", "Serve the pages in the local browser."),
    "demo": ("demo", "demo", "Load the demo, run it, or remove it."),
    "prompts": ("prompts", "prompts", "Prompts: versions, labels, import, export, diff, lint."),
    "datasets": ("datasets", "datasets", "Datasets: import, export, split, sample."),
    "run": ("run", "run", "Run versions on a dataset and compare them."),
    "compare": ("compare", "compare", "Which variant is better, of a run or of your own scores."),
    "runs": ("runs", "runs", "Runs: list, show, stop, resume, export."),
    "ratings": ("ratings", "ratings", "What people's blind choices say of a run."),
    "cost": ("cost", "cost", "Scenarios, the cheapest plan, the price of a call."),
    "budgets": ("budgets", "budgets", "Budgets: set, list, remove, what is left, what was crossed."),
    "calls": ("calls", "calls", "Calls: import a log, the figures of a time, the whole Overview."),
    "alerts": ("alerts", "alerts", "Alerts: what fired, rules, preview, messages."),
    "metrics": ("metrics", "metrics", "Own metrics: record, stats, list."),
    "recommend": ("recommend", "recommend", "What to cache, route, cap or look at, and its worth."),
    "plans": ("plans", "plans", "Project plans: list, new, show, import, export, remove."),
    "export": ("export", "export", "Documents, plans, slides, reports, a site; stale or fresh."),
    "ledger": ("ledger", "ledger", "The ledger: verify, rebuild, keep, compact."),
    "providers": ("providers", "providers", "Providers: list, add, test, keys."),
    "backup": ("backup", "backup", "Write the whole store into one file."),
    "restore": ("backup", "restore", "Bring a store back from a backup."),
    "doctor": ("doctor", "doctor", "What is set up, what is missing, what to do."),
}


@click.group(cls=Lazy, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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
