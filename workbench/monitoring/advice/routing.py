"""Route these short ones: short questions that a dear model answers, while a cheaper one is used, scored or listed beside it.

How good the cheaper one is comes from the person's own runs alone. Where they say that it is worse, nothing is recommended; where they
say nothing, that is said, and a run is offered that would tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.monitoring.advice.kinds import AT_MOST, Link, Recommendation, advice, key, named, percent
from workbench.monitoring.advice.looked import FREE, Group, Looked, tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.cost.model import Rule
    from workbench.cost.quality import Known

LEAST_CALLS, CHEAPER, SHORT_TOKENS = 100, 0.5, 150
_SIMPLE = "simple"
_SMALLER = (("opus", "haiku"), ("sonnet", "haiku"), ("-pro", "-flash"))
_SUFFIXES = ("-mini", "-nano", "-small", "-lite")


@advice(
    "route",
    20,
    "Route short requests to a cheaper model",
    f"at least {LEAST_CALLS} questions under 20 words to a model (where no text was recorded, requests of at most {SHORT_TOKENS} tokens), "
    "and another model that answers them for half the money or less and is not worse in your own runs",
)
def find(looked: Looked) -> Iterator[Recommendation]:
    """A recommendation for each dear model that answers short requests, those worth most first."""
    from workbench.cost import rules

    tried: list[tuple[float, _Short]] = []
    for group in looked.by_model:
        if group.name.partition("/")[0] in FREE or looked.book.of(group.name) is None:
            continue
        ruling = _rules(group)
        names, codes = rules.classify(group.columns, ruling)
        simple = (codes == names.index(_SIMPLE)) & group.columns.ok
        if simple.sum() < LEAST_CALLS:
            continue
        short = _Short(looked, group, ruling, simple)
        usd = short.usd(group.name)
        if usd > 0:
            tried.append((usd, short))
    for _, short in sorted(tried, key=lambda one: -one[0])[:AT_MOST]:
        if (target := short.target()) is not None:
            yield _made(short, target)


@dataclass(frozen=True, eq=False)
class _Short:
    """The short requests that one model answered."""

    looked: Looked
    group: Group
    rules: "tuple[Rule, ...]"
    simple: "NDArray[Any]"

    def usd(self, model: str) -> float:
        """What they cost where `model` answers them."""
        columns = self.group.columns
        return sum(float(tokens(columns, kind)[self.simple].sum()) * self.looked.rate(model, kind) for kind in ("input", "output"))

    @property
    def prompts(self) -> list[str]:
        """Their prompts, most calls first."""
        import numpy as np

        codes = self.group.columns.prompt[self.simple]
        counts = np.bincount(codes[codes >= 0], minlength=len(self.group.columns.prompts) or 1)
        return [self.group.columns.prompts[at] for at in np.argsort(-counts, kind="stable").tolist() if counts[at]]

    def known(self, models: list[str]) -> "dict[str, Known]":
        """What runs say of models on these: on their prompt, where there is but one."""
        from workbench.cost import quality

        prompts = self.prompts
        return quality.known(self.looked.store, models, prompts[0] if len(prompts) == 1 else None, rules=self.rules)

    def target(self) -> "tuple[str, dict[str, Known]] | None":
        """The cheaper model that is known to be as good, else one that is used, else one that is listed; with what runs say."""
        now = self.usd(self.group.name)
        offered = _offered(self.looked, self.group.name)
        cheap = {model: usd for model in sorted(offered) if 0 < (usd := self.usd(model)) <= CHEAPER * now}
        models = list(cheap)
        known = self.known([self.group.name, *models])
        fit = [model for model in models if not _worse(known, self.group.name, model)]
        # Of those that are as good the cheapest; where nobody knows, the one that is nearest in price.
        ordered = sorted(fit, key=lambda one: (one not in known, not offered[one], cheap[one] if one in known else -cheap[one]))
        return (ordered[0], known) if ordered else None


def _rules(group: Group) -> "tuple[Rule, ...]":
    """What is short: by its words where they are known of most calls, else by its tokens."""
    from workbench.cost.model import Rule
    from workbench.cost.rules import SHIPPED

    ok = group.columns.ok
    if 2 * int((group.columns.words[ok] >= 0).sum()) >= int(ok.sum()):
        return SHIPPED
    return (Rule(f"input_tokens <= {SHORT_TOKENS}", _SIMPLE, name="few tokens"), Rule(None, "complex", name="everything else"))


def _offered(looked: Looked, dear: str) -> dict[str, bool]:
    """Models that have a price and may stand in: those of the ledger (True), and smaller ones of the same family in the price list."""
    found: dict[str, bool] = {}
    for cell in looked.outcomes:
        model = f"{cell.key['provider']}/{cell.key['model']}"
        if model != dear and cell.ok and cell.key["provider"] not in FREE and looked.book.of(model):
            found[model] = True
    for model in _smaller(dear):
        if looked.book.of(model):
            found.setdefault(model, False)
    return found


def _smaller(dear: str) -> list[str]:
    from workbench.pricing import catalogue

    provider, _, name = dear.partition("/")
    siblings = {f"{name}{suffix}" for suffix in _SUFFIXES} | {name.replace(big, small) for big, small in _SMALLER if big in name}
    return [one.ref for one in catalogue.models() if one.provider == provider and one.name != dear and one.model in siblings - {name}]


def _worse(known: "dict[str, Known]", dear: str, cheap: str) -> bool:
    """Whether runs say that the cheaper one is worse: its interval lies below the other's figure, or the other's above its own."""
    one, other = _figure(known.get(dear)), _figure(known.get(cheap))
    if one is None or other is None or one.value is None or other.value is None:
        return False
    return (other.high or other.value) < one.value or (one.low or one.value) > other.value


def _figure(known: "Known | None") -> "Known | None":
    return None if known is None else known.by_class.get(_SIMPLE, known)


def _made(short: _Short, target: "tuple[str, dict[str, Known]]") -> Recommendation:
    from workbench.cost.model import Routing
    from workbench.monitoring.advice import priced

    (cheap, known), looked, group = target, short.looked, short.group
    lever = Routing({_SIMPLE: {cheap: Decimal(1)}}, rules=short.rules)
    found = priced.traffic(looked, group, cheap, rules=short.rules)
    done = priced.outcome(looked, group, lever, found, known=known)
    n, asked = int(short.simple.sum()), int(group.columns.ok.sum())
    now, then = short.usd(group.name) / n, short.usd(cheap) / n
    return Recommendation(
        "route",
        key("route", *sorted(group.filters.items())),
        f"Let {named(cheap)} answer the short requests to {named(group.name)}",
        (
            f"{n:,} of {asked:,} answered calls ({percent(n / asked)}) are {_said(short.rules)}.",
            f"One costs {_usd(now)} there and {_usd(then)} with the cheaper model, at today's prices.",
            _quality(known, group.name, cheap),
        ),
        n,
        priced.worth(done, f"The tokens of these {n:,} calls in {looked.stretch}, at the prices of both models, for 30 days."),
        "The money is worked out from real tokens; the other model may write more or less. " + _sure(known, cheap),
        priced.whatif(group, lever),
        (priced.calls(group), *_plan(short, known, cheap)),
    )


def _said(rules: "tuple[Rule, ...]") -> str:
    return f"requests of at most {SHORT_TOKENS} tokens" if "tokens" in (rules[0].when or "") else "questions of under 20 words"


def _usd(amount: float) -> str:
    return f"${amount:.2g}" if amount < 1 else f"${amount:,.2f}"


def _quality(known: "dict[str, Known]", dear: str, cheap: str) -> str:
    if dear not in known and cheap not in known:
        return "Quality: no run of yours says how good either of them is on these."
    said = []
    for model in (dear, cheap):
        figure = _figure(known.get(model))
        if figure is None or figure.value is None:
            said.append(f"no run says how good {named(model)} is on them")
        else:
            bounds = f" ({figure.low:.2f} to {figure.high:.2f})" if figure.low is not None and figure.high is not None else ""
            said.append(f"{named(model)} scored {figure.value:.2f}{bounds}, {figure.source.replace('`', ' ')}")
    return f"Quality: {'; '.join(said)}."


def _sure(known: "dict[str, Known]", cheap: str) -> str:
    return "Your own runs do not say that it is worse." if cheap in known else "Its quality here is unknown: plan a run first."


def _plan(short: _Short, known: "dict[str, Known]", cheap: str) -> list[Link]:
    """The way to a run that would tell, where none has."""
    if cheap in known:
        return []
    asked = {"m": f"{short.group.name},{cheap}"}
    named = next((prompt for prompt in short.prompts if "," not in prompt), None)
    if named is not None:
        columns = short.group.columns
        version = int(columns.version[columns.prompt == columns.prompts.index(named)].max())
        asked |= {"v": f"{named}@{version}"} if version > 0 else {}
    return [Link("Plan a run", "compare", asked)]
