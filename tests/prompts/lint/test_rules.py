"""Each rule finds what it must, and good prompts pass them all."""

import pytest

from tests.prompts.lint.prompts import FLAGGED, GOOD, PASSED, Case
from workbench.prompts import lint

_CASES = [pytest.param(name, case, id=f"{name}-{place}") for name, cases in FLAGGED.items() for place, case in enumerate(cases)]


@pytest.mark.parametrize(("name", "case"), _CASES)
def test_a_rule_finds_what_it_is_for(name: str, case: Case) -> None:
    content, prompt = case
    found = [advice for advice in lint.run(content, prompt) if advice.rule == name]
    assert found
    for advice in found:
        assert advice.message
        assert advice.fix
        assert advice.reason


_NEAR = [pytest.param(name, case, id=f"{name}-{place}") for name, cases in PASSED.items() for place, case in enumerate(cases)]


@pytest.mark.parametrize(("name", "case"), _NEAR)
def test_a_rule_keeps_quiet_on_a_near_miss(name: str, case: Case) -> None:
    content, prompt = case
    assert [advice for advice in lint.run(content, prompt) if advice.rule == name] == []


@pytest.mark.parametrize("case", GOOD)
def test_a_good_prompt_gets_no_advice(case: Case) -> None:
    content, prompt = case
    assert [(advice.rule, advice.message, advice.place) for advice in lint.run(content, prompt)] == []


@pytest.mark.parametrize("name", sorted(lint.RULES))
def test_every_rule_is_held_to_finds_and_near_misses(name: str) -> None:
    assert len(FLAGGED[name]) >= 2
    assert len(PASSED[name]) >= 2
