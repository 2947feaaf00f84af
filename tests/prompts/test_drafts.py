import pytest

from workbench.errors import InputError
from workbench.prompts import drafts
from workbench.store import Store


def test_a_draft_comes_back_until_it_is_discarded(store: Store) -> None:
    drafts.save(store, "prompt", "support/intent", {"text": "a\x00b 😀"}, base_version=3, now_ms=7)
    found = drafts.load(store, "prompt", "support/intent")
    assert found == drafts.Draft("prompt", "support/intent", {"text": "a\x00b 😀"}, 3, 7)
    assert drafts.discard(store, "prompt", "support/intent")
    assert drafts.load(store, "prompt", "support/intent") is None
    assert not drafts.discard(store, "prompt", "support/intent")


def test_saving_a_draft_again_replaces_it(store: Store) -> None:
    drafts.save(store, "prompt", "p", {"n": 1}, base_version=1)
    drafts.save(store, "prompt", "p", {"n": 2})
    found = drafts.load(store, "prompt", "p")
    assert found is not None
    assert (found.content, found.base_version) == ({"n": 2}, None)


def test_keys_are_listed_by_kind_the_newest_first(store: Store) -> None:
    for n, key in enumerate(("a", "b", "c")):
        drafts.save(store, "playground", key, {}, now_ms=n)
    drafts.save(store, "prompt", "other", {})
    assert drafts.keys(store, "playground") == ["c", "b", "a"]


@pytest.mark.parametrize(("kind", "key"), [("", "k"), ("k", ""), ("k" * 41, "k"), ("k", "k" * 201)])
def test_a_draft_needs_a_kind_and_a_key_that_fit(store: Store, kind: str, key: str) -> None:
    with pytest.raises(InputError):
        drafts.save(store, kind, key, {})


def test_a_hostile_key_is_a_key(store: Store) -> None:
    drafts.save(store, "prompt", "a\x00\ud800'", {"n": 1})
    assert drafts.load(store, "prompt", "a\x00\ud800'") is not None
