"""What a run is made of, before and after it is planned: variants, the spec a person fills in, the plan that is kept.

Owns their JSON. Knows the registry only to look versions up; starts nothing.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.calls import retry
from workbench.errors import InputError
from workbench.prompts.content import Content
from workbench.providers import base as providers
from workbench.text.messages import Message

if TYPE_CHECKING:
    from workbench.store import Store

CONCURRENCY, LOCAL_CONCURRENCY = 8, 2
MOST_VARIANTS, MOST_REPEATS, MOST_CONCURRENCY = 50, 100, 500
RETRIES = ("runs", "classic", "none")
_READ_AS_JSON = ("boolean", "list", "object")  # a number is written as it stands


@dataclass(frozen=True)
class Variant:
    """One column of a run: a content on a model. `partials` are texts by name; `optional` names variables a case may lack;
    `types` those declared as something else than text.
    """

    name: str
    content: Content
    provider: str
    model: str
    prompt: str | None = None
    version: int | None = None
    version_id: int | None = None
    label: str | None = None
    partials: Mapping[str, str] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)

    @property
    def full_model(self) -> str:
        """provider/model."""
        return f"{self.provider}/{self.model}"

    def values(self, inputs: Mapping[str, str]) -> dict[str, object]:
        """What the template is given for `inputs`: empty texts for optional variables they lack, JSON read for lists and objects.

        Raises InputError that names the variable whose text is no JSON.
        """
        given: dict[str, object] = {**dict.fromkeys(self.optional, ""), **inputs}
        for name, kind in self.types.items():
            if name in inputs:
                given[name] = _typed(name, kind, inputs[name])
        return given

    def messages(self, inputs: Mapping[str, str]) -> tuple[Message, ...]:
        """The messages to send for `inputs`. Raises InputError where the template fails on them."""
        from workbench.prompts import rendering

        return rendering.render(self.content, self.values(inputs), self.partials)

    def to_json(self) -> dict[str, Any]:
        """What the run keeps of the content, beside the columns of its row."""
        kept = {"partials": dict(self.partials), "optional": list(self.optional), "types": dict(self.types)}
        return {"content": self.content.to_json(), **kept}


@dataclass(frozen=True)
class RunSpec:
    """What a person asks for. `items` are inputs given directly, instead of a dataset. `score` is `equals:label` or its JSON.

    `concurrency` None is the default of each provider; `cap_usd` None is no cap; `rpm` None is no limit but the provider's.
    `until_decided` ends the run as soon as a variant beats all others or, with a `margin` (of the score, 0..1), as soon as every pair is
    settled: beaten, or equal within it. Its cases come in random order, drawn with `sample_seed`.
    """

    variants: tuple[Variant, ...]
    dataset: str | None = None
    items: tuple[Mapping[str, str], ...] = ()
    name: str = ""
    kind: str = "run"
    limit: int | None = None
    sample_seed: int | None = None
    split: str | None = None
    score: str | Mapping[str, Any] | None = None
    repeats: int = 1
    concurrency: int | None = None
    rpm: int | None = None
    timeout_s: float = 60.0
    cap_usd: Decimal | float | None = None
    retry: str = "runs"
    reuse: bool = False
    demo: bool = False
    until_decided: bool = False
    margin: float | None = None

    @property
    def cap_nano(self) -> int | None:
        """The cap in nano-dollars."""
        return None if self.cap_usd is None else round(Decimal(str(self.cap_usd)) * 10**9)


@dataclass(frozen=True)
class Plan:
    """What a run keeps of its spec, beside variants and cases: enough to understand it, and to go on with it, years later.

    `decision` is written when the run ends early: outcome (winner or equivalent), winner (a variant's name or None), n (cases looked at).
    """

    workbench: str
    cases: int
    dataset: Mapping[str, Any] | None = None  # name, revision, hash
    limit: int | None = None
    sample_seed: int | None = None
    split: str | None = None
    score: Mapping[str, Any] | None = None
    repeats: int = 1
    concurrency: int | None = None
    rpm: int | None = None
    timeout_s: float = 60.0
    retry: str = "runs"
    reuse: bool = False
    user: str = ""
    until_decided: bool = False
    margin: float | None = None
    decision: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON that `plan_from_json` reads back."""
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in vars(self).items()}


def plan_from_json(raw: Mapping[str, Any]) -> Plan:
    """The plan that `raw` describes; fields a later workbench added are left out."""
    return Plan(**{name: value for name, value in raw.items() if name in Plan.__dataclass_fields__})


