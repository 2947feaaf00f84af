"""`workbench calls`: the calls of the ledger. A command's module is imported only when it is used."""

import click

from workbench.cli.lazy import Lazy

# Name -> the module under workbench.cli, what the command is called there, and its help line.
_COMMANDS = {
    "import": ("calls_import", "import_", "Import a file of calls: CSV, JSON, Parquet, exports of other tools."),
    "stats": ("calls_stats", "stats", "The figures of the last hours."),
    "export-dashboard": ("calls_export", "export_dashboard", "The whole Overview as one JSON document."),
}


@click.group(cls=Lazy, lazy=_COMMANDS)
def calls() -> None:
    """Calls: import a log, the figures of a time, the whole Overview."""
