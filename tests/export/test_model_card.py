"""The card of a model: what a person wrote, what calls and runs measured, what is unknown."""

from typing import Any

import pytest

from tests.comparison import runs
from tests.cost.ledger import DAY_MS, START_MS, call, put
from tests.export import shown
from workbench.comparison import summary
from workbench.errors import InputError, NotFound
from workbench.export import setup
from workbench.export.reports import models, said
from workbench.monitoring import stats
from workbench.prompts import content, registry
from workbench.store import Store


def traffic(store: Store, n: int = 40, **fields: Any) -> None:
    """Calls of two prompts by p/m over two days, a tenth of them failed."""
    failed = {"status": "error", "error_type": "timeout", "cost_nano": None}
    records = [
        call(
            f"text {at}",
            started_ms=START_MS + at * DAY_MS // 20,
            prompt=("triage", "reply")[at % 2],
            **(failed if at % 10 == 0 else {}),
            **fields,
        )
        for at in range(n)
    ]
    put(store, *records)


def test_figures_are_those_of_calls_and_runs(store: Store) -> None:
    traffic(store)
    put(store, call("other", model="other", prompt="triage"))
    runs.make(
        store,
        runs.right_or_wrong(40, 5, 20, 15),
        names=["old", "new"],
        provider="p",
        tags=[["easy"] if at < 50 else ["hard"] for at in range(80)],
    )
    made = shown.compose(store, "model_card", "p/m")
    seen = stats.look(store, START_MS, START_MS + 3 * DAY_MS, filters={"provider": "p", "model": "m"})
    assert isinstance(seen, dict)
    assert f"{seen['total_requests']} requests from 2025-05-18 to 2025-06-16" in shown.text(made, "performance")
    by_prompt = next(
        one for one in shown.tables(made, "performance") if one.columns[0].name == "Prompt" and one.columns[1].name == "Requests"
    )
    triage = stats.look(store, START_MS, START_MS + 3 * DAY_MS, filters={"provider": "p", "model": "m", "prompt": "triage"})
    assert isinstance(triage, dict)
    assert shown.cell(by_prompt, "triage", "Requests").value == triage["total_requests"]
    assert shown.cell(by_prompt, "triage", "Answered").value == pytest.approx(triage["success_rate"])
    assert shown.cell(by_prompt, "triage", "p95").value == pytest.approx(triage["latency_p95_ms"])
    scores = next(one for one in shown.tables(made, "performance") if one.columns[1].name == "Run")
    found = {one.name: one for one in summary.summarise(store, "r").variants}
    for name in ("old", "new"):
        assert shown.cell(scores, name, "Score").value == found[name].score
        assert shown.cell(scores, name, "Cases").value == found[name].n
    assert "timeout" in shown.text(made, "performance")


def test_latency_by_day_begins_on_the_first_day_with_a_call_and_keeps_gaps(store: Store) -> None:
    put(store, call("old", model="other"), call("new", started_ms=START_MS + 5 * DAY_MS), call("newer", started_ms=START_MS + 8 * DAY_MS))
    made = shown.compose(store, "model_card", "p/m")
    (chart,) = [one for one in shown.charts(made, "performance") if one.title == "Latency by day"]
    assert len(chart.labels) == len(chart.lines[0].values) == 4
    assert [value is None for value in chart.lines[0].values] == [False, True, True, False]
    assert all(one.facts for one in made.sources if one.kind in ("calls", "run", "prices"))


def test_its_headings_are_the_ones_a_model_card_has(sqlite_store: Store) -> None:
    traffic(sqlite_store)
    made = shown.compose(sqlite_store, "model_card", "p/m")
    assert [one.title for one in made.sections] == [
        *("Model Details", "Intended Use", "Out-of-Scope Use", "Measured Performance", "Cost", "Limitations", "Ethical Considerations"),
        *("Contact", "Sources"),
    ]


def test_what_nobody_knows_says_unknown_and_how_to_get_it(store: Store) -> None:
    traffic(store)
    made = shown.compose(store, "model_card", "m")
    details = shown.tables(made, "details")[0]
    for row in ("Version", "Release date", "Type", "Developer", "Training data", "Context window"):
        assert shown.cell(details, row, "As known here").runs[0].text == "unknown"
    for key in ("intended_use", "out_of_scope", "performance", "cost", "limitations", "ethics", "contact"):
        assert shown.missing(made, key), key


def test_what_a_person_wrote_stands_there_and_is_a_source(sqlite_store: Store) -> None:
    traffic(sqlite_store)
    prose = {
        "version": "2025-01",
        "developer": "Example & Co",
        "intended_use": "Sorting **messages**.",
        "out_of_scope": "Medical advice.",
        "context_limitations": "triage: cannot tell urgent from angry.\n  Nor sarcasm.\nreply: is wordy",
        "contact": "bench@example.com",
    }
    setup.put(sqlite_store, "model_card", "p/m", prose=prose)
    made = shown.compose(sqlite_store, "model_card", "p/m")
    assert shown.cell(shown.tables(made, "details")[0], "Version", "As known here").runs[0].text == "2025-01"
    assert "Sorting messages." in shown.text(made, "intended_use")
    assert not shown.missing(made, "out_of_scope")
    limits = shown.text(made, "limitations")
    assert "triage\ncannot tell urgent from angry. Nor sarcasm." in limits
    assert "reply\nis wordy" in limits
    written = {one.id.removeprefix("model_card/p/m/") for one in made.sources if one.kind == "prose"}
    assert {"version", "developer", "intended_use", "out_of_scope", "context_limitations", "contact"} <= written
    setup.put(sqlite_store, "model_card", "p/m", prose={"developer": "Somebody else"})
    again = shown.compose(sqlite_store, "model_card", "p/m")
    assert {one.id for one in again.sources if one not in made.sources} == {"model_card/p/m/developer"}


