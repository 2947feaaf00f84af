"""Outcomes of scenarios into files: CSV for programs, XLSX with charts, Markdown for people. Equal outcomes give equal bytes.

Names and notes come out as they are: no spreadsheet runs them, no Markdown reads them as anything but text.
"""

from collections.abc import Callable, Sequence

from workbench.cost.outcome import Outcome


def csv(outcomes: Sequence[Outcome]) -> str:
    """One long table with a header, a line a figure: see `csv_file.COLUMNS`."""
    from workbench.cost.exporting import csv_file

    return csv_file.write(outcomes)


def xlsx(outcomes: Sequence[Outcome]) -> bytes:
    """A workbook: the comparison, the waterfalls and the months with their charts, models, assumptions, findings."""
    from workbench.cost.exporting import workbook

    return workbook.write(outcomes)


def markdown(outcomes: Sequence[Outcome]) -> str:
    """A page: what it costs with ranges, what it does to quality and latency, and everything it rests on."""
    from workbench.cost.exporting import markdown_file

    return markdown_file.write(outcomes)


FORMATS: dict[str, Callable[[Sequence[Outcome]], str | bytes]] = {"csv": csv, "xlsx": xlsx, "markdown": markdown}
"""What can be written, by the name that the command line and the pages give it."""


def content(outcomes: Sequence[Outcome], form: str) -> bytes:
    """The bytes of a file of that format. Raises KeyError for one that is not in FORMATS."""
    made = FORMATS[form](outcomes)
    return made if isinstance(made, bytes) else made.encode("utf-8-sig" if form == "csv" else "utf-8")
