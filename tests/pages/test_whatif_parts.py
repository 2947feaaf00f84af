"""Parts of the What-if page by themselves: fields by path, links, shares, what a link may not name."""

import base64
import json
import zlib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.spend.whatif_parts import fitting, link, mix, paths, plans, trace_file, wording
from tests.pages.test_whatif import typed
from workbench.cost import document, keeping
from workbench.cost.model import Batch, ClassOf, ExactCache, Growth, Recorded, Routing, Trace, Typed
from workbench.cost.optimiser import Plan
from workbench.cost.outcome import Figure
from workbench.errors import InputError

D = Decimal


def packed(raw: object) -> str:
    """A link as somebody else would make it."""
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(raw).encode())).decode().rstrip("=")


def test_a_field_is_read_and_changed_by_its_path_and_nothing_else_moves() -> None:
    scenario = typed(levers=(ExactCache(D("0.3")), Growth(D("0.05"))))
    assert paths.get(scenario, ("levers", "growth", "per_month")) == D("0.05")
    assert paths.get(scenario, ("levers", "batch", "share")) is None
    changed = paths.put(scenario, ("levers", "exact_cache", "hit_rate"), D("0.4"))
    assert changed.levers == (ExactCache(D("0.4")), Growth(D("0.05")))
    assert replace(changed, levers=scenario.levers) == scenario
    assert paths.put(scenario, ("levers", "exact_cache"), None).levers == (Growth(D("0.05")),)
    assert paths.put(scenario, ("levers", "batch"), Batch(D("0.1"))).levers[-1] == Batch(D("0.1"))
    believed = paths.put(scenario, ("believed", "own/a", "quality"), D("0.9"))
    assert believed.believed["own/a"].quality == D("0.9")
    assert "own/a" not in paths.put(believed, ("believed", "own/a"), None).believed


def test_a_scenario_comes_back_from_its_link_as_it_was() -> None:
    scenarios = (*keeping.shipped(), typed(name="💥 ![x](y)", note="ü" * 300))
    for scenario in scenarios:
        word = link.encode(scenario)
        assert 0 < len(word) <= link.MOST
        assert link.decode(word) == scenario


def test_a_scenario_too_long_for_an_address_has_no_link() -> None:
    import random

    letters = random.Random(1).choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789", k=15_000)
    assert link.encode(typed(note="".join(letters))) == ""


@pytest.mark.parametrize(
    "word",
    [
        "x",
        "eNo",
        "A" * 7_000,
        "💥",
        packed([1]),
        packed({"name": "a"}),
        packed({**document.to_json(typed()), "surprise": 1}),
        packed("x" * 300_000),
    ],
    ids=["short", "cut", "long", "emoji", "list", "missing", "stray", "bomb"],
)
def test_a_hostile_link_is_an_input_error_and_nothing_else(word: str) -> None:
    with pytest.raises(InputError):
        link.decode(word)


def test_numbers_that_are_none_are_refused_in_a_link() -> None:
    raw = document.to_json(typed())
    raw["days_per_month"] = float("nan")
    with pytest.raises(InputError):
        link.decode(packed(raw))
    deep = base64.urlsafe_b64encode(zlib.compress(b"[" * 100_000)).decode()
    with pytest.raises(InputError):
        link.decode(deep)


@given(st.text(max_size=200))
def test_any_text_as_a_link_is_a_scenario_or_an_input_error(word: str) -> None:
    with pytest.raises(InputError):
        link.decode(word)


def test_a_link_cannot_have_a_file_read_that_was_not_taken_in_here(home: Path) -> None:
    with pytest.raises(InputError, match="names a file"):
        trace_file.check_link(replace(typed(), baseline=Trace("/etc/passwd", "own/a")))
    ours = home / "traces" / "a.csv"
    assert trace_file.check_link(replace(typed(), baseline=Trace(str(ours), "own/a"))).baseline == Trace(str(ours), "own/a")


def test_the_first_model_takes_what_the_others_leave() -> None:
    assert mix.filled(["a", "b", "c"], {"a": D(1), "b": D("0.3"), "c": D("0.2")}) == {"a": D("0.5"), "b": D("0.3"), "c": D("0.2")}
    assert mix.filled(["a", "b"], {"a": D(1), "b": D("1.2")})["a"] == D("-0.2")


def test_levers_let_go_of_classes_that_the_traffic_does_not_have() -> None:
    classes = {"simple": ClassOf(D("0.5")), "hard": ClassOf(D("0.5"))}
    levers = (Routing({"simple": {"own/b": D(1)}, "hard": {"own/a": D(1)}}), Batch(D("0.5"), classes=("hard",)))
    baseline = typed().baseline
    assert isinstance(baseline, Typed)
    scenario = typed(levers=levers)
    there = fitting.with_baseline(scenario, replace(baseline, classes=classes))
    assert there.levers == levers
    fitted = fitting.with_baseline(there, Recorded(0, 1))
    assert fitted.levers == (Routing({"simple": {"own/b": D(1)}}),)
    document.from_json(document.to_json(fitted))


def test_a_plan_that_is_taken_over_keeps_the_limits_that_were_asked_for() -> None:
    asked = typed(limits=replace(typed().limits, usd_per_month=D(100)))
    plan = Plan(feasible=True, scenario=replace(typed(levers=(ExactCache(D("0.3")),)), limits=replace(typed().limits, quality=D("0.9"))))
    taken = plans.taken(plan, asked)
    assert taken is not None
    assert (taken.limits, taken.levers) == (asked.limits, (ExactCache(D("0.3")),))
    assert plans.Kept(asked, plan).holds(taken)
    assert not plans.Kept(asked, plan).holds(typed("Other"))


@pytest.mark.parametrize(
    ("value", "said"),
    [(D(49_500), "$49,500"), (D("1.5"), "$1.50"), (D("0.00695"), "$0.006950"), (D(-3000), "−$3,000"), (D(0), "$0"),
     (D("4.95e14"), "$495 trillion"), (D("1e30"), "$1e+30")],
)  # fmt: skip
def test_dollars_have_the_places_they_need(value: Decimal, said: str) -> None:
    assert wording.usd(value) == said


def test_a_range_says_what_it_is() -> None:
    assert wording.band_said(Figure(D(10), D(9), D(11))) == "$9.00 to $11.00 (p5 to p95)"
    assert wording.band_said(Figure(D(10))) == "no range: nothing in it is unsure"
