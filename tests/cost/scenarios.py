"""Scenarios for tests: any scenario at all (hypothesis), and a small one by hand."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from workbench.cost import model
from workbench.cost.model import Scenario, Typed

SMALL = Scenario("small", Typed(Decimal(1_000), Decimal(150), Decimal(200), {"openai/gpt-4": Decimal(1)}))

names = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12) | st.sampled_from(
    ["=cmd|' /C calc'!A0", "true", "null", "123", "1e5", "~", "2026-01-01", "a: b", "#x", "- x", "gpt-3.5-turbo", "0x1F", "yes", "'", "a b"]
)
notes = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=80)
shares = st.decimals(0, 1, places=6)
amounts = st.decimals(0, 10**9, places=9)
tokens = st.decimals(0, 10**9, places=3)
milliseconds = st.integers(0, 10**9)


@st.composite
def wholes(draw: Any, keys: st.SearchStrategy[str] = names) -> dict[str, Decimal]:
    """Shares that sum to 1 exactly."""
    parts = draw(st.dictionaries(keys, st.integers(0, 100), min_size=1, max_size=4))
    left, made = Decimal(1), {}
    for name, part in list(parts.items())[1:]:
        made[name] = left * part / 400
        left -= made[name]
    return {next(iter(parts)): left, **made}


typed = st.builds(
    Typed,
    st.decimals(0, 10**18, places=2),
    tokens,
    tokens,
    wholes(),
    shares,
    st.just({}),
    st.lists(
        st.builds(model.Component, names, st.sampled_from(["embedding", "fine_tuning"]), names, tokens, st.none() | amounts), max_size=2
    ).map(tuple),
)


@st.composite
def classed(draw: Any) -> Typed:
    """A typed baseline with classes whose shares sum to 1."""
    each = draw(wholes())
    of = {
        name: model.ClassOf(share, draw(st.none() | tokens), draw(st.none() | tokens), draw(st.booleans())) for name, share in each.items()
    }
    return Typed(draw(amounts), draw(tokens), draw(tokens), draw(wholes()), classes=of)


filters = st.sampled_from(
    [{}, {"prompt": "intent"}, {"prompt": "intent", "version": 3}, {"provider": "openai", "model": "gpt-4", "status": "ok"}]
)
recorded = st.builds(model.Recorded, st.integers(0, 10**12), st.integers(10**12 + 1, 2 * 10**12), filters)
baselines = typed | classed() | recorded | st.builds(model.Trace, names, names)
prices = st.builds(
    model.OwnPrice,
    *(amounts, amounts),
    *[st.none() | amounts] * 4,
    st.none() | shares.filter(bool),
    notes,
)
believed = st.builds(
    model.Believed, st.none() | shares, st.dictionaries(names, shares, max_size=2), st.integers(0, 900), st.integers(900, 10**9)
)
limits = st.builds(
    model.Limits,
    st.none() | amounts,
    st.none() | shares,
    st.none() | st.integers(500, 10**6),
    st.none() | st.integers(0, 500),
    st.dictionaries(names, shares, max_size=2),
    most_models=st.none() | st.integers(1, 9),
)
rules = st.builds(
    model.Rule,
    st.sampled_from([None, "words < 20 and question", "input_tokens >= 100"]),
    names,
    st.none() | names,
    st.none() | st.booleans(),
    st.none() | st.integers(1, 10**6),
    st.just("") | names,
)
seconds = st.integers(1, 10**9)
levers = st.tuples(
    st.builds(model.Routing, st.dictionaries(st.just("all"), wholes(), max_size=1), st.lists(rules, max_size=3).map(tuple)),
    st.builds(model.ExactCache, st.none() | shares, seconds, amounts),
    st.builds(model.SemanticCache, shares, shares, amounts),
    st.builds(model.PromptCaching, st.none() | tokens, st.none() | shares, st.sampled_from(["5m", "1h"])),
    st.builds(model.Batch, shares, st.sampled_from([(), ("all",)])),
    st.builds(model.ShorterPrompt, st.decimals(-(10**9), 10**9, places=1), st.none() | names, st.none() | st.integers(1, 99)),
    st.builds(model.OutputCap, st.integers(1, 10**9), st.none() | names),
    st.builds(model.Retries, shares, st.integers(0, 100), shares),
    st.builds(model.Growth, st.decimals(-1, 10, places=4)),
    st.builds(model.NewModel, names, names, shares),
).flatmap(lambda all_: st.lists(st.sampled_from(all_), max_size=10, unique_by=lambda lever: lever.kind).map(tuple))

scenarios = st.builds(
    Scenario,
    names,
    baselines,
    levers,
    st.dictionaries(names, prices, max_size=2),
    st.none() | st.integers(0, 2 * 10**12),
    st.dictionaries(names, believed, max_size=2),
    st.builds(model.Unsure, *[st.decimals(0, 1, places=3)] * 5),
    limits,
    amounts.filter(bool),
    st.booleans(),
    st.decimals("0.1", 31, places=4),
    st.integers(1, 120),
    notes,
)
