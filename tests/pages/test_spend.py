"""The Spend page: what was spent, in which days, by whom; what it will come to; and the report that can be taken away."""

import csv
import io
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import format as fmt
from pages.spend.spend_parts import ahead, by_day, facts, narrowing, period, report, written
from pages.spend.spend_parts.facts import Narrowed
from pages.spend.whatif_parts import bar, link
from tests.conftest import ManualClock
from tests.cost.ledger import put
from tests.pages.conftest import Open, said
from tests.pages.spending import NOW, USD, spent
from tests.pages.stores import HOSTILE
from workbench import clock as time
from workbench.cost.model import Recorded
from workbench.cost.outcome import Figure
from workbench.cost.projection import Projection
from workbench.ledger import spend
from workbench.ledger.budgets import Budget, Standing
from workbench.ledger.periods import DAY_MS, day
from workbench.store import Store

FILE = "spend/spend.py"


@pytest.fixture
def mid_month(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """It is noon on 15 November 2023."""
    clock = ManualClock(NOW)
    monkeypatch.setattr(time, "SYSTEM", clock)
    return clock


def a_month(store: Store) -> None:
    """Ten dollars a day for 40 days of two models, one failed call, one without a price, one that is free."""
    put(
        store,
        *(spent(n, 8, prompt="intent") for n in range(40)),
        *(spent(n, 2, "openai/small", prompt="reply") for n in range(40)),
        spent(1, None, "house/llm", prompt=None),
        spent(1, 0, "local/smollm2"),
        spent(1, None, status="error"),
    )


def figures(page: AppTest) -> dict[str, str]:
    return {one.label.replace("\\", ""): one.value.replace("\\", "") for one in page.metric}


def plain(page: AppTest) -> str:
    return said(page).replace("\\", "").replace("\u00a0", " ").replace("\u2060", "")


def test_an_empty_ledger_leads_to_where_a_call_is_made(app: Open, bench: Store) -> None:
    page = app(FILE)
    assert "Nothing has been called yet" in [one.value for one in page.header]
    page.button(key="to-playground").click().run()
    assert not page.exception
    assert page.title[0].value == "Playground"


def test_the_month_so_far_is_told_in_cards_with_what_it_comes_to(app: Open, bench: Store, mid_month: ManualClock) -> None:
    a_month(bench)
    page = app(FILE)
    assert not page.exception
    found = figures(page)
    assert found["Spent"] == "$150.00"
    assert 280 < float(found["November comes to"].removeprefix("$")) < 320
    assert found["A call"] == "$4.69"  # 32 of 33 calls have a known price
    assert found["An answered call"] == "$4.84"
    assert found["A solved case"] == "–"
    assert found["Unpriced calls"] == "1"
    assert "p5 to p95" in plain(page)
    assert "openai/big is 80 % of $150.00 in 15 days (n = 33 calls)" in plain(page)
    assert "1 call of unknown price in no bar." in plain(page)


def test_unpriced_calls_are_no_dollars_and_lead_to_prices_and_free_ones_are_marked(app: Open, bench: Store, mid_month: ManualClock) -> None:
    a_month(bench)
    page = app(FILE)
    rows = page.dataframe[0].value.set_index("name")
    assert rows.loc["Total", "cost"] == 150
    assert rows.loc["Total", "calls"] == 33
    assert rows.loc["local/smollm2", "note"] == "free"
    assert rows.loc["house/llm", "note"] == "no price known"
    assert rows.loc["house/llm"][["cost", "call", "ok"]].isna().all()
    links = {one.proto.label: one.proto for one in page.get("page_link")}
    assert links["Price them"].page.endswith("prices")


@pytest.mark.parametrize(
    ("query", "days", "cost"),
    [({"period": "7"}, 7, "$70.00"), ({"period": "last"}, 31, "$250.00"), ({"period": "90"}, 90, "$400.00"),
     ({"period": "dates", "from": "2023-11-02", "to": "2023-11-03"}, 2, "$20.00")],
)  # fmt: skip
@pytest.mark.usefixtures("mid_month")
def test_the_period_is_that_of_the_url(app: Open, bench: Store, query: dict[str, str], days: int, cost: str) -> None:
    a_month(bench)
    page = app(FILE, **query)
    assert not page.exception
    assert figures(page)["Spent"] == cost
    assert f"in {days} days" in plain(page)


def test_dates_out_of_order_or_no_dates_are_said_and_something_is_shown(app: Open, bench: Store, mid_month: ManualClock) -> None:
    a_month(bench)
    for first, last in (("2023-11-05", "2023-11-01"), ("x", "2023-11-01"), ("0001-01-01", "9999-12-31")):
        page = app(FILE, period="dates", **{"from": first, "to": last})
        assert not page.exception
        assert "The last 30 days are shown." in plain(page)
    page = app(FILE, period="dates")
    page.date_input[0].set_value((page.date_input[0].value[1], page.date_input[0].value[1])).run()
    assert page.query_params["from"] in ("2023-11-15", ["2023-11-15"])
    assert figures(page)["Spent"] == "$10.00"


def test_one_model_and_one_prompt_narrow_everything_and_stay_in_the_url(app: Open, bench: Store, mid_month: ManualClock) -> None:
    a_month(bench)
    page = app(FILE)
    page.selectbox(key=narrowing.MODEL).set_value("openai/small").run()
    assert not page.exception
    assert figures(page)["Spent"] == "$30.00"
    assert page.query_params[narrowing.MODEL] in ("openai/small", ["openai/small"])
    assert 55 < float(figures(page)["November comes to"].removeprefix("$")) < 65
    page = app(FILE, of_model="openai/small", of_prompt="intent")
    assert "No call of openai/small and prompt intent in these days" in plain(page)
    page.button(key="show-all").click().run()
    assert figures(page)["Spent"] == "$150.00"
    page = app(FILE, of_model="openai/big", of_prompt="intent")
    assert figures(page)["November comes to"] == "–"
    page = app(FILE, of_prompt="=")
    assert figures(page)["Spent"] == "$0"
    assert "No cost to draw: 3 calls" in plain(page)


def test_days_without_a_call_say_so_and_offer_more(app: Open, bench: Store, mid_month: ManualClock) -> None:
    put(bench, spent(60))
    page = app(FILE)
    assert "No call in these days" in plain(page)
    page.button(key="show-90").click().run()
    assert figures(page)["Spent"] == "$1.00"


def test_the_report_is_by_model_by_prompt_or_by_day(app: Open, bench: Store, mid_month: ManualClock) -> None:
    a_month(bench)
    by_prompt = app(FILE, by="prompt").dataframe[0].value
    assert list(by_prompt["name"]) == ["intent", "reply", "No prompt", "Total"]
    days = app(FILE, by="day").dataframe[0].value
    assert list(days["name"])[:2] == ["1 Nov 2023", "2 Nov 2023"]
    assert list(days["cost"]) == [10.0] * 15 + [150.0]
    long = app(FILE, by="day", period="90").dataframe[0].value
    assert long["name"][0] == "Total"


def test_a_what_if_on_these_calls_takes_period_and_filter_along(app: Open, bench: Store, mid_month: ManualClock) -> None:
    a_month(bench)
    page = app(FILE, period="7", of_model="openai/big")
    (proto,) = (one.proto for one in page.get("page_link") if one.proto.label.startswith("What if"))
    query = dict(each.split("=") for each in proto.query_string.split("&"))
    baseline = link.decode(query[bar.LINK]).baseline
    assert baseline == Recorded(day(NOW) - 6 * DAY_MS, NOW, {"provider": "openai", "model": "big"})
    page = app("spend/whatif.py", **query)
    assert not page.exception


def test_hostile_names_are_text_everywhere(app: Open, bench: Store, mid_month: ManualClock) -> None:
    put(bench, *(spent(n, 1, f"openai/{text[:150]}", prompt=text[:150]) for n, text in enumerate(HOSTILE)))
    for query in ({}, {"by": "prompt"}, {"of_prompt": HOSTILE[0]}, {"of_model": f"openai/{HOSTILE[2]}"}, {"of_model": HOSTILE[3]}):
        page = app(FILE, **query)
        assert not page.exception
        assert "![look](" not in said(page)
        assert "<script>" not in said(page)


# --- parts that need no page ------------------------------------------------------------------------------------------------------


def everything(store: Store) -> facts.Facts:
    return facts.gather(store, NOW - 89 * DAY_MS, NOW + DAY_MS)


def test_sums_of_the_database_and_sums_of_rows_are_the_same(bench: Store) -> None:
    a_month(bench)
    put(bench, *(spent(n % 9, n, f"p/m{n}", prompt=f"p{n % 3}") for n in range(9)))
    since, until = NOW - 89 * DAY_MS, NOW + DAY_MS
    rows = spend.days(bench, since, until)
    assert facts.sift(rows, Narrowed()) == facts.gather(bench, since, until)
    narrowed = facts.sift(rows, Narrowed("openai/big", "intent"))
    assert (narrowed.total.calls, narrowed.total.cost_nano) == (40, 320 * USD)
    assert [one.full_model for one in narrowed.models] == ["openai/big"]


def test_the_chart_gives_the_dearest_models_a_colour_and_the_rest_one_bar(bench: Store) -> None:
    put(bench, *(spent(n % 3, 10 - n, f"p/m{n}") for n in range(8)))
    shown = period.of("7", NOW)
    found = facts.gather(bench, shown.since_ms, shown.until_ms)
    figure = by_day.chart(found, shown, None)
    assert [trace.name for trace in figure.data] == ["m0", "m1", "m2", "m3", "m4", "3 other models"]
    assert sum(sum(trace.y) for trace in figure.data) == pytest.approx(float(found.total.cost_usd))
    assert figure.layout.barmode == "stack"


def test_a_long_time_is_drawn_by_month(bench: Store) -> None:
    put(bench, *(spent(n, 1) for n in range(0, 300, 10)))
    shown = period.Period("dates", day(NOW) - 299 * DAY_MS, day(NOW) + DAY_MS)
    figure = by_day.chart(facts.gather(bench, shown.since_ms, shown.until_ms), shown, None)
    assert len(figure.data[0].x) <= 11
    assert sum(figure.data[0].y) == 30


def test_the_rest_of_the_month_is_what_its_days_must_cost_to_come_to_the_projection() -> None:
    until = day(NOW) + 16 * DAY_MS  # 15.5 days from now
    found = Projection(Decimal(150), Figure(Decimal(305), Decimal(274), Decimal(336)), 40, "", day(NOW) - 14 * DAY_MS, until)
    rest = ahead.rest(found, NOW)
    assert rest is not None
    assert (rest.usd, rest.low, rest.high) == (10, 8, 12)
    assert (rest.since_ms, rest.until_ms) == (day(NOW) + DAY_MS, until)
    assert ahead.rest(found, until - 1) is None


def test_a_limit_is_crossed_where_an_even_pace_reaches_it() -> None:
    until = NOW + 10 * DAY_MS
    found = Projection(Decimal(50), Figure(Decimal(150)), 40, "", NOW - 5 * DAY_MS, until)

    def at(limit: int, spent_usd: int = 50) -> int | None:
        budget = Budget(1, "total", "", "month", limit * USD, 80, stops=False, created_ms=0)
        standing = Standing(budget, NOW - 20 * DAY_MS, spent_usd * USD, 0)
        return ahead.crossing_ms(standing, found, NOW)

    month_end = Standing(Budget(1, "total", "", "month", USD, 80, stops=False, created_ms=0), NOW - 20 * DAY_MS, 0, 0).until_ms
    assert at(100) == NOW + (month_end - NOW) // 2
    assert at(200) is None
    assert at(50) is None


def test_the_csv_holds_exact_figures_the_total_and_no_formula(bench: Store) -> None:
    put(bench, spent(0, 0.000000001, prompt='=HYPERLINK("http://x")'), spent(0, 2.5, prompt="@sum"), spent(0, None, "house/llm"))
    rows = list(csv.DictReader(io.StringIO(report.csv(everything(bench), "prompt").decode("utf-8-sig"))))
    assert [row["prompt"] for row in rows] == ["'@sum", '\'=HYPERLINK("http://x")', "", "total"]
    assert [row["cost_usd"] for row in rows] == ["2.500000000", "0.000000001", "", "2.500000001"]
    assert rows[-1]["unpriced"] == "1"
    models = list(csv.DictReader(io.StringIO(report.csv(everything(bench), "model").decode("utf-8-sig"))))
    assert [row["note"] for row in models] == ["", "no price known", ""]
    days = list(csv.DictReader(io.StringIO(report.csv(everything(bench), "day").decode("utf-8-sig"))))
    assert [row["day"] for row in days] == ["2023-11-15", "total"]


def test_the_markdown_report_has_its_tables_and_reads_names_as_they_were_written(bench: Store) -> None:
    put(bench, spent(0, 2.5, prompt=HOSTILE[0]), spent(0, None, "house/a|b"))
    ahead_of = Projection(Decimal("2.5"), Figure(Decimal(10), Decimal(8), Decimal(12)), 40, "From the pace.", NOW, NOW)
    text = written.report(everything(bench), written.About("x", "1 Nov 2023", "openai/big"), ahead_of, ())
    assert "# Spend, 1 Nov 2023 (UTC)" in text
    assert "Only openai/big." in text
    assert "![" not in text
    assert "house/a\\|b" in text
    assert "unpriced" in text
    assert "November comes to \\$10.00 (\\$8.00 to \\$12.00, p5 to p95). From the pace." in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.replace("\\|", "").count("|") for line in rows}) == 1
    assert sum("**Total**" in line for line in rows) == 2


def test_the_url_tells_no_prompt_from_all_prompts_and_from_a_prompt_of_that_name() -> None:
    for name in ("", "=", "intent", "==x"):
        assert narrowing.read(narrowing.written(name)) == name
        assert narrowing.written(name)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(0, "$0"), (1, "$0.000000001"), (1_500_000, "$0.00150"), (12_345_678, "$0.0123"), (2_500_000_000, "$2.50"),
     (Decimal("12345.678"), "$12,345.68"), (None, "–")],
)  # fmt: skip
def test_money_shows_the_digits_that_say_something(amount: int | Decimal | None, shown: str) -> None:
    assert fmt.usd(amount) == shown
