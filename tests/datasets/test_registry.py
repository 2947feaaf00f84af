import pytest

from workbench.datasets import editing, registry
from workbench.datasets.cases import NewCase
from workbench.errors import Conflict, InputError, NameTaken, NotFound
from workbench.store import Store


def messages(n: int) -> list[NewCase]:
    return [NewCase({"text": f"message {i}", "label": f"l{i % 3}"}, expected=f"l{i % 3}", tags=("even",) * (i % 2 == 0)) for i in range(n)]


def texts(store: Store, name: str) -> list[str]:
    return [case.inputs["text"] for case in registry.cases(store, name, limit=None)]


def test_a_dataset_keeps_its_cases_in_order(store: Store) -> None:
    made = registry.create(store, "bank", messages(5), description="d", attribution="a", now_ms=7)
    assert (made.name, made.columns, made.cases, made.revision) == ("bank", ("text", "label"), 5, 1)
    assert registry.get(store, "bank") == made
    first, *_, last = registry.cases(store, "bank")
    assert (first.inputs, first.expected, first.tags) == ({"text": "message 0", "label": "l0"}, "l0", ("even",))
    assert last.inputs["text"] == "message 4"


def test_cases_are_paged_by_position_and_filtered_by_split_and_tag(store: Store) -> None:
    registry.create(store, "bank", messages(9))
    start = registry.cases(store, "bank", limit=4)
    rest = registry.cases(store, "bank", after=start[-1].position, limit=10)
    assert [case.position for case in (*start, *rest)] == list(range(9))
    assert [case.position for case in registry.cases(store, "bank", tag="even")] == [0, 2, 4, 6, 8]
    assert registry.count(store, "bank", tag="even") == 5
    editing.set_split(store, "bank", {"train": 2 / 3, "test": 1 / 3}, seed=1)
    assert registry.splits(store, "bank") == {"test": 3, "train": 6}
    assert len(registry.cases(store, "bank", split="test")) == 3
    assert registry.cases(store, "bank", split="none") == []


def test_a_column_without_a_value_is_an_empty_text(store: Store) -> None:
    registry.create(store, "bank", [NewCase({"a": "1"}), NewCase({"b": "2"})])
    assert [dict(case.inputs) for case in registry.cases(store, "bank")] == [{"a": "1", "b": ""}, {"a": "", "b": "2"}]


def test_what_no_database_can_hold_is_replaced_and_the_rest_kept(store: Store) -> None:
    registry.create(store, "odd", [NewCase({"te\x00xt": "a\x00b\ud800"}, expected="x\x00", tags=("t\x00",))])
    (case,) = registry.cases(store, "odd", tag="t\ufffd")
    assert case.expected == "x\ufffd"
    assert case.inputs["te\ufffdxt"].rstrip("\ufffd") == "a\ufffdb"


def test_a_name_is_used_once_and_must_be_a_name(store: Store) -> None:
    registry.create(store, "bank")
    for again in ("bank", " bank "):
        with pytest.raises(NameTaken):
            registry.create(store, again, messages(1))
    for bad in ("", "  ", "~hidden", "-x", "a\nb", "x" * 201):
        with pytest.raises(InputError, match="cannot name"):
            registry.create(store, bad)
    assert [each.name for each in registry.page(store)] == ["bank"]


def test_columns_need_names_of_their_own(store: Store) -> None:
    for columns in (["a", "a"], ["a", " "], ["x" * 201], [str(n) for n in range(201)]):
        with pytest.raises(InputError, match="column"):
            registry.create(store, "bank", columns=columns)


def test_what_is_missing_is_said_with_what_is_there(store: Store) -> None:
    with pytest.raises(NotFound) as none:
        registry.get(store, "bank")
    assert "datasets import" in none.value.hint
    registry.create(store, "other")
    with pytest.raises(NotFound) as some:
        registry.cases(store, "bank")
    assert "other" in some.value.hint


def test_no_name_or_number_a_person_can_type_makes_the_database_stumble(store: Store) -> None:
    made = registry.create(store, "bank", messages(2))
    for odd in ("a\x00b", "\ud800", "%_\\", "'; --", "~x", "~"):
        with pytest.raises(NotFound):
            registry.get(store, odd)
        assert registry.page(store, search=f"zz{odd}") == []
        registry.page(store, after=odd)
        assert registry.cases(store, "bank", split=f"zz{odd}") == registry.cases(store, "bank", tag=f"zz{odd}") == []
    assert registry.cases(store, "bank", after=10**30) == []
    assert len(registry.cases(store, "bank", after=-(10**30))) == 2
    for unknown in (0, -1, 10**30):
        with pytest.raises(InputError, match="no case with the id"):
            editing.apply_edits(store, "bank", made.revision, {"removed": [unknown]})
    with pytest.raises(InputError, match="longer than 40"):
        registry.create(store, "other", [NewCase({"a": "1"}, split="x" * 41)])