def test_slices_that_are_measurably_weaker_are_limitations(sqlite_store: Store) -> None:
    tags = [["easy"] if at < 50 else ["hard"] for at in range(80)]
    runs.make(sqlite_store, runs.right_or_wrong(40, 5, 20, 15), names=["old", "new"], provider="p", tags=tags)
    made = shown.compose(sqlite_store, "model_card", "p/m")
    table = next(one for one in shown.tables(made, "limitations") if one.columns[1].name == "Cases tagged")
    assert {row[1] for row in shown.rows(table)} == {"hard"}
    assert "Measured: On cases tagged hard it scores" in shown.text(made, "limitations")


def test_a_model_that_only_the_price_list_knows_has_its_price_and_says_what_is_missing(sqlite_store: Store) -> None:
    made = shown.compose(sqlite_store, "model_card", "openai/gpt-4o")
    assert shown.cell(shown.tables(made, "details")[0], "Called through", "As known here").runs[0].text == "openai (OpenAI)"
    price = shown.tables(made, "cost")[0]
    assert shown.cell(price, "Input", "Dollars a million").value == 2.5
    assert any("No call of this model is recorded" in one for one in shown.missing(made, "performance"))
    assert any("No scored run of this model" in one for one in shown.missing(made, "performance"))


def test_a_simulated_model_is_marked_before_anything_else(sqlite_store: Store) -> None:
    put(sqlite_store, call("text", provider="simulated", model="good"))
    made = shown.compose(sqlite_store, "model_card", "simulated/good")
    assert shown.text(made, "details").startswith("This is the simulated provider")


def test_names_are_found_alone_where_one_provider_has_them(sqlite_store: Store) -> None:
    put(sqlite_store, call("text", provider="vertex", model="claude@20240229"), call("text", provider="a", model="m"))
    put(sqlite_store, call("text", provider="b", model="m"))
    assert models.resolve(sqlite_store, "claude@20240229").name == "vertex/claude@20240229"
    assert models.resolve(sqlite_store, "claude@20240229").dated == "2024-02-29"
    assert models.split(sqlite_store, "vertex/claude@20240229@triage") == (models.resolve(sqlite_store, "claude@20240229"), "triage")
    with pytest.raises(InputError, match="Several providers"):
        models.resolve(sqlite_store, "m")
    with pytest.raises(NotFound, match="knows a model 'nobody'"):
        models.resolve(sqlite_store, "nobody")


def test_prompts_that_call_it_say_what_they_are_for(sqlite_store: Store) -> None:
    traffic(sqlite_store)
    registry.create(sqlite_store, "triage", description="Sorts messages <b>fast</b>.")
    registry.save_version(sqlite_store, "triage", content.text("x {{y}}"))
    uses = shown.tables(shown.compose(sqlite_store, "model_card", "p/m"), "intended_use")[0]
    assert dict(shown.rows(uses)) == {"triage": "Sorts messages <b>fast</b>.", "reply": "not in the registry"}


def test_limitations_are_read_by_context_out_of_lines() -> None:
    text = "- support/triage: no sarcasm\n  nor irony\n\nhttp://x is no context\n`b`:  wordy\nb: and slow"
    assert said.by_context(text) == {"support/triage": "no sarcasm nor irony http://x is no context", "b": "wordy and slow"}


def test_calls_of_others_leave_a_card_of_past_days_as_it_is_and_a_prompts_new_words_do_not(sqlite_store: Store) -> None:
    traffic(sqlite_store, provider="openai", model="gpt-4o")
    registry.create(sqlite_store, "triage", description="Sorts mail.")
    asked: dict[str, Any] = {"period": "2025-06-15..2025-06-16"}
    first = shown.compose(sqlite_store, "model_card", "openai/gpt-4o", **asked)
    put(sqlite_store, call("x", provider="q", model="other", started_ms=START_MS + 9 * DAY_MS))
    same = shown.compose(sqlite_store, "model_card", "openai/gpt-4o", **asked)
    assert [(one.id, one.digest) for one in same.sources] == [(one.id, one.digest) for one in first.sources]
    put(sqlite_store, call("x", provider="openai", model="gpt-4o", started_ms=START_MS + 9 * DAY_MS))
    rolling = [shown.compose(sqlite_store, "model_card", "openai/gpt-4o").sources]
    put(sqlite_store, call("x", provider="openai", model="gpt-4o", started_ms=START_MS + 10 * DAY_MS))
    rolling.append(shown.compose(sqlite_store, "model_card", "openai/gpt-4o").sources)
    assert [one.id for one in rolling[0]] == [one.id for one in rolling[1]]
    assert [a.kind for a, b in zip(*rolling, strict=True) if a.digest != b.digest] == ["calls"]
    registry.update(sqlite_store, "triage", description="Sorts letters.")
    now = shown.compose(sqlite_store, "model_card", "openai/gpt-4o", **asked)
    assert [b.id for a, b in zip(first.sources, now.sources, strict=True) if a.digest != b.digest] == ["prompts of openai/gpt-4o"]
