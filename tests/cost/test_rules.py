"""The language of rules, what rules take of recorded calls, and which of their calls look wrong."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from tests.comparison import runs
from tests.cost.columns import made
from tests.cost.ledger import START_MS, call, put
from workbench.cost import columns as loaded
from workbench.cost import expression, rules
from workbench.cost.facts import of_rows
from workbench.cost.model import Recorded, Rule
from workbench.errors import InputError
from workbench.runner.tables import CellRow
from workbench.store import Store

CALLS: list[dict[str, Any]] = [
    {"words": 5, "question": 1, "input": 10, "prompt": "support/faq", "model": "openai/gpt-4o", "tags": ("vip", "eu")},
    {"words": 19, "question": 0, "input": 40, "prompt": "support/long", "model": "openai/gpt-4o-mini", "tags": ("eu",)},
    {"words": 20, "question": 1, "input": 900, "prompt": "billing", "model": "p/m"},
    {"words": 99, "question": 0, "input": 901},
    {"words": 100, "question": 1, "input": 5_000, "tags": ("a[1]",)},
    {"words": -1, "question": -1, "input": 7},
]


def where(condition: str) -> list[int]:
    """The calls that the condition holds of."""
    decided = rules.decide(rules.facts.of_columns(made(CALLS)), [Rule(condition, "yes")])
    found: list[int] = np.flatnonzero(decided.rule == 0).tolist()
    return found


@pytest.mark.parametrize(
    ("condition", "calls"),
    [
        ("words < 20", [0, 1]),
        ("words<=20", [0, 1, 2]),
        ("words > 99", [4]),
        ("words >= 99", [3, 4]),
        ("words = 99", [3]),
        ("words == 99", [3]),
        ("words != 99", [0, 1, 2, 4]),
        ("words <> 99", [0, 1, 2, 4]),
        ("input_tokens > 1_000", [4]),
        ("input_tokens > 1,000", [4]),
        ("question", [0, 2, 4]),
        ("question = yes", [0, 2, 4]),
        ("question = no", [1, 3]),
        ("question != true", [1, 3]),
        ("not question", [1, 3]),
        ("words < 20 and question", [0]),
        ("WORDS < 20 AND NOT Question", [1]),
        ("words < 20 or question", [0, 1, 2, 4]),
        ("question and words > 50 or words < 10", [0, 4]),
        ("question and (words > 50 or words < 10)", [0, 4]),
        ("not (words < 20 or words > 99)", [2, 3]),
        ("not words < 20", [2, 3, 4]),
        ('prompt = "support/*"', [0, 1]),
        ("prompt = 'support/???'", [0]),
        ('prompt != "support/*"', [2, 3, 4, 5]),
        ('not prompt = "billing"', [0, 1, 3, 4, 5]),
        ('prompt = "Billing"', []),
        ('model = "openai/*"', [0, 1]),
        ('model = "openai/gpt-4o"', [0]),
        ('tag = "vip"', [0]),
        ('tag = "eu"', [0, 1]),
        ('tag != "eu"', [2, 3, 4, 5]),
        ('tag = "a[1]"', [4]),
        ('tag = "a[*"', [4]),
        ('tag = "*"', [0, 1, 4]),
        ('tag = "x\\"y"', []),
        ("input_tokens < 10 or words < 10", [0, 5]),
        ("characters < 10", []),
        ("not characters < 10", []),
    ],
)
def test_a_condition_holds_of_the_calls_it_says(condition: str, calls: list[int]) -> None:
    assert where(condition) == calls


@pytest.mark.parametrize(
    ("condition", "column", "said"),
    [
        ("", 1, "a condition is missing"),
        ("   ", 4, "a condition is missing"),
        ("words", 6, "words is compared with nothing"),
        ("words <", 8, "words is compared with a whole number, not the end"),
        ("words < 1.5", 9, "words is compared with a whole number, not '1.5'"),
        ("words < -1", 9, "'-' means nothing in a condition"),
        ("words < 20 question", 12, "'question' is not expected here"),
        ("20 > words", 1, "'20' is not something a condition looks at"),
        ("wordz < 20", 1, "'wordz' is not something a condition looks at"),
        ("output_tokens > 5", 1, "output_tokens are not known before a model has answered"),
        ("(words < 20", 12, "a ) is missing before the end"),
        ("words < 20)", 11, "')' is not expected here"),
        ('prompt < "a"', 8, "prompt is a text: compare it with = or !="),
        ("prompt = support", 10, "prompt is compared with a text in quotes, not 'support'"),
        ('tag = "open', 7, "a text has no closing quote"),
        ("question > yes", 10, "question is yes or no: compare it with = or !="),
        ("question = maybe", 12, "question is yes or no, not 'maybe'"),
        ("words < 20 && question", 12, "'&' means nothing in a condition"),
        ("words < 99999999999999999999", 9, "is too large"),
        ("__import__('os')", 1, "is not something a condition looks at"),
        ("words < 20 and " * 200, 0, "has 3,000 characters: at most 2,000"),
        ("(" * 60 + "question" + ")" * 60, 42, "is nested more than 40 deep"),
        ("not " * 60 + "question", 165, "is nested more than 40 deep"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_column_and_a_remedy(condition: str, column: int, said: str) -> None:
    with pytest.raises(InputError) as caught:
        rules.check(Rule(condition, "x"), "field levers.routing.rules.2")
    assert caught.value.place == "field levers.routing.rules.2.when" + (f", column {column}" if column else "")
    assert said in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("rule", "place"),
    [(Rule(None, " "), "field rule.klass"), (Rule(None, "x", model=""), "field rule.model"), (Rule(None, "x", cap=0), "field rule.cap")],
)
def test_what_a_rule_does_is_checked_too(rule: Rule, place: str) -> None:
    with pytest.raises(InputError) as caught:
        rules.check(rule)
    assert caught.value.place == place


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=list("wordsquetinpmla <>=!()\"'*?0123456789&andornot\\[]\n"), max_size=60))
def test_any_text_is_a_condition_or_an_input_error(text: str) -> None:
    with suppress(InputError):
        assert set(where(text)) <= set(range(len(CALLS)))


@st.composite
def conditions(draw: st.DrawFn, depth: int = 3) -> tuple[str, Any]:
    """A condition as text, and as a function of one call with Kleene's three values."""
    kind = draw(st.sampled_from(["words", "question", "prompt"] + (["not", "and", "or"] if depth else [])))
    if kind == "words":
        limit = draw(st.integers(0, 6))
        return f"words < {limit}", lambda call: None if call["words"] is None else call["words"] < limit
    if kind == "question":
        return "question", lambda call: call["question"]
    if kind == "prompt":
        return 'prompt = "a*"', lambda call: (call["prompt"] or "").startswith("a")
    text, of = draw(conditions(depth - 1))
    if kind == "not":
        return f"not ({text})", lambda call: None if of(call) is None else not of(call)
    other, more = draw(conditions(depth - 1))

    def joined(call: Any) -> bool | None:
        both = of(call), more(call)
        decisive = kind == "or"
        return decisive if decisive in both else None if None in both else not decisive

    return f"({text}) {kind} ({other})", joined


