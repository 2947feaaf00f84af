"""A call's JSON uses the ledger's one list of names, and comes back as it went."""

import dataclasses
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.ledger import fields
from workbench.ledger.fields import CallRecord

THE_LIST = """
started_ms latency_ms ttft_ms source prompt version label provider model status error_type retries input_tokens cached_tokens
cache_write_tokens output_tokens reasoning_tokens cost_usd user tags run_id cell_id trace_id external_id feedback
"""


def a_record(**changes: object) -> CallRecord:
    return dataclasses.replace(CallRecord(started_ms=1_700_000_000_000, source="playground", provider="openai", model="gpt-5"), **changes)


def test_the_fields_are_the_designs_list_and_four_more() -> None:
    more = {"error_kind", "estimated", "cache_write_1h_tokens", "processing"}
    assert [name for name in fields.FIELDS if name not in more] == THE_LIST.split()
    assert list(a_record().to_json()) == list(fields.FIELDS)


def test_a_record_comes_back_from_its_json() -> None:
    whole = a_record(
        latency_ms=12,
        version=3,
        tags=("a", "b"),
        cost_nano=123_456_789_012,
        estimated=True,
        request={"messages": []},
        tool_calls=[{"id": "1"}],
        attempts=[{"error_kind": None}],
        reply="text",
    )
    assert fields.from_json(json.loads(json.dumps(whole.to_json(texts=True)))) == whole


@given(st.integers(0, 10**14))
def test_money_survives_json_to_the_nano_dollar(nano: int) -> None:
    one = a_record(cost_nano=nano)
    assert fields.from_json(json.loads(json.dumps(one.to_json()))).cost_nano == nano
    assert one.cost_usd == Decimal(nano) / 10**9


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("latency_ms", "fast"),
        ("latency_ms", True),
        ("tags", "a,b"),
        ("tags", [1]),
        ("cost_usd", "much"),
        ("cost_usd", float("inf")),
        ("cost_usd", -0.5),
        ("cost_usd", 1_000_000.5),
        ("input_tokens", -1),
        ("output_tokens", 2**31),
        ("colour", 1),
    ],
)
def test_a_field_that_does_not_fit_is_named(field: str, value: object) -> None:
    with pytest.raises(InputError, match=f"field {field}"):
        fields.from_json(a_record().to_json() | {field: value})


def test_a_missing_field_is_named() -> None:
    with pytest.raises(InputError, match="field provider: is missing"):
        fields.from_json({"started_ms": 1, "source": "import", "model": "m"})


def test_a_request_may_be_a_text_or_messages_whichever_door_it_comes_through() -> None:
    said = [{"role": "user", "content": "Hello"}]
    call = {"started_ms": 1_700_000_000_000, "model": "m", "provider": "p", "source": "s"}
    for request in ("Hello", said, {"messages": said}):
        assert fields.check_call(call | {"request": request}).request == {"messages": said}
    with pytest.raises(InputError, match="neither a text, messages nor an object"):
        fields.check_call(call | {"request": 7})
