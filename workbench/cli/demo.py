"""`workbench demo`: load the demo, run it, remove it."""

import click

from workbench.cli import output


@click.command()
@click.option("--no-run", is_flag=True, help="Only load prompts and dataset.")
@click.option("--remove", is_flag=True, help="Remove everything the demo brought.")
@output.json_option
def demo(no_run: bool, remove: bool, as_json: bool) -> None:
    """Load 120 real messages and three versions of a classifier, and compare them on the local model."""
    from dataclasses import asdict

    from workbench import demo as demos
    from workbench import store
    from workbench.cli import run

    here = store.current()
    if remove:
        gone = demos.remove(here)
        kept = "".join(f" {name} stays: {reason}." for name, reason in gone.kept)
        text = f"Removed {gone.prompts} prompt(s), {gone.datasets} dataset(s), {gone.runs} run(s) and {gone.calls} call(s).{kept}"
        output.emit(asdict(gone), as_json, text)
        return
    loaded = demos.load(here, run=not no_run)
    output.say(loaded.note)
    if loaded.run_id is None:
        output.emit(asdict(loaded), as_json, f"Loaded the prompt {loaded.prompt} and the dataset {loaded.dataset}.")
        return
    run.follow(here, loaded.run_id, as_json=as_json)
