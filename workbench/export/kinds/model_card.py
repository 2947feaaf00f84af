"""The card of a model as it is used here: what it is and is for, how it did, what it costs, where it fails. The unknown says so."""

from typing import TYPE_CHECKING, Any

from workbench.comparison import wording
from workbench.errors import InputError, NotFound
from workbench.export import figures, period
from workbench.export.kinds import Gathered, Part, Prose, Request, kind
from workbench.export.model import Table
from workbench.export.reports import blocks, models, said, scored, traffic
from workbench.export.reports.models import UNKNOWN, Model
from workbench.export.sources import Source, source
from workbench.monitoring import dashboard_model as seen
from workbench.prompts import registry

if TYPE_CHECKING:
    from workbench.store import Store

_DETAILS = (
    Prose("version", "Version", "Which version or snapshot of it answers."),
    Prose("released", "Release date", "When its maker released it."),
    Prose("type", "Type", "What kind of model it is: a chat model, an embedding model, how large."),
    Prose("developer", "Developer", "Who made it."),
    Prose("training_data", "Training data", "What its maker says it was trained on, and up to when."),
)
_SECTIONS = (
    Part("details", "Model Details", _DETAILS, always=True),
    Part("intended_use", "Intended Use", (Prose("intended_use", "Intended use", "What it is meant to be used for here, and by whom."),)),
    Part("out_of_scope", "Out-of-Scope Use", (Prose("out_of_scope", "Out-of-scope use", "What it must not be used for."),)),
    Part("performance", "Measured Performance", (Prose("performance", "Remarks", "What to know when reading the figures."),)),
    Part("cost", "Cost"),
    Part(
        "limitations",
        "Limitations",
        (
            Prose("limitations", "General limitations", "What it cannot do, or does badly, wherever it is used."),
            Prose("context_limitations", "By context", "One a line, prompt first: support/triage: cannot tell urgent from angry."),
        ),
    ),
    Part("ethics", "Ethical Considerations", (Prose("ethics", "Ethical considerations", "Whom its answers may harm, and what is done."),)),
    Part("contact", "Contact", (Prose("contact", "Contact", "Who answers questions about its use here."),)),
)
_AUDIENCES = {"manager": ("details", "intended_use", "out_of_scope", "performance", "cost", "limitations", "contact")}


@kind("model_card", title="Model card", sections=_SECTIONS, audiences=_AUDIENCES)
def gather(store: "Store", request: Request) -> Gathered:
    """The card of `provider/model`, or of a model that one provider alone has. Raises NotFound, InputError."""
    model = models.resolve(store, request.subject)
    prose = said.card(store, model.name)
    span = period.of(store, request.period)
    scores = scored.of_model(store, model)
    used, found = _used(store, model, span)
    newest = used["as_of_ms"] or max((one.at_ms for one in scores), default=None)
    priced, of_price = models.prices(store, model, newest)
    listed, contexts = models.listed(store, model), _contexts(prose, scores, used["prompts"])
    unwritten = [str(one["name"]) for one in contexts if not one["text"]]
    facts = {
        "model": model.name,
        "provider": model.provider,
        "simulated": model.provider == models.SIMULATED,
        "details": _details(model, listed, prose),
        "remarks": listed["remarks"],
        "score_table": scored.table(scores),
        "score_chart": scored.chart(scores),
        "weak_table": scored.weak_table(scores),
        "contexts": contexts,
        "unwritten": wording.listed(unwritten, most=8) if unwritten else "",
        **used,
        **priced,
    }
    written = said.sources(said.CARD, model.name, prose, (*(field.key for field in _DETAILS), "context_limitations"))
    sources = [*found, *scored.sources(scores), *of_price, *written]
    return Gathered(f"Model card: {model.name}", used["subtitle"], facts, sources, newest, about=model.name)


def _details(model: Model, listed: dict[str, str], prose: dict[str, str]) -> Table:
    dated = f"{model.dated}, by its name" if model.dated else UNKNOWN
    written = {field.key: said.line(prose, field.key) for field in _DETAILS}
    rows = [
        ("Name", model.name if listed["listed_name"] in (UNKNOWN, model.model) else f"{model.name} ({listed['listed_name']})"),
        ("Version", written["version"] or dated),
        ("Release date", written["released"] or UNKNOWN),
        ("Type", written["type"] or UNKNOWN),
        ("Developer", written["developer"] or UNKNOWN),
        ("Training data", written["training_data"] or UNKNOWN),
        ("Called through", model.provider if listed["vendor"] == UNKNOWN else f"{model.provider} ({listed['vendor']})"),
        ("Context window", listed["context"]),
    ]
    return blocks.table(["", "As known here"], [[blocks.words(name), blocks.words(value)] for name, value in rows])


