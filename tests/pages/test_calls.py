"""Calls: the list and its filters, one call as a whole, what leads on from it, what is taken away."""

import csv
import io
import json

import pytest
from streamlit.testing.v1 import AppTest

from pages.watch.calls_parts import cases, costing, onward, taking, wanted
from tests.cost.ledger import call, put
from tests.pages.conftest import Open
from tests.pages.conftest import said as escaped
from tests.pages.stores import HOSTILE
from workbench import clock
from workbench.datasets import registry as datasets
from workbench.errors import InputError
from workbench.ledger import reading
from workbench.ledger.finding import Sought
from workbench.prompts import registry
from workbench.prompts.content import Content
from workbench.store import Store
from workbench.text.messages import message

FILE = "watch/calls.py"
NOW = 1_700_000_000_000


def said(page: AppTest) -> str:
    """What is on the page, as a person reads it."""
    return escaped(page).replace("\\", "")


def week(store: Store, number: int = 120) -> list[int]:
    """Calls of two models and a prompt, an hour apart, every tenth failed."""
    now = clock.now_ms()
    return put(
        store,
        *(
            call(
                f"What about case {n}?",
                started_ms=now - (number - n) * 3_600_000,
                provider="openai" if n % 2 else "anthropic",
                model="gpt-5-mini" if n % 2 else "claude-sonnet-5",
                prompt="intent" if n % 3 else None,
                version=n % 2 + 1 if n % 3 else None,
                status="error" if n % 10 == 0 else "ok",
                error_type="timeout" if n % 10 == 0 else None,
                error_message="It took too long." if n % 10 == 0 else None,
                reply=None if n % 10 == 0 else f"Answer {n}",
                user="ann" if n % 4 == 0 else None,
                tags=("beta",) if n % 5 == 0 else (),
            )
            for n in range(number)
        ),
    )


def test_an_empty_ledger_says_what_will_be_here(app: Open) -> None:
    page = app(FILE)
    assert not page.exception
    assert "Nothing has been called yet" in said(page)


def test_pages_go_back_and_forth_and_the_total_is_shown(app: Open, bench: Store) -> None:
    ids = week(bench)
    page = app(FILE)
    assert not page.exception
    assert "120 calls" in said(page)
    assert page.button(key="newest").disabled
    page.button(key="older").click().run()
    page.button(key="older").click().run()
    assert len(page.dataframe[0].value) == 20
    assert page.button(key="older").disabled
    page.button(key="newer").click().run()
    page.button(key="newer").click().run()
    assert len(page.dataframe[0].value) == 50
    assert not page.exception
    assert len(ids) == 120


@pytest.mark.parametrize(
    ("query", "number"),
    [({"status": "error"}, 12), ({"error": "timeout", "model": "anthropic/claude-sonnet-5"}, 12),
     ({"user": "ann"}, 30), ({"tag": "beta"}, 24),
     ({"prompt": "="}, 40), ({"prompt": "intent", "version": "2"}, 40), ({"q": "answer 77"}, 1), ({"since": "24h"}, 24),
     ({"q": "case", "status": "error", "user": "ann"}, 6), ({"latency": "101"}, 0), ({"model": "openai/gpt-5-mini", "since": "10d"}, 60)],
)  # fmt: skip
def test_filters_of_the_url_are_those_of_the_page(app: Open, bench: Store, query: dict[str, str], number: int) -> None:
    week(bench)
    page = app(FILE, **query)
    assert not page.exception
    assert (f"{number:,} call" if number else "No call fits these filters") in said(page)
    page.button(key="clear-filters").click().run()
    assert "120 calls" in said(page)


def test_a_filter_that_is_chosen_begins_with_the_newest_and_stands_in_the_url(app: Open, bench: Store) -> None:
    week(bench)
    page = app(FILE)
    page.button(key="older").click().run()
    assert "older" in page.query_params
    page.selectbox(key="calls-prompt").set_value("intent").run()
    assert "older" not in page.query_params
    assert page.query_params["prompt"] in ("intent", ["intent"])
    assert "80 calls" in said(page)


