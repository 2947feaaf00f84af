"""`workbench backup` and `workbench restore`."""

from pathlib import Path

import click

from workbench.cli import output
from workbench.text.counting import counted


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@output.json_option
def backup(file: Path, force: bool, as_json: bool) -> None:
    """Write the whole store into FILE. Safe while the app runs."""
    from workbench import store
    from workbench.store import backup as backups

    saved = backups.save(store.current(), file, force=force)
    output.emit(
        _json(saved), as_json, f"Saved {counted(sum(saved.rows.values()), 'row')} ({saved.size_bytes / 1e6:.1f} MB) to {saved.path}."
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Replace what the store holds now; it is kept in a backup of its own first.")
@output.json_option
def restore(file: Path, yes: bool, as_json: bool) -> None:
    """Replace the store by the backup in FILE."""
    from workbench import clock, settings, store
    from workbench.store import backup as backups
    from workbench.store import leases

    target = store.current()
    if working := leases.held(target, clock.now_ms()):
        output.fail(f"Somebody is at work in the store: {', '.join(working)}.", "Stop the run first, and the app; then restore.")
    kept = None
    if not backups.is_empty(target):
        if not yes:
            output.fail(
                "The store is not empty.",
                "Add --yes to replace what it holds; it is saved into a backup of its own first. Stop the app and running runs before.",
            )
        moment = clock.iso(clock.now_ms()).replace(":", "").replace(".", "-")
        kept = settings.load().home / "backups" / f"before-restore-{moment}.db"
        backups.save(target, kept)
    saved = backups.restore(target, file)
    note = f" What was there is in {kept}." if kept else ""
    rows = counted(sum(saved.rows.values()), "row")
    output.emit({**_json(saved), "kept": str(kept) if kept else None}, as_json, f"Restored {rows} from {file}.{note}")


def _json(saved: object) -> dict[str, object]:
    from workbench.store.backup import Saved

    assert isinstance(saved, Saved)
    return {"path": str(saved.path), "size_bytes": saved.size_bytes, "rows": saved.rows}
