"""The What-if page: an answer at the first visit, levers that move it, fields that are wrong, saving, sharing, and every view."""

import re
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from pages.spend.whatif_parts import link, wording
from tests.cost.ledger import call, put
from tests.pages.conftest import Open, said
from workbench import clock
from workbench.cost import keeping
from workbench.cost.model import ExactCache, Growth, NewModel, OwnPrice, Recorded, Scenario, Typed
from workbench.store import Store

FILE = "spend/whatif.py"
HOUR_MS = 3_600_000


def words(page: AppTest) -> str:
    """What the page says, without what makes it harmless."""
    return said(page).replace("\\", "").replace("\u2060", "").replace("\u00a0", " ")


def field(page: AppTest, name: str) -> object:
    """The number field or slider of a path."""
    return next(each for each in (*page.number_input, *page.slider) if f"w-{name}-" in (each.key or ""))


def toggle(page: AppTest, kind: str, on: bool) -> AppTest:
    """Switch a lever."""
    next(each for each in page.toggle if (each.key or "").startswith(f"lever-{kind}-")).set_value(on).run()
    return page


def typed(name: str = "Mine", **fields: object) -> Scenario:
    """A scenario of 1,000 queries a day on a model with a price of its own: $330 a month."""
    usual: dict[str, object] = {"prices": {"own/a": OwnPrice(Decimal(10), Decimal(10)), "own/b": OwnPrice(Decimal(1), Decimal(1))}}
    return Scenario(name, Typed(Decimal(1000), Decimal(1000), Decimal(100), {"own/a": Decimal(1)}), **(usual | fields))  # type: ignore[arg-type]


def calls(store: Store, count: int = 60, *, model: str = "gpt-4o", text: str = "Where is my order?", prompt: str = "support/reply") -> None:
    """Recorded calls of the last days."""
    now_ms = clock.now_ms()
    put(
        store,
        *(
            call(
                f"{text} {n % 7}", started_ms=now_ms - (count - n) * 6 * HOUR_MS, provider="openai", model=model, prompt=prompt,
                input_tokens=400, output_tokens=120, latency_ms=500 + n, cost_nano=2_200_000,
            )
            for n in range(count)
        ),
    )  # fmt: skip


def test_the_first_visit_to_an_empty_store_shows_the_example_with_its_answer(app: Open, bench: Store) -> None:
    page = app(FILE)
    assert not page.exception
    assert page.selectbox(key="scenario").value == "example/Support assistant"
    text = words(page)
    assert "$49,500 →" in text
    assert "Under $2,000 a month at most 0.7 % of the calls may stay on gpt-4 with no cache, 4.9 % at 50 % cache hits" in text
    assert "0.81 of the computed $49,500" in " ".join(each.label for each in page.checkbox).replace("\\", "")


def test_from_an_example_one_press_leads_to_ones_own_numbers(app: Open, bench: Store) -> None:
    page = app(FILE)
    page.button(key="own").click().run()
    assert not page.exception
    assert page.query_params["scenario"] == "new"
    assert "$40,000" not in words(page)
    assert not [each for each in page.button if each.key == "own"]


def test_a_saving_stands_beside_quality_and_latency(app: Open, bench: Store) -> None:
    page = app(FILE)
    text = words(page)
    for card in ("A month", "Saved a month", "Quality of the mix", "Latency"):
        assert card in text
    assert "98 % →" in text
    assert "(p5 to p95)" in text


def test_a_lever_moves_the_total_and_undo_brings_it_back(app: Open, bench: Store) -> None:
    keeping.save(bench, typed())
    page = app(FILE, scenario="saved/Mine")
    assert "$330.00" in words(page)
    assert "Nothing is changed yet" in words(page)
    toggle(page, "exact_cache", True)
    assert not page.exception
    assert "$330.00 → $231.00" in words(page)
    field(page, "levers.exact_cache.hit_rate").set_value(50.0).run()  # type: ignore[attr-defined]
    assert "$330.00 → $165.00" in words(page)
    page.button(key="undo").click().run()
    assert "$330.00 → $231.00" in words(page)
    page.button(key="undo").click().run()
    assert "Nothing is changed yet" in words(page)


def test_every_lever_starts_from_something_that_holds_on_typed_numbers(app: Open, bench: Store) -> None:
    keeping.save(bench, typed())
    page = app(FILE, scenario="saved/Mine")
    for number, kind in enumerate(wording.LEVERS, 1):
        toggle(page, kind, True)
        assert not page.exception, kind
        assert [each.value for each in page.error] == [], kind
        assert f"{number} on" in words(page), kind
    for each in page.toggle:
        each.set_value(False)
    page.run()
    assert "Nothing is changed yet" in words(page)


