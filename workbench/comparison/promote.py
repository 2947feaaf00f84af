"""Promoting a variant: a label moves to its version, and the verdict goes with it as the reason. Refuses what is no version any more."""

from typing import TYPE_CHECKING

from sqlalchemy import select

from workbench.comparison import verdict
from workbench.comparison.model import Options
from workbench.errors import NotFound, RunError
from workbench.prompts import labels, registry
from workbench.prompts.records import Move
from workbench.runner import reading
from workbench.runner.tables import RunVariantRow

if TYPE_CHECKING:
    from workbench.store import Store

_DEFAULT = Options()


def promote(store: "Store", run_id: str, variant: str, label: str, *, author: str | None = None, options: Options = _DEFAULT) -> Move:
    """The move of `label` to the version of `variant`, with the verdict of the run as its reason.

    Raises NotFound for a run, variant, prompt or version that is not there, RunError for a variant that is no version, InputError for a
    label that is no name.
    """
    run = reading.get(store, run_id)
    found = next((item for item in run.variants if item.name == variant), None)
    if found is None:
        names = ", ".join(item.name for item in run.variants)
        raise NotFound(f"The run has no variant {variant!r}.", hint=f"Variants are {names}.")
    if found.prompt is None or found.version is None:
        raise RunError(
            f"{variant} is no version, and a label stands on a version.",
            hint="Save it as a version, compare that, then promote it.",
        )
    _still_there(store, run_id, found)
    reason = f"{verdict.compare_run(store, run_id, options).verdict} (run {run_id})"
    return labels.move(store, found.prompt, label, found.version, author=author, reason=reason)


def _still_there(store: "Store", run_id: str, variant: reading.RunVariant) -> None:
    """Raise NotFound where the version is gone, or another one has taken its place under the same number."""
    assert variant.prompt is not None
    assert variant.version is not None
    now = registry.version(store, variant.prompt, variant.version)
    with store.read() as session:
        where = (RunVariantRow.run_id == run_id, RunVariantRow.position == variant.position)
        was = session.scalar(select(RunVariantRow.version_id).where(*where))
    if was is not None and was != now.id:
        raise NotFound(
            f"{variant.prompt}@{variant.version} is not the version that this run compared.",
            hint="The prompt was deleted and made anew. Compare the version that is there now.",
        )
