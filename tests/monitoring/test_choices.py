"""What the Overview can be narrowed to: the names that calls carry, and how new the ledger is."""

from tests.cost.ledger import call, put
from workbench.monitoring import choices
from workbench.store import Store


def test_the_names_of_calls_can_be_chosen_and_the_newest_call_is_known(store: Store) -> None:
    assert choices.look(store).prompts == ()
    assert choices.newest(store) == 0
    made = put(
        store,
        call(None, prompt="intent", version=2, label="production", provider="openai", model="gpt-5", source="client"),
        call(None, prompt="intent", version=11, provider="openai", model="gpt-5-mini", source="run"),
        call(None, provider="anthropic", model="claude", source="client", status="error", error_type="timeout"),
    )
    found = choices.look(store)
    assert (found.prompts, found.labels, found.error_types) == (("", "intent"), ("production",), ("timeout",))
    assert (found.providers, found.models) == (("anthropic", "openai"), ("claude", "gpt-5", "gpt-5-mini"))
    assert found.sources == ("client", "run")
    assert choices.versions(store, "intent") == (11, 2)
    assert choices.newest(store) == made[-1]
