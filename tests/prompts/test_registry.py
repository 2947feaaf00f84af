import threading
from dataclasses import replace

import pytest

from workbench.errors import Conflict, InputError, InUse, NameTaken, NotFound
from workbench.prompts import drafts, labels, registry
from workbench.prompts.content import text
from workbench.prompts.records import Variable
from workbench.prompts.saving import DEMO
from workbench.store import Store


def test_a_version_comes_back_as_it_was_saved(store: Store) -> None:
    saved = registry.save_version(
        store, "a/b", text("Hi {{x}}"), note="why", author="Ann", semantic="v1.0.0", extra={"k": [1, {"z": None}]}, now_ms=5
    )
    assert saved.new
    again = registry.version(store, "a/b")
    assert again == saved.version
    assert (again.number, again.semantic, again.note, again.author, again.created_ms) == (1, "1.0.0", "why", "Ann", 5)
    assert again.extra == {"k": [1, {"z": None}]}
    assert again.hash == text("Hi {{x}}").hash()


def test_identical_content_makes_no_new_version(store: Store) -> None:
    registry.save_version(store, "p", text("one"))
    assert not registry.save_version(store, "p", text("one"), note="another note", author="Bo").new
    assert registry.get(store, "p").latest == 1


def test_who_goes_back_to_an_old_text_is_told_which_version_it_is(store: Store) -> None:
    registry.save_version(store, "p", text("one"))
    registry.save_version(store, "p", text("two"))
    saved = registry.save_version(store, "p", text("one"))
    assert not saved.new
    assert saved.version.number == 1


def test_the_same_text_under_two_names_is_two_prompts(store: Store) -> None:
    assert registry.save_version(store, "p", text("one")).new
    assert registry.save_version(store, "q", text("one")).new


def test_a_version_is_found_by_number_label_semantic_name_and_as_the_latest(store: Store) -> None:
    registry.save_version(store, "p", text("one"), semantic="1.9.0")
    registry.save_version(store, "p", text("two"), semantic="1.10.0")
    labels.move(store, "p", "production", 1)
    assert [registry.resolve(store, ref).number for ref in ("p", "p@1", "p@production", "p@1.10.0")] == [2, 1, 1, 2]


@pytest.mark.parametrize("ref", ["p@3", "p@staging", "p@9.9.9", "p@999999999"])
def test_a_missing_version_is_an_error_that_lists_what_is_there(store: Store, ref: str) -> None:
    registry.save_version(store, "p", text("one"))
    registry.save_version(store, "p", text("two"), semantic="2.0.0")
    labels.move(store, "p", "production", 2)
    with pytest.raises(NotFound) as error:
        registry.resolve(store, ref)
    assert "2 (2.0.0), 1" in error.value.hint
    if "staging" in ref:
        assert "production" in error.value.hint


def test_a_misspelt_prompt_is_told_what_was_meant(store: Store) -> None:
    registry.save_version(store, "support/intent", text("one"))
    with pytest.raises(NotFound) as error:
        registry.version(store, "support/intnt")
    assert "support/intent" in error.value.hint


@pytest.mark.parametrize("name", ["a\x00b", "\ud800", "x" * 5000, "'; DROP TABLE prompts; --"])
def test_no_name_a_person_can_type_makes_the_database_stumble(store: Store, name: str) -> None:
    for ask in (registry.get, registry.version, registry.versions, registry.archive, registry.delete):
        with pytest.raises(NotFound):
            ask(store, name)
    registry.save_version(store, "p", text("one"))
    with pytest.raises(NotFound):
        registry.version(store, "p", label=name)
    assert registry.page(store, folder=name, tag=name, label=name) == []


def test_who_saves_second_is_told_and_shown_the_other_version(store: Store) -> None:
    registry.save_version(store, "p", text("one"))
    registry.save_version(store, "p", text("theirs"), base=1, author="Ann")
    with pytest.raises(Conflict) as error:
        registry.save_version(store, "p", text("mine"), base=1)
    theirs = error.value.theirs
    assert isinstance(theirs, registry.Version)
    assert (theirs.number, theirs.content, theirs.author) == (2, text("theirs"), "Ann")
    assert registry.get(store, "p").latest == 2
    assert registry.save_version(store, "p", text("mine"), base=2).version.number == 3


def test_a_new_prompt_is_not_saved_over_one_of_that_name(store: Store) -> None:
    registry.save_version(store, "p", text("theirs"), base=0)
    with pytest.raises(Conflict):
        registry.save_version(store, "p", text("mine"), base=0)


