"""The waterfall: parts and interaction sum to the change, to the nano-dollar."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cost.streams import D, book, example, scenario
from tests.cost.test_levers import ANY
from workbench.cost import engine
from workbench.cost.model import ExactCache, Growth, OwnPrice, Routing
from workbench.cost.traffic import Measured

PRICES = {"a": OwnPrice(D("13.333333"), D(30), cached=D(1), batch=D("0.5")), "b": OwnPrice(D(2), D("6.7")), "gpt-4": OwnPrice(D(30), D(60))}


def worked(*levers: Any, **fields: Any) -> Any:
    return engine.evaluate(scenario(*levers, prices=PRICES, **fields), example(), Measured(), book(PRICES), {}, {}, draws=50)


@given(ANY, st.sets(st.integers(0, 9), max_size=10), st.booleans())
@settings(max_examples=40, deadline=None)
def test_before_and_the_parts_make_after_exactly(every: Any, chosen: set[int], calibrate: bool) -> None:
    outcome = worked(*(every[at] for at in chosen), bill_usd=D("41234.56"), calibrate=calibrate)
    assert outcome.before.usd.value + sum(part.usd for part in outcome.parts) == outcome.after.usd.value
    assert outcome.saved.value == outcome.before.usd.value - outcome.after.usd.value


def test_a_part_is_what_the_lever_changes_alone_and_the_rest_is_said_apart() -> None:
    # All on b costs 3,000,000 x (150 x 2 + 200 x 6.7) / 1,000,000 = $4,920, half of them (49,500 + 4,920) / 2 = $27,210.
    outcome = worked(ExactCache(D("0.4")), Routing({"all": {"gpt-4": D("0.5"), "b": D("0.5")}}))
    assert [(part.kind, part.usd) for part in outcome.parts] == [
        ("routing", D("-22290")),
        ("exact_cache", D("-19800")),
        ("interaction", D("8916")),
    ]
    assert outcome.after.usd.value == D("27210") * D("0.6")


def test_one_lever_has_no_interaction_and_none_no_parts() -> None:
    assert [part.kind for part in worked(Growth(D("0.1"))).parts] == ["growth"]
    assert worked().parts == ()


def test_parts_stand_in_the_order_of_the_pipeline_however_levers_are_listed() -> None:
    pulled = (Growth(D("0.1")), ExactCache(D("0.4")), Routing({"all": {"b": D(1)}}))
    assert worked(*pulled).parts == worked(*reversed(pulled)).parts
