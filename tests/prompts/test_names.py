import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.prompts import names
from workbench.prompts.names import Ref, parse_ref


@pytest.mark.parametrize("name", ["intent", "support/intent", "a b", "é/ü", "v3", "1", "x" * 200, "a.b-c_d", "😀"])
def test_names_people_give_are_taken(name: str) -> None:
    assert names.prompt(f" {name} ") == name


@pytest.mark.parametrize(
    "name", ["", "  ", "/a", "a/", "a//b", "a@b", "a\nb", "a\x00", "\u202ea", "x" * 201, "a/ b", "..", "a/../b", ".", "a/.", "\ud800"]
)
def test_names_that_would_mislead_are_refused(name: str) -> None:
    with pytest.raises(InputError) as error:
        names.prompt(name)
    assert error.value.place == "field name"
    assert error.value.hint


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("intent", Ref("intent")),
        ("intent@3", Ref("intent", number=3)),
        ("intent@v3", Ref("intent", number=3)),
        ("intent@latest", Ref("intent")),
        ("intent@1.10.0", Ref("intent", semantic="1.10.0")),
        ("intent@v1.10.0-rc.1", Ref("intent", semantic="1.10.0-rc.1")),
        ("a/b@production", Ref("a/b", label="production")),
        (" a b@my-label_2 ", Ref("a b", label="my-label_2")),
    ],
)
def test_a_reference_is_read(text: str, ref: Ref) -> None:
    assert parse_ref(text) == ref


@pytest.mark.parametrize("text", ["", "@1", "a@", "a@b@c", "a@b c", "a@x/y", "/a@1"])
def test_a_reference_to_nothing_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_ref(text)


@pytest.mark.parametrize("label", ["3", "v3", "1.2", "1.10.0", "latest", "", "a b", "a/b", "a@b", "-x", "x" * 101, "٣"])
def test_a_label_may_not_look_like_a_version(label: str) -> None:
    with pytest.raises(InputError):
        names.label(label)


def test_semantic_names_sort_as_versions() -> None:
    # The order of semver.org, clause 11, with releases around it.
    before = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1"]
    ordered = [*before, "1.0.0", "1.9.0", "1.10.0", "1.11", "2.0.0"]
    assert sorted([*ordered[5:], *ordered[:5]], key=names.semantic_key) == ordered


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (3, (3, None)),
        ("3", (3, None)),
        ("v12", (12, None)),
        ("1.10.0", (None, "1.10.0")),
        (1.1, (None, "1.1")),
        (None, (None, None)),
        ("", (None, None)),
    ],
)
def test_a_foreign_version_is_a_number_or_a_semantic_name(raw: object, read: tuple[int | None, str | None]) -> None:
    assert names.version(raw) == read


@pytest.mark.parametrize("raw", ["spring", True, [], {}, 0, -1, "1000001", "1.2.3.4", "01.2.3", "a" * 500])
def test_what_is_no_version_is_refused(raw: object) -> None:
    with pytest.raises(InputError):
        names.version(raw)


@given(st.text())
def test_any_text_is_a_reference_or_an_input_error(text: str) -> None:
    try:
        read = parse_ref(text)
    except InputError:
        return
    assert parse_ref(str(read)) == read
