"""Each lever against arithmetic worked by hand, and that their order never matters."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cost.streams import D, month, recorded, scenario
from workbench.cost import checking, levers
from workbench.cost.billing import work
from workbench.cost.flow import Base, collapse
from workbench.cost.levers import describe
from workbench.cost.model import (
    Batch,
    ExactCache,
    Growth,
    NewModel,
    OutputCap,
    OwnPrice,
    PromptCaching,
    Retries,
    Routing,
    Rule,
    SemanticCache,
    ShorterPrompt,
)
from workbench.cost.rates import Book
from workbench.cost.traffic import Hits, Lengths, Measured, Prefix, Stream
from workbench.errors import InputError

BOOK = Book({
    "a": OwnPrice(D(10), D(30), cached=D(1), cache_write=D("12.5"), cache_write_1h=D(20), batch=D("0.5")),
    "b": OwnPrice(D(2), D(6)),
})  # fmt: skip
CALLS = {"input": 1_000, "output": 200}  # at a: $0.01 in and $0.006 out, $0.016 a call; at b: $0.0032
NOTHING = Measured()
ONE = month((Stream("a"), 1_000, CALLS))  # $16 a month


def base(traffic: Any = ONE, measured: Measured = NOTHING, prompts: frozenset[str] = frozenset()) -> Base:
    return collapse(traffic, measured, prompts)


def usd(*pulled: Any, of: Base | None = None) -> D:
    return work(of or base(), pulled, BOOK).total


def test_nothing_done_costs_tokens_times_rates() -> None:
    # 1,000 x (1,000 x $10 + 200 x $30) / 1,000,000 = $10 + $6.
    assert usd() == 16


def test_cached_written_and_reasoning_tokens_are_billed_once() -> None:
    each = {"input": 1_000, "cached": 400, "cache_write": 300, "cache_write_1h": 100, "output": 200, "reasoning": 150}
    # Input: 300 plain x 10 + 400 x 1 + 200 x 12.5 + 100 x 20 = 3,000 + 400 + 2,500 + 2,000 = 7,900; output: 200 x 30 = 6,000.
    assert usd(of=base(month((Stream("a"), 1_000, each)))) == D("13.9")


def test_routing_splits_a_class_by_its_shares_and_leaves_the_others() -> None:
    two = base(month((Stream("a", klass="simple"), 600, CALLS), (Stream("a", klass="complex"), 400, CALLS)))
    # Simple: 600 x (0.25 x 0.016 + 0.75 x 0.0032) = 600 x 0.0064 = $3.84; complex stays: 400 x 0.016 = $6.40.
    assert usd(Routing({"simple": {"a": D("0.25"), "b": D("0.75")}}), of=two) == D("10.24")


def test_a_rule_may_send_a_class_to_a_model_cap_it_and_keep_caches_away() -> None:
    two = base(month((Stream("a", klass="simple"), 500, CALLS), (Stream("a", klass="complex"), 500, CALLS)))
    rules = (Rule("words < 20", "simple", model="b"), Rule(None, "complex", cache=False))
    # Simple goes to b: 500 x 0.0032 = $1.60, half of it answered by the cache: $0.80; complex is not cached: 500 x 0.016 = $8.
    assert usd(Routing({}, rules), ExactCache(D("0.5")), of=two) == D("8.8")
    capped = replace(two, lengths=((Lengths(np.array([100, 300]), np.array([250, 250])),), (None,)))
    # Half of simple's replies have 100 tokens, half 300: ended after 100, half of the tokens are left. 500 x (0.002 + 0.0006) = $1.30.
    assert usd(Routing({}, (Rule("words < 20", "simple", model="b", cap=100),)), of=capped) == D("1.3") + 8
    # The lesser of a rule's cap and the lever's counts: after 50, a quarter of simple's 200 tokens; complex, as exponential.
    both = usd(Routing({}, (Rule("words < 20", "simple", model="b", cap=100),)), OutputCap(50), of=capped)
    assert float(both) == pytest.approx(1 + 0.15 + 5 + 3 * (1 - np.exp(-0.25)))


def test_a_new_model_takes_its_share_of_the_old_ones_calls_after_routing() -> None:
    # A quarter moves: 250 x 0.0032 + 750 x 0.016 = 0.8 + 12.
    assert usd(NewModel("b", "a", D("0.25"))) == D("12.8")
    assert usd(NewModel("b")) == D("3.2")
    assert usd(NewModel("b", "somebody")) == 16
    # Routing sends half to b; all of b's calls come back to a.
    assert usd(Routing({"all": {"a": D("0.5"), "b": D("0.5")}}), NewModel("a", "b")) == 16


def test_a_shorter_prompt_takes_tokens_off_every_call_and_never_more_than_there_are() -> None:
    # 100 tokens of 1,000 calls at $10 per million: $1.
    assert usd(ShorterPrompt(D(100))) == 15
    assert usd(ShorterPrompt(D(5_000))) == 6
    assert usd(ShorterPrompt(D(-100))) == 17


def test_a_shorter_prompt_shrinks_cached_tokens_in_proportion() -> None:
    half = base(month((Stream("a"), 1_000, {"input": 1_000, "cached": 500, "output": 200})))
    # 1,000 -> 800 tokens, 500 -> 400 of them cached: 400 x 10 + 400 x 1 = 4,400; output 6,000.
    assert usd(ShorterPrompt(D(200)), of=half) == D("10.4")


def test_a_shorter_prompt_of_one_prompt_leaves_the_others() -> None:
    two = month((Stream("a", "p"), 500, CALLS), (Stream("a", "q"), 500, CALLS))
    assert usd(ShorterPrompt(D(100), "p"), of=base(two, prompts=frozenset(["p"]))) == D("15.5")


def test_an_output_cap_ends_the_recorded_replies() -> None:
    lengths = (Lengths(np.array([100, 200, 300]), np.array([250, 500, 250])),)
    # Ended after 200: 250 x 100 + 750 x 200 = 175,000 of 200,000 tokens. $6 x 0.875 = $5.25.
    assert usd(OutputCap(200), of=replace(base(), lengths=(lengths,))) == D("15.25")
    assert usd(OutputCap(1_000), of=replace(base(), lengths=(lengths,))) == 16


def test_an_output_cap_takes_typed_replies_as_exponential() -> None:
    # Mean 200, ended after 200: 200 x (1 - 1/e) = 126.4241... tokens.
    assert float(usd(OutputCap(200))) == pytest.approx(10 + 6 * (1 - np.exp(-1)), abs=1e-12)


def test_an_exact_cache_answers_its_share_and_asks_for_every_call() -> None:
    # 40 % hits: $9.60, and 1,000 look-ups at $0.001.
    assert usd(ExactCache(D("0.4"), usd_per_lookup=D("0.001"))) == D("10.6")


def test_a_measured_exact_cache_has_a_rate_of_its_own_for_calls_and_each_kind_of_token() -> None:
    hits = Hits((D("0.5"),), ((D("0.4"), D(0), D(0), D(0), D("0.25"), D(0)),), D("0.5"))
    # Input 600 of 1,000: $6; output 150 of 200: $4.50.
    assert usd(ExactCache(), of=base(measured=Measured(hits))) == D("10.5")
    assert usd(ExactCache()) == 16


def test_a_semantic_cache_sees_what_the_exact_one_leaves() -> None:
    # 0.6 x 0.75 of the calls are left: $7.20; look-ups: 600 x $0.001.
    assert usd(ExactCache(D("0.4")), SemanticCache(D("0.25"), usd_per_lookup=D("0.001"))) == D("7.8")


def test_prompt_caching_reads_the_beginning_on_hits_and_writes_it_otherwise() -> None:
    # 600 tokens: 80 % read = 480 x 1, 20 % written = 120 x 12.5; 400 plain x 10. 480 + 1,500 + 4,000 = 5,980; output 6,000.
    assert usd(PromptCaching(D(600), D("0.8"))) == D("11.98")
    # Written for an hour at 20: 480 + 2,400 + 4,000 = 6,880.
    assert usd(PromptCaching(D(600), D("0.8"), "1h")) == D("12.88")
    # No longer than the prompt: 800 read, 200 written x 12.5.
    assert usd(PromptCaching(D(9_000), D("0.8"))) == D("0.8") + D("2.5") + 6


def test_prompt_caching_takes_the_place_of_recorded_cached_tokens_and_may_be_measured() -> None:
    cached = base(
        month((Stream("a"), 1_000, {"input": 1_000, "cached": 900, "output": 200})), Measured(prefix=Prefix((D(600),), (D("0.8"),)))
    )
    assert usd(PromptCaching(), of=cached) == D("11.98")
    assert usd(PromptCaching()) == 16
    # No beginning was measured: 900 read from the cache as recorded, 100 plain; one that is typed as none is none.
    none = replace(cached, measured=Measured(prefix=Prefix((D(0),), (D(0),))))
    assert usd(PromptCaching(), of=none) == D("0.9") + D(1) + 6
    assert usd(PromptCaching(D(0), D(1)), of=none) == 16


def test_retries_bill_their_share_of_every_extra_attempt() -> None:
    # 0.1 + 0.01 = 0.11 extra attempts, half billed: 5.5 % more.
    assert usd(Retries(D("0.1"), 2, D("0.5"))) == D("16.88")
    assert usd(Retries(D("0.1"), 0, D(1))) == 16
    assert usd(Retries(D(1), 3, D(1))) == 64


def test_a_batch_costs_its_price_where_there_is_one() -> None:
    assert usd(Batch(D("0.5"))) == 12
    two = base(month((Stream("a", klass="simple"), 500, CALLS), (Stream("a", klass="complex"), 500, CALLS)))
    assert usd(Batch(D(1), ("simple",)), of=two) == 12
    assert usd(NewModel("b"), Batch(D(1))) == D("3.2")


def test_growth_counts_from_the_first_month_on() -> None:
    assert usd(Growth(D("0.05"))) == D("16.8")
    assert usd(Growth(D(-1))) == 0


def test_calls_that_were_recorded_in_a_batch_stay_there() -> None:
    assert usd(of=base(month((Stream("a", processing="batch"), 1_000, CALLS)))) == 8


@pytest.mark.parametrize(
    ("lever", "said"),
    [
        (ExactCache(D("1.4")), "field levers.exact_cache.hit_rate: 1.4 is over 1"),
        (SemanticCache(D("-0.1")), "field levers.semantic_cache.hit_rate: -0.1 is under 0"),
        (SemanticCache(D("NaN")), "field levers.semantic_cache.hit_rate: NaN"),
        (OutputCap(-5), "field levers.output_cap.max_tokens: -5"),
        (PromptCaching(D(-1)), "field levers.prompt_caching.prefix_tokens: -1"),
        (Batch(D(2)), "field levers.batch.share: 2 is over 1"),
        (Growth(D("Infinity")), "field levers.growth.per_month"),
        (Routing({"all": {"a": D("0.5"), "b": D("0.4")}}), "field levers.routing.shares.all: shares sum to 0.9, not to 1"),
    ],
)
def test_a_lever_that_cannot_be_is_refused_by_its_field(lever: Any, said: str) -> None:
    with pytest.raises(InputError) as refused:
        checking.check(scenario(lever))
    assert refused.value.message.startswith(said)


def test_every_kind_of_lever_is_registered_and_said_in_words() -> None:
    every = (
        Routing({"all": {"a": D("0.007"), "b": D("0.993")}}), NewModel("b"), ShorterPrompt(D(1_200), "p", 2), OutputCap(300),
        ExactCache(D("0.4")), SemanticCache(D("0.3")), PromptCaching(D(600), D("0.8")), Retries(D("0.02")),
        Batch(D("0.25"), ("simple",)), Growth(D("0.05")),
    )  # fmt: skip
    assert tuple(lever.kind for lever in every) == levers.ORDER
    assert [describe(lever) for lever in every] == [
        "Routing: all 0.7 % a + 99.3 % b",
        "b instead of every model",
        "p version 2 shorter by 1,200 tokens",
        "Replies end after 300 tokens",
        "Exact cache: 40 % hits",
        "Semantic cache: 30 % hits, 2 % of them false",
        "Prompt caching (5m): prefix of 600 tokens, 80 % hits",
        "2 % of attempts fail, 2 retries, 0 % of a failure billed",
        "25 % in batches (simple)",
        "Growth of 5 % a month",
    ]


shares = st.decimals(0, 1, places=3)
ANY = st.tuples(
    shares.map(lambda part: Routing({"all": {"a": part, "b": 1 - part}})),
    shares.map(lambda part: NewModel("a", "b", part)),
    st.integers(-2_000, 2_000).map(lambda saved: ShorterPrompt(D(saved))),
    st.integers(1, 500).map(OutputCap),
    st.builds(ExactCache, shares),
    st.builds(SemanticCache, shares, shares, st.decimals(0, 1, places=4)),
    st.builds(PromptCaching, st.integers(0, 2_000).map(D), shares, st.sampled_from(["5m", "1h"])),
    st.builds(Retries, shares, st.integers(0, 4), shares),
    st.builds(Batch, shares),
    st.builds(Growth, st.decimals(-1, 2, places=3)),
)


@given(ANY, st.sets(st.integers(0, 9), min_size=1, max_size=10), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_levers_never_matters(every: Any, chosen: set[int], chance: Any) -> None:
    pulled = [every[at] for at in sorted(chosen)]
    shuffled = list(pulled)
    chance.shuffle(shuffled)
    traffic = month((Stream("a", "p"), 700, CALLS), (Stream("b", "q"), 300, {"input": 50, "cached": 20, "output": 90, "reasoning": 40}))
    assert work(base(traffic), pulled, BOOK).total == work(base(traffic), shuffled, BOOK).total


def test_every_permutation_of_four_levers_costs_the_same() -> None:
    four = (
        Routing({"all": {"a": D("0.3"), "b": D("0.7")}}),
        NewModel("a", "b", D("0.5")),
        ExactCache(D("0.4")),
        PromptCaching(D(600), D("0.8")),
    )
    assert len({usd(*some) for some in permutations(four)}) == 1


@given(ANY, st.sets(st.integers(0, 9), max_size=10))
@settings(max_examples=60, deadline=None)
def test_floats_by_unit_of_time_and_exact_decimals_give_the_same_month(every: Any, chosen: set[int]) -> None:
    calls, tokens = np.full((3, 2), 10.0), np.zeros((3, 2, 6))
    tokens[:, 0, 0], tokens[:, 1, 0], tokens[:, 1, 1], tokens[:, :, 4] = 10_000, 500, 200, 2_000
    traffic = base(recorded([Stream("a", "p"), Stream("b", "q")], calls, tokens))
    pulled = [every[at] for at in sorted(chosen)]
    drawn = work(traffic, pulled, BOOK, exact=False).usd.sum() * 10  # three days to thirty
    assert float(work(traffic, pulled, BOOK).total) == pytest.approx(drawn, rel=1e-9, abs=1e-9)


@given(shares, shares, shares)
@settings(max_examples=40, deadline=None)
def test_no_lever_makes_tokens_negative_or_a_part_more_than_its_whole(hits: D, share: D, rate: D) -> None:
    each = {"input": 900, "cached": 300, "cache_write": 200, "cache_write_1h": 50, "output": 200, "reasoning": 70}
    start = base(month((Stream("a"), 1_000, each)))
    pulled = (ShorterPrompt(D(500)), OutputCap(100), ExactCache(hits), SemanticCache(share), PromptCaching(D(700), rate), Growth(D("0.1")))
    rows = levers.pull(start.flow(exact=True), pulled, levers.setting_of(start, pulled)).tokens
    for sent, cached, written, hour, output, reasoning in rows:
        assert min(sent, cached, written, hour, output, reasoning) >= 0
        assert cached + written <= sent
        assert hour <= written
        assert reasoning <= output
