"""From what was spent on to what could be spent: this period as the baseline of a what-if scenario."""

from pages.parts import session
from pages.spend.spend_parts.facts import Narrowed
from pages.spend.spend_parts.period import Period
from pages.spend.whatif_parts import bar, library
from pages.spend.whatif_parts import link as links
from pages.spend.whatif_parts import period as periods
from workbench.cost.model import Recorded, Scenario

_HOUR_MS = 3_600_000


def whatif(period: Period, narrowed: Narrowed, now_ms: int) -> None:
    """Draw the link. Calls without a prompt are no filter of a baseline: there is no link then."""
    if narrowed.prompt == "":
        return
    filters: dict[str, str | int] = {}
    if narrowed.model is not None:
        filters["provider"], _, filters["model"] = narrowed.model.partition("/")
    if narrowed.prompt is not None:
        filters["prompt"] = narrowed.prompt
    until_ms = min(period.until_ms, -(-now_ms // _HOUR_MS) * _HOUR_MS)  # hours to come would thin the traffic out
    if until_ms <= period.since_ms:
        return
    scenario = Scenario(f"From {period.said}", periods.within_ledger(Recorded(period.since_ms, until_ms, filters)))
    session.link(
        session.WHATIF, "What if, on these calls", icon=":material/calculate:",
        **{"scenario": library.NEW, bar.LINK: links.encode(scenario) or None},
    )  # fmt: skip
