"""The Prices page: what is compared on which mix, one model in full, own prices, the ledger at other prices."""

import re
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert

from pages.spend.price_parts import adding, history, wording
from tests.pages.conftest import Open, said
from tests.pages.stores import HOSTILE
from workbench import clock
from workbench.errors import InputError
from workbench.ledger import overrides, rollups
from workbench.ledger.fields import CallRecord
from workbench.ledger.rows import call_row
from workbench.ledger.tables import CallRow
from workbench.pricing import OverrideRates, catalogue
from workbench.store import Store

FILE = "spend/prices.py"
DAY = 86_400_000


def a_call(provider: str = "openai", model: str = "gpt-5", **changes: Any) -> CallRecord:
    values = {"input_tokens": 1_000, "cached_tokens": 500, "output_tokens": 100, "cost_nano": 1_700_000}
    made = {"started_ms": clock.now_ms() - DAY, "source": "test", "provider": provider, "model": model, **values}
    return CallRecord(**(made | changes))


def fill(store: Store, records: list[CallRecord]) -> None:
    with store.write() as session:
        rows = [call_row(one, n) for n, one in enumerate(records, 1)]
        session.execute(insert(CallRow.__table__), rows)
    rollups.rebuild(store)


@pytest.fixture
def used(bench: Store) -> Store:
    """A ledger of a day: mostly gpt-5, some claude, one model nobody has a price of."""
    records = [a_call() for _ in range(30)] + [a_call("anthropic", "claude-haiku-4-5") for _ in range(10)]
    fill(bench, records + [a_call("house", "llm-1", cost_nano=None) for _ in range(5)])
    return bench


def cells(page: Any, column: str, number: int = 0) -> list[Any]:
    return list(page.dataframe[number].value[column])


def test_what_the_address_says_is_also_what_a_forgotten_field_falls_back_to(app: Open, used: Store) -> None:
    page = app(FILE, q="gpt-5-mini", scope="all", mix="typed", out="7")
    for _ in range(2):  # on a later run the session's value no longer travels
        page = page.run()
        assert page.text_input(key="q").proto.default == "gpt-5-mini"
        assert page.text_input(key="out").proto.default == "7"
        assert [page.button_group(key="scope").options[n] for n in page.button_group(key="scope").proto.default] == ["All vendors"]


def test_a_field_that_was_emptied_is_empty_in_the_address_too(app: Open, used: Store) -> None:
    page = app(FILE, mix="typed", out="7")
    page.text_input(key="out").set_value("").run()
    assert [str(page.query_params[name]).strip("[']") for name in ("mix", "out")] == ["typed", ""]


def test_a_first_visit_compares_on_a_typed_mix(app: Open, bench: Store) -> None:
    page = app(FILE)
    assert not page.exception
    assert [element.value for element in page.title] == ["Prices"]
    assert "1,000 calls of 1,000 in, 0 cached, 250 out each" in said(page).replace("\\", "")
    assert len(cells(page, "model")) == 15
    assert "ratio" not in page.dataframe[0].value
    assert page.button(key="price-add").label == "Add an own price"


def test_models_are_compared_on_the_ledgers_own_mix_cheapest_first(app: Open, used: Store) -> None:
    page = app(FILE)
    assert not page.exception
    assert "45 calls: 1,000 in (50 % of it cached), 100 out a call" in said(page).replace("\\", "")
    page.text_input(key="q").set_value("gpt-5").run()
    found = dict(zip(cells(page, "model"), zip(cells(page, "cost"), cells(page, "ratio"), cells(page, "note"), strict=True), strict=True))
    assert page.selectbox(key="than").value == "openai/gpt-5"
    assert found["openai/gpt-5"] == ("$0.0759", "1.00×", "in use")  # 45 x (500 x 1.25 + 500 x 0.125 + 100 x 10) / 10^6
    assert found["openai/gpt-5-nano"][1] == "0.04×"
    costs = [float(re.sub(r"[$,]", "", cost)) for cost in cells(page, "cost")]
    assert costs == sorted(costs)


