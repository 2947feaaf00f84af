"""Home's figures: what is there, what this month cost, what waits to go on."""

from datetime import UTC, datetime

from tests.store.test_engine import call
from workbench.monitoring import overview
from workbench.prompts import drafts, labels, registry
from workbench.prompts.content import Content
from workbench.store import Store
from workbench.text.messages import message

NOW = round(datetime(2026, 3, 15, 12, tzinfo=UTC).timestamp() * 1000)


def test_an_empty_store_has_nothing_to_show(store: Store) -> None:
    seen = overview.look(store, NOW)
    assert seen.empty
    assert seen.month_nano == 0
    assert overview.unsaved(store) == []


def test_only_calls_since_the_first_of_the_month_are_this_months(store: Store) -> None:
    with store.write() as session:
        session.add(call(started_ms=overview.month_start_ms(NOW) - 1, cost_nano=1_000))
        session.add(call(started_ms=overview.month_start_ms(NOW), cost_nano=20))
        session.add(call(started_ms=NOW, cost_nano=3))
        session.add(call(started_ms=NOW, cost_nano=None))
        session.add(call(started_ms=NOW, cost_nano=None, status="error"))
    seen = overview.look(store, NOW)
    assert (seen.calls, seen.month_calls, seen.month_nano, seen.month_unpriced) == (5, 4, 23, 1)
    assert not seen.empty


def test_archived_prompts_do_not_count_and_production_labels_do(store: Store) -> None:
    for name in ("a", "b"):
        registry.save_version(store, name, Content(messages=(message("user", name),)))
    labels.move(store, "a", overview.PRODUCTION, 1)
    registry.archive(store, "b")
    seen = overview.look(store, NOW)
    assert (seen.prompts, seen.in_production, seen.demo) == (1, 1, False)


def test_the_draft_touched_last_comes_first_and_the_list_is_bounded(store: Store) -> None:
    for n in range(7):
        drafts.save(store, "prompt", f"p{n}", {}, now_ms=NOW + n)
    assert [draft.key for draft in overview.unsaved(store, limit=3)] == ["p6", "p5", "p4"]
