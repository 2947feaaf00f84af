import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.prompts import labels, registry
from workbench.prompts.content import Content, text
from workbench.store import Store
from workbench.text.messages import message


def found(store: Store, **filters: object) -> list[str]:
    return [prompt.name for prompt in registry.page(store, **filters)]  # type: ignore[arg-type]


@pytest.fixture
def shelf(store: Store) -> Store:
    """Four prompts, one of them archived."""
    registry.create(store, "support/intent", description="Finds what a customer wants", tags=["bank", "größe"])
    registry.save_version(store, "support/intent", Content((message("system", "You classify."), message("user", "Zebra {{text}}"))))
    registry.save_version(store, "support/reply/short", text("Answer in 😀 style"))
    registry.save_version(store, "Support", text("Zeppelin snake_case 100%"))
    registry.save_version(store, "old", text("Zebra"))
    registry.archive(store, "old")
    labels.move(store, "support/intent", "production", 1)
    return store


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("zebra", ["support/intent"]),
        ("ZEB", ["support/intent"]),
        ("ze", ["Support", "support/intent"]),
        ("customer classify", ["support/intent"]),
        ("customer nothing", []),
        ("bank", ["support/intent"]),
        ("größe", ["support/intent"]),
        ("tent", ["support/intent"]),
        ("reply/sh", ["support/reply/short"]),
        ("snake_case", ["Support"]),
        ("😀", ["support/reply/short"]),
        ("%", ["Support"]),
        ("_", ["Support"]),
        ("zzz", []),
    ],
)
def test_a_prompt_is_found_by_the_beginning_of_its_words_or_a_piece_of_its_name(shelf: Store, wanted: str, names: list[str]) -> None:
    assert sorted(found(shelf, search=wanted)) == sorted(names)


@pytest.mark.parametrize(
    "wanted",
    [
        '"',
        "'",
        '"a" OR "b"',
        "NEAR(a b)",
        "name:x",
        "a AND",
        "-a",
        "*",
        "^a",
        "(",
        "a:*",
        "!",
        "&",
        "\\",
        "\x00",
        "\ud800",
        "a" * 10_000,
        "; DROP TABLE prompts",
    ],
)
def test_whatever_a_person_types_is_searched_for_and_never_obeyed(shelf: Store, wanted: str) -> None:
    assert isinstance(found(shelf, search=wanted), list)
    assert len(found(shelf)) == 3


@given(wanted=st.text(max_size=20))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_can_be_searched_for(sqlite_store: Store, wanted: str) -> None:
    assert found(sqlite_store, search=wanted) == []


def test_search_follows_every_change(shelf: Store) -> None:
    registry.save_version(shelf, "support/intent", text("Giraffe"))
    assert found(shelf, search="zebra") == []
    assert found(shelf, search="giraffe") == ["support/intent"]
    registry.update(shelf, "support/intent", description="hippopotamus")
    assert found(shelf, search="hippo") == ["support/intent"]
    registry.rename(shelf, "support/intent", "rhino")
    assert found(shelf, search="rhino") == ["rhino"]
    assert found(shelf, search="giraffe") == ["rhino"]


def test_an_older_version_that_is_added_late_is_not_what_a_prompt_is_found_by(store: Store) -> None:
    registry.save_version(store, "p", text("newest"), number=2)
    registry.save_version(store, "p", text("oldest"), number=1)
    assert found(store, search="newest") == ["p"]
    assert found(store, search="oldest") == []


def test_a_text_larger_than_an_index_takes_can_be_saved_and_found_by_its_beginning(store: Store) -> None:
    registry.save_version(store, "p", text("beginning " + " ".join(f"w{n}" for n in range(200_000))))
    assert found(store, search="beginning") == ["p"]


def test_folder_tag_label_and_archive_narrow_the_list(shelf: Store) -> None:
    assert found(shelf, folder="support") == ["support/intent", "support/reply/short"]
    assert found(shelf, folder="support/reply/") == ["support/reply/short"]
    assert found(shelf, folder="sup") == []
    assert found(shelf, tag="bank") == ["support/intent"]
    assert found(shelf, tag="größe") == ["support/intent"]
    assert found(shelf, tag="ban") == []
    assert found(shelf, label="production") == ["support/intent"]
    assert found(shelf, archived=True) == ["old"]
    assert found(shelf, archived=True, search="zebra") == ["old"]
    assert found(shelf, folder="support", tag="bank", label="production", search="zeb") == ["support/intent"]


def test_pages_follow_each_other_without_a_gap(store: Store) -> None:
    names = [f"p{n:02}" for n in range(10)]
    for name in names:
        registry.save_version(store, name, text(name))
    first = found(store, limit=4)
    second = found(store, limit=4, after=first[-1])
    assert first + second + found(store, limit=4, after=second[-1]) == names


def test_folders_and_tags_and_labels_are_listed_for_pickers(shelf: Store) -> None:
    assert registry.folders(shelf) == ["support", "support/reply"]
    assert registry.tags(shelf) == ["bank", "größe"]
    assert registry.label_names(shelf) == ["production"]


def test_a_page_asks_the_database_the_same_number_of_times_however_long_it_is(sqlite_store: Store) -> None:
    from sqlalchemy import event

    asked: list[str] = []
    event.listen(sqlite_store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counts = []
    for n in range(2):
        for m in range(20):
            registry.save_version(sqlite_store, f"p{n}{m}", text("x"))
            labels.move(sqlite_store, f"p{n}{m}", "production", 1)
        asked.clear()
        registry.page(sqlite_store, search="p")
        counts.append(len(asked))
    assert counts[0] == counts[1]