def test_the_address_holds_search_mix_and_scope(app: Open, used: Store) -> None:
    page = app(FILE, q="sonnet", mix="typed", scope="all", **{"in": "2000", "out": "100", "cached": "1000"})
    assert not page.exception
    assert page.text_input(key="in").value == "2000"
    assert all("sonnet" in model for model in cells(page, "model"))
    assert any(not model.startswith("anthropic/") for model in cells(page, "model"))


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ({"in": "-5"}, "Input tokens"),
        ({"in": "1e5"}, "Input tokens"),
        ({"in": "10", "cached": "11"}, "cached"),
        ({"in": "9" * 15}, "field in"),
    ],
)
def test_a_mix_that_makes_no_sense_names_its_field(app: Open, bench: Store, typed: dict[str, str], word: str) -> None:
    page = app(FILE, **typed)
    assert not page.exception
    assert word in page.error[0].value.replace("\\", "")
    assert not page.dataframe


def test_a_search_without_a_match_says_what_to_do(app: Open, bench: Store) -> None:
    page = app(FILE, q="zzzz ![x](http://leak.example)")
    assert not page.exception
    assert "or add an own price" in page.info[0].value


def test_models_nobody_has_a_price_of_come_first_until_they_have_one(app: Open, used: Store) -> None:
    page = app(FILE)
    assert "Nobody has a price of a model you use: 5 calls" in said(page)
    page.button(key="unpriced-0").click().run()
    assert not page.exception
    overrides.add(used, "house", "llm-1", OverrideRates(Decimal(1), Decimal(2)), from_ms=0)
    assert "Nobody has a price" not in said(app(FILE))


def test_a_model_is_opened_with_rates_tiers_batch_history_and_source(app: Open, bench: Store) -> None:
    page = app(FILE, model="anthropic/claude-sonnet-4-5")
    assert not page.exception
    rates = dict(zip(cells(page, "kind"), cells(page, "standard"), strict=True))
    assert rates["Input"] == "$3"
    assert rates["Input, in calls of over 200,000 input tokens"] == "$6"
    assert rates["Cache write, 1 hour"] == "$6"
    assert dict(zip(cells(page, "kind"), cells(page, "batch"), strict=True))["Output"] == "$7.50"
    text = said(page).replace("\\", "").replace("\u2060", "")
    assert catalogue.edition().name in text
    assert str(catalogue.edition().newest_change) in text
    assert "https://www.anthropic.com/pricing" in text
    page.button(key="price-back").click().run()
    assert "model" not in page.query_params


def test_a_price_that_changed_is_shown_as_dated_periods_and_steps(app: Open, bench: Store) -> None:
    page = app(FILE, model="openai/o3")
    periods = page.dataframe[1].value
    assert list(periods["from"]) == ["2025-06-10", "the start"]
    assert list(periods["input"]) == ["$2", "$10"]
    assert page.get("plotly_chart")


@pytest.mark.parametrize(
    "ref", ["nobody/nothing", "gpt-5", "/", "deepseek/deepseek-chat", "groq/whisper-large-v3", HOSTILE[0], HOSTILE[1] + "/x"]
)
def test_any_model_in_the_address_gives_a_page(app: Open, bench: Store, ref: str) -> None:
    page = app(FILE, model=ref)
    assert not page.exception
    assert page.button(key="price-back")
    assert "![" not in said(page).replace("\\!\\[", "")


def test_own_prices_are_listed_removed_and_brought_back(app: Open, used: Store) -> None:
    rates = OverrideRates(Decimal(1), Decimal("2.5"), batch=Decimal("0.5"))
    made = overrides.add(used, "openai", "gpt-5", rates, from_ms=0, note=HOSTILE[3])
    page = app(FILE, view="own")
    assert not page.exception
    assert "$1 input, $2.50 output per million tokens, batches at 50" in said(page).replace("\\", "")
    page.button(key=f"own-remove-{made.id}").click().run()
    assert overrides.current(used) == ()
    assert "No prices of your own" in said(page)
    page.button(key="price-undo-press").click().run()
    assert overrides.current(used) == (made,)
    assert not page.exception


