"""Calls in a real browser: found by text, opened, rated, put into a dataset; every size, and hostile texts stay text."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import LOOKS, Server, axe, click_cell, ready, snap, visit, wide
from tests.cost.ledger import call, put
from tests.pages.stores import HOSTILE
from workbench import clock
from workbench.datasets import registry as datasets
from workbench.ledger import reading

_filled: dict[str, list[int]] = {}


def fill(server: Server) -> list[int]:
    """Calls of an ordinary day, one of a trace, and what a hostile model would leave."""
    if server.url not in _filled:
        now = clock.now_ms()
        ordinary = [
            call(
                f"Where is my parcel {n}? It should have been here on Monday.", started_ms=now - n * 600_000, prompt="support/triage",
                version=2, label="production", provider="openai", model="gpt-5-mini", latency_ms=300 + 13 * n, source="client", user="ann",
                ttft_ms=90, input_tokens=900, cached_tokens=200, output_tokens=120, cost_nano=405_000,
                trace_id="trace-7" if n < 4 else None,
                reply=f"Parcel {n} is on its way and will be with you tomorrow." if n != 3 else None,
                variables={"question": f"Where is my parcel {n}?"}, tags=("beta",) if n % 2 else (),
                **({"status": "error", "error_type": "rate_limit", "error_message": "Too many requests", "attempts": [
                    {"started_ms": now, "latency_ms": 120, "error_kind": "rate_limit", "waited_s": 0.0},
                    {"started_ms": now + 900, "latency_ms": 110, "error_kind": "rate_limit", "waited_s": 0.8},
                ]} if n == 3 else {}),
            )
            for n in range(70)
        ]  # fmt: skip
        hostile = [
            call(text, started_ms=now - 100 * 3_600_000, reply=text, prompt=text[:150], model=text[:150], user=text[:150],
                 tags=(text[:90],),
                 error_message=text, variables={text[:90]: text}, tool_calls=[{"name": text, "arguments": text}], trace_id="t")
            for text in HOSTILE
        ]  # fmt: skip
        _filled[server.url] = put(server.store, *ordinary, *hostile)
    return _filled[server.url]


def test_a_call_is_found_opened_rated_and_put_into_a_dataset(page: Page, server: Server) -> None:
    ids = fill(server)
    visit(page, f"{server.url}/calls")
    expect(page.get_by_text(re.compile(r"^77 calls"))).to_be_visible()
    page.get_by_role("textbox", name="Text", exact=True).fill("parcel 42")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"^1 call"))).to_be_visible()
    ready(page)
    click_cell(page, 0, 40)
    expect(page.get_by_role("heading", name=f"Call {ids[42]}")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"call={ids[42]}"))
    expect(page.get_by_text("Parcel 42 is on its way")).to_be_visible()
    page.get_by_role("button", name="Good").click()
    expect(page.get_by_role("button", name="Good, chosen")).to_be_visible()
    page.get_by_role("textbox", name="Note").fill("friendly")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The note is kept.")).to_be_visible()
    kept = reading.get(server.store, ids[42])
    assert (kept.feedback, kept.note) == (1, "friendly")
    page.get_by_role("button", name="Add to dataset").click()
    name = page.get_by_role("combobox", name="Dataset")
    name.fill("parcels")
    page.keyboard.press("Enter")
    ready(page)
    snap(page, "calls-to-dataset")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("1 case added to parcels.")).to_be_visible()
    (case,) = datasets.cases(server.store, "parcels")
    assert (dict(case.inputs), case.expected) == (
        {"question": "Where is my parcel 42?"},
        "Parcel 42 is on its way and will be with you tomorrow.",
    )
    page.get_by_role("button", name="All calls").click()
    expect(page.get_by_text(re.compile(r"^1 call"))).to_be_visible()
    page.get_by_role("button", name="Clear all filters").click()
    expect(page.get_by_text(re.compile(r"^77 calls"))).to_be_visible()
    page.get_by_role("button", name="Older").click()
    expect(page).to_have_url(re.compile("older="))
    ready(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert "'=HYPERLINK" in Path(download.value.path()).read_text("utf-8-sig")
    page.go_back()
    expect(page).not_to_have_url(re.compile("older="))


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=["1366-light", "390-dark"])
def test_full_and_hostile_pages_at_every_size(open_page: OpenPage, server: Server, size: tuple[int, int], scheme: str) -> None:
    ids = fill(server)
    page = open_page(size=size, scheme=scheme)
    views = {"list": "", "filtered": "?status=error&tag=beta&user=ann&since=7d", "call": f"?call={ids[1]}", "failed": f"?call={ids[3]}",
             "hostile": f"?call={ids[70]}", "hostile-list": f"?model=p/{'x' * 150}"}  # fmt: skip
    for name, query in views.items():
        visit(page, f"{server.url}/calls{query}")
        snap(page, f"calls-{name}-{size[0]}-{scheme}")
        assert axe(page) == [], name
        assert wide(page) == 0, name
        assert page.get_by_test_id("stException").count() == 0
