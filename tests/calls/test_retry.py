"""When a failure is tried again and after how long: read from the error's type and the policy, nothing else."""

import random

import pytest

from workbench.calls import retry
from workbench.calls.retry import PRESETS, RetryPolicy
from workbench.errors import CallError, InputError, RateLimited, ServerFailed, subclasses

FAILED = ServerFailed("x")


def whole() -> float:
    return 1.0


def test_without_jitter_waits_double_up_to_the_cap() -> None:
    policy = RetryPolicy(retries=9, base_s=0.25, factor=2, cap_s=5, jitter=False)
    assert [policy.wait_s(n, FAILED, whole) for n in range(1, 11)] == [0.25, 0.5, 1, 2, 4, 5, 5, 5, 5, None]


def test_the_classic_preset_is_three_retries_of_one_two_and_four_seconds() -> None:
    assert [PRESETS["classic"].wait_s(n, FAILED, whole) for n in range(1, 5)] == [1, 2, 4, None]
    assert PRESETS["classic"].cap_s == 60


def test_the_preset_of_runs_is_nine_retries_from_a_quarter_second_to_five() -> None:
    assert PRESETS["runs"] == RetryPolicy(retries=9, base_s=0.25, factor=2, cap_s=5, jitter=True)


def test_full_jitter_draws_from_nothing_to_the_whole_wait() -> None:
    draw = random.Random(3).random
    waits = [RetryPolicy().wait_s(5, FAILED, draw) for _ in range(2_000)]
    assert all(wait is not None and 0 <= wait <= 4 for wait in waits)
    assert sum(wait for wait in waits if wait is not None) / len(waits) == pytest.approx(2.0, rel=0.05)


def test_a_retry_after_is_honoured_even_beyond_the_cap() -> None:
    asked = RateLimited("slow down", retry_after_s=20)
    assert RetryPolicy(jitter=False).wait_s(1, asked, whole) == 20
    jittered = RetryPolicy().wait_s(1, asked, whole)
    assert jittered is not None
    assert 20 <= jittered <= 20.25


def test_a_retry_after_of_an_hour_fails_at_once() -> None:
    assert RetryPolicy().wait_s(1, RateLimited("come back tomorrow", retry_after_s=3_600), whole) is None


@pytest.mark.parametrize("kind", [kind for kind in subclasses(CallError) if issubclass(kind, CallError)])
def test_only_errors_of_a_retryable_type_are_tried_again(kind: type[CallError]) -> None:
    assert (RetryPolicy().wait_s(1, kind("a message that says rate limit 429"), whole) is not None) == kind.retryable


def test_a_policy_comes_back_from_its_json() -> None:
    policy = RetryPolicy(retries=2, base_s=0.5, jitter=False)
    assert retry.from_json(policy.to_json()) == policy


@pytest.mark.parametrize("bad", [{"retries": -1}, {"factor": 0.5}, {"cap_s": -2}, {"colour": 1}])
def test_a_policy_that_makes_no_sense_is_refused(bad: dict[str, float]) -> None:
    with pytest.raises(InputError):
        retry.from_json(bad)


def test_an_unknown_preset_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError) as caught:
        retry.named("often")
    assert "classic" in caught.value.hint
    assert retry.named("none").retries == 0


def test_a_policy_can_be_written_as_settings() -> None:
    assert retry.named("retries=5, base=0.5,factor=3,cap=10,jitter=off") == retry.RetryPolicy(5, 0.5, 3.0, 10.0, False)
    assert retry.named("retries=2") == retry.RetryPolicy(retries=2)
    assert retry.named("classic") is retry.PRESETS["classic"]


@pytest.mark.parametrize(
    "text", ["", "often", "retries", "retries=x", "retries=1.5", "jitter=maybe", "cap=nan", "base=-1", "factor=99", "tries=1"]
)
def test_a_policy_that_makes_no_sense_is_refused_by_name(text: str) -> None:
    with pytest.raises(InputError, match="retry"):
        retry.named(text)