def test_every_lever_starts_from_something_that_holds_on_recorded_calls(app: Open, bench: Store) -> None:
    calls(bench)
    page = app(FILE)
    for number, kind in enumerate(wording.LEVERS, 1):
        toggle(page, kind, True)
        assert not page.exception, kind
        assert [each.value for each in page.error] == [], kind
        assert f"{number} on" in words(page), kind


def opened(page: AppTest, name: str) -> AppTest:
    """Open an expander of the Assumptions view."""
    page.session_state[f"open-{name}"] = True
    return page.run()


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("baseline.input_tokens", -5.0, "is under 0"),
        ("baseline.queries_per_day", 1e19, "is over"),
        ("baseline.queries_per_day", 1e300, "no number to reckon with"),
        ("days_per_month", 0.0, "not above 0"),
    ],
)
def test_a_field_that_does_not_hold_says_so_and_the_last_result_stays(app: Open, bench: Store, name: str, value: float, why: str) -> None:
    keeping.save(bench, typed())
    page = opened(app(FILE, scenario="saved/Mine", part="assumptions"), "unsure")
    field(page, name).set_value(value).run()  # type: ignore[attr-defined]
    assert not page.exception
    text = words(page)
    assert why in text
    assert "$330.00" in text
    assert "Figures of the last scenario that could be worked out" in text
    assert page.button(key="save").disabled
    assert "1 to mend" in text
    field(page, "baseline.output_tokens").set_value(200.0).run()  # type: ignore[attr-defined]
    assert "$360.00" in words(page)  # another field counts while one waits
    assert why in words(page)
    page.button(key="undo").click().run()
    page.button(key="undo").click().run()
    assert why not in words(page)
    assert "$330.00" in words(page)


def test_shares_over_a_hundred_percent_are_kept_and_told(app: Open, bench: Store) -> None:
    keeping.save(bench, typed())
    page = app(FILE, scenario="saved/Mine")
    next(each for each in page.button if each.label == "Model").click().run()
    share = next(each for each in page.number_input if "share-1" in (each.key or ""))
    share.set_value(120.0).run()
    assert "Together they are 120 %, over 100 %." in words(page)
    share = next(each for each in page.number_input if "share-1" in (each.key or ""))
    assert share.value == 120.0
    share.set_value(50.0).run()
    assert "over 100 %" not in words(page)
    assert "$181.50" in words(page)


def test_ten_to_the_fifteenth_queries_and_a_price_of_nothing_are_answered(app: Open, bench: Store) -> None:
    keeping.save(bench, typed())
    page = app(FILE, scenario="saved/Mine")
    field(page, "baseline.queries_per_day").set_value(1e15).run()  # type: ignore[attr-defined]
    assert not page.exception
    assert "trillion" in words(page)
    page = opened(app(FILE, scenario="saved/Mine", part="assumptions"), "prices")
    field(page, "prices.own/a.input").set_value(0.0).run()  # type: ignore[attr-defined]
    assert not page.exception
    assert "trillion" in words(page)


def test_a_trace_file_becomes_the_baseline(app: Open, bench: Store) -> None:
    keeping.save(bench, typed())
    page = app(FILE, scenario="saved/Mine")
    next(each for each in page.segmented_control if (each.key or "").startswith("baseline-")).set_value("trace").run()
    assert "The figures are of the baseline before until a file is here." in words(page)
    assert "$330.00" in words(page)
    uploader = page.get("file_uploader")[0]
    uploader.upload("notes.csv", b"a,b\n1,2\n", "text/csv").run()
    assert not page.exception
    assert len(page.error) == 1
    assert "$330.00" in words(page)
    lines = "".join(f"2023-11-16 18:{n:02d}:00.0000000,1000,100\n" for n in range(60))
    page.get("file_uploader")[0].upload("trace.csv", f"TIMESTAMP,ContextTokens,GeneratedTokens\n{lines}".encode(), "text/csv").run()
    assert not page.exception
    assert [each.value for each in page.error] == []
    assert "60 calls" in words(page)


def test_recorded_calls_are_the_first_baseline_that_is_offered(app: Open, bench: Store) -> None:
    calls(bench)
    page = app(FILE)
    assert not page.exception
    assert page.selectbox(key="scenario").value == "ledger"
    text = words(page)
    assert re.search(r"as billed \$0\.2[4-7]", text)  # $0.1320 in the fifteen days and a part of one that the ledger holds
    assert "60 calls of 15" in text
    assert "quality unknown" in text
    page.button(key="plan-run").click().run()
    assert page.title[0].value == "Compare"


def test_a_period_without_calls_says_what_to_do_and_keeps_the_levers(app: Open, bench: Store) -> None:
    keeping.save(bench, typed(levers=(ExactCache(Decimal("0.3")),)))
    page = app(FILE, scenario="saved/Mine")
    next(each for each in page.segmented_control if (each.key or "").startswith("baseline-")).set_value("ledger").run()
    assert not page.exception
    assert "Choose a longer period" in words(page)
    assert "1 on" in words(page)
    next(each for each in page.segmented_control if (each.key or "").startswith("baseline-")).set_value("typed").run()
    assert "$330.00 → $231.00" in words(page)


