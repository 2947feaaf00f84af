"""Datasets: the list, an import, and one dataset with its tabs. The URL says which: ?dataset=NAME, ?view=import."""

from streamlit.delta_generator import DeltaGenerator

from pages.build.dataset_parts import details, grid, heading, intake, listing, sample, sorting
from pages.parts import address, page, session
from workbench.datasets import registry
from workbench.datasets.cases import Dataset
from workbench.errors import NotFound
from workbench.store import Store

TABS = {"cases": "Cases", "sorting": "Splits and tags", "sample": "Sample", "details": "Details"}


def _one(store: Store, name: str) -> None:
    try:
        dataset = registry.get(store, name)
    except NotFound as error:
        heading.missing(error)
        return
    slot = heading.draw(store, dataset)
    with page.guard():
        _tab(store, dataset, slot)


def _tab(store: Store, dataset: Dataset, slot: DeltaGenerator) -> None:
    chosen = address.part("Part of the dataset", TABS, "tab", of=dataset.name)
    if chosen == "cases":
        grid.draw(store, dataset, slot)
        return
    {"sorting": sorting.draw, "sample": sample.draw, "details": details.draw}[chosen](store, dataset)


with page.guard():
    address.settle()
    if session.query("view") == "import":
        intake.draw(session.store())
    elif wanted := session.query("dataset"):
        _one(session.store(), wanted)
    else:
        listing.draw(session.store())