def test_an_own_price_shows_on_its_model(app: Open, used: Store) -> None:
    overrides.add(used, "openai", "gpt-5", OverrideRates(Decimal(1), Decimal(2)), from_ms=clock.now_ms() - 9 * DAY)
    page = app(FILE, model="openai/gpt-5")
    assert not page.exception
    assert dict(zip(cells(page, "kind"), cells(page, "standard"), strict=True)) == {"Input": "$1", "Output": "$2"}
    assert next(iter(page.dataframe[1].value["source"])).startswith("own price")
    assert "Own prices of this model" in said(page)


def form(**typed: Any) -> dict[str, Any]:
    today = catalogue.edition().installed
    return {"model": "house/llm-1", "from": today, "until": None, "note": "", "free": False, "input": "1", "output": "$2.50"} | typed


def test_what_the_form_holds_becomes_an_own_price(bench: Store) -> None:
    made = adding.save(bench, form(batch="0.5", note=" deal "))
    assert (made.provider, made.model, made.note) == ("house", "llm-1", "deal")
    assert made.rates == OverrideRates(Decimal(1), Decimal("2.50"), batch=Decimal("0.5"))


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ({"model": "llm-1"}, "field Model"),
        ({"input": ""}, "field Input"),
        ({"input": "0"}, "field Input"),
        ({"input": "two"}, "field Input"),
        ({"output": "-1"}, "field Output"),
        ({"output": "NaN"}, "field Output"),
        ({"batch": "50"}, "field Batch, share of the price (0.5: half)"),
        ({"from": None}, "field Holds from"),
    ],
)
def test_a_field_that_is_wrong_is_named_as_it_reads(bench: Store, typed: dict[str, Any], place: str) -> None:
    with pytest.raises(InputError) as refused:
        adding.save(bench, form(**typed))
    assert refused.value.place == place
    assert refused.value.message.count("field ") == 1
    assert refused.value.hint
    assert overrides.all(bench) == ()


def test_the_ledger_is_repriced_as_if_another_model_had_answered(app: Open, used: Store) -> None:
    page = app(FILE, view="reprice", **{"as": "openai/gpt-5-mini"})
    assert not page.exception
    assert [metric.label for metric in page.metric] == ["As billed", "Repriced", "Repriced to billed"]
    assert cells(page, "model")[0] == "openai/gpt-5"
    assert cells(page, "apart")[-1].startswith("5 newly priced")
    assert "Nothing in the ledger changes" in said(page)


def test_the_ledger_is_repriced_at_another_day(app: Open, used: Store) -> None:
    page = app(FILE, view="reprice", day="2026-01-01")
    assert not page.exception
    assert "5 never priced" in cells(page, "apart")
    wrong = app(FILE, view="reprice", day="yesterday")
    assert "is not a day" in wrong.error[0].value


def test_an_empty_ledger_has_nothing_to_reprice(app: Open, bench: Store) -> None:
    page = app(FILE, view="reprice")
    assert not page.exception
    assert "nothing to reprice" in page.info[0].value


def test_hostile_names_are_shown_as_text(app: Open, bench: Store) -> None:
    records = [a_call(text[:90], text[:190], cost_nano=None) for text in HOSTILE]
    fill(bench, records)
    for view in ("compare", "own", "reprice"):
        page = app(FILE, view=view, scope="all")
        assert not page.exception
        assert "Nobody has a price of 7 models" in said(page)
        assert HOSTILE[0] not in said(page)


def test_rates_and_ratios_read_well() -> None:
    assert [wording.dollars(value) for value in (None, Decimal(3), Decimal("0.5"), Decimal("0.0375"), Decimal(1_234))] == [
        "–", "$3", "$0.50", "$0.0375", "$1,234",
    ]  # fmt: skip
    assert [wording.times(value) for value in (None, 1.0, 0.314, 0.001, 250.4)] == ["–", "1.00×", "0.31×", "under 0.01×", "250×"]
    tiered = catalogue.periods("anthropic", "claude-sonnet-4-5")[-1].rates
    assert wording.brief(tiered.input) == "$3, $6 over 200k"
    assert history._row(catalogue.periods("deepseek", "deepseek-chat")[0])["hours"] == "00:30–16:30 UTC"
