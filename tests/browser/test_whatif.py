"""What-if in a real browser: an answer at the first visit, a lever, saving and sharing, a plan out of the frontier, every size."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import DESKTOP, PHONE, Server, axe, ready, snap, visit, wide
from tests.pages.stores import HOSTILE
from tests.pages.test_whatif import calls, typed
from workbench.cost import keeping
from workbench.cost.model import OwnPrice, Scenario, Typed

NAME = "Hostile ![x](http://leak.example/p.png)"
_TOAST = frozenset({"aria-dialog-name"})  # the framework's own toasts have no name


def card(page: Page, name: str) -> str:
    """The figure of a card."""
    return page.locator(f".st-key-whatif-value-{name}").inner_text().replace("\u2060", "")


def lever(page: Page, name: str) -> None:
    """Switch a lever by its name."""
    page.get_by_text(name, exact=True).first.click()
    ready(page)


def reads_well(page: Page, name: str) -> None:
    """Nothing for axe to find, nothing beyond the edge, the main action in sight; a picture for a person."""
    snap(page, f"whatif-{name}")
    assert axe(page, allowed=_TOAST) == [], name
    assert wide(page) == 0, name
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_in_viewport()


def test_a_first_visit_has_an_answer_and_a_lever_moves_it(page: Page, server: Server) -> None:
    visit(page, f"{server.url}/whatif")
    expect(page.get_by_text("at most 0.7")).to_be_visible(timeout=15_000)
    assert card(page, "a").startswith("$49,500 →")
    for name in ("A month", "Saved a month", "Quality of the mix", "Latency"):
        expect(page.get_by_text(name, exact=True).first).to_be_in_viewport()
    before = card(page, "a")
    slider = page.get_by_role("slider").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    ready(page)
    moved = card(page, "a")
    assert moved != before
    assert "s=" in page.url
    page.reload()
    expect(page.locator(".st-key-whatif-value-a")).to_contain_text(moved.split("→")[1].strip(), timeout=15_000)
    ready(page)
    assert card(page, "a") == moved


def test_what_is_shared_and_what_is_saved_opens_elsewhere_and_back_takes_a_change_back(open_page: OpenPage, server: Server) -> None:
    keeping.save(server.store, typed("Shared"))
    page = open_page()
    visit(page, f"{server.url}/whatif?scenario=saved/Shared")
    lever(page, "Exact-match cache")
    expect(page.locator(".st-key-whatif-value-a")).to_contain_text("$231.00")
    other = open_page()
    visit(other, page.url)  # by now the browser of the first knows its address for sure
    expect(other.locator(".st-key-whatif-value-a")).to_contain_text("$231.00")
    page.go_back()
    expect(page.get_by_text("Nothing is changed yet")).to_be_visible(timeout=15_000)
    ready(page, 1_000)
    page.go_forward()
    expect(page.locator(".st-key-whatif-value-a")).to_contain_text("$231.00", timeout=15_000)
    page.get_by_role("textbox", name="Name").fill("Shared, cached")
    page.keyboard.press("Enter")
    ready(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved, version 1")).to_be_visible(timeout=15_000)
    ready(page)
    assert "s=" not in page.url
    page.reload()
    expect(page.get_by_text("Saved, version 1")).to_be_visible(timeout=15_000)
    assert keeping.load(server.store, "Shared, cached").number == 1


def test_a_point_of_the_frontier_becomes_the_scenario(page: Page, server: Server) -> None:
    visit(page, f"{server.url}/whatif?scenario=example/Support assistant&part=plan")
    expect(page.get_by_text("Cheapest plan: $1,")).to_be_visible(timeout=20_000)
    reads_well(page, "plan-1366-light")
    chart = page.locator(".js-plotly-plot").last
    chart.locator(".points path").last.scroll_into_view_if_needed()
    ready(page)
    was = card(page, "a")
    chart.locator(".scatterlayer .trace").first.locator(".points path").last.click(force=True)
    expect(page.locator(".st-key-whatif-value-a")).not_to_have_text(was, timeout=15_000)


def test_a_lever_is_switched_and_moved_by_keyboard_alone(page: Page, server: Server) -> None:
    keeping.save(server.store, typed("Keys"))
    visit(page, f"{server.url}/whatif?scenario=saved/Keys")
    switch = page.get_by_role("switch", name="Exact-match cache").or_(page.get_by_role("checkbox", name="Exact-match cache")).first
    for _ in range(60):
        page.keyboard.press("Tab")
        if switch.evaluate("element => element === document.activeElement"):
            break
    else:
        pytest.fail("sixty times Tab, and the lever was never reached")
    page.keyboard.press("Space")
    expect(page.locator(".st-key-whatif-value-a")).to_contain_text("$231.00", timeout=15_000)
    ready(page)
    page.get_by_label("Queries a day").fill("-5")
    page.keyboard.press("Tab")
    expect(page.get_by_text("-5 is under 0.").first).to_be_visible(timeout=15_000)
    expect(page.locator(".st-key-whatif-value-a")).to_contain_text("$231.00")
    expect(page.get_by_label("Queries a day")).to_have_value("-5")


@pytest.fixture(scope="module")
def filled(server: Server) -> Server:
    """Recorded calls, and a scenario of hostile names."""
    calls(server.store, 120)
    names = [each[:200].strip() for each in HOSTILE if each[:200].isprintable()]
    one = typed().baseline
    assert isinstance(one, Typed)
    share = one.models["own/a"] / len(names)
    prices = {name: OwnPrice(one.output_tokens, one.output_tokens) for name in names}
    baseline = Typed(one.queries_per_day, one.input_tokens, one.output_tokens, dict.fromkeys(names, share))
    keeping.save(server.store, Scenario(NAME, baseline, prices=prices))
    return server


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["1366-light", "390-dark"])
def test_the_page_reads_well_at_every_size(open_page: OpenPage, filled: Server, size: tuple[int, int], scheme: str) -> None:
    page = open_page(size=size, scheme=scheme)
    plan = {"plan": "scenario=example/Support assistant&part=plan"} if size == PHONE else {}  # wide it is looked at above
    for name, query in (plan | {"ledger": "scenario=ledger&part=backtest", "hostile": f"scenario=saved/{NAME}"}).items():
        visit(page, f"{filled.url}/whatif?{query}")
        reads_well(page, f"{name}-{size[0]}-{scheme}")
