"""Calls whose class looks too low for them, and what says so. Owns the evidence; states it plainly and makes none up.

Only calls that a condition took are looked at: a rule without one is where everything else goes, and nothing is above it. Evidence is
- a score of 0: an ended run asked the same thing (the same call, or an equal request) of the model that the class goes to, and at least
  half of its cells scored 0. Where neither rule nor routing names a model, it is the model that answered the call;
- a thumbs-down (feedback below 0) on the call itself;
- a reply more than FAR times the 95th percentile of its class, reasoning left out, in a class of at least ENOUGH answered calls;
- reasoning tokens more than FAR times the 95th percentile of its class and model (any, where that is 0), under the same condition.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from workbench.cost.model import KINDS, Rule
from workbench.ledger.tables import CallRow
from workbench.runner.reading import ENDED
from workbench.runner.tables import CellRow, RunRow
from workbench.text.counting import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.cost.columns import Columns
    from workbench.cost.rules import Decided
    from workbench.store import Store

FAR, ENOUGH = 3, 20
RUNS = 50  # ended runs whose scores are looked at, newest first
SCORE, FEEDBACK, LENGTH, REASONING = "score", "feedback", "length", "reasoning"
_STRENGTH = {SCORE: 8, FEEDBACK: 4, REASONING: 2, LENGTH: 1}
_OUTPUT, _REASONING = KINDS.index("output"), KINDS.index("reasoning")


@dataclass(frozen=True)
class Mistake:
    """A call whose class looks too low: `why` has a sentence for every kind of evidence in `kinds`."""

    call_id: int
    klass: str
    rule: str
    model: str
    kinds: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(frozen=True)
class Mistakes:
    """The strongest of them, how many there are in all and by kind, and how many calls each kind could have spoken of (0: it is silent,
    not reassuring).
    """

    calls: tuple[Mistake, ...]
    total: int
    looked_at: int
    by_kind: Mapping[str, int] = field(default_factory=dict)
    could_speak: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Scores:
    """Cells of one model on one request: how many were scored, how many of them 0, and the newest run among them."""

    cells: int
    zeros: int
    run: str


@dataclass
class _Search:
    """The calls that are looked at, and what is said of each so far: place -> kind -> sentence."""

    columns: "Columns"
    rules: Sequence[Rule]
    decided: "Decided"
    looked: "NDArray[Any]"
    said: dict[int, dict[str, str]] = field(default_factory=dict)

    def say(self, at: int, kind: str, sentence: str) -> None:
        self.said.setdefault(at, {})[kind] = sentence

    def rule(self, at: int) -> Rule:
        return self.rules[int(self.decided.rule[at])]

    def model(self, at: int) -> str:
        return self.columns.models[int(self.columns.model[at])]

    def by_class(self) -> "Iterator[tuple[str, NDArray[Any]]]":
        """Every class with the places of its calls."""
        import numpy as np

        classes = list(dict.fromkeys(rule.klass for rule in self.rules))
        codes = np.array([classes.index(rule.klass) for rule in self.rules] + [-1])[self.decided.rule]
        for code, klass in enumerate(classes):
            yield klass, np.flatnonzero(self.looked & (codes == code))

    def strength(self, at: int) -> tuple[int, int, int]:
        """Sorts the strongest evidence first, then the newest call."""
        return -sum(_STRENGTH[kind] for kind in self.said[at]), -int(self.columns.started_ms[at]), at


def gather(
    store: "Store",
    columns: "Columns",
    ruling: tuple[Sequence[Rule], "Decided"],
    limit: int,
    routed: Mapping[str, Sequence[str]],
) -> Mistakes:
    """The calls that evidence speaks against; those with the strongest first, then the newest. `ruling` are rules and what they took."""
    import numpy as np

    rules, decided = ruling
    conditional = np.array([rule.when is not None for rule in rules] + [False])
    search = _Search(columns, rules, decided, conditional[decided.rule] & columns.ok)
    could = {
        SCORE: _by_score(store, search, routed),
        FEEDBACK: _by_feedback(store, search),
        REASONING: _by_reasoning(search),
        LENGTH: _by_length(search),
    }
    strongest = sorted(search.said, key=search.strength)[: max(0, limit)]
    return Mistakes(
        calls=tuple(_mistake(search, at) for at in strongest),
        total=len(search.said),
        looked_at=int(np.count_nonzero(search.looked)),
        by_kind={kind: sum(kind in reasons for reasons in search.said.values()) for kind in could},
        could_speak=could,
    )


def _mistake(search: _Search, at: int) -> Mistake:
    rule, said = search.rule(at), search.said[at]
    name = rule.name or f"rule {int(search.decided.rule[at]) + 1}"
    return Mistake(int(search.columns.call_id[at]), rule.klass, name, search.model(at), tuple(said), tuple(said.values()))


def _by_score(store: "Store", search: _Search, routed: Mapping[str, Sequence[str]]) -> int:
    import numpy as np

    scores, columns = _scores(store), search.columns
    if not scores:
        return 0
    asked = np.array(sorted({request for request, _ in scores}), dtype=np.int64)
    could = 0
    for at in np.flatnonzero(search.looked & columns.has_hash & np.isin(columns.prompt_hash, asked)).tolist():
        rule, request = search.rule(at), int(columns.prompt_hash[at])
        models = [rule.model] if rule.model else routed.get(rule.klass) or [search.model(at)]
        found = [(model, scores[request, model]) for model in models if (request, model) in scores]
        could += bool(found)
        low = [(model, one) for model, one in found if one.zeros * 2 >= one.cells]
        if low:
            model, one = max(low, key=lambda pair: pair[1].zeros)
            cells = "its cell" if one.cells == 1 else f"{one.zeros} of {one.cells} cells"
            search.say(at, SCORE, f"{model} scored 0 on this request in {cells} of run {one.run}")
    return could


def _scores(store: "Store") -> dict[tuple[int, str], _Scores]:
    """(request, model) -> what the newest ended runs scored on it."""
    with store.read() as session:
        ended = select(RunRow.id, RunRow.name).where(RunRow.state.in_(ENDED)).order_by(RunRow.created_ms.desc(), RunRow.id.desc())
        runs = session.execute(ended.limit(RUNS)).all()
        found: dict[tuple[int, str], _Scores] = {}
        for run in runs:
            query = (
                select(CallRow.prompt_hash, CallRow.provider, CallRow.model, CellRow.score)
                .join(CallRow, CallRow.id == CellRow.call_id)
                .where(CellRow.run_id == run.id, CellRow.score.is_not(None), CallRow.prompt_hash.is_not(None))
            )
            for row in session.execute(query):
                place = (row.prompt_hash, f"{row.provider}/{row.model}")
                one = found.get(place, _Scores(0, 0, run.name))
                found[place] = _Scores(one.cells + 1, one.zeros + (row.score == 0), one.run)
    return found


def _by_feedback(store: "Store", search: _Search) -> int:
    import numpy as np

    columns = search.columns
    if not len(columns.started_ms):
        return 0
    between = CallRow.started_ms.between(int(columns.started_ms.min()), int(columns.started_ms.max()))
    with store.read() as session:
        rows = session.execute(select(CallRow.id, CallRow.feedback).where(between, CallRow.feedback.is_not(None))).all()
    given = {row.id: int(row.feedback or 0) for row in rows}
    places = np.flatnonzero(search.looked & np.isin(columns.call_id, np.array(list(given), dtype=np.int64))).tolist()
    for at in places:
        if given[int(columns.call_id[at])] < 0:
            search.say(at, FEEDBACK, "somebody gave the reply a thumbs-down")
    return len(places)


def _by_length(search: _Search) -> int:
    import numpy as np

    replies = search.columns.tokens[:, _OUTPUT] - search.columns.tokens[:, _REASONING]
    could = 0
    for klass, places in search.by_class():
        mine = places[replies[places] > 0]
        if len(mine) < ENOUGH:
            continue
        could += len(mine)
        usual = float(np.quantile(replies[mine], 0.95))
        for at in mine[replies[mine] > FAR * usual].tolist():
            length = int(replies[at])
            search.say(at, LENGTH, f"its reply has {counted(length, 'token')}; 95 % of {klass} calls stay within {usual:,.0f}")
    return could


def _by_reasoning(search: _Search) -> int:
    import numpy as np

    spent = search.columns.tokens[:, _REASONING]
    could = 0
    for klass, places in search.by_class():
        if not bool((spent[places] > 0).any()):
            continue
        models = search.columns.model[places]
        for code in np.unique(models).tolist():
            mine, name = places[models == code], search.columns.models[code]
            if len(mine) < ENOUGH or not bool((spent[mine] > 0).any()):
                continue
            could += len(mine)
            usual = float(np.quantile(spent[mine], 0.95))
            within = f"95 % of {klass} calls to {name} stay within {usual:,.0f}" if usual else f"95 % of {klass} calls to {name} take none"
            for at in mine[spent[mine] > FAR * usual].tolist():
                search.say(at, REASONING, f"it took {counted(int(spent[at]), 'reasoning token')}; {within}")
    return could