def _used(store: "Store", model: Model, span: tuple[int, int] | None) -> tuple[dict[str, Any], list[Source]]:
    """What the calls of the period say: the figures of the Overview, narrowed to the model."""
    bare: dict[str, Any] = dict.fromkeys(("by_prompt", "errors", "latency_chart", "satisfaction", "spent", "per_call", "unpriced"))
    bare |= {"calls": 0, "prompts": [], "period": None, "subtitle": "No calls of it are recorded", "as_of_ms": None, "uses": None}
    if span is None:
        return bare, []
    said_span = figures.span(*span)
    bare |= {"period": said_span, "subtitle": f"As used here, {said_span}"}
    found = traffic.look(store, *span, {"provider": model.provider, "model": model.model})
    if not found.calls:
        return bare | {"subtitle": f"No calls in {said_span}"}, []
    prompts = [str(row["prompt"]) for row in (found.by_prompt.rows if found.by_prompt else ()) if row["prompt"]][: traffic.MOST]
    facts = bare | {
        "calls": found.calls,
        "success": traffic.card(found, "success_rate"),
        "by_prompt": traffic.by(found.by_prompt, ["Prompt"], caption=f"Calls of {said_span}; intervals are 95 %."),
        "errors": traffic.errors(found),
        "latency_chart": traffic.chart(found, "latency", title="Latency by day", only=traffic.PERCENTILES, from_first=True),
        "satisfaction": traffic.card(found, "satisfaction"),
        "spent": traffic.card(found, "cost"),
        "per_call": traffic.card(found, "cost_per_call"),
        "prompts": prompts,
        "uses": _uses(store, prompts),
        "as_of_ms": min(period.newest_ms(store) or 0, span[1] - 1),
    }
    shown = ("calls", "success", "by_prompt", "errors", "latency_chart", "satisfaction", "spent", "per_call")
    failed = figures.count(sum(one.n for one in found.errors))
    told = {"requests": figures.count(found.calls), "failed": failed, "period": said_span}
    told |= _told(found, ("success_rate", "latency_p95", "cost_per_call", "satisfaction"))
    made = source(
        "calls",
        model.name,
        f"Calls of {model.name}, {said_span}",
        blocks.shown(said_span, *(facts[name] for name in shown)),
        at_ms=facts["as_of_ms"],
        facts=told,
    )
    named = {"prompts": wording.listed(prompts, most=8)} if prompts else {}
    about = source("prose", f"prompts of {model.name}", f"Prompts that call {model.name}", blocks.shown(facts["uses"]), facts=named)
    return facts, [made, *([about] if facts["uses"] else [])]


def _told(found: seen.Dashboard, keys: tuple[str, ...]) -> dict[str, str]:
    cards = [card for key in keys if (card := traffic.card(found, key)) is not None]
    return {card.title: blocks.told(card.value, card.unit) for card in cards}


def _uses(store: "Store", prompts: list[str]) -> Table | None:
    """The prompts that call it, with what they are for; those that the registry does not hold say so."""
    if not prompts:
        return None
    rows = []
    for name in prompts:
        try:
            said_of = registry.get(store, name).description or "no description yet"
        except (NotFound, InputError):
            said_of = "not in the registry"
        rows.append([blocks.words(name), blocks.words(said_of)])
    return blocks.table(["Prompt that calls it", "What the prompt is for"], rows)


def _contexts(prose: dict[str, str], scores: list[scored.Scored], prompts: list[str]) -> list[dict[str, Any]]:
    """A limitation for each context: what a person wrote, and what was measured."""
    written = said.by_context(prose.get("context_limitations", ""))
    names = dict.fromkeys([*written, *prompts, *(one.context for one in scores)])
    return [
        {"name": name, "text": written.get(name, ""), "measured": scored.weak_sentences([one for one in scores if one.context == name])}
        for name in names
    ]