def test_the_list_is_searched_and_paged(store: Store) -> None:
    for name in ("alpha", "beta", "gam_ma"):
        registry.create(store, name, messages(2), description=f"about {name} 100%")
    assert [each.name for each in registry.page(store, limit=2)] == ["alpha", "beta"]
    assert [(each.name, each.cases) for each in registry.page(store, after="beta")] == [("gam_ma", 2)]
    assert [each.name for each in registry.page(store, search="BET")] == ["beta"]
    assert [each.name for each in registry.page(store, search="m_m")] == ["gam_ma"]
    assert len(registry.page(store, search="100%")) == 3


def test_an_import_that_breaks_leaves_nothing(store: Store) -> None:
    def breaking() -> object:
        yield from messages(7_000)
        raise InputError("broken", place="row 7001")

    with pytest.raises(InputError, match="row 7001"):
        registry.create(store, "bank", breaking(), columns=["text", "label"])
    assert registry.page(store) == []
    registry.create(store, "bank", messages(1))
    assert registry.get(store, "bank").cases == 1


def test_a_name_given_away_during_an_import_is_refused_at_its_end(store: Store) -> None:
    def slow() -> object:
        yield from messages(3)
        registry.create(store, "bank", messages(1))

    with pytest.raises(NameTaken):
        registry.create(store, "bank", slow(), columns=["text", "label"])
    assert registry.get(store, "bank").cases == 1


