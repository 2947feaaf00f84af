"""Rules: which class a call is of, what is done with it, and what that would have been on the recorded calls. The first that holds
decides; a call that none holds of is of the class `all`. The language of conditions is `cost.expression`.

Refuses to guess: what is not known of a call (words where no text was recorded) makes a condition not hold, and such calls are counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.cost import expression, facts
from workbench.cost.expression import Both, Compare, Condition, Not
from workbench.cost.facts import Facts
from workbench.cost.model import ANY_CLASS, KINDS, Rule
from workbench.errors import InputError
from workbench.text.counting import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.cost.columns import Columns
    from workbench.cost.evidence import Mistakes
    from workbench.store import Store

SHIPPED: tuple[Rule, ...] = (
    Rule("words < 20 and question", "simple", name="short question"),
    Rule("words < 100", "medium", name="short text"),
    Rule(None, "complex", name="everything else"),
)
"""The rules that ship, to be edited: under 20 words with a question mark simple, under 100 words medium, else complex."""

MOST = 100
_INPUT, _OUTPUT = KINDS.index("input"), KINDS.index("output")
_AMOUNTS = {"<": "under {}", "<=": "at most {}", ">": "over {}", ">=": "at least {}", "=": "exactly {}", "!=": "not {}"}
_OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "=": "!=", "!=": "="}


@dataclass(frozen=True)
class Taken:
    """What one rule (or one class) takes of the recorded calls: answered calls, their tokens, what they cost. `unknown` counts calls
    that came to the rule and of which it could not be told whether it holds: they went on to the next.
    """

    name: str
    klass: str
    calls: int
    share: float
    input_tokens: int
    output_tokens: int
    usd: Decimal
    unpriced: int
    unknown: int = 0
    said: str = ""


@dataclass(frozen=True)
class Trial:
    """Rules on recorded calls. `rules` has a line a rule, and a last one for calls that none took, where there are such; `classes`
    sums them up; `unknown` counts calls of which at least one rule could not be told.
    """

    rules: tuple[Taken, ...]
    classes: tuple[Taken, ...]
    calls: int
    unknown: int


@dataclass(frozen=True)
class Decided:
    """The rule that took each call (-1: none), whether a rule before it could not be told, and how many calls that was by rule."""

    rule: "NDArray[Any]"
    unsure: "NDArray[Any]"
    unknown: tuple[int, ...]


def check(rule: Rule, place: str = "field rule") -> Condition | None:
    """The rule's condition, parsed; None where it holds always. Raises InputError that names the field and the column in it."""
    if not rule.klass.strip():
        raise InputError("is empty", place=f"{place}.klass", hint="Name the class a call is of, such as simple.")
    if rule.model is not None and not rule.model.strip():
        raise InputError("is empty", place=f"{place}.model", hint="Name a model as provider/model, or leave it out.")
    if rule.cap is not None and rule.cap < 1:
        raise InputError(f"{rule.cap} is under 1", place=f"{place}.cap", hint="A cap is the most tokens a reply may have.")
    return None if rule.when is None else expression.parse(rule.when, f"{place}.when")


def check_all(rules: Sequence[Rule], place: str = "field rules") -> tuple[Condition | None, ...]:
    """The conditions of all rules, the place of each numbered from 1. Raises InputError."""
    if len(rules) > MOST:
        raise InputError(f"there are {len(rules)} rules: at most {MOST}", place=place)
    return tuple(check(rule, f"{place}.{at}") for at, rule in enumerate(rules, 1))


def decide(known: Facts, rules: Sequence[Rule], counted: "NDArray[Any] | None" = None) -> Decided:
    """The rule that takes each call, over all calls at once; `counted` are the calls that `unknown` speaks of, all where not given.

    Raises InputError for a rule that cannot be read.
    """
    import numpy as np

    taken = np.full(known.calls, -1, dtype=np.int16)
    unsure = np.zeros(known.calls, dtype=bool)
    unknown = []
    for at, condition in enumerate(check_all(rules)):
        free = taken < 0
        if condition is None:
            taken[free] = at
            unknown.append(0)
            continue
        true, false = expression.holds(condition, known)
        open_ = free & ~true & ~false
        unsure |= open_
        unknown.append(int(np.count_nonzero(open_ if counted is None else open_ & counted)))
        taken[free & true] = at
    return Decided(taken, unsure, tuple(unknown))


def classify(columns: "Columns", rules: Sequence[Rule]) -> "tuple[tuple[str, ...], NDArray[Any]]":
    """The names of the classes, in order of the rules, and a code into them for every call; all of class `all` where there are no rules."""
    decided = decide(facts.of_columns(columns), rules)
    return class_names(rules, decided)


def class_names(rules: Sequence[Rule], decided: Decided) -> "tuple[tuple[str, ...], NDArray[Any]]":
    """The classes of calls that are decided: names and codes [n]."""
    import numpy as np

    left = bool((decided.rule < 0).any()) or not rules
    names = tuple(dict.fromkeys([*(rule.klass for rule in rules), *([ANY_CLASS] if left else [])]))
    codes = [names.index(rule.klass) for rule in rules] + [names.index(ANY_CLASS) if left else 0]
    return names, np.array(codes, dtype=np.int16)[decided.rule]


