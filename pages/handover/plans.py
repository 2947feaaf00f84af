"""Plans: what is built, for whom, with which prompts, by when; its metrics follow the data. Plan and step are in the URL."""

from datetime import UTC, datetime

from pages.handover.plan_parts import desk, hazards, head, listing, overview, problem, required, targets, testing, timeline, written
from pages.parts import address, page, safe, session
from workbench import clock
from workbench.errors import NotFound
from workbench.store import Store

_VIEWS = {
    "overview": "Overview",
    "problem": "1 Problem",
    "prompts": "2 Prompts",
    "metrics": "3 Metrics",
    "timeline": "4 Timeline",
    "risks": "5 Risks",
    "testing": "6 Testing and budget",
    "document": "Document",
}


def _draw() -> None:
    store = session.store()
    slot = page.start("Plans", subtitle="From the problem to the tests, with success metrics that are read from your data.")
    name = session.query(listing.PLAN)
    if name:
        try:
            opened = desk.at(store, name)
        except NotFound:
            page.notice(f"There is no plan {safe.plain(name)} here. These are.", "warning")
        else:
            head.draw(store, opened, slot)
            _plan(store, opened)
            return
    listing.draw(store, slot)


def _plan(store: Store, opened: desk.Desk) -> None:
    view = address.part("Step", _VIEWS, listing.VIEW, of=opened.kept.plan.name)
    address.settle()
    today = datetime.fromtimestamp(clock.now_ms() / 1000, UTC).date()
    with page.guard():
        if view == "overview":
            overview.draw(store, opened, today)
        elif view == "problem":
            problem.draw(opened)
        elif view == "prompts":
            required.draw(store, opened)
        elif view == "metrics":
            targets.draw(store, opened)
        elif view == "timeline":
            timeline.draw(opened, today)
        elif view == "risks":
            hazards.draw(opened)
        elif view == "testing":
            testing.draw(store, opened)
        else:
            written.draw(store, opened)


with page.guard():
    _draw()
