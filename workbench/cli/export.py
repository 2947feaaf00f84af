"""`workbench export`: documents, plans, slides, reports and the whole library into files; whether a file still tells the truth."""

import click

from workbench.cli.lazy import Lazy

COMMANDS = {
    "document": ("export_documents", "document", "The documentation of a prompt."),
    "plan": ("export_documents", "plan", "A project plan, with its state read from the data."),
    "slides": ("export_documents", "slides", "Eight slides from a prompt, a plan and a run."),
    "report": ("export_documents", "report", "A report of a run, a scenario or a month."),
    "model-card": ("export_documents", "model_card", "What a model does as it is used here."),
    "disclosure": ("export_documents", "disclosure", "The notice that a model is in use, and its limits."),
    "assessment": ("export_documents", "assessment", "A self-assessment with its history."),
    "library": ("export_library", "library", "All prompts as a static site in a zip."),
    "check": ("export_check", "check", "Whether files still say what the data says; exit 4 where one is stale."),
    "list": ("export_check", "list_", "Past exports, and which of them are stale."),
    "again": ("export_check", "again", "Make a past export again."),
    "templates": ("export_library", "templates", "Write the templates out, to change them."),
    "brand": ("export_library", "brand", "Colour, logo and name on all documents."),
}


@click.group("export", cls=Lazy, lazy=COMMANDS)
def export() -> None:
    """Documents, plans, slides, reports and a site, written from the data.

    Every figure comes from the store, with the run, version and period it came from; a file carries its sources, and `export check` says
    whether they have changed. The same store gives the same bytes.
    """