def test_what_a_killed_import_left_is_swept_later(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.datasets.tables import DatasetRow

    with store.write() as session:
        session.add(DatasetRow(name="~left", columns=[], created_ms=1, updated_ms=1))
    with pytest.raises(NotFound):
        registry.get(store, "~left")
    registry.create(store, "bank")
    with store.read() as session:
        assert [row.name for row in session.query(DatasetRow)] == ["bank"]


def test_replacing_cases_keeps_the_name_and_raises_the_revision(store: Store) -> None:
    old = registry.create(store, "bank", messages(5), attribution="CC BY", demo=True, now_ms=5)
    new = registry.replace_cases(store, "bank", [NewCase({"q": "x"})], revision=old.revision)
    assert (new.columns, new.cases, new.revision, new.attribution, new.demo, new.created_ms) == (("q",), 1, 2, "CC BY", True, 5)
    with pytest.raises(Conflict):
        registry.replace_cases(store, "bank", messages(2), revision=old.revision)
    assert registry.get(store, "bank").columns == ("q",)


def test_a_sample_is_the_same_for_the_same_seed(store: Store) -> None:
    registry.create(store, "bank", messages(50))
    first = registry.sample(store, "bank", 10, seed=3)
    assert first == registry.sample(store, "bank", 10, seed=3)
    assert first != registry.sample(store, "bank", 10, seed=4)
    assert [case.position for case in first] == sorted(case.position for case in first)
    assert len(registry.sample(store, "bank", 99)) == 50


def test_the_hash_is_of_the_content_not_of_the_history(store: Store) -> None:
    a = registry.create(store, "a", messages(3))
    registry.create(store, "b", messages(3), description="other words")
    before = registry.content_hash(store, "a")
    assert before == registry.content_hash(store, "b")
    case = registry.cases(store, "a")[0]
    edited = editing.apply_edits(store, "a", a.revision, {"changed": {case.id: {"expected": "other"}}})
    assert registry.content_hash(store, "a") != before
    editing.apply_edits(store, "a", edited.dataset.revision, edited.undo)
    assert registry.content_hash(store, "a") == before
    registry.create(store, "reversed", list(reversed(messages(3))))
    assert registry.content_hash(store, "reversed") != before


def test_values_of_a_column_come_in_order_of_appearance(store: Store) -> None:
    registry.create(store, "bank", messages(7))
    assert registry.values(store, "bank", "label") == ["l0", "l1", "l2"]
    assert registry.values(store, "bank", "expected", limit=2) == ["l0", "l1"]


def test_rename_update_and_delete(store: Store) -> None:
    registry.create(store, "bank", messages(3))
    registry.create(store, "taken")
    with pytest.raises(NameTaken):
        registry.rename(store, "bank", "taken")
    assert registry.rename(store, "bank", "money").cases == 3
    assert registry.update(store, "money", description="new").description == "new"
    registry.delete(store, "money")
    assert [each.name for each in registry.page(store)] == ["taken"]


def test_only_the_demo_goes_with_the_demo(store: Store) -> None:
    registry.create(store, "demo", messages(2), demo=True)
    registry.create(store, "mine", messages(2))
    assert registry.remove_demo(store) == 1
    assert [each.name for each in registry.page(store)] == ["mine"]


def test_edits_are_applied_together_and_can_be_taken_back(store: Store) -> None:
    old = registry.create(store, "bank", messages(4))
    before = registry.cases(store, "bank")
    a, b, c, _d = before
    edited = editing.apply_edits(
        store,
        "bank",
        old.revision,
        {
            "changed": {a.id: {"inputs": {"text": "new"}, "tags": "x; y"}, c.id: {"expected": None}},
            "added": [{"inputs": {"text": "added"}, "expected": 3}],
            "removed": [b.id],
        },
    )
    now = registry.cases(store, "bank")
    assert [case.inputs["text"] for case in now] == ["new", "message 2", "message 3", "added"]
    assert (now[0].tags, now[0].inputs["label"], now[1].expected, now[3].expected) == (("x", "y"), "l0", None, "3")
    assert edited.dataset.revision == 2
    assert edited.added == (now[3].id,)
    back = editing.apply_edits(store, "bank", edited.dataset.revision, edited.undo)
    assert registry.cases(store, "bank") == before
    editing.apply_edits(store, "bank", back.dataset.revision, back.undo)
    assert texts(store, "bank") == ["new", "message 2", "message 3", "added"]


def test_edits_of_an_old_revision_change_nothing(store: Store) -> None:
    old = registry.create(store, "bank", messages(2))
    case = registry.cases(store, "bank")[0]
    editing.apply_edits(store, "bank", old.revision, {"changed": {case.id: {"split": "train"}}})
    with pytest.raises(Conflict) as late:
        editing.apply_edits(store, "bank", old.revision, {"removed": [case.id]})
    assert late.value.theirs.revision == 2
    assert texts(store, "bank") == ["message 0", "message 1"]


def test_an_edit_that_changes_nothing_makes_no_revision(store: Store) -> None:
    old = registry.create(store, "bank", messages(2))
    case = registry.cases(store, "bank")[0]
    same = editing.apply_edits(store, "bank", old.revision, {"changed": {case.id: {"inputs": {"text": "message 0"}}}})
    assert same.dataset == old


def test_bad_edits_are_refused_whole(store: Store) -> None:
    old = registry.create(store, "bank", messages(2))
    other = registry.create(store, "other", messages(1))
    stranger = registry.cases(store, other.name)[0]
    case = registry.cases(store, "bank")[0]
    for bad, says in (
        ({"removed": [case.id], "added": [{"inputs": {"nope": "x"}}]}, "no column 'nope'"),
        ({"removed": [case.id, stranger.id]}, "no case with the id"),
        ({"changed": {case.id: {"colour": "x"}}}, "the field 'colour'"),
        ({"changed": {"x": {}}}, "named by their id"),
        ({"deleted": [1]}, "no part 'deleted'"),
        ({"added": [{"inputs": {"text": "x" * 1_000_001}}]}, "characters"),
        ({"changed": {case.id: {"split": "x" * 41}}}, "longer than 40"),
        ({"changed": {case.id: {"tags": ["x" * 101]}}}, "longer than 100"),
    ):
        with pytest.raises(InputError, match=says):
            editing.apply_edits(store, "bank", old.revision, bad)
    assert registry.get(store, "bank") == old
    assert texts(store, "bank") == ["message 0", "message 1"]


def test_a_split_is_repeatable_and_exact(store: Store) -> None:
    registry.create(store, "bank", messages(11))
    editing.set_split(store, "bank", {"train": 0.8, "test": 0.2}, seed=5)
    first = [case.split for case in registry.cases(store, "bank")]
    editing.set_split(store, "bank", {"train": 0.8, "test": 0.2}, seed=5)
    assert [case.split for case in registry.cases(store, "bank")] == first
    assert sorted(first).count("test") == 2
    for bad in ({}, {"a": 0.5}, {"a": 1.5, "b": -0.5}):
        with pytest.raises(InputError, match="sum to 1"):
            editing.set_split(store, "bank", bad)


def test_tags_are_added_and_taken_off(store: Store) -> None:
    registry.create(store, "bank", messages(3))
    one = registry.cases(store, "bank")[1]
    editing.add_tags(store, "bank", ["hard", "even"], [one.id])
    editing.add_tags(store, "bank", ["all"])
    assert [case.tags for case in registry.cases(store, "bank")] == [("even", "all"), ("hard", "even", "all"), ("even", "all")]
    editing.remove_tags(store, "bank", ["even"])
    assert [case.tags for case in registry.cases(store, "bank")] == [("all",), ("hard", "all"), ("all",)]


def test_a_case_that_comes_back_never_stands_in_a_newer_ones_place(store: Store) -> None:
    made = registry.create(store, "places", [NewCase({"q": "a"}), NewCase({"q": "b"})])
    last = registry.cases(store, "places")[-1]
    removed = editing.apply_edits(store, "places", made.revision, editing.Edits(removed=(last.id,)))
    added = editing.apply_edits(store, "places", removed.dataset.revision, editing.Edits(added=({"inputs": {"q": "c"}},)))
    editing.apply_edits(store, "places", added.dataset.revision, removed.undo)
    found = registry.cases(store, "places")
    assert [case.inputs["q"] for case in found] == ["a", "c", "b"]
    assert len({case.position for case in found}) == 3
