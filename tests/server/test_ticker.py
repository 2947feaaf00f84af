"""The ticker: every task again and again, whatever the others do; one process at a time; gone within a second."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.harness import serving
from workbench import clock
from workbench import store as stores
from workbench.server import ticker
from workbench.server.ticker import LEASE, Ticker, Ticking
from workbench.store import Store, leases

OFTEN_S = 0.01


class Counted:
    """A task that counts its calls and can be waited for."""

    def __init__(self, act: Callable[[], None] = lambda: None) -> None:
        self.calls: list[tuple[Store, int]] = []
        self._act = act
        self._changed = threading.Condition()

    def __call__(self, store: Store, now_ms: int) -> None:
        with self._changed:
            self.calls.append((store, now_ms))
            self._changed.notify_all()
        self._act()

    def more(self, n: int) -> bool:
        """Whether it is called `n` times more; waits."""
        with self._changed:
            wanted = len(self.calls) + n
            return self._changed.wait_for(lambda: len(self.calls) >= wanted, 30)


def waited(freed: threading.Event) -> None:
    """Hang until it is freed."""
    freed.wait(60)


@pytest.fixture
def made(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Ticker]]:
    """Makes tickers on one store; they are stopped at the end."""
    monkeypatch.setattr(leases, "HEARTBEAT_MS", 50)
    running: list[Ticker] = []

    def make(*tasks: Counted, bound_s: float = 30.0) -> Ticker:
        one = Ticker([Ticking(f"task {n}", OFTEN_S, task) for n, task in enumerate(tasks)], sqlite_store, bound_s, draw=lambda: 0.5)
        running.append(one)
        one.start()
        return one

    yield make
    for one in running:
        one.stop()


def test_every_task_is_called_again_and_again_with_the_store_and_the_time(made: Callable[..., Ticker], sqlite_store: Store) -> None:
    before = clock.now_ms()
    one, other = Counted(), Counted()
    made(one, other)
    assert one.more(3)
    assert other.more(3)
    assert {store for store, _ in one.calls} == {sqlite_store}
    assert all(before <= now_ms <= clock.now_ms() for _, now_ms in one.calls)


def test_a_task_that_fails_stops_nobody_and_tells_the_same_failure_once(
    made: Callable[..., Ticker], caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("broken")

    broken, whole = Counted(fail), Counted()
    with caplog.at_level(logging.INFO, "workbench.ticker"):
        made(broken, whole)
        assert broken.more(5)
        assert whole.more(5)
    assert caplog.messages == ["The task task 0 failed."]


def test_a_task_that_hangs_is_left_behind_and_not_started_twice(made: Callable[..., Ticker], caplog: pytest.LogCaptureFixture) -> None:
    freed = threading.Event()
    hanging, whole = Counted(lambda: waited(freed)), Counted()
    made(hanging, whole, bound_s=0.05)
    assert whole.more(5)
    assert len(hanging.calls) == 1
    assert "The task task 0 takes longer than 0.05 s: the others go on without it." in caplog.messages
    freed.set()
    assert hanging.more(2)


def test_of_several_processes_one_ticks_and_the_next_goes_on_when_it_ends(made: Callable[..., Ticker], sqlite_store: Store) -> None:
    first, second = Counted(), Counted()
    leading = made(first)
    assert first.more(2)
    waiting = made(second)
    assert first.more(20)
    assert second.calls == []
    leading.stop()
    assert second.more(2)
    waiting.stop()
    assert leases.holder(sqlite_store, LEASE, clock.now_ms()) is None


def test_it_ends_while_a_task_is_under_way_and_frees_its_lease(made: Callable[..., Ticker], sqlite_store: Store) -> None:
    freed = threading.Event()
    hanging = Counted(lambda: waited(freed))
    running = made(hanging)
    assert hanging.more(0)
    while not hanging.calls:
        time.sleep(0.001)
    assert leases.holder(sqlite_store, LEASE, clock.now_ms()) == running.owner
    running.stop()
    assert not running._thread.is_alive()
    assert leases.holder(sqlite_store, LEASE, clock.now_ms()) is None
    freed.set()


def test_tasks_do_not_all_come_at_once_and_keep_near_their_period() -> None:
    one = Ticking("t", 100.0, lambda _store, _now_ms: None)
    for draw, first, later in ((0.0, 12.0, 100.0), (1.0, 60.0, 105.0)):
        one.plan(1_000.0, lambda draw=draw: draw, first=True)
        assert one.due_s == pytest.approx(1_000 + first)
        one.plan(1_000.0, lambda draw=draw: draw)
        assert one.due_s == pytest.approx(1_000 + later)


def test_a_name_twice_and_a_period_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="two tasks"):
        ticker.register("alerts", 1, "a:b")
    with pytest.raises(ValueError, match="no period"):
        ticker.register("never", 0, "a:b")


@pytest.mark.parametrize("name", sorted(ticker._TASKS))
def test_every_task_that_ships_can_be_loaded_and_does_its_work_on_an_empty_store(name: str, sqlite_store: Store) -> None:
    ticker._TASKS[name].function()(sqlite_store, clock.now_ms())


def test_the_app_ticks_while_it_runs(tmp_path: Path) -> None:
    with serving(tmp_path / "home"):
        store = stores.open_store(f"sqlite:///{tmp_path / 'home' / 'workbench.db'}")
        until = time.monotonic() + 60
        while leases.holder(store, LEASE, clock.now_ms()) is None and time.monotonic() < until:
            time.sleep(0.05)
        assert leases.holder(store, LEASE, clock.now_ms())
    assert leases.holder(store, LEASE, clock.now_ms()) is None
    store.close()