def test_saving_on_top_of_a_prompt_that_is_gone_says_so(store: Store) -> None:
    registry.save_version(store, "p", text("one"))
    registry.rename(store, "p", "q")
    with pytest.raises(NotFound, match="deleted or renamed"):
        registry.save_version(store, "p", text("two"), base=1)


def test_of_two_who_save_on_the_same_base_at_once_exactly_one_wins(store: Store) -> None:
    registry.save_version(store, "p", text("one"))
    outcomes = _at_once(2, lambda n: registry.save_version(store, "p", text(f"text {n}"), base=1))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Saved"]
    assert registry.get(store, "p").latest == 2


def test_numbers_stay_free_of_gaps_under_eight_writers(store: Store) -> None:
    outcomes = _at_once(8, lambda n: [registry.save_version(store, "p", text(f"{n} {i}")) for i in range(10)])
    assert not [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert [version.number for version in registry.versions(store, "p", limit=100)] == list(range(80, 0, -1))


def test_a_number_is_kept_if_it_is_free_and_refused_if_it_is_not(store: Store) -> None:
    assert registry.save_version(store, "p", text("seven"), number=7).version.number == 7
    assert registry.save_version(store, "p", text("three"), number=3).version.number == 3
    assert registry.save_version(store, "p", text("next")).version.number == 8
    with pytest.raises(NameTaken, match="version 7"):
        registry.save_version(store, "p", text("else"), number=7)
    with pytest.raises(NameTaken):
        registry.save_version(store, "p", text("a"), semantic="1.0.0") and registry.save_version(store, "p", text("b"), semantic="1.0.0")
    with pytest.raises(InputError):
        registry.save_version(store, "p", text("c"), number=0)


def test_a_version_without_a_message_is_refused(store: Store) -> None:
    with pytest.raises(InputError):
        registry.save_version(store, "p", replace(text("x"), messages=()))
    with pytest.raises(NotFound):
        registry.get(store, "p")


def test_hostile_text_is_kept_as_far_as_a_database_can_hold_it(store: Store) -> None:
    saved = registry.save_version(store, "p", text("a\x00b\ud800 😀\r\n\u2028"), note="n\x00", extra={"k": "\x00"}, author="\ud800")
    again = registry.version(store, "p")
    assert again == saved.version
    assert again.content.messages[0].text == "a\ufffdb\ufffd\ufffd\ufffd 😀\r\n\u2028"
    assert not registry.save_version(store, "p", text("a\x00b\ud800 😀\r\n\u2028")).new


def test_versions_come_newest_first_and_in_pages(store: Store) -> None:
    for n in range(5):
        registry.save_version(store, "p", text(str(n)))
    assert [v.number for v in registry.versions(store, "p", limit=2)] == [5, 4]
    assert [v.number for v in registry.versions(store, "p", after=4, limit=2)] == [3, 2]
    assert registry.versions(store, "p", after=1) == []


def test_what_is_said_of_a_prompt_can_be_changed(store: Store) -> None:
    registry.create(store, "p", description="d", tags=["x", "x", " y "], variables=[Variable("a", "number", required=False)])
    changed = registry.update(store, "p", expected_output="one word", silenced=["vague"])
    assert (changed.description, changed.expected_output, changed.tags, changed.silenced) == ("d", "one word", ("x", "y"), ("vague",))
    assert changed.variables == (Variable("a", "number", required=False),)
    assert registry.update(store, "p", tags=[], variables=[]).variables == ()
    with pytest.raises(NameTaken):
        registry.create(store, "p")
    with pytest.raises(InputError, match="same name"):
        registry.update(store, "p", variables=[Variable("a"), Variable("a")])
    with pytest.raises(InputError):
        registry.update(store, "p", variables=[Variable("a", "colour")])
    with pytest.raises(InputError):
        registry.update(store, "p", tags=["a\nb"])


def test_a_renamed_prompt_keeps_versions_labels_and_draft(store: Store) -> None:
    registry.save_version(store, "p", text("one"))
    labels.move(store, "p", "production", 1)
    drafts.save(store, "prompt", "p", {"a": 1}, base_version=1)
    registry.rename(store, "p", "folder/q")
    assert registry.resolve(store, "folder/q@production").number == 1
    assert drafts.load(store, "prompt", "p") is None
    assert (drafts.load(store, "prompt", "folder/q") or pytest.fail("no draft")).content == {"a": 1}
    registry.save_version(store, "p", text("other"))
    with pytest.raises(NameTaken):
        registry.rename(store, "p", "folder/q")
    with pytest.raises(NotFound):
        registry.rename(store, "nothing", "else")


def test_a_duplicate_begins_with_the_latest_version_alone(store: Store) -> None:
    registry.create(store, "p", description="d", tags=["t"])
    registry.save_version(store, "p", text("one"))
    registry.save_version(store, "p", text("two"))
    labels.move(store, "p", "production", 2)
    copy = registry.duplicate(store, "p", "q")
    assert (copy.latest, copy.labels, copy.description, copy.tags) == (1, {}, "d", ("t",))
    only = registry.version(store, "q")
    assert (only.content, only.note) == (text("two"), "Copy of p@2")
    with pytest.raises(NameTaken):
        registry.duplicate(store, "p", "q")


def test_a_prompt_without_a_version_can_be_duplicated(store: Store) -> None:
    registry.create(store, "p", description="wise")
    assert registry.duplicate(store, "p", "q").latest is None
    assert [prompt.name for prompt in registry.page(store, search="wise")] == ["p", "q"]


def test_an_archived_prompt_leaves_the_list_and_goes_on_working(store: Store) -> None:
    registry.save_version(store, "p", text("one"))
    labels.move(store, "p", "production", 1)
    assert registry.archive(store, "p").archived
    assert registry.page(store) == []
    assert [prompt.name for prompt in registry.page(store, archived=True)] == ["p"]
    assert registry.resolve(store, "p@production").number == 1
    assert not registry.unarchive(store, "p").archived


def test_a_deleted_prompt_leaves_nothing(store: Store) -> None:
    registry.save_version(store, "p", text("unique"))
    labels.move(store, "p", "production", 1)
    drafts.save(store, "prompt", "p", {})
    registry.delete(store, "p")
    assert registry.page(store, search="unique") == []
    assert drafts.keys(store, "prompt") == []
    with pytest.raises(NotFound):
        registry.get(store, "p")
    assert registry.save_version(store, "p", text("unique")).version.number == 1


def test_a_prompt_that_others_include_is_neither_deleted_nor_renamed(store: Store) -> None:
    registry.save_version(store, "parts/tone", text("Be kind."))
    registry.save_version(store, "p", text("{{> parts/tone}} Hi"))
    for change in (lambda: registry.delete(store, "parts/tone"), lambda: registry.rename(store, "parts/tone", "tone")):
        with pytest.raises(InUse, match=r"included by p"):
            change()
    registry.save_version(store, "p", text("Hi"))
    assert registry.rename(store, "parts/tone", "tone").name == "tone"


def test_a_prompt_with_calls_or_runs_is_not_deleted(store: Store) -> None:
    called, ran = (registry.save_version(store, name, text("x")).version for name in ("called", "ran"))
    _call(store, called)
    _run(store, ran)
    for name, why in (("called", "calls"), ("ran", "run")):
        with pytest.raises(InUse, match=why):
            registry.delete(store, name)
        assert registry.version(store, name).number == 1


def test_the_demo_goes_with_one_action_and_takes_nothing_of_ones_own(store: Store) -> None:
    for name in ("plain", "edited", "used"):
        registry.save_version(store, name, text("demo"), demo=True)
    registry.save_version(store, "edited", text("my own"))
    registry.save_version(store, "mine", text("demo"))
    _run(store, registry.version(store, "used"))
    assert registry.version(store, "plain").extra == {DEMO: True}
    removed = registry.remove_demo(store)
    assert removed.names == ("plain",)
    assert [name for name, _why in removed.kept] == ["edited", "used"]
    assert [(prompt.name, prompt.demo) for prompt in registry.page(store)] == [("edited", False), ("mine", False), ("used", False)]


def _call(store: Store, version: registry.Version) -> None:
    from workbench.ledger.tables import CallRow

    with store.write() as session:
        session.add(CallRow(started_ms=1, source="test", prompt=version.prompt, version=1, provider="p", model="m", status="ok"))


def _run(store: Store, version: registry.Version) -> None:
    from workbench.runner.tables import RunRow, RunVariantRow

    with store.write() as session:
        session.add(RunRow(id="r", name="r", kind="compare", state="finished", plan={}, total=1, created_ms=1))
        session.flush()
        variant = {"run_id": "r", "position": 1, "name": "v", "provider": "p", "model": "m", "content": {}}
        session.add(RunVariantRow(**variant, prompt=version.prompt, version=1, version_id=version.id))


def _at_once(count: int, work: object) -> list[object]:
    """What `work(0)` ... `work(count - 1)` returned or raised, all begun together."""
    assert callable(work)
    outcomes: list[object] = [None] * count
    begin = threading.Barrier(count)

    def run(n: int) -> None:
        begin.wait()
        try:
            outcomes[n] = work(n)
        except Exception as error:
            outcomes[n] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
