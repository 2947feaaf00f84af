"""The Recommendations page: empty, with something to do, put aside and back, and with names that mean harm."""

from decimal import Decimal
from typing import Any

import pytest

from pages.spend.whatif_parts import bar, link
from pages.watch.advice_parts import wording
from tests.cost.ledger import call
from tests.pages.conftest import Open, said
from tests.pages.stores import HOSTILE
from workbench import clock
from workbench.ledger import bulk
from workbench.monitoring import recommendations
from workbench.monitoring.advice.kinds import Worth
from workbench.store import Store

FILE = "watch/advice.py"
DAY_MS = 86_400_000


def repeats(store: Store, *prompts: str, provider: str = "openai", source: str = "client") -> None:
    """A dear prompt asked again and again: a cache would answer nearly all of it."""
    began = clock.now_ms() - DAY_MS
    usual: dict[str, Any] = {"provider": provider, "model": "gpt-5", "latency_ms": 9_000, "input_tokens": 4_000, "output_tokens": 900}
    records = [
        call(f"the same {prompt} " + "again " * 30, started_ms=began + at * 300_000, prompt=prompt, source=source, **usual)
        for prompt in prompts
        for at in range(250)
    ]
    bulk.add(store, records)


def plain(page: Any) -> str:
    return said(page).replace("\\", "").replace("\u00a0", " ").replace("\u2060", "")


def test_an_empty_ledger_says_where_recommendations_come_from(app: Open) -> None:
    page = app(FILE)
    assert not page.exception
    assert "Recommendations come out of recorded calls" in plain(page)


def test_a_recommendation_shows_its_worth_its_evidence_and_opens_what_if(app: Open, bench: Store) -> None:
    repeats(bench, "faq")
    page = app(FILE)
    assert not page.exception
    text = plain(page)
    assert "Cache the repeating requests of **faq**" in text
    assert "repeat a request of the hour before word for word" in text
    assert " a month" in text
    shown = [one.proto for one in page.get("page_link")]
    to = next(one for one in shown if "Open in What" in one.label.replace("\\", ""))
    query = dict(part.split("=", 1) for part in to.query_string.split("&"))
    scenario = link.decode(query[bar.LINK])
    assert [one.kind for one in scenario.levers] == ["exact_cache"]
    assert scenario.baseline.filters == {"prompt": "faq"}  # type: ignore[union-attr]


def test_the_page_counts_what_was_looked_at_and_what_was_left_out(app: Open, bench: Store) -> None:
    repeats(bench, "faq")
    looked = recommendations.look(bench, fresh=True).calls
    repeats(bench, "tried", source="run")
    page = app(FILE)
    assert not page.exception
    assert f": {looked:,} calls; {looked:,} of runs and the playground left out" in plain(page)


def test_one_is_put_aside_taken_back_and_brought_back(app: Open, bench: Store) -> None:
    repeats(bench, "faq")
    page = app(FILE)
    page.button(key="advice-dismiss-0").click().run()
    assert "Put aside: Cache the repeating requests of **faq**" in plain(page)
    assert "Everything here was put aside." in plain(page)
    page.button(key="advice-undo").click().run()
    assert "Put aside" not in plain(page)
    page.button(key="advice-dismiss-0").click().run()
    page = app(FILE, days="90")
    page.button(key="advice-back-0").click().run()
    assert page.button(key="advice-dismiss-0")


def test_nothing_to_recommend_says_what_was_looked_for(app: Open, bench: Store) -> None:
    bulk.add(bench, [call(f"text {n}", started_ms=clock.now_ms() - n * 60_000) for n in range(30)])
    page = app(FILE, days="nonsense")
    assert not page.exception
    assert "Nothing to recommend" in plain(page)
    assert "Simulated and local models are never worth money" in plain(page)


def test_hostile_names_stay_text(app: Open, bench: Store) -> None:
    names = ["".join(c for c in text if c >= " ")[:190] for text in HOSTILE]
    repeats(bench, *names)
    page = app(FILE)
    assert not page.exception
    assert "![look](http://leak" not in said(page)
    assert "<script>" not in said(page)


@pytest.mark.parametrize(
    ("worth", "figure", "rest"),
    [
        (Worth(Decimal("43.2"), Decimal(40), Decimal(47), seconds=7_200), "$43.20 a month", "$40.00 to $47.00 · 2.0 hours"),
        (Worth(Decimal(12_345)), "$12,345 a month", ""),
        (Worth(seconds=900, calls=60.0), "15 minutes a month", "60 calls"),
        (Worth(Decimal(-3)), "Not known", ""),
    ],
)
def test_what_it_is_worth_reads_as_money_time_or_calls(worth: Worth, figure: str, rest: str) -> None:
    assert wording.worth(worth) == (figure, rest)
