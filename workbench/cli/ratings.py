"""`workbench ratings`: what people's blind choices say of a run, and the file of all of them."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli import output
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.comparison.preferences import Results
    from workbench.store import Store


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option(
    "--csv", "file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), help="Write every rating to FILE; - is stdout."
)
@output.json_option
def ratings(run_id: str, file: Path | None, as_json: bool) -> None:
    """What people's ratings of a run say: preference, ranking, agreement.

    RUN is the id of a run, or `latest`. Exit code 0 where there is a winner, 3 where it is undecided, 0 with --csv.
    """
    from workbench import store
    from workbench.comparison import preferences
    from workbench.comparison import ratings as kept

    target = store.current()
    if run_id == "latest":
        run_id = _latest(target)
    if file is not None:
        _write(kept.export_csv(target, run_id), file)
        return
    found = preferences.results(target, run_id)
    output.emit(found.to_json(), as_json, _told(found))
    if found.winner is None:
        sys.exit(output.UNDECIDED)


def _latest(target: "Store") -> str:
    from workbench.runner import reading

    newest = reading.page(target, limit=1)
    if not newest:
        output.fail("There are no runs.", "`workbench run REF --dataset NAME` makes one.")
    return newest[0].id


def _write(pieces: Iterator[str], file: Path) -> None:
    if str(file) == "-":
        for piece in pieces:
            click.echo(piece, nl=False)
        return
    first = next(pieces)  # a run that is not there must leave no empty file
    with file.open("w", encoding="utf-8", newline="") as out:
        out.write(first)
        out.writelines(pieces)
    output.say(f"Wrote {file}.")


def _told(found: "Results") -> str:
    rows = [
        {
            "place": each.place,
            "variant": each.variant,
            "preferred": _share(each.probability),
            "95 % interval": "" if each.low is None or each.high is None else f"{_share(each.low)} to {_share(each.high)}",
            "won": each.won,
            "lost": each.lost,
            "tied": each.tied,
        }
        for each in found.ranking
    ]
    lines = [found.verdict, output.table(rows, list(rows[0]))] if rows else [found.verdict]
    for each in found.agreement:
        between = "" if each.low is None or each.high is None else f", 95 % interval {each.low:.2f} to {each.high:.2f}"
        value = each.reason if each.value is None else f"{each.value:.2f}{between}"
        lines.append(f"Agreement of {counted(each.raters, 'rater')} on {counted(each.items, 'pair')} of replies ({each.name}): {value}")
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value * 100:.0f} %"
