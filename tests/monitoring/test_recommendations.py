"""What is recommended, what it is worth by hand, and where nothing must be said."""

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from tests.monitoring.traffic import DAY, HOUR, NOW, drawn
from workbench.clock import iso
from workbench.errors import InputError, NotFound
from workbench.ledger import bulk, overrides
from workbench.ledger.fields import CallRecord
from workbench.monitoring import advice, recommendations
from workbench.monitoring.advice.kinds import Link, Recommendation
from workbench.pricing.overrides import OverrideRates
from workbench.prompts import labels, registry
from workbench.prompts.content import text
from workbench.store import Store

UNTIL = (NOW // HOUR + 1) * HOUR
SINCE = UNTIL - 30 * DAY
MTOK = Decimal(1_000_000)


@pytest.fixture
def priced(sqlite_store: Store) -> Store:
    """Two models with prices that are easy to reckon with: $10 and $40 a million tokens in and out, and a tenth of that."""
    for model, scale in (("big", 1), ("small", 10)):
        rates = OverrideRates(input=Decimal(10) / scale, output=Decimal(40) / scale)
        overrides.add(sqlite_store, "acme", model, rates, from_ms=0)
    return sqlite_store


def asked(text: str | None, at_ms: int, **fields: Any) -> CallRecord:
    usual: dict[str, Any] = {
        "source": "client", "provider": "acme", "model": "big", "prompt": "faq", "version": 1, "latency_ms": 2_000,
        "input_tokens": 1_000, "output_tokens": 500, "cost_nano": 30_000_000,
    }  # fmt: skip
    request = None if text is None else {"messages": [{"role": "user", "content": text}]}
    return CallRecord(started_ms=at_ms, request=request, **{**usual, **fields})


def spread(count: int, make: Callable[[int, int], CallRecord]) -> Iterable[CallRecord]:
    """`count` calls evenly over the 30 days, the first in its first hour: a month is then exactly what was recorded."""
    return (make(number, SINCE + 1_000 + number * (30 * DAY // count)) for number in range(count))


def found(store: Store, *parts: Iterable[CallRecord], now_ms: int = NOW) -> dict[str, Recommendation]:
    """The recommendations by kind; each is there once."""
    bulk.add(store, [record for part in parts for record in part], price=False)
    told = recommendations.look(store, now_ms=now_ms, fresh=True)
    assert len({one.key for one in told.recommendations}) == len(told.recommendations)
    json.dumps(told.to_json())
    return {one.kind: one for one in told.recommendations}


def lever(link: Link) -> Any:
    assert link.page == "whatif"
    assert link.scenario is not None
    return link.scenario.levers[0]


def words(number: int, count: int = 30) -> str:
    """A request of its own with too many words to be a short question."""
    return " ".join([f"w{number}", *("word",) * count])


def test_repeating_prompts_are_worth_what_their_repeats_cost(priced: Store) -> None:
    """720 requests, one an hour, each asked three times within it: 1,440 are answered by a cache. One costs 1,000 * $10 + 500 * $40 a
    million tokens, $0.03, and takes 2 s.
    """
    calls = (asked(words(hour), SINCE + 1_000 + hour * HOUR + minute * 60_000) for hour in range(720) for minute in (0, 10, 20))
    told = found(priced, calls)
    assert set(told) == {"cache"}
    one = told["cache"]
    assert one.worth.usd == Decimal(1_440) * Decimal("0.03")
    assert one.worth.low is not None
    assert one.worth.high is not None
    assert one.worth.low <= one.worth.usd <= one.worth.high
    assert one.worth.seconds == pytest.approx(1_440 * 2)
    assert one.n == 2_160
    assert "1,440 of 2,160 answered calls (66.7 %)" in one.evidence[0]
    assert (lever(one.setup).kind, lever(one.setup).ttl_s) == ("exact_cache", 3_600)
    assert one.setup.scenario is not None
    assert one.setup.scenario.baseline.filters == {"prompt": "faq"}  # type: ignore[union-attr]
    assert one.rests_on[0].query["since"] == f"{iso(SINCE)[:16]}Z"


def test_what_if_says_the_same_of_the_same_calls(priced: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.conftest import ManualClock
    from workbench import clock
    from workbench.cost import working

    monkeypatch.setattr(clock, "SYSTEM", ManualClock(NOW))
    calls = (asked(words(hour), SINCE + 1_000 + hour * HOUR + minute * 60_000) for hour in range(720) for minute in (0, 10, 20))
    one = found(priced, calls, (asked(None, SINCE + at * HOUR, prompt="other") for at in range(720)))["cache"]
    assert one.setup.scenario is not None
    assert working.work_out(priced, one.setup.scenario, draws=100).saved.value == one.worth.usd


@pytest.mark.parametrize(
    ("provider", "text"),
    [("acme", lambda hour, minute: words(hour * 60 + minute)), ("simulated", lambda hour, _: words(hour)), ("acme", lambda *_: None)],
)
def test_no_cache_for_what_never_repeats_is_simulated_or_has_no_text(
    priced: Store, provider: str, text: Callable[[int, int], str | None]
) -> None:
    calls = (
        asked(text(hour, minute), SINCE + hour * HOUR + minute * 60_000, provider=provider) for hour in range(240) for minute in (0, 10, 20)
    )
    assert found(priced, calls) == {}


def test_what_repeats_in_runs_is_no_traffic(priced: Store) -> None:
    runs = (asked(words(1), SINCE + hour * HOUR, source="run") for hour in range(700))
    assert found(priced, runs) == {}
    client = (asked(words(hour // 2), SINCE + hour * HOUR // 2 + 1_000) for hour in range(1_440))
    told = found(priced, client)
    assert told["cache"].setup.scenario is not None
    assert told["cache"].setup.scenario.baseline.filters == {"source": "client", "prompt": "faq"}  # type: ignore[union-attr]
    assert told["cache"].n == 1_440


def test_what_was_looked_at_is_counted_without_runs_and_the_playground(priced: Store) -> None:
    client = [asked(words(hour), SINCE + hour * HOUR) for hour in range(503)]
    tried = [asked(words(hour), SINCE + hour * HOUR, source=("run", "playground")[hour % 2]) for hour in range(360)]
    bulk.add(priced, [*client, *tried], price=False)
    told = recommendations.look(priced, now_ms=NOW, fresh=True)
    assert (told.calls, told.left_out) == (503, 360)
    assert told.counted == "503 calls; 360 of runs and the playground left out"
    assert (told.to_json()["calls"], told.to_json()["left_out"]) == (503, 360)


def test_short_questions_go_to_the_cheaper_model_that_is_used(priced: Store) -> None:
    """900 short questions at $0.03 would cost $0.003; the 600 long requests stay."""
    short = spread(900, lambda number, at: asked(f"Where is order {number}?", at))
    long = spread(600, lambda number, at: asked(words(number), at, prompt="write"))
    small = spread(30, lambda number, at: asked(words(number, 40), at, prompt="write", model="small", cost_nano=3_000_000))
    told = found(priced, short, long, small)
    assert set(told) == {"route"}
    one = told["route"]
    assert one.worth.usd == 900 * Decimal("0.027")
    assert lever(one.setup).shares == {"simple": {"acme/small": Decimal(1)}}
    assert "900 of 1,500 answered calls (60.0 %) are questions of under 20 words" in one.evidence[0]
    assert "no run of yours says how good" in one.evidence[2]
    plan = one.rests_on[-1]
    assert (plan.page, dict(plan.query)) == ("compare", {"m": "acme/big,acme/small", "v": "faq@1"})


def test_nothing_is_routed_where_no_model_is_cheaper(priced: Store) -> None:
    short = spread(900, lambda number, at: asked(f"Where is order {number}?", at))
    local = spread(50, lambda number, at: asked(words(number), at, provider="local", model="tiny", cost_nano=0))
    assert found(priced, short, local) == {}


def test_a_long_tail_of_output_is_capped(priced: Store) -> None:
    """950 replies of 100 tokens and 50 of 2,100: 95 % have at most 100, and above it lie 50 * 2,000 tokens at $40 a million: $4."""
    tail = spread(1_000, lambda number, at: asked(words(number), at, output_tokens=2_100 if number % 20 == 7 else 100))
    told = found(priced, tail)
    assert set(told) == {"cap"}
    one = told["cap"]
    cap = lever(one.setup).max_tokens
    assert cap in range(100, 210)
    assert one.worth.usd == Decimal(50 * (2_100 - cap) * 40) / MTOK
    assert [link.label for link in one.rests_on] == ["A reply of 2,100 tokens"] * 3


def test_replies_whose_lengths_fall_off_evenly_are_not_capped(priced: Store) -> None:
    draw = np.random.default_rng(5)
    even = spread(3_000, lambda number, at: asked(words(number), at, output_tokens=int(draw.exponential(400))))
    assert found(priced, even) == {}


def test_a_version_that_fails_more_is_named_with_the_label_to_move_back(priced: Store) -> None:
    for number in (1, 2):
        registry.save_version(priced, "support/triage", text(f"{number}"))
        labels.move(priced, "support/triage", "production", number)
    worse = drawn(2, NOW - 2 * DAY, NOW, 20, version=2, fails=0.3)
    told = found(priced, drawn(1, NOW - 20 * DAY, NOW - 2 * DAY, 6, version=2, fails=0.02), worse)
    one = told["worse"]
    assert one.title == "`support/triage` v2 fails more often: move `production` back, or mend it"
    assert (one.setup.page, one.setup.label) == ("prompts", "Move production back to v1")
    assert dict(one.rests_on[0].query) == {"range": "7d", "prompt": "support/triage", "version": "2"}
    assert one.worth.calls == pytest.approx(0.28 * 20 * 24 * 30, rel=0.2)


def test_a_version_that_stays_as_it_was_is_not_named(priced: Store) -> None:
    assert "worse" not in found(priced, drawn(1, NOW - 20 * DAY, NOW, 6, version=2))


def test_a_key_that_is_limited_is_named_with_the_time_it_costs(priced: Store) -> None:
    """60 of 3,000 calls were turned away after 1 s, a wait of 3 s and another second: 5 s each."""
    tries = [{"latency_ms": 1_000, "waited_s": 0}, {"latency_ms": 1_000, "waited_s": 3}]

    def made(number: int, at: int) -> CallRecord:
        if number % 50 != 7:
            return asked(words(number), at)
        turned: dict[str, Any] = {"status": "error", "error_type": "rate_limit", "retries": 1, "attempts": tries, "cost_nano": None}
        return asked(words(number), at, output_tokens=None, **{"latency_ms": 1_000, "input_tokens": None, **turned})

    told = found(priced, spread(3_000, made))
    assert set(told) == {"limit"}
    one = told["limit"]
    assert one.worth.seconds == pytest.approx(60 * 5)
    assert one.worth.calls == pytest.approx(60)
    assert "60 of 3,000 calls (2.0 %, 95 % interval 1.6 % to 2.6 %)" in one.evidence[0]
    assert (one.setup.page, one.setup.query["error"]) == ("calls", "rate_limit"), "acme is no connection of this store"
    assert recommendations.look(priced, now_ms=NOW + 8 * DAY).recommendations == (), "it is over"


def test_a_few_limited_calls_are_not_worth_a_word(priced: Store) -> None:
    few = spread(
        3_000, lambda number, at: asked(words(number), at, **({"status": "error", "error_type": "rate_limit"} if number < 19 else {}))
    )
    assert "limit" not in found(priced, few)


def test_tokens_that_creep_up_are_worth_what_they_cost_now(priced: Store) -> None:
    """30 a day; input grows by 20 tokens a day, from 1,000 to about 1,600: 600 more tokens at $10 a million over 900 calls, about $5.4."""
    draw = np.random.default_rng(3)
    day_of = lambda at: (at - SINCE) // DAY  # noqa: E731 (said once)
    grows = spread(900, lambda number, at: asked(words(number), at, input_tokens=1_000 + 20 * day_of(at) + int(draw.integers(0, 40))))
    told = found(priced, grows)
    assert set(told) == {"creep"}
    one = told["creep"]
    assert one.title == "Look at what makes the calls of `faq` v1 grow"
    assert one.worth.usd is not None
    assert float(one.worth.usd) == pytest.approx(600 * 10e-6 * 900, rel=0.05)
    assert one.worth.low is not None
    assert one.worth.high is not None
    assert one.worth.low < one.worth.usd < one.worth.high
    assert lever(one.setup).tokens_saved == pytest.approx(600, rel=0.05)


def test_a_prompt_that_grows_with_its_versions_shows_their_difference(priced: Store) -> None:
    """Each version lives five days: none of them is seen for long enough to grow by itself."""
    draw = np.random.default_rng(3)

    def made(number: int, at: int) -> CallRecord:
        version = 1 + (at - SINCE) // (5 * DAY)
        return asked(words(number), at, version=version, input_tokens=1_000 + 150 * version + int(draw.integers(0, 60)))

    one = found(priced, spread(900, made))["creep"]
    assert dict(one.setup.query) == {"prompt": "faq", "tab": "diff", "a": "1", "b": "6"}


def test_tokens_that_move_by_chance_do_not_creep(priced: Store) -> None:
    draw = np.random.default_rng(4)
    days = (draw.lognormal(7, 0.2) for _ in range(40))
    level = [float(each) for each in days]
    assert found(priced, spread(900, lambda number, at: asked(words(number), at, input_tokens=int(level[(at - SINCE) // DAY])))) == {}


def test_a_shared_beginning_that_nobody_caches_is_worth_the_cheaper_reads(sqlite_store: Store) -> None:
    """Requests of 3,000 words that begin alike, every 3 minutes; reading from the cache costs a tenth."""
    rates = OverrideRates(input=Decimal(10), cached=Decimal(1), cache_write=Decimal(10), output=Decimal(40))
    overrides.add(sqlite_store, "acme", "big", rates, from_ms=0)
    shared = " ".join(["Answer with care and cite the handbook."] * 400)
    calls = (
        asked(f"{shared} {number}", UNTIL - DAY + 1_000 + number * 180_000, input_tokens=3_600, output_tokens=10) for number in range(480)
    )
    told = found(sqlite_store, calls)
    one = told["prefix"]
    assert one.worth.usd is not None
    assert 0.5 < float(one.worth.usd) / (480 * 30 * 3_200 * 9e-6) < 1.3
    assert lever(one.setup).kind == "prompt_caching"


def test_failures_that_were_paid_for_are_worth_what_they_cost(priced: Store) -> None:
    cut: dict[str, Any] = {"status": "error", "error_type": "malformed"}
    told = found(priced, spread(1_000, lambda number, at: asked(words(number), at, **(cut if number % 10 == 3 else {}))))
    assert set(told) == {"wasted"}
    assert told["wasted"].worth.usd == 100 * Decimal("0.03")


def test_what_is_worth_too_little_is_not_shown(priced: Store) -> None:
    """The same repeats of calls that cost a thousandth and take no time."""
    cheap = (
        asked(words(hour), SINCE + hour * HOUR + minute * 60_000, input_tokens=1, output_tokens=0, latency_ms=1)
        for hour in range(240)
        for minute in (0, 10, 20)
    )
    assert found(priced, cheap) == {}


def test_a_recommendation_is_put_aside_and_brought_back(store: Store) -> None:
    repeats = [asked(words(1), NOW - DAY + at * 60_000, latency_ms=20_000) for at in range(400)]
    bulk.add(store, repeats, price=False)
    (one,) = recommendations.look(store, now_ms=NOW).recommendations
    recommendations.dismiss(store, one, author="kim", now_ms=NOW)
    recommendations.dismiss(store, one, author="kim", now_ms=NOW)
    told = recommendations.look(store, now_ms=NOW)
    assert told.recommendations == ()
    assert [(gone.key, gone.title, gone.author) for gone in told.dismissed] == [(one.key, one.title, "kim")]
    recommendations.restore(store, one.key)
    assert recommendations.look(store, now_ms=NOW).recommendations == (one,)
    with pytest.raises(NotFound):
        recommendations.restore(store, one.key)


def test_an_empty_ledger_and_a_strange_number_of_days(sqlite_store: Store) -> None:
    told = recommendations.look(sqlite_store, now_ms=NOW)
    assert (told.calls, told.recommendations, told.notes) == (0, (), ())
    with pytest.raises(InputError):
        recommendations.look(sqlite_store, days=0)


def test_only_the_newest_calls_are_read_one_by_one(priced: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.monitoring.advice import looked

    monkeypatch.setattr(looked, "MOST", 500)
    calls = [asked(words(hour // 2), SINCE + hour * HOUR // 2 + 1_000) for hour in range(1_440)]
    told = found(priced, calls)
    assert told["cache"].n == 480, "ten whole days"
    assert told["cache"].worth.usd == 720 * Decimal("0.03"), "as of thirty"


def test_hostile_names_stay_text_and_break_nothing(priced: Store) -> None:
    names = ["` [x](http://e.example) **b**", "a\nb", " padded ", "=equals", "<img src=x>"]
    for name in names:
        bulk.add(priced, [asked(words(1), NOW - DAY + at * 60_000, prompt=name, latency_ms=20_000) for at in range(300)], price=False)
    told = recommendations.look(priced, now_ms=NOW)
    assert told.notes == ()
    assert {link.query["prompt"] for one in told.recommendations if (link := one.rests_on[0]).page == "calls"} >= {
        "==equals",
        "<img src=x>",
    }


def test_every_kind_is_there_once_and_the_command_prints_it(home: Any) -> None:
    from workbench import store as stores
    from workbench.cli import cli

    kinds = advice.every()
    assert {kind.name for kind in kinds} == {"cache", "route", "cap", "worse", "limit", "creep", "prefix", "wasted"}
    assert all(one.place < other.place for one, other in pairwise(kinds))
    from workbench import clock

    now = clock.now_ms()
    bulk.add(stores.current(), [asked(words(1), now - DAY + at * 60_000, latency_ms=20_000) for at in range(400)], price=False)
    bulk.add(stores.current(), [asked(words(2), now - DAY + at * 60_000, source="run") for at in range(3)], price=False)
    printed = CliRunner().invoke(cli, ["recommend", "--json"])
    assert printed.exit_code == 0
    assert json.loads(printed.output)["recommendations"][0]["kind"] == "cache"
    plain = CliRunner().invoke(cli, ["recommend"]).output
    assert "Cache the repeating requests of `faq`" in plain
    assert "on: 400 calls; 3 of runs and the playground left out." in plain
