"""What runs say of the quality of a mix, and what nobody knows."""

import math
from decimal import Decimal

import pytest
from sqlalchemy import update

from tests.comparison import runs
from tests.cost.ledger import call, put
from workbench.cost import quality
from workbench.cost.model import Believed, Rule
from workbench.cost.quality import Known
from workbench.cost.rules import SHIPPED
from workbench.runner.tables import CellRow, RunRow, RunVariantRow
from workbench.stats.intervals import proportion
from workbench.store import Store


def a_run(store: Store, run_id: str, scores: list[list[float | None]], *, created_ms: int = 1, provider: str = "p", **more: object) -> None:
    runs.make(store, scores, run_id=run_id, provider=provider, state=str(more.pop("state", "finished")))
    with store.write() as session:
        session.execute(update(RunRow).where(RunRow.id == run_id).values(created_ms=created_ms, name=f"run of {run_id}", **more))


def measured(value: str, low: str, high: str, **more: object) -> Known:
    return Known(Decimal(value), Decimal(low), Decimal(high), 100, "run x, n = 100", **more)  # type: ignore[arg-type]


def test_the_newest_ended_run_speaks_for_a_model_with_its_interval(sqlite_store: Store) -> None:
    a_run(sqlite_store, "old", [[1.0] * 50], created_ms=1)
    a_run(sqlite_store, "new", [[1.0] * 90 + [0.0] * 30], created_ms=2)
    a_run(sqlite_store, "now", [[0.0] * 30], created_ms=3, state="running")
    found = quality.known(sqlite_store, ["p/m", "p/other"])
    assert set(found) == {"p/m"}
    one = found["p/m"]
    low, high = proportion(90, 120)
    assert (one.value, one.n, one.source, one.run_id) == (Decimal("0.75"), 120, "run run of new, n = 120", "new")
    assert (float(one.low or 0), float(one.high or 0)) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))


def test_a_run_of_the_demo_speaks_only_where_no_own_run_does(sqlite_store: Store) -> None:
    a_run(sqlite_store, "demo", [[1.0] * 9], created_ms=9, demo=True)
    assert quality.known(sqlite_store, ["p/m"])["p/m"].source == "demo run run of demo, n = 9"
    a_run(sqlite_store, "own", [[0.0] * 9], created_ms=1)
    assert quality.known(sqlite_store, ["p/m"])["p/m"].run_id == "own"


def test_repeats_of_a_case_are_one_case_and_failed_cells_none(sqlite_store: Store) -> None:
    runs.make(sqlite_store, [[1.0, 0.0, 1.0, 1.0, None, None]], run_id="r", repeats=2, provider="p")
    one = quality.known(sqlite_store, ["p/m"])["p/m"]
    assert (one.n, one.value) == (2, Decimal("0.75"))


def test_one_scored_case_says_nothing(sqlite_store: Store) -> None:
    a_run(sqlite_store, "r", [[1.0]])
    assert quality.known(sqlite_store, ["p/m"]) == {}


def test_a_prompt_and_its_versions_are_told_apart(sqlite_store: Store) -> None:
    runs.make(sqlite_store, [[1.0] * 20, [0.0] * 20], run_id="r", provider="p")
    with sqlite_store.write() as session:
        for position, version in ((0, 1), (1, 2)):
            mine = (RunVariantRow.run_id == "r") & (RunVariantRow.position == position)
            session.execute(update(RunVariantRow).where(mine).values(prompt="support", version=version))
    found = [quality.of_version(sqlite_store, ["p/m", "p/n"], "support", version) for version in (1, 2, 3)]
    assert [{name: one.value for name, one in each.items()} for each in found] == [
        {"p/m with support@1": Decimal(1)},
        {"p/m with support@2": Decimal(0)},
        {},
    ]
    assert quality.parted("p/m with support@1") == ("p/m", "support@1")
    assert quality.parted("p/m") == ("p/m", "")
    assert quality.known(sqlite_store, ["p/m"], "billing") == {}
    assert quality.known(sqlite_store, ["p/m"], "support")["p/m"].value == Decimal("0.5")


