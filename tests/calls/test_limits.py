"""Limits hold exactly, in the order of arrival; they tighten on a 429 and rise again; one call's wait is nobody else's."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ManualClock
from workbench.calls import limits
from workbench.calls.limits import AT_ONCE, Limiter, Pace, Slot, Window
from workbench.errors import Overloaded, RateLimited, ServerFailed
from workbench.providers.base import RateHeaders


@given(
    st.integers(1, 20),
    st.lists(st.tuples(st.floats(0, 30), st.integers(1, 8)), max_size=60),
)
def test_no_sixty_seconds_hold_more_than_the_limit(most: int, arrivals: list[tuple[float, int]]) -> None:
    window, now_s, taken = Window(most), 0.0, []
    for gap_s, weight in arrivals:
        now_s += gap_s
        now_s += window.wait_s(weight, now_s)
        assert window.wait_s(weight, now_s) == pytest.approx(0, abs=1e-6)
        window.take(weight, now_s)
        taken.append((now_s, weight))
    for start_s, first in taken:
        inside = sum(weight for at_s, weight in taken if start_s <= at_s < start_s + 60 - 1e-6)
        assert inside <= max(most, first, *(weight for _, weight in taken))


def test_a_call_larger_than_the_whole_limit_passes_alone() -> None:
    window = Window(100)
    assert window.wait_s(500, 0.0) == 0
    window.take(500, 0.0)
    assert window.wait_s(1, 1.0) == 59.0
    assert window.wait_s(1, 60.0) == 0


def test_a_corrected_estimate_counts_as_what_it_was() -> None:
    window = Window(100)
    taken = window.take(90, 0.0)
    assert window.wait_s(50, 1.0) > 0
    window.correct(taken, 10)
    assert window.wait_s(50, 1.0) == 0


def test_a_correction_after_the_minute_changes_nothing() -> None:
    window = Window(100)
    old = window.take(90, 0.0)
    window.wait_s(1, 61.0)
    window.take(60, 61.0)
    window.correct(old, 10_000)
    assert window.wait_s(40, 61.0) == 0
    assert window.wait_s(41, 61.0) > 0


def test_a_run_keeps_its_own_pace(clock: ManualClock) -> None:
    async def walk() -> list[float]:
        pace, begun, times = Pace(3, clock), clock.monotonic_s(), []
        for _ in range(7):
            await pace.wait()
            times.append(clock.monotonic_s() - begun)
        return times

    assert asyncio.run(walk()) == [0, 0, 0, 60, 60, 60, 120]


def test_requests_a_minute_of_a_connection_are_kept(clock: ManualClock) -> None:
    async def walk() -> float:
        limiter, begun = Limiter(clock), clock.monotonic_s()
        limiter.set(2, None, None)
        for _ in range(5):
            limiter.leave(await limiter.enter())
        return clock.monotonic_s() - begun

    assert asyncio.run(walk()) == pytest.approx(120, abs=1)


def test_tokens_a_minute_are_kept_by_what_the_calls_really_used(clock: ManualClock) -> None:
    async def walk() -> list[float]:
        limiter, begun, times = Limiter(clock), clock.monotonic_s(), []
        limiter.set(None, 1_000, None)
        assert limiter.counts_tokens
        for used in (900, 50, 40, 10):
            slot = await limiter.enter(400)
            times.append(clock.monotonic_s() - begun)
            limiter.leave(slot, tokens=used)
        return times

    assert asyncio.run(walk()) == pytest.approx([0, 60, 60, 60], abs=1)


def test_no_more_calls_at_once_than_set_and_first_come_first_served() -> None:
    order: list[int] = []
    most = 0

    async def one(limiter: Limiter, number: int) -> None:
        nonlocal most
        slot = await limiter.enter()
        most = max(most, limiter.active)
        order.append(number)
        await asyncio.sleep(0.001)
        limiter.leave(slot)

    async def walk() -> None:
        limiter = Limiter()
        limiter.set(None, None, 4)
        await asyncio.gather(*(one(limiter, number) for number in range(40)))
        assert limiter.active == 0

    asyncio.run(walk())
    assert most == 4
    assert order == sorted(order)


def test_a_cancelled_wait_gives_nothing_away() -> None:
    async def walk() -> None:
        limiter = Limiter()
        limiter.set(None, None, 1)
        slot = await limiter.enter()
        first, second, third = (asyncio.create_task(limiter.enter()) for _ in range(3))
        await asyncio.sleep(0)
        first.cancel()  # the head of the line
        third.cancel()  # and one behind it
        await asyncio.sleep(0)
        limiter.leave(slot)
        limiter.leave(await asyncio.wait_for(second, 1))
        assert limiter.active == 0
        limiter.leave(await asyncio.wait_for(limiter.enter(), 1))

    asyncio.run(walk())


async def fill(limiter: Limiter, calls: int) -> list[Slot]:
    return [await limiter.enter() for _ in range(calls)]


@pytest.mark.parametrize("error", [RateLimited("429", retry_after_s=30), Overloaded("529")])
def test_a_rate_limit_halves_once_for_all_calls_on_their_way(clock: ManualClock, error: RateLimited | Overloaded) -> None:
    async def walk() -> None:
        limiter = Limiter(clock)
        limiter.set(None, None, 40)
        slots = await fill(limiter, 40)
        clock.advance(1)
        for slot in slots[:20]:
            limiter.leave(slot, error)
        assert limiter.allowed == 20

    asyncio.run(walk())


def test_what_was_on_its_way_is_halved_however_much_was_allowed(clock: ManualClock) -> None:
    async def walk() -> None:
        limiter = Limiter(clock)
        slots = await fill(limiter, 8)
        clock.advance(1)
        limiter.leave(slots[0], RateLimited("429"))
        assert limiter.allowed == 4 < AT_ONCE

    asyncio.run(walk())


def test_other_errors_lower_nothing(clock: ManualClock) -> None:
    async def walk() -> None:
        limiter = Limiter(clock)
        for slot in await fill(limiter, 8):
            clock.advance(2)
            limiter.leave(slot, ServerFailed("500"))
        assert limiter.allowed == AT_ONCE

    asyncio.run(walk())


def test_concurrency_never_falls_below_one_and_rises_again_to_the_setting(clock: ManualClock) -> None:
    async def walk() -> None:
        limiter = Limiter(clock)
        limiter.set(None, None, 10)
        for _ in range(6):
            slot = await limiter.enter()
            clock.advance(2)
            limiter.leave(slot, RateLimited("429"))
        assert limiter.allowed == 1
        for _ in range(200):
            limiter.leave(await limiter.enter())
        assert limiter.allowed == 10

    asyncio.run(walk())


def test_a_provider_that_says_nothing_is_left_is_given_its_time(clock: ManualClock) -> None:
    async def walk() -> float:
        limiter, begun = Limiter(clock), clock.monotonic_s()
        limiter.leave(await limiter.enter(), rate=RateHeaders(remaining_requests=0, reset_requests_s=7))
        limiter.leave(await limiter.enter(), rate=RateHeaders(remaining_requests=9))
        limiter.leave(await limiter.enter())
        return clock.monotonic_s() - begun

    assert asyncio.run(walk()) == pytest.approx(7, abs=0.3)


def test_a_header_that_asks_for_a_day_stalls_nobody_for_a_day(clock: ManualClock) -> None:
    async def walk() -> float:
        limiter, begun = Limiter(clock), clock.monotonic_s()
        limiter.leave(await limiter.enter(), rate=RateHeaders(remaining_tokens=0, reset_tokens_s=86_400))
        limiter.leave(await limiter.enter())
        return clock.monotonic_s() - begun

    assert asyncio.run(walk()) <= limits._LONGEST_HOLD_S + 0.3


def test_new_settings_reach_calls_that_wait_already() -> None:
    async def walk() -> None:
        limiter = Limiter()
        limiter.set(None, None, 1)
        held = await limiter.enter()
        waiting = asyncio.create_task(limiter.enter())
        await asyncio.sleep(0)
        limiter.set(None, None, 2)
        limiter.leave(await asyncio.wait_for(waiting, 1))
        limiter.leave(held)

    asyncio.run(walk())


def test_a_connection_has_one_limiter_in_a_loop() -> None:
    async def walk() -> None:
        assert limits.of("a", "openai") is limits.of("a", "openai")
        assert limits.of("a", "openai") is not limits.of("b", "openai")

    asyncio.run(walk())
