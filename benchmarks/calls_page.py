"""The Calls page at random depths and with filters of every kind: server time of a rerun, and of the search alone.

`python -m benchmarks.calls_page 10000000` takes another number of calls than a million. `WORKBENCH_DATABASE_URL` names a PostgreSQL server
to run on instead of SQLite (`benchmarks.databases`), with 100,000 calls.
"""

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from benchmarks import databases, seed
from benchmarks.report import report
from workbench.store import Store

CALLS, ON_POSTGRES, TEXTS, ROUNDS, DAYS = 1_000_000, 100_000, 100_000, 60, 90
_NAME = "team7/area7/prompt-00007"
# Filters of the URL: none, those an index answers alone, those that a bounded look answers, words rare and frequent.
VIEWS: tuple[dict[str, str], ...] = (
    {},
    {"prompt": _NAME},
    {"prompt": _NAME, "version": "2"},
    {"model": "openai/gpt-5"},
    {"provider": "anthropic"},
    {"status": "error"},
    {"user": "user-77"},
    {"feedback": "down"},
    {"error": "rate_limit", "prompt": _NAME},
    {"tag": "beta"},
    {"tag": "nobody-has-it"},
    {"latency": "60000"},
    {"model": "openai/gpt-5", "prompt": _NAME, "tag": "nobody-has-it"},
    {"user": "user-77", "status": "error", "model": "local/smollm2"},
)
WORDS: tuple[dict[str, str], ...] = ({"q": "ticket 4711"}, {"q": "parcel"}, {"q": "parcel", "status": "error"}, {"q": "nowhere"})


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else databases.size(CALLS, ON_POSTGRES)
    with tempfile.TemporaryDirectory() as home, databases.server(Path(home)) as made, made.empty() as url:
        os.environ["WORKBENCH_HOME"] = home
        os.environ["WORKBENCH_DATABASE_URL"] = url
        from workbench import store as stores

        store = stores.current()
        seed.calls(store, number, DAYS)
        _enrich(store, number)
        _search(store, number)
        _pages(number)
        stores.close_all()


def _enrich(store: Store, number: int) -> None:
    """Users, tags and ratings, which the seed leaves out, and texts of the newest calls."""
    as_json = ("", "") if store.is_sqlite else ("CAST(", " AS JSON)")
    with store.write() as session:
        session.execute(
            text(
                "UPDATE calls SET user_name = 'user-' || CAST(id * 7919 % 5000 AS TEXT), "
                "tags = CASE WHEN id % 10 = 0 THEN {}'[\"beta\"]'{} END, "
                "feedback = CASE WHEN id % 97 = 0 THEN 1 WHEN id % 101 = 0 THEN -1 END".format(*as_json)
            )
        )
        asked = json.dumps({"messages": [{"role": "user", "content": "Where is my parcel with the ticket #? It was to come on Monday."}]})
        session.execute(
            text(
                "INSERT INTO call_texts (call_id, request, reply) "
                "SELECT id, {}replace(CAST(:asked AS TEXT), '#', CAST(id AS TEXT)){}, "
                "'Parcel ' || CAST(id AS TEXT) || ' is on its way.' FROM calls WHERE id > :after".format(*as_json)
            ),
            {"asked": asked, "after": number - min(TEXTS, number)},
        )
    from workbench.ledger import search

    begun = time.perf_counter()
    while search.catch_up(store, most=20_000, seconds=600):
        pass
    report("calls made findable, each", (time.perf_counter() - begun) / min(TEXTS, number) * 1e6, "us", min(TEXTS, number))


def _search(store: Store, number: int) -> None:
    from pages.watch.calls_parts import wanted
    from workbench import clock
    from workbench.ledger import finding
    from workbench.ledger.finding import LAST, Sought

    chance = random.Random(1)

    def look(sought: Sought) -> Callable[[], object]:
        return lambda: finding.page(store, sought, **_depth(chance, LAST))

    for query in VIEWS + WORDS:
        sought = wanted.read(query, clock.now_ms()).sought
        times = sorted(_ms(look(sought)) for _ in range(ROUNDS))
        report(f"search {_said(query)}, p95", times[int(ROUNDS * 0.95) - 1], "ms", number)


def _depth(chance: random.Random, last: int) -> dict[str, tuple[int, int]]:
    """The newest page, or one at any depth, going either way."""
    at = (seed.START_MS + chance.randrange(DAYS * 86_400_000), last)
    return chance.choice(({}, {"older_than": at}, {"older_than": at}, {"newer_than": at}))


def _pages(number: int) -> None:
    from streamlit.runtime.pages_manager import PagesManager
    from streamlit.testing.v1 import AppTest, app_test

    from workbench.ledger.finding import LAST

    class OwnMenu(PagesManager):
        """AppTest takes a folder called pages/ for the old automatic menu before every run: it may do so on this class only."""

    app_test.PagesManager = OwnMenu  # type: ignore[misc]
    PagesManager.uses_pages_directory = False
    chance, root = random.Random(2), Path(__file__).resolve().parent.parent
    app = AppTest.from_file(str(root / "app.py"), default_timeout=60).run()
    app.switch_page("pages/watch/calls.py").run()
    times = []
    for turn in range(ROUNDS * 2):
        app.query_params.clear()
        for name, value in chance.choice(VIEWS + WORDS).items():
            app.query_params[name] = value
        for name, (at, last) in _depth(chance, LAST).items():
            app.query_params[name.removesuffix("_than")] = f"{at}.{last}"
        taken = _ms(app.run)
        if app.exception:
            raise RuntimeError(app.exception[0].message)
        if turn >= 10:  # the first ones fill caches that live for minutes
            times.append(taken)
    times.sort()
    report("Calls page at any depth and with any filter, p50", times[len(times) // 2], "ms", number)
    report("Calls page at any depth and with any filter, p95", times[int(len(times) * 0.95) - 1], "ms", number, bar=150.0)


def _ms(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return (time.perf_counter() - begun) * 1000


def _said(query: dict[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in query.items()) or "without filters"


if __name__ == "__main__":
    main()