def test_classes_are_those_of_the_calls_that_the_rules_can_tell(store: Store) -> None:
    short, long = "What is this?", "word " * 120
    ids = put(store, *[call(short)] * 4, *[call(long)] * 4, call(None))
    runs.make(store, [[1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]], run_id="r", provider="p")
    with store.write() as session:
        for position, call_id in enumerate(ids):
            session.execute(update(CellRow).where(CellRow.case_position == position).values(call_id=call_id))
    one = quality.known(store, ["p/m"], rules=SHIPPED)["p/m"]
    assert one.n == 9
    assert {name: (found.value, found.n) for name, found in one.by_class.items()} == {
        "simple": (Decimal("0.75"), 4),
        "complex": (Decimal("0.25"), 4),
    }
    tagged = quality.known(store, ["p/m"], rules=[Rule('model = "p/*"', "ours")])["p/m"]
    assert tagged.by_class["ours"].n == 9


def test_a_mix_is_the_sum_of_its_shares_and_its_variances_add() -> None:
    known = {"a": measured("0.9", "0.8", "0.96"), "b": measured("0.6", "0.5", "0.7")}
    found = quality.of_mix({("all", "a"): Decimal("0.75"), ("all", "b"): Decimal("0.25")}, known)
    assert found.value == Decimal("0.825")
    assert float(found.low or 0) == pytest.approx(0.825 - math.hypot(0.75 * 0.1, 0.25 * 0.1), abs=1e-6)
    assert float(found.high or 0) == pytest.approx(0.825 + math.hypot(0.75 * 0.06, 0.25 * 0.1), abs=1e-6)


def test_one_figure_used_for_two_classes_is_one_figure() -> None:
    known = {"a": measured("0.9", "0.8", "1")}
    found = quality.of_mix({("simple", "a"): Decimal("0.5"), ("complex", "a"): Decimal("0.5")}, known)
    assert (found.value, found.low, found.high) == (Decimal("0.9"), Decimal("0.8"), Decimal(1))


def test_a_class_has_its_own_figure_where_there_is_one() -> None:
    known = {"a": measured("0.7", "0.6", "0.8", by_class={"simple": measured("0.98", "0.96", "1")})}
    assert quality.of_mix({("simple", "a"): Decimal(1)}, known).value == Decimal("0.98")
    assert quality.of_mix({("complex", "a"): Decimal(1)}, known).value == Decimal("0.7")


def test_false_hits_of_a_semantic_cache_are_wrong_answers() -> None:
    found = quality.of_mix({("all", "a"): Decimal(1)}, {"a": measured("0.9", "0.8", "1")}, false_hits=Decimal("0.01"))
    assert (found.value, found.low, found.high) == (Decimal("0.891"), Decimal("0.792"), Decimal("0.99"))


def test_a_model_nobody_knows_makes_the_mix_unknown_unless_it_takes_nothing() -> None:
    known = {"a": measured("0.9", "0.8", "1")}
    found = quality.of_mix({("all", "a"): Decimal("0.9"), ("all", "b"): Decimal("0.1")}, known)
    assert (found.value, found.low, found.unknown) == (None, None, ("b",))
    assert found.sources == {"a": "run x, n = 100"}
    assert quality.of_mix({("all", "a"): Decimal(1), ("all", "b"): Decimal(0)}, known).value == Decimal("0.9")
    assert quality.of_mix({}, known).value is None


def test_what_is_stated_fills_what_no_run_says() -> None:
    believed = {
        "a": Believed(quality=Decimal("0.1"), quality_by_class={"simple": Decimal("0.99")}),
        "b": Believed(quality=Decimal("0.8")),
        "c": Believed(quality_by_class={"simple": Decimal("0.97")}),
        "d": Believed(),
    }
    known = quality.merged({"a": measured("0.9", "0.8", "1")}, believed)
    assert known["a"].value == Decimal("0.9")
    assert known["a"].by_class["simple"].value == Decimal("0.99")
    assert quality.of_mix({("all", "b"): Decimal(1)}, known).low is None
    assert quality.of_mix({("simple", "c"): Decimal(1)}, known).value == Decimal("0.97")
    assert quality.of_mix({("complex", "c"): Decimal(1)}, known).unknown == ("c",)
    assert "d" not in known
