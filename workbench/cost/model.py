"""What a cost scenario is made of. Frozen values only: no arithmetic, no store, no file. What comes out of one: `cost.outcome`.

Money is Decimal US dollars, shares and rates are Decimal 0..1, tokens are per call unless a name says otherwise. A model is written
as the ledger has it, `provider/model`; a scenario may price a model of its own under any name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

KINDS = ("input", "cached", "cache_write", "cache_write_1h", "output", "reasoning")
"""Kinds of tokens, each a part of `input` or of `output` (see pricing.rates): `input` and `output` are the wholes."""

ANY_CLASS = "all"  # the class of traffic that nobody has classified
OFF = "off"


@dataclass(frozen=True)
class ClassOf:
    """A class of typed traffic (simple, medium, complex): its share of the queries, and its tokens where they differ."""

    share: Decimal
    input_tokens: Decimal | None = None
    output_tokens: Decimal | None = None
    can_wait: bool = False  # nobody waits for the answer: it may go in a batch


@dataclass(frozen=True)
class Component:
    """Tokens that are billed beside the calls: embedding a corpus, fine-tuning a model."""

    name: str
    kind: Literal["embedding", "fine_tuning"]
    model: str
    tokens_per_month: Decimal
    usd_per_mtok: Decimal | None = None  # None: the price list's input rate for the model


@dataclass(frozen=True)
class Typed:
    """A baseline of numbers typed in. `models` maps a model to its share of the calls; shares of models and of classes sum to 1."""

    queries_per_day: Decimal
    input_tokens: Decimal
    output_tokens: Decimal
    models: Mapping[str, Decimal]
    cached_share: Decimal = Decimal(0)  # of input tokens, read from the provider's cache
    classes: Mapping[str, ClassOf] = field(default_factory=dict)
    components: tuple[Component, ...] = ()


@dataclass(frozen=True)
class Recorded:
    """A baseline out of the ledger: calls of [since_ms, until_ms) that match `filters` (names of `columns.FILTERS`)."""

    since_ms: int
    until_ms: int
    filters: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Trace:
    """A baseline out of a trace file: time, input tokens, output tokens a line; `model` says what answered, where no column does."""

    path: str
    model: str


Baseline = Typed | Recorded | Trace


@dataclass(frozen=True)
class OwnPrice:
    """A price that belongs to the scenario, in dollars per million tokens. None: that kind is billed as the kind around it.

    `batch` is the share of the standard price a batch costs (0.5: half); None: no batch is offered.
    """

    input: Decimal
    output: Decimal
    cached: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_1h: Decimal | None = None
    reasoning: Decimal | None = None
    batch: Decimal | None = None
    note: str = ""


@dataclass(frozen=True)
class Believed:
    """What is stated of a model (or of a model in one class) where no run and no call says it. `quality` is 0..1."""

    quality: Decimal | None = None
    quality_by_class: Mapping[str, Decimal] = field(default_factory=dict)
    latency_p50_ms: int | None = None
    latency_p95_ms: int | None = None


@dataclass(frozen=True)
class Unsure:
    """How unsure typed numbers are: relative standard deviations. Recorded traffic brings its own; these come on top where set."""

    queries: Decimal = Decimal("0.10")
    tokens: Decimal = Decimal("0.05")
    mix: Decimal = Decimal("0.05")
    cache: Decimal = Decimal("0.10")
    growth: Decimal = Decimal("0.02")  # absolute, per month


@dataclass(frozen=True)
class Limits:
    """What a plan must keep: the optimiser's constraints. None: not asked for."""

    usd_per_month: Decimal | None = None
    quality: Decimal | None = None  # at least
    latency_p95_ms: int | None = None  # at most
    latency_p50_ms: int | None = None
    most: Mapping[str, Decimal] = field(default_factory=dict)  # model -> largest share of the calls
    least: Mapping[str, Decimal] = field(default_factory=dict)
    models: tuple[str, ...] = ()  # that may be used; empty: all that are priced in the scenario or used in the baseline
    most_models: int | None = None


# Levers: frozen, one of a kind in a scenario; the order they stand in never matters. `workbench.cost.levers` has their arithmetic.


