"""Pages of the ledger go newest first without gaps or repeats, filters use an index, totals are sums of the rows."""

import random
from decimal import Decimal

import pytest
from sqlalchemy import text

from tests.ledger.test_fields import a_record
from workbench.errors import InputError, NotFound
from workbench.ledger import reading
from workbench.ledger.writer import Writer
from workbench.store import Store


@pytest.fixture
def filled(store: Store) -> Store:
    chance = random.Random(7)
    shared = Writer(store)
    for number in range(120):
        failed = number % 5 == 0
        shared.append(
            a_record(
                started_ms=1_000 + chance.randrange(30),  # many share a millisecond
                status="error" if failed else "ok",
                error_type="timeout" if failed else None,
                prompt=f"p{number % 3}",
                version=number % 2 + 1,
                label="production" if number % 2 else None,
                provider="openai" if number % 2 else "anthropic",
                model="m" + str(number % 4),
                run_id="r1" if number < 10 else None,
                cell_id=f"r1:{number % 5}" if number < 10 else None,
                trace_id="t1" if number == 77 else None,
                input_tokens=None if failed else 10,
                output_tokens=None if failed else 2,
                cost_nano=None if failed or number % 3 == 1 else 1_000,
                retries=number % 2,
                reply=f"reply {number}",
            )
        )
    assert shared.flush()
    return store


def walk(store: Store, **filters: object) -> list[reading.Call]:
    found: list[reading.Call] = []
    after = None
    while batch := reading.page(store, after=after, limit=7, **filters):
        found += batch
        after = batch[-1].cursor
    return found


def test_pages_go_newest_first_without_gap_or_repeat(filled: Store) -> None:
    found = walk(filled)
    assert len({call.id for call in found}) == len(found) == 120
    assert [call.cursor for call in found] == sorted((call.cursor for call in found), reverse=True)


@pytest.mark.parametrize(
    "filters",
    [
        {"prompt": "p1"},
        {"prompt": "p1", "version": 2},
        {"prompt": "p0", "label": "production"},
        {"provider": "openai"},
        {"provider": "openai", "model": "m1"},
        {"status": "error"},
        {"run_id": "r1"},
        {"cell_id": "r1:3"},
        {"trace_id": "t1"},
        {"since_ms": 1_010, "until_ms": 1_020},
        {"prompt": "p2", "status": "ok", "since_ms": 1_005},
    ],
)
def test_a_filter_leaves_exactly_what_fits(filled: Store, filters: dict[str, object]) -> None:
    def fits(call: reading.Call) -> bool:
        window = filters.get("since_ms", 0) <= call.started_ms < filters.get("until_ms", 1 << 62)
        return window and all(getattr(call, name) == value for name, value in filters.items() if not name.endswith("_ms"))

    expected = [call.id for call in walk(filled) if fits(call)]
    assert expected
    assert [call.id for call in walk(filled, **filters)] == expected
    assert reading.totals(filled, **filters).n == len(expected)


def test_totals_are_the_sums_of_the_rows(filled: Store) -> None:
    summed = reading.totals(filled)
    assert (summed.n, summed.ok, summed.errors) == (120, 96, 24)
    assert (summed.input_tokens, summed.output_tokens, summed.retries) == (960, 192, 60)
    priced = sum(1 for n in range(120) if n % 5 and n % 3 != 1)
    assert summed.cost_nano == priced * 1_000
    assert summed.cost_usd == Decimal(priced) / 10**6
    assert summed.unpriced == 96 - priced  # a call that failed has no price to know
    assert summed.to_json()["cost_usd"] == pytest.approx(priced / 10**6)


def test_totals_of_an_empty_ledger_are_zero(store: Store) -> None:
    assert set(reading.totals(store).to_json().values()) == {0}


def test_a_page_carries_no_texts_and_a_single_call_does(filled: Store) -> None:
    newest = reading.page(filled, limit=1)[0]
    assert newest.reply is None
    assert reading.get(filled, newest.id).reply


def test_a_call_that_is_not_there_is_an_error(store: Store) -> None:
    with pytest.raises(NotFound, match="no call 5"):
        reading.get(store, 5)


@pytest.mark.parametrize("filters", [{"colour": "red"}, {"model": "gpt-5"}, {"version": 1}, {"label": "production"}])
def test_a_filter_without_an_index_is_refused(store: Store, filters: dict[str, object]) -> None:
    with pytest.raises(InputError):
        reading.page(store, **filters)


def test_every_filter_has_an_index(filled: Store) -> None:
    if not filled.is_sqlite:
        return  # the same indexes; PostgreSQL's planner scans so small a table whatever it has
    for where in ("prompt = 'p'", "provider = 'p'", "provider = 'p' AND model = 'm'", "status = 's'", "run_id = 'r'", "cell_id = 'c'",
                  "trace_id = 't'", "started_ms >= 5"):  # fmt: skip
        with filled.read() as session:
            plan = session.execute(text(f"EXPLAIN QUERY PLAN SELECT * FROM calls WHERE {where} ORDER BY started_ms DESC, id DESC LIMIT 5"))
            assert "USING INDEX" in str(plan.all()), where