@settings(max_examples=150, deadline=None)
@given(
    conditions(),
    st.lists(
        st.fixed_dictionaries(
            {
                "words": st.none() | st.integers(0, 6),
                "question": st.sampled_from([None, True, False]),
                "prompt": st.sampled_from([None, "a", "b"]),
            }
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_conditions_over_arrays_say_what_they_say_of_each_call(made_up: tuple[str, Any], calls: list[dict[str, Any]]) -> None:
    text, of = made_up
    true, false = expression.holds(expression.parse(text), of_rows(calls))
    assert [bool(flag) for flag in true] == [of(one) is True for one in calls]
    assert [bool(flag) for flag in false] == [of(one) is False for one in calls]


def test_the_shipped_rules_sort_by_length_and_question() -> None:
    names, codes = rules.classify(made(CALLS), rules.SHIPPED)
    assert names == ("simple", "medium", "complex")
    assert [names[code] for code in codes] == ["simple", "medium", "medium", "medium", "complex", "complex"]


def test_without_a_rule_that_holds_a_call_is_of_the_class_all() -> None:
    names, codes = rules.classify(made(CALLS), [Rule("words < 10", "short")])
    assert names == ("short", "all")
    assert codes.tolist() == [0, 1, 1, 1, 1, 1]
    names, codes = rules.classify(made(CALLS), ())
    assert (names, codes.tolist()) == (("all",), [0] * 6)
    assert rules.classify(made([]), rules.SHIPPED)[1].tolist() == []


def test_the_first_rule_that_holds_decides() -> None:
    ordered = [Rule("words < 50", "a"), Rule("words < 20", "b"), Rule(None, "a")]
    names, codes = rules.classify(made(CALLS), ordered)
    assert names == ("a", "b")
    assert codes.tolist() == [0] * 6


def test_trying_rules_counts_calls_tokens_and_money_exactly() -> None:
    big = 9_007_199_254_740_993  # one more than floats count to
    calls = [
        {"words": 5, "question": 1, "input": 10, "output": 3, "cost_nano": big},
        {"words": 5, "question": 1, "input": 20, "output": 4, "cost_nano": 1},
        {"words": 5, "question": 1, "cost_nano": -1},
        {"words": 5, "question": 1, "ok": False, "cost_nano": 7},
        {"words": -1, "question": -1, "input": 100, "output": 50, "cost_nano": 1_000_000_000},
    ]
    found = rules.try_out(made(calls), rules.SHIPPED)
    short, medium, rest = found.rules
    assert (short.name, short.klass, short.calls, short.share, short.input_tokens, short.output_tokens) == (
        "short question",
        "simple",
        3,
        0.75,
        40,
        12,
    )
    assert (short.usd, short.unpriced, short.unknown) == (Decimal(big + 1).scaleb(-9), 1, 1)
    assert (medium.calls, medium.unknown, rest.calls, rest.usd) == (0, 1, 1, Decimal(1))
    assert [(one.klass, one.calls) for one in found.classes] == [("simple", 3), ("medium", 0), ("complex", 1)]
    assert (found.calls, found.unknown) == (4, 1)
    left = rules.try_out(made(calls), [Rule("words < 10", "short")])
    assert [(one.name, one.calls) for one in left.rules] == [("rule 1", 3), ("no rule", 1)]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (rules.SHIPPED[0], "Under 20 words and a question mark: simple"),
        (rules.SHIPPED[1], "Under 100 words: medium"),
        (rules.SHIPPED[2], "Everything else: complex"),
        (
            Rule("not question and (words >= 1,000 or not words = 1)", "x", model="p/m", cache=False, cap=2_000),
            "No question mark and (at least 1,000 words or not 1 word): x, goes to p/m, no cache answers, replies end after 2,000 tokens",
        ),
        (Rule('prompt = "support/*" or tag = "vip"', "x", cache=True), 'Prompt like "support/*" or a tag "vip": x, a cache may answer'),
        (Rule('model != "p/m" and tag != "a*"', "x"), 'Model is not "p/m" and no tag like "a*": x'),
        (Rule("not (words < 5 and question)", "x"), "Not (under 5 words and a question mark): x"),
    ],
)
def test_a_rule_is_told_in_words(rule: Rule, said: str) -> None:
    assert rules.tell(rule) == said


def test_a_million_calls_are_classified_as_a_few_are() -> None:
    some = made(CALLS)
    many = made(CALLS * 3)
    assert rules.classify(many, rules.SHIPPED)[1].tolist() == rules.classify(some, rules.SHIPPED)[1].tolist() * 3


# Mistakes ----------------------------------------------------------------------------------------------------------------------------


def recorded(store: Store) -> loaded.Columns:
    return loaded.load(store, Recorded(START_MS, START_MS + 86_400_000))


def test_without_evidence_no_call_looks_wrong(sqlite_store: Store) -> None:
    put(sqlite_store, *[call(f"What is {n}?") for n in range(30)])
    found = rules.mistakes(sqlite_store, recorded(sqlite_store), rules.SHIPPED)
    assert (found.calls, found.total, found.looked_at) == ((), 0, 30)
    assert found.could_speak == {"score": 0, "feedback": 0, "reasoning": 0, "length": 30}


def test_each_mistake_names_its_call_and_what_says_so(store: Store) -> None:
    usual = [call(f"What is {n}?", started_ms=START_MS + n) for n in range(40)]
    down = call("Is it?", feedback=-1, started_ms=START_MS + 100)
    liked = call("Was it?", feedback=1, started_ms=START_MS + 101)
    long = call("Why so?", output_tokens=400, started_ms=START_MS + 102)
    thought = call("How so?", output_tokens=305, reasoning_tokens=300, feedback=-1, started_ms=START_MS + 103)
    unhappy = call("word " * 200, feedback=-1, started_ms=START_MS + 104)  # complex: nothing is above it
    ids = put(store, *usual, down, liked, long, thought, unhappy)
    found = rules.mistakes(store, recorded(store), rules.SHIPPED)
    assert [one.call_id for one in found.calls] == [ids[43], ids[40], ids[42]]
    both, thumbs, length = found.calls
    assert both.kinds == ("feedback", "reasoning")
    assert both.why == ("somebody gave the reply a thumbs-down", "it took 300 reasoning tokens; 95 % of simple calls to p/m take none")
    assert (thumbs.klass, thumbs.rule, thumbs.model, thumbs.kinds) == ("simple", "short question", "p/m", ("feedback",))
    assert length.why == ("its reply has 400 tokens; 95 % of simple calls stay within 5",)
    assert (found.total, found.looked_at) == (3, 44)
    assert found.by_kind == {"score": 0, "feedback": 2, "reasoning": 1, "length": 1}
    assert found.could_speak["feedback"] == 3
    assert len(rules.mistakes(store, recorded(store), rules.SHIPPED, limit=1).calls) == 1


def test_a_score_of_nought_under_the_model_routed_to_speaks_against_the_class(sqlite_store: Store) -> None:
    store = sqlite_store
    asked = ["What is one?", "What is two?", "What is three?"]
    live = put(store, *[call(text, model="big", started_ms=START_MS + n) for n, text in enumerate(asked)])
    # The same requests, asked of another model by a run: wrong, right, and right in one of two.
    tried = put(store, *[call(text, model="small", run_id="r", started_ms=1) for text in [*asked, asked[2]]])
    runs.make(store, [[0.0, 1.0, 0.0, 1.0]], run_id="r", provider="p")
    with store.write() as session:
        for position, call_id in enumerate(tried):
            session.execute(update(CellRow).where(CellRow.case_position == position).values(call_id=call_id))
    columns = recorded(store)
    simple = [Rule("words < 20", "simple", model="p/small"), Rule(None, "rest")]
    found = rules.mistakes(store, columns, simple)
    assert {one.call_id: one.why for one in found.calls} == {
        live[0]: ("p/small scored 0 on this request in its cell of run n",),
        live[2]: ("p/small scored 0 on this request in 1 of 2 cells of run n",),
    }
    assert found.could_speak["score"] == 3
    assert rules.mistakes(store, columns, rules.SHIPPED, routed={"simple": ["p/small"]}).total == 2
    assert rules.mistakes(store, columns, rules.SHIPPED).total == 0  # the model that answered was never scored