@pytest.mark.parametrize("query", [{"version": "x"}, {"since": "yesterday"}, {"cost": "NaN"}, {"feedback": "great"}, {"latency": "-1"}])
def test_what_cannot_be_read_is_said_and_left_out(app: Open, bench: Store, query: dict[str, str]) -> None:
    week(bench, 5)
    page = app(FILE, **query)
    assert not page.exception
    assert "cannot be read, and is left out" in said(page)
    assert "5 calls" in said(page)


@pytest.mark.parametrize("junk", ["nonsense", "9" * 400, "-1", HOSTILE[0], "1.2.3", "=", "\x00"])
def test_junk_in_the_url_breaks_nothing(app: Open, bench: Store, junk: str) -> None:
    week(bench, 3)
    for name in (*wanted.PARAMETERS, *wanted.POSITION, wanted.CALL):
        asked = wanted.read({name: junk}, NOW)
        assert asked.sought is not None
    page = app(FILE, **dict.fromkeys([*wanted.PARAMETERS, *wanted.POSITION], junk))
    assert not page.exception
    page = app(FILE, call=junk)
    assert not page.exception
    assert "No such call" in said(page)


def test_one_call_is_shown_as_a_whole_rated_and_the_rating_taken_back(app: Open, bench: Store) -> None:
    ids = week(bench)
    page = app(FILE, call=str(ids[77]), prompt="intent")
    assert not page.exception
    shown = said(page)
    assert "What about case 77?" in shown
    assert "Answer 77" in shown
    page.button(key="rate-1").click().run()
    assert reading.get(bench, ids[77]).feedback == 1
    note = next(field for field in page.text_input if field.label == "Note")
    note.set_value("clear and short").run()
    kept = reading.get(bench, ids[77])
    assert (kept.feedback, kept.note) == (1, "clear and short")
    page.button(key="rate-undo").click().run()
    assert reading.get(bench, ids[77]).note is None
    page.button(key="call-older").click().run()
    assert page.query_params["call"] in (str(ids[76]), [str(ids[76])])
    page.button(key="back").click().run()
    assert "80 calls" in said(page)


def test_a_failed_call_says_why_and_what_to_do(app: Open, bench: Store) -> None:
    ids = week(bench)
    page = app(FILE, call=str(ids[10]))
    assert "It took too long" in said(page)
    assert "Raise the timeout" in said(page)


def test_texts_of_a_call_are_text_wherever_they_stand(app: Open, bench: Store) -> None:
    made = put(bench, *(call(text, reply=text, prompt=text[:150], model=text[:150], user=text[:150], tags=(text,), error_message=text,
                             status="error", error_type=text[:30], variables={text: text}, trace_id="t",
                             tool_calls=[{"name": text, "arguments": text}, text]) for text in HOSTILE))  # fmt: skip
    for page in (app(FILE), *(app(FILE, call=str(one)) for one in made), app(FILE, tag=HOSTILE[0]), app(FILE, q=HOSTILE[1])):
        assert not page.exception
        marked = [*page.markdown, *page.caption, *page.title, *page.error, *page.warning, *page.info]
        labels = [element.label for element in (*page.button, *page.expander)]
        shown = "\n".join([*(str(element.value) for element in marked), *labels])
        assert "![look](" not in shown
        assert "<script>" not in shown
        assert ":red[" not in shown