def test_an_unknown_model_is_unpriced_and_its_quality_unknown(app: Open, bench: Store) -> None:
    keeping.save(bench, Scenario("Odd", Typed(Decimal(10), Decimal(10), Decimal(10), {"nobody/knows": Decimal(1)})))
    page = app(FILE, scenario="saved/Odd")
    assert not page.exception
    text = words(page)
    assert "Unpriced" in text
    assert "$0" not in text
    assert "No run and no statement says how good nobody/knows is." in text


def test_what_moves_to_a_model_without_a_price_is_not_saved(app: Open, bench: Store) -> None:
    keeping.save(bench, typed(levers=(NewModel("nobody/knows", share=Decimal("0.5")),)))
    text = words(app(FILE, scenario="saved/Mine"))
    assert "$330.00 → $165.00 a month, saving unknown" in text
    assert "Not every call has a price, before and with it." in text
    assert "alone −$165.00" not in text


def test_what_costs_more_is_a_range_above_zero(app: Open, bench: Store) -> None:
    keeping.save(bench, typed(levers=(Growth(Decimal("0.1")),)))
    text = words(app(FILE, scenario="saved/Mine"))
    assert "Costs more a month" in text
    assert re.search(r"^\$\d+\.\d\d to \$\d+\.\d\d \(p5 to p95\)$", text, re.MULTILINE)


def test_figures_are_scaled_to_the_bill_only_when_that_is_chosen(app: Open, bench: Store) -> None:
    page = app(FILE)
    assert "$49,500 →" in words(page)
    next(each for each in page.checkbox if "Scale to the bill" in each.label).check().run()
    assert "$40,000 →" in words(page)


def test_recorded_baselines_are_narrowed_by_prompt_and_model(app: Open, bench: Store) -> None:
    calls(bench, 40)
    calls(bench, 20, model="gpt-4o-mini", prompt="triage")
    page = app(FILE)
    model = next(each for each in page.selectbox if each.label == "Model")
    model.set_value("openai/gpt-4o-mini").run()
    assert not page.exception
    assert "20 calls" in words(page)
    assert isinstance(link.decode(_one(page.query_params["s"])).baseline, Recorded)


def test_a_ledger_of_three_days_is_not_a_month_with_four_weeks_of_nothing(app: Open, bench: Store) -> None:
    calls(bench, 13)  # the first of them 78 hours ago
    began_ms = (clock.now_ms() - 78 * HOUR_MS) // (24 * HOUR_MS) * 24 * HOUR_MS
    page = app(FILE)
    assert not page.exception
    text = words(page)
    assert f"days: the ledger begins on {clock.iso(began_ms)[:10]}" in text
    opened = page.session_state["whatif-desk"].good.baseline
    assert opened.since_ms == began_ms
    assert any(each.value == 30 for each in page.segmented_control if each.label == "Period")
    month = page.session_state["whatif-desk"].outcome.before.calls
    assert round(month, 6) == round(Decimal(13 * 30 * 24 * HOUR_MS) / (opened.until_ms - began_ms), 6)


def test_a_kept_period_that_began_before_the_ledger_stays_and_says_so_first(app: Open, bench: Store) -> None:
    calls(bench, 13, model="nobody-knows")  # whose price is a warning of its own
    until_ms = clock.now_ms() // HOUR_MS * HOUR_MS + HOUR_MS
    keeping.save(bench, Scenario("Month", Recorded(until_ms - 30 * 24 * HOUR_MS, until_ms)))
    page = app(FILE, scenario="saved/Month")
    outcome = page.session_state["whatif-desk"].outcome
    assert outcome.scenario.baseline.until_ms - outcome.scenario.baseline.since_ms == 30 * 24 * HOUR_MS
    assert outcome.before.calls == 13
    assert len(outcome.warnings) > 2
    assert re.fullmatch(r"The first call came 2[67] days into the period, which counts whole\.", outcome.warnings[0])


def test_calls_of_the_simulated_model_are_left_out_by_choosing_the_other_provider(app: Open, bench: Store) -> None:
    calls(bench, 20)
    calls(bench, 20, model="gpt-4o-mini")
    put(bench, *(call(started_ms=clock.now_ms() - n * HOUR_MS, provider="simulated", cost_nano=0) for n in range(1, 6)))
    page = app(FILE)
    assert "narrow the calls to a provider or a model" in words(page)
    model = next(each for each in page.selectbox if each.label == "Model")
    assert "All of openai" in model.options
    model.set_value("openai/").run()
    assert not page.exception
    assert "40 calls" in words(page)
    assert "simulated or the local" not in words(page)
    assert next(each for each in page.selectbox if each.label == "Model").value == "openai/"


def _one(value: object) -> str:
    return str(value[0]) if isinstance(value, list) else str(value)
