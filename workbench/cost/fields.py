"""The fields of a scenario document, each with its bounds and what it means. Reading, checking, writing and the reference go by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workbench.cost import model
from workbench.cost.columns import FILTERS
from workbench.cost.forms import At, Flag, Moment, Number, Text, Word, kind_of, mapping, near
from workbench.cost.shapes import Chosen, Field, Listed, Mapped, Names, Shape

SHARE = Number(0, 1, share=True)
PART = Number(0, 1, share=True, above=True)
TOKENS = Number(0, 10**9, "tokens")
USD = Number(0, 10**15, "dollars")
RATE = Number(0, 10**9, "dollars per million tokens")
MS = Number(0, 10**9, "milliseconds", whole=True)
UNSURE = Number(0, 2, "relative standard deviation", share=True)
NAME, NOTE = Text(), Text(20_000, long=True)
VERSION = Number(1, 2**31 - 1, "version", whole=True)
PER = (1_000, 1_000_000)  # tokens that a price may be for


@dataclass(frozen=True)
class PriceShape(Shape):
    """A price. `per` says for how many tokens it is; nothing is free by accident: an input or output of 0 wants `free: true`."""

    told: str = "fields, and per: 1000 or 1000000 (default), free: true for an input or output of 0"

    def read(self, raw: Any, at: At) -> Any:
        """The price in dollars per million tokens."""
        given = dict(mapping(raw, at))
        per = int(Number(1, 10**6, "tokens", whole=True).read(given.pop("per", None) or PER[1], at.inner("per")))
        if per not in PER:
            at.inner("per").refuse(f"{per:,} is not known", "Prices are per 1000 or per 1000000 tokens.")
        free = Flag().read(given.pop("free", None) or False, at.inner("free"))
        if free:
            given = {"input": 0, "output": 0} | {name: value for name, value in given.items() if value is not None}
        price = {name: self._per_million(name, value, per) for name, value in self.values(given, at).items()}
        zero = next((name for name in ("input", "output") if not price[name]), None)
        if zero and not free:
            at.inner(zero).refuse("is a price of 0", "Add `free: true` where it costs nothing indeed, or write what it costs.")
        made = self.of(**price)
        self.check(made, at)
        return made

    def plain(self, value: Any) -> Any:
        """Its fields per million tokens."""
        return super().plain(value) | ({} if value.input and value.output else {"free": True})

    def _per_million(self, name: str, value: Any, per: int) -> Any:
        return value * 1_000 if per == PER[0] and isinstance(value, Decimal) and name != "batch" else value


@dataclass(frozen=True)
class FilterShape:
    """What recorded calls are narrowed by."""

    told: str = f"any of {', '.join(FILTERS)}"
    names = FILTERS
    needs = (("version", "prompt"), ("label", "prompt"), ("model", "provider"))

    def read(self, raw: Any, at: At) -> dict[str, str | int]:
        """The filters by name."""
        given = {str(name): value for name, value in mapping(raw, at).items() if value is not None}
        if stray := next((name for name in given if name not in self.names), None):
            at.inner(stray).refuse("there is no such filter", f"{near(stray, self.names)}Filters: {', '.join(self.names)}.")
        read = {name: (VERSION if name == "version" else NAME).read(value, at.inner(name)) for name, value in given.items()}
        self.check(read, at)
        return read  # type: ignore[return-value]  # a version is read as an int

    def check(self, value: Any, at: At) -> None:
        """Refuse a filter without the one it goes with."""
        for name, other in self.needs:
            if name in value and other not in value:
                at.inner(name).refuse(f"goes with {other}", f"Name the {other} too.")

    def plain(self, value: Any) -> Any:
        """A mapping."""
        return dict(value)


CLASS_OF = Shape(
    model.ClassOf,
    (
        Field("share", SHARE, "Share of the queries; shares of all classes sum to 1."),
        Field("input_tokens", TOKENS, "Tokens a query of this class sends, where they differ from the baseline's."),
        Field("output_tokens", TOKENS, "Tokens a reply to this class has, where they differ."),
        Field("can_wait", Flag(), "Nobody waits for the answer: it may go in a batch."),
    ),
)
COMPONENT = Shape(
    model.Component,
    (
        Field("name", NAME, "What it is called."),
        Field("kind", Word(("embedding", "fine_tuning")), "What is billed."),
        Field("model", NAME, "The model that embeds or is tuned."),
        Field("tokens_per_month", Number(0, 10**18, "tokens"), "Tokens billed a month."),
        Field("usd_per_mtok", RATE, "Price per million tokens; left out: the price list's input rate."),
    ),
)
TYPED = Shape(
    model.Typed,
    (
        Field("queries_per_day", Number(0, 10**18, "queries"), "Queries a day."),
        Field("input_tokens", TOKENS, "Mean tokens sent with a query."),
        Field("output_tokens", TOKENS, "Mean tokens of a reply."),
        Field("models", Mapped(SHARE, some=True), "Which model answers what share; shares sum to 1."),
        Field("cached_share", SHARE, "Share of input tokens read from the provider's cache already."),
        Field("classes", Mapped(CLASS_OF, "class"), "Kinds of queries: simple, medium, complex, or any names."),
        Field("components", Listed(COMPONENT), "Tokens billed beside the queries: embeddings, fine-tuning."),
    ),
)
RECORDED = Shape(
    model.Recorded,
    (
        Field("since", Moment(), "The first moment that counts.", "since_ms"),
        Field("until", Moment(), "The first moment that no longer counts.", "until_ms"),
        Field("filters", FilterShape(), "Only calls that match all of these."),
    ),
)
TRACE = Shape(
    model.Trace,
    (
        Field("path", Text(4_000), "The trace file: time, input tokens, output tokens a line. Relative to the document."),
        Field("model", NAME, "The model that answered, where no column says it."),
    ),
)
BASELINE = Chosen("source", {"typed": TYPED, "ledger": RECORDED, "trace": TRACE})

PRICE = PriceShape(
    model.OwnPrice,
    (
        Field("input", RATE, "Tokens sent."),
        Field("output", RATE, "Tokens of replies."),
        Field("cached", RATE, "Tokens sent that the provider read from its cache; left out: as input. 0 may be stated."),
        Field("cache_write", RATE, "Tokens sent that are written to its cache for 5 minutes; left out: as input."),
        Field("cache_write_1h", RATE, "The same for an hour; left out: as cache_write."),
        Field("reasoning", RATE, "Tokens of replies that are thought only; left out: as output."),
        Field("batch", PART, "What a batch costs as a share of these prices (0.5: half); left out: no batch is offered."),
        Field("note", NOTE, "Where the price is from."),
    ),
)

RULE = Shape(
    model.Rule,
    (
        Field("when", Text(2_000), "The condition, e.g. `words < 20 and question`; left out: always.", optional=True),
        Field("class", NAME, "The class of calls on which it holds.", "klass"),
        Field("model", NAME, "Send them to this model."),
        Field("cache", Flag(), "Whether a cache may answer them."),
        Field("cap", Number(1, 10**9, "tokens", whole=True), "End their replies after so many tokens."),
        Field("name", NAME, "What the rule is called."),
    ),
)
LEVERS: Mapping[str, Shape] = {
    "routing": Shape(
        model.Routing,
        (
            Field("shares", Mapped(Mapped(SHARE, some=True), "class"), "Class → model → share; a class not named stays as it was."),
            Field("rules", Listed(RULE), "What class a recorded call is; the first that holds decides. Left out: the rules that ship."),
        ),
    ),
    "exact_cache": Shape(
        model.ExactCache,
        (
            Field("hit_rate", SHARE, "Share of calls answered by the cache; left out: measured by a replay of the recorded prompts."),
            Field("ttl_s", Number(1, 10**9, "seconds", whole=True), "How long a reply is kept."),
            Field("usd_per_lookup", USD, "Dollars a look-up costs, hit or not."),
        ),
    ),
    "semantic_cache": Shape(
        model.SemanticCache,
        (
            Field("hit_rate", SHARE, "Share answered of what an exact cache leaves over: an assumption."),
            Field("false_hit_rate", SHARE, "Share of those hits that answer another question: an assumption."),
            Field("usd_per_lookup", USD, "Dollars a look-up costs: an embedding."),
        ),
    ),
    "prompt_caching": Shape(
        model.PromptCaching,
        (
            Field("prefix_tokens", TOKENS, "Tokens at the beginning that all prompts share; left out: measured."),
            Field("hit_rate", SHARE, "Share of calls that find them in the cache; left out: measured from the times of the calls."),
            Field("ttl", Word(("5m", "1h")), "How long the provider keeps them: 5 minutes or an hour."),
        ),
    ),
    "batch": Shape(
        model.Batch,
        (
            Field("share", SHARE, "Share of the calls that go in batches."),
            Field("classes", Names(NAME), "Of these classes alone."),
        ),
    ),
    "shorter_prompt": Shape(
        model.ShorterPrompt,
        (
            Field("tokens_saved", Number(-(10**9), 10**9, "tokens"), "Tokens a call sends less; negative: more."),
            Field("prompt", NAME, "Calls of this prompt alone."),
            Field("version", VERSION, "The version that was counted."),
        ),
    ),
    "output_cap": Shape(
        model.OutputCap,
        (
            Field("max_tokens", Number(1, 10**9, "tokens", whole=True), "Replies end after so many tokens."),
            Field("prompt", NAME, "Replies to this prompt alone."),
        ),
    ),
    "retries": Shape(
        model.Retries,
        (
            Field("failure_rate", SHARE, "Share of attempts that fail."),
            Field("retries", Number(0, 100, "retries", whole=True), "How often a failed one is tried again."),
            Field("billed", SHARE, "Share of a failed attempt's tokens that is paid for."),
        ),
    ),
    "growth": Shape(
        model.Growth, (Field("per_month", Number(-1, 10, "growth", share=True), "Traffic grows by so much a month; negative: it shrinks."),)
    ),
    "new_model": Shape(
        model.NewModel,
        (
            Field("model", NAME, "The model that comes."),
            Field("instead_of", NAME, 'The model that goes; "*": all.'),
            Field("share", SHARE, "Share of its calls that move."),
        ),
    ),
}


@dataclass(frozen=True)
class LeversForm:
    """Levers: a list of one-key mappings, or a mapping, from kind to fields. Each kind at most once; their order never matters."""

    told: str = "list of levers, each `kind: fields`"

    def read(self, raw: Any, at: At) -> tuple[Any, ...]:
        """The levers as they stand."""
        made: dict[str, Any] = {}
        for kind, fields in self._pairs(raw, at):
            here = at.inner(kind)
            if kind not in LEVERS:
                at.inner(kind[:60]).refuse("there is no such lever", f"{near(kind, tuple(LEVERS))}Levers: {', '.join(LEVERS)}.")
            if kind in made:
                here.refuse("stands twice", "One lever of a kind: put both into one.")
            made[kind] = LEVERS[kind].read(fields, here)
        return tuple(made.values())

    def check(self, value: Any, at: At) -> None:
        """Check each, and that no kind stands twice."""
        kinds = [lever.kind for lever in value]
        for lever in value:
            if kinds.count(lever.kind) > 1:
                at.inner(lever.kind).refuse("stands twice", "One lever of a kind: put both into one.")
            LEVERS[lever.kind].check(lever, at.inner(lever.kind))

    def plain(self, value: Any) -> Any:
        """A list of one-key mappings."""
        return [{lever.kind: LEVERS[lever.kind].plain(lever)} for lever in value]

    def _pairs(self, raw: Any, at: At) -> list[tuple[str, Any]]:
        if isinstance(raw, Mapping):
            return [(str(kind), fields) for kind, fields in raw.items()]
        if not isinstance(raw, list | tuple):
            at.refuse(f"is {kind_of(raw)}, and a list is wanted", "Write `- exact_cache: {hit_rate: 0.4}` lines.")
        pairs = []
        for place, item in enumerate(raw, 1):
            one = {item: None} if isinstance(item, str) else item
            if not isinstance(one, Mapping) or len(one) != 1:
                what = f"has {len(one)} keys" if isinstance(one, Mapping) else f"is {kind_of(one)}"
                at.inner(place).refuse(f"{what}, and a lever is one kind with its fields", "Write `- exact_cache: {hit_rate: 0.4}`.")
            pairs += [(str(kind), fields) for kind, fields in one.items()]
        return pairs


BELIEVED = Shape(
    model.Believed,
    (
        Field("quality", SHARE, "Mean quality of its replies, 0 to 1."),
        Field("quality_by_class", Mapped(SHARE, "class"), "The same in one class."),
        Field("latency_p50_ms", MS, "Half of its replies are there in this time."),
        Field("latency_p95_ms", MS, "95 of 100 replies are."),
    ),
)
UNSURE_SHAPE = Shape(
    model.Unsure,
    (
        Field("queries", UNSURE, "Queries a day."),
        Field("tokens", UNSURE, "Tokens in and out."),
        Field("mix", UNSURE, "Shares of models and classes."),
        Field("cache", UNSURE, "Hit rates."),
        Field("growth", Number(0, 1, "growth", share=True), "Growth a month, absolute."),
    ),
)
LIMITS = Shape(
    model.Limits,
    (
        Field("usd_per_month", USD, "Spend at most so much a month."),
        Field("quality", SHARE, "Mean quality at least."),
        Field("latency_p95_ms", MS, "95 of 100 replies within this time."),
        Field("latency_p50_ms", MS, "Half of them within this time."),
        Field("most", Mapped(SHARE), "Largest share of the calls a model may take."),
        Field("least", Mapped(SHARE), "Smallest share a model must take."),
        Field("models", Names(NAME), "Models that may be used; left out: all that are priced here or used in the baseline."),
        Field("most_models", Number(1, 1_000, "models", whole=True), "Use at most so many models."),
    ),
)
SCENARIO = Shape(
    model.Scenario,
    (
        Field("name", NAME, "What the scenario is called."),
        Field("note", NOTE, "What it is about, and where its figures are from."),
        Field("baseline", BASELINE, "The traffic."),
        Field("levers", LeversForm(), "What would be done."),
        Field("prices", Mapped(PRICE), "Prices of its own; they come before your own prices and the price list."),
        Field("prices_at", Moment(), "Use the prices of this day; left out: today's.", "prices_at_ms"),
        Field("believed", Mapped(BELIEVED), "Quality and latency of a model where no run and no call says it."),
        Field("unsure", UNSURE_SHAPE, "How unsure typed figures are: relative standard deviations."),
        Field("limits", LIMITS, "What the optimiser must keep."),
        Field("bill_usd", Number(0, 10**15, "dollars", above=True), "What a month is said to have cost."),
        Field("calibrate", Flag(), "Scale every figure to that bill."),
        Field("days_per_month", Number(0, 31, "days", above=True), "Days in a month."),
        Field("months", Number(1, 120, "months", whole=True), "Months to look ahead."),
    ),
)
