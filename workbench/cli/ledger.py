"""`workbench ledger`: the sums of the ledger checked and worked out anew, how long calls are kept, the store made smaller."""

import sys

import click

from workbench.cli import output
from workbench.text.counting import counted

_SHOWN = 20


@click.group()
def ledger() -> None:
    """The ledger: verify and rebuild its rollups, how long calls are kept, compact the store."""


@ledger.command()
@output.json_option
def rebuild(as_json: bool) -> None:
    """Work the rollups out of the calls anew. Days whose calls were dropped keep what they have. Calls may come in meanwhile."""
    from workbench import store
    from workbench.ledger import rollups

    days = rollups.rebuild(store.current())
    output.emit({"days": days}, as_json, f"Worked out {counted(days, 'day')} anew.")


@ledger.command()
@output.json_option
def verify(as_json: bool) -> None:
    """Compare the rollups with the calls. Exit code 0 where they agree, 4 where not."""
    from workbench import store
    from workbench.ledger import rollups

    found = rollups.verify(store.current())
    rows = [one.to_json() for one in found]
    told = [row | {"about": ", ".join(f"{name} {value}" for name, value in row["about"].items())} for row in rows[:_SHOWN]]
    more = f"\nand {len(rows) - _SHOWN:,} more" if len(rows) > _SHOWN else ""
    text = "The rollups agree with the calls."
    if rows:
        text = f"{output.table(told, list(told[0]))}{more}\n\nPut it right: workbench ledger rebuild"
    output.emit(rows, as_json, text)
    if rows:
        sys.exit(output.NO)


@ledger.command()
@click.option("--texts", "text_days", metavar="DAYS", help="Keep prompts and replies so long; `ever` for ever.")
@click.option("--calls", "row_days", metavar="DAYS", help="Keep calls so long; their sums stay.")
@output.json_option
def keep(text_days: str | None, row_days: str | None, as_json: bool) -> None:
    """How long texts and calls are kept. What is older goes within the hour while the app runs, or with `workbench ledger compact`."""
    from workbench import store
    from workbench.ledger import retention

    target = store.current()
    now = retention.get(target)
    if text_days is not None or row_days is not None:
        texts = now.text_days if text_days is None else _days(text_days, "--texts")
        now = retention.put(target, texts, now.row_days if row_days is None else _days(row_days, "--calls"))
    text = f"Texts are kept {_told(now.text_days)}, calls {_told(now.row_days)}; their sums stay."
    output.emit({"text_days": now.text_days, "row_days": now.row_days}, as_json, text)


@ledger.command()
@output.json_option
def compact(as_json: bool) -> None:
    """Drop what is older than it is kept, and give the space back.

    The file is written anew. What a running app has to write meanwhile waits for ten seconds and is then refused: stop the app before where
    the store is large.
    """
    from workbench import clock, store
    from workbench.ledger import compacting

    done = compacting.compact(store.current(), clock.now_ms())
    text = (
        f"Dropped the texts of {counted(done.texts, 'call')}, and {counted(done.rows, 'call')}. "
        f"The store had {done.before_bytes / 1e6:,.1f} MB and has {done.after_bytes / 1e6:,.1f} MB now."
    )
    output.emit(done.to_json(), as_json, text)


def _days(text: str, option: str) -> int | None:
    if text == "ever":
        return None
    try:
        return int(text)
    except ValueError:
        raise click.BadParameter(f"{text} is neither a number of days nor `ever`.", param_hint=option) from None


def _told(days: int | None) -> str:
    return "for ever" if days is None else f"for {counted(days, 'day')}"