@dataclass(frozen=True)
class Rule:
    """A condition on a call and what is done with it; the first that holds decides. `when` is an expression over words, characters,
    input_tokens, question, prompt, model, tag (see `cost.rules`); None holds always. `model` sends the call there, `cache` lets a
    cache answer it, `cap` ends its reply after so many tokens.
    """

    when: str | None
    klass: str = ANY_CLASS
    model: str | None = None
    cache: bool | None = None
    cap: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Routing:
    """Which model answers what: class -> model -> share (shares of a class sum to 1; a class that is not named stays as it was,
    or goes where its rules send it). `rules` say what a class is on recorded calls; empty: the rules that ship.
    """

    shares: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    kind: str = "routing"


@dataclass(frozen=True)
class ExactCache:
    """A cache of replies to identical prompts. `hit_rate` None: measured by replaying the recorded prompts with `ttl_s`."""

    hit_rate: Decimal | None = None
    ttl_s: int = 3600
    usd_per_lookup: Decimal = Decimal(0)
    kind: str = "exact_cache"


@dataclass(frozen=True)
class SemanticCache:
    """A cache of replies to similar prompts: both rates are assumptions. It sees what an exact cache leaves over."""

    hit_rate: Decimal
    false_hit_rate: Decimal = Decimal("0.02")  # of hits, answered with the reply to another question
    usd_per_lookup: Decimal = Decimal(0)  # an embedding a call
    kind: str = "semantic_cache"


@dataclass(frozen=True)
class PromptCaching:
    """The provider keeps the shared beginning of prompts. `prefix_tokens` None: measured from the recorded prompts; `hit_rate` is of
    calls that find it there, None: measured from the times of the calls; `ttl` is 5m or 1h; writes cost what the price says.
    """

    prefix_tokens: Decimal | None = None
    hit_rate: Decimal | None = None
    ttl: Literal["5m", "1h"] = "5m"
    kind: str = "prompt_caching"


@dataclass(frozen=True)
class Batch:
    """A share of the calls goes in batches (of `classes` alone, where named)."""

    share: Decimal
    classes: tuple[str, ...] = ()
    kind: str = "batch"


@dataclass(frozen=True)
class ShorterPrompt:
    """Another version of a prompt with its real token count: `tokens_saved` a call of `prompt` (None: all calls)."""

    tokens_saved: Decimal  # negative: the new one is longer
    prompt: str | None = None
    version: int | None = None  # the version that was counted, for the reader
    kind: str = "shorter_prompt"


@dataclass(frozen=True)
class OutputCap:
    """Replies end after `max_tokens`. Their lengths are the recorded ones; typed traffic is taken as exponential around its mean."""

    max_tokens: int
    prompt: str | None = None
    kind: str = "output_cap"


@dataclass(frozen=True)
class Retries:
    """A share of the attempts fails and is tried again up to `retries` times; `billed` is the share of a failed attempt's tokens that
    is paid for. Recorded traffic already holds its own retries: this comes on top.
    """

    failure_rate: Decimal
    retries: int = 2
    billed: Decimal = Decimal(0)
    kind: str = "retries"


@dataclass(frozen=True)
class Growth:
    """Traffic grows by so much a month (0.05: 5 %); month 1 is the first one grown."""

    per_month: Decimal
    kind: str = "growth"


@dataclass(frozen=True)
class NewModel:
    """`model` takes the place of `instead_of` wherever it answers, after routing ("*": of every model), for `share` of its calls."""

    model: str
    instead_of: str = "*"
    share: Decimal = Decimal(1)
    kind: str = "new_model"


Lever = Routing | ExactCache | SemanticCache | PromptCaching | Batch | ShorterPrompt | OutputCap | Retries | Growth | NewModel


@dataclass(frozen=True)
class Scenario:
    """A baseline, what would be done to it, and everything that is assumed."""

    name: str
    baseline: Baseline
    levers: tuple[Lever, ...] = ()
    prices: Mapping[str, OwnPrice] = field(default_factory=dict)  # before the price list
    prices_at_ms: int | None = None  # None: today's prices, for baseline and scenario alike; "as billed" stands beside them
    believed: Mapping[str, Believed] = field(default_factory=dict)
    unsure: Unsure = Unsure()
    limits: Limits = Limits()
    bill_usd: Decimal | None = None  # what a month is said to have cost
    calibrate: bool = False  # scale every figure to that bill
    days_per_month: Decimal = Decimal(30)
    months: int = 12
    note: str = ""