def variants_from(store: "Store", refs: Sequence[str], models: Sequence[str] = ()) -> list[Variant]:
    """Every version of `refs` on every model of `models` (provider/model), or on its own model where none is given.

    Raises NotFound for a version that is not there, InputError where a version has no model or a variant is asked for twice.
    """
    made: list[Variant] = []
    for ref in refs:
        one = _versioned(store, ref)
        for model in models or [one.content.model]:
            if not model:
                raise InputError(f"{ref} names no model of its own", hint="Add one: --model provider/model, for example local/smollm2.")
            made.append(on_model(one, model, named=len(set(models)) > 1))
    names = [variant.name for variant in made]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InputError(f"{twice} is asked for twice", hint="Name every version and every model once.")
    return made


def on_model(variant: Variant, model: str, *, named: bool = False) -> Variant:
    """`variant` on `model` (provider/model); the name says so where `named`. Raises ProviderMissing for a name without provider."""
    provider, name = providers.split(model)
    return replace(variant, provider=provider, model=name, name=f"{variant.name} · {model}" if named else variant.name)


def draft(store: "Store", name: str, content: Content, model: str = "") -> Variant:
    """A variant out of a content that is no version yet; its partials are loaded."""
    from workbench.prompts import rendering

    found = Variant(name, content, "", "", partials=rendering.partials(store, content))
    if not (model or content.model):
        raise InputError(f"{name} names no model", hint="Choose a model: provider/model, for example local/smollm2.")
    return on_model(found, model or content.model)


def _versioned(store: "Store", ref: str) -> Variant:
    from workbench.prompts import registry, rendering

    found = registry.resolve(store, ref)
    asked = registry.parse_ref(ref)
    declared = registry.get(store, found.prompt).variables
    return Variant(
        name=f"{found.prompt}@{asked.label}" if asked.label else f"{found.prompt}@{found.number}",
        content=found.content,
        provider="",
        model="",
        prompt=found.prompt,
        version=found.number,
        version_id=found.id,
        label=asked.label,
        partials=rendering.partials(store, found.content),
        optional=tuple(item.name for item in declared if not item.required),
        types={item.name: item.type for item in declared if item.type in _READ_AS_JSON},
    )


def _typed(name: str, kind: str, text: str) -> object:
    if not text.strip():
        return {"boolean": False, "list": [], "object": {}}[kind]
    try:
        return json.loads(text.lower() if kind == "boolean" else text)
    except ValueError:
        hint = f"The prompt declares {name} as {kind}: write JSON, or declare it as text."
        raise InputError(f"{text[:60]!r} is not a {kind}", place=f"variable {name}", hint=hint) from None


def checked(spec: RunSpec) -> RunSpec:
    """`spec` if its figures make sense. Raises InputError that names the field."""
    names = [variant.name for variant in spec.variants]
    rules = [
        ("variants", 1 <= len(names) <= MOST_VARIANTS, f"must be 1 to {MOST_VARIANTS}"),
        ("variants", len(set(names)) == len(names), "must have different names"),
        ("repeats", 1 <= spec.repeats <= MOST_REPEATS, f"must be 1 to {MOST_REPEATS}"),
        ("concurrency", spec.concurrency is None or 1 <= spec.concurrency <= MOST_CONCURRENCY, f"must be 1 to {MOST_CONCURRENCY}"),
        ("rpm", spec.rpm is None or 1 <= spec.rpm <= 1_000_000, "must be 1 or more requests a minute"),
        ("limit", spec.limit is None or spec.limit >= 1, "must be 1 or more"),
        ("timeout", math.isfinite(spec.timeout_s) and 0 < spec.timeout_s <= 3600, "must be more than 0 and at most 3,600 seconds"),
        ("cap", spec.cap_usd is None or (math.isfinite(spec.cap_usd) and spec.cap_usd >= 0), "must be 0 or more dollars"),
        ("dataset", bool(spec.dataset) != bool(spec.items), "is missing"),
        ("name", len(spec.name) <= 200, "must be at most 200 characters"),
        ("margin", spec.margin is None or 0 < spec.margin < 1, "must lie between 0 and 1, in units of the score"),
        ("until decided", not spec.until_decided or len(names) > 1, "needs two variants or more"),
        ("until decided", not spec.until_decided or spec.score is not None, "needs a score: nothing else says who is better"),
    ]
    for place, holds, says in rules:
        if not holds:
            raise InputError(says, place=place)
    retry.named(spec.retry)
    return spec
