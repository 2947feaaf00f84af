"""A count with its noun."""

import pytest

from workbench.text.counting import counted


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 cases"), (1, "1 case"), (2, "2 cases"), (1200, "1,200 cases")],
)
def test_one_is_said_in_the_singular_and_thousands_are_set_apart(count: int, said: str) -> None:
    assert counted(count, "case") == said


def test_a_plural_without_s_and_a_verb_are_given_with_the_noun() -> None:
    assert [counted(n, "reply", "replies") for n in (1, 2)] == ["1 reply", "2 replies"]
    assert [counted(n, "call goes", "calls go") for n in (1, 2)] == ["1 call goes", "2 calls go"]