def test_the_cost_of_a_call_adds_up_and_what_has_no_price_says_so(bench: Store) -> None:
    priced, unpriced, silent, free = (
        reading.get(bench, made)
        for made in put(
            bench,
            call(provider="openai", model="gpt-5-mini", input_tokens=1_000, cached_tokens=400, output_tokens=50, cost_nano=1),
            call(provider="house", model="llm", cost_nano=None),
            call(input_tokens=None, output_tokens=None, cost_nano=None),
            call(provider="local", model="smollm2", cost_nano=0),
        )
    )
    found = costing.work_out(bench, priced)
    assert [line["kind"] for line in found.lines] == ["Input from cache", "Input", "Output", "Sum"] or len(found.lines) == 4
    amounts = [float(line["amount"].removeprefix("$")) for line in found.lines]
    assert sum(amounts[:-1]) == pytest.approx(amounts[-1])
    assert found.nano == round(amounts[-1] * 1e9)
    assert "price list" in " ".join(found.notes)
    assert "Recorded cost: $0.000000001" in " ".join(found.notes)
    assert "Unpriced" in " ".join(costing.work_out(bench, unpriced).notes)
    assert "No tokens" in " ".join(costing.work_out(bench, silent).notes)
    assert "Free" in " ".join(costing.work_out(bench, free).notes)


def test_calls_become_cases_by_their_variables_or_the_last_message(bench: Store) -> None:
    made = [
        reading.get(bench, one)
        for one in put(
            bench, call("x", variables={"question": "Where?", "n": 3}, reply="Here."), call("Only this?", reply="Yes."), call(None)
        )
    ]
    with_variables, with_text = cases.made(made, expected=True)
    assert (dict(with_variables.inputs), with_variables.expected) == ({"question": "Where?", "n": "3"}, "Here.")
    assert (dict(with_text.inputs), with_text.expected) == ({"input": "Only this?"}, "Yes.")
    assert cases.made(made[:1], expected=False)[0].expected is None
    assert cases.add(bench, "from-calls", [with_variables]) == 1
    assert cases.add(bench, "from-calls", [with_variables]) == 1
    assert datasets.get(bench, "from-calls").cases == 2
    with pytest.raises(InputError, match="no column 'input'"):
        cases.add(bench, "from-calls", [with_text])
    with pytest.raises(InputError, match="None of these calls"):
        cases.add(bench, "other", [])


def test_the_playground_asks_what_the_call_asked(app: Open, bench: Store) -> None:
    registry.save_version(bench, "intent", Content((message("user", "Sort {{text}}"),)))
    known, foreign, literal, dropped = (
        reading.get(bench, made)
        for made in put(
            bench,
            call("Sort this", prompt="intent", version=1, variables={"text": "this"}),
            call("Sort that", prompt="elsewhere", version=4, variables={"text": "that"}),
            call('Reply as {"a": "{{b}}"}'),
            call(None),
        )
    )
    opened = onward.conversation(bench, known)
    assert (opened.prompt, opened.version, dict(opened.variables), opened.models) == ("intent", 1, {"text": "this"}, ("p/m",))
    assert onward.conversation(bench, foreign).content.messages[0].text == "Sort that"
    kept = onward.conversation(bench, literal).content
    assert (kept.engine, kept.messages[0].text) == ("fstring", 'Reply as {{"a": "{{{{b}}}}"}}')
    with pytest.raises(InputError, match="No text"):
        onward.conversation(bench, dropped)
    page = app(FILE, call=str(known.id))
    page.button(key="to-playground").click().run()
    assert not page.exception
    assert page.title[0].value == "Playground"


def test_files_hold_what_fits_and_no_formula(bench: Store) -> None:
    put(bench, *(call("x", prompt="=SUM(1)", user="@me", cost_nano=1) for _ in range(3)), call("y", model="other"))
    rows = list(csv.DictReader(io.StringIO(taking.as_csv(bench, Sought(model="m", provider="p")).decode("utf-8-sig"))))
    assert [(row["prompt"], row["user"], row["cost_usd"]) for row in rows] == [("'=SUM(1)", "'@me", "0.000000001")] * 3
    lines = taking.as_jsonl(bench, Sought(), most=2).decode().splitlines()
    assert len(lines) == 2
    assert json.loads(lines[0])["request"]["messages"][0]["content"] == "y"