def try_out(columns: "Columns", rules: Sequence[Rule]) -> Trial:
    """What each rule and each class takes of the answered calls, with their tokens and what they cost as recorded."""
    import numpy as np

    answered = columns.ok
    decided = decide(facts.of_columns(columns), rules, answered)
    names, codes = class_names(rules, decided)
    lines = [*rules, *([Rule(None, ANY_CLASS, name="no rule")] if bool((decided.rule < 0).any()) else [])]
    place = np.where(decided.rule < 0, len(rules), decided.rule)
    by_rule = _sums(columns, place, len(lines), answered)
    by_class = _sums(columns, codes, len(names), answered)
    unknown = [*decided.unknown, 0]
    return Trial(
        rules=tuple(
            Taken(rule.name or f"rule {at + 1}", rule.klass, *by_rule[at], unknown=unknown[at], said=tell(rule))
            for at, rule in enumerate(lines)
        ),
        classes=tuple(Taken(name, name, *by_class[at]) for at, name in enumerate(names)),
        calls=int(np.count_nonzero(answered)),
        unknown=int(np.count_nonzero(decided.unsure & answered)),
    )


def mistakes(
    store: "Store",
    columns: "Columns",
    rules: Sequence[Rule],
    limit: int = 50,
    *,
    routed: Mapping[str, Sequence[str]] | None = None,
) -> "Mistakes":
    """Calls that a condition put into a class which looks too low for them, strongest evidence first; see `cost.evidence`.

    `routed` says which models answer a class, where the rules name none.
    """
    from workbench.cost import evidence

    return evidence.gather(store, columns, (rules, decide(facts.of_columns(columns), rules)), limit, routed or {})


def tell(rule: Rule) -> str:
    """The rule as a sentence: "Under 20 words and a question mark: simple, goes to openai/gpt-4o-mini"."""
    condition = check(rule)
    said = "everything else" if condition is None else _tell(condition)
    done = [rule.klass]
    done += [f"goes to {rule.model}"] if rule.model else []
    done += [] if rule.cache is None else ["a cache may answer" if rule.cache else "no cache answers"]
    done += [f"replies end after {counted(rule.cap, 'token')}"] if rule.cap is not None else []
    return f"{said[0].upper()}{said[1:]}: {', '.join(done)}"


def _tell(condition: Condition, above: str = "") -> str:
    if isinstance(condition, Both):
        joined = f" {condition.word} ".join(_tell(part, condition.word) for part in condition.of)
        return f"({joined})" if above not in ("", condition.word) else joined
    if isinstance(condition, Not):
        inner = condition.of
        if not isinstance(inner, Compare):
            return f"not ({_tell(inner)})"
        if inner.name in expression.YES_NO:
            return _tell(Compare(inner.name, "=", value=not inner.value))
        return _tell(Compare(inner.name, _OPPOSITE[inner.op], inner.value))
    return _comparison(condition)


def _comparison(condition: Compare) -> str:
    name, op, value = condition.name, condition.op, condition.value
    if name in expression.YES_NO:
        return "a question mark" if value else "no question mark"
    if name in expression.NUMBERS:
        unit = name.replace("_", " ") if value != 1 else {"words": "word", "characters": "character"}.get(name, "input token")
        return f"{_AMOUNTS[op].format(f'{value:,}')} {unit}"
    like = "like" if any(sign in str(value) for sign in "*?") else "is" if name != "tag" else ""
    if name == "tag":
        return f'{"a" if op == "=" else "no"} tag {like + " " if like else ""}"{value}"'
    return f'{name} {"not " if op == "!=" and like == "like" else ""}{like}{" not" if op == "!=" and like == "is" else ""} "{value}"'


def _sums(
    columns: "Columns", place: "NDArray[Any]", size: int, answered: "NDArray[Any]"
) -> list[tuple[int, float, int, int, Decimal, int]]:
    """Calls, share, input and output tokens, dollars and unpriced calls of every place."""
    import numpy as np

    at = place[answered]
    calls = np.bincount(at, minlength=size)
    cost = columns.cost_nano[answered]
    priced = cost >= 0
    # Floats carry whole numbers up to 2^53 exactly: tokens stay below, nano-dollars are split so that they do.
    tokens = [np.bincount(at, weights=columns.tokens[answered, kind], minlength=size) for kind in (_INPUT, _OUTPUT)]
    high, low = np.divmod(np.where(priced, cost, 0), 10**6)
    parts = [np.bincount(at, weights=part, minlength=size) for part in (high, low)]
    unpriced = np.bincount(at[~priced], minlength=size)
    whole = max(1, len(at))
    return [
        (
            int(calls[n]),
            float(calls[n] / whole),
            int(tokens[0][n]),
            int(tokens[1][n]),
            Decimal(int(parts[0][n]) * 10**6 + int(parts[1][n])).scaleb(-9),
            int(unpriced[n]),
        )
        for n in range(size)
    ]
