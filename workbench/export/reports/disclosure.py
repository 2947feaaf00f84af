"""The words of a disclosure: what answers, in which version, and what does not hold in its context. Guesses nothing."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench import clock
from workbench.errors import InputError, NotFound
from workbench.export import differences, figures, setup
from workbench.export.reports import models, said, scored
from workbench.export.reports.models import UNKNOWN, Model
from workbench.export.sources import Source, source
from workbench.prompts import registry

if TYPE_CHECKING:
    from workbench.store import Store

KIND = "disclosure"
FORMS = ("short", "long", "json")
_OWN = ("limitation", "contact", "review")
_CARD = ("version", "developer", "limitations", "context_limitations", "contact")


@dataclass(frozen=True)
class Notice:
    """What a disclosure rests on. `limitation` is a person's, `measured` are sentences about slices that are clearly weaker, `score` is the
    newest run's; `prompt` is the version that `label` names, where the context is a prompt.
    """

    model: Model
    context: str
    version: str
    developer: str
    limitation: str
    contact: str
    review: str
    prompt: str = ""
    measured: tuple[str, ...] = ()
    score: scored.Scored | None = None
    sources: tuple[Source, ...] = field(default=())

    @property
    def subject(self) -> str:
        """What its prose is kept under."""
        return f"{self.model.name}@{self.context}" if self.context else self.model.name

    @property
    def limits(self) -> str:
        """The limitation as one sentence or more; what is missing is said."""
        if self.limitation:
            return self.limitation
        if self.measured:
            return self.measured[0]
        where = f" for {self.context}" if self.context else ""
        return f"Its limitations{where} have not been written down yet."


def of(store: "Store", subject: str) -> Notice:
    """What is known for `provider/model` or `provider/model@context`. Raises NotFound, InputError."""
    model, context = models.split(store, subject)
    card = said.card(store, model.name)
    about = f"{model.name}@{context}" if context else model.name
    own = setup.get(store, KIND, about).prose
    scores = scored.of_model(store, model, context)
    prompt, version = _prompt(store, context)
    by_context = said.by_context(card.get("context_limitations", ""))
    written = said.line(own, "limitation") or by_context.get(context, "") or said.line(card, "limitations")
    return Notice(
        model=model,
        context=context,
        version=said.line(card, "version") or model.dated or UNKNOWN,
        developer=said.line(card, "developer"),
        limitation=written,
        contact=said.line(own, "contact") or said.line(card, "contact"),
        review=said.line(own, "review"),
        prompt=prompt,
        measured=tuple(scored.weak_sentences(scores)),
        score=scores[0] if scores else None,
        sources=(
            *version,
            *scored.sources([one for one in scores if one is scores[0] or one.weak]),
            *said.sources(KIND, about, own, _OWN),
            *said.sources(said.CARD, model.name, card, _CARD),
        ),
    )


def short(found: Notice) -> str:
    """One or two sentences, to stand beside a reply."""
    return f"Written by an AI model: {_named(found)}. {_sentence(found.limits)}"


def long(found: Notice) -> list[str]:
    """The notice in paragraphs: what answers, what does not hold, what was measured, who looks at it, whom to ask."""
    made_by = f", made by {found.developer}" if found.developer else ""
    where = (
        f" It answers for {found.context}" + (f", by the instructions {found.prompt}." if found.prompt else ".") if found.context else ""
    )
    parts = [f"This text was written by an AI model, not by a person: {_named(found)}{made_by}.{where}"]
    parts.append(f"Limitation: {_sentence(found.limits)}" if found.limitation or found.measured else found.limits)
    parts += [_ended(sentence) for sentence in found.measured[:3] if sentence != found.limits]
    parts.append(_measured(found))
    parts += [_sentence(found.review)] if found.review else []
    parts.append(
        f"Questions and complaints: {_ended(found.contact)}" if found.contact else "Nobody is named yet who answers questions about it."
    )
    return parts


def block(found: Notice) -> dict[str, Any]:
    """The JSON that a program puts into its replies: {"disclosure": {...}}; what is unknown is "unknown" or null."""
    one = found.score
    score = None
    if one is not None:
        score = {
            "value": _rounded(one.figures.score),
            "low": _rounded(one.figures.low),
            "high": _rounded(one.figures.high),
            "n": one.figures.n,
            "prompt": one.ref,
            "dataset": one.run.dataset,
            "run": one.run.id,
            "as_of": clock.iso(one.at_ms),
        }
    return {
        "disclosure": {
            "ai_generated": True,
            "provider": found.model.provider,
            "model": found.model.model,
            "version": found.version,
            "developer": found.developer or UNKNOWN,
            "context": found.context or None,
            "prompt": found.prompt or None,
            "limitation": found.limits,
            "measured_limitations": list(found.measured),
            "score": score,
            "contact": found.contact or None,
            "text": short(found),
        }
    }


def text(store: "Store", subject: str, form: str = "short") -> str:
    """The notice as text: `short`, `long`, or `json` (a block {"disclosure": {...}}). Raises NotFound, InputError."""
    if form not in FORMS:
        raise InputError(f"{form} is no form of a disclosure.", place="form", hint=f"Choose one of {', '.join(FORMS)}.")
    found = of(store, subject)
    if form == "json":
        return as_json(found)
    return short(found) if form == "short" else "\n\n".join(long(found))


def as_json(found: Notice) -> str:
    """The block as JSON text."""
    return json.dumps(block(found), indent=2, ensure_ascii=False)


def _named(found: Notice) -> str:
    version = "its version is not known" if found.version == UNKNOWN else f"version {found.version}"
    simulated = " (a simulated stand-in, no real model)" if found.model.provider == models.SIMULATED else ""
    return f"{found.model.name}{simulated}, {version}"


def _measured(found: Notice) -> str:
    one = found.score
    if one is None:
        return "How well it does here has not been measured."
    score, data = figures.share(one.figures.score, one.figures.low, one.figures.high), one.run.dataset or "cases typed in"
    how = f"{one.ref} on {data}, checked by {one.scorer}, {figures.day(one.at_ms)}"
    return f"In its newest test here it scored {score} on {figures.counted(one.figures.n, 'case')} ({how})."


def _prompt(store: "Store", context: str) -> tuple[str, tuple[Source, ...]]:
    """The version that production names, else the latest, where the context is a prompt."""
    if not context:
        return "", ()
    try:
        prompt = registry.get(store, context)
    except NotFound:
        return "", ()
    number = prompt.labels.get("production", prompt.latest)
    if number is None:
        return "", ()
    version = registry.version(store, context, number)
    ref = f"{context}@{number}"
    told = {"version": f"{number}", "hash": version.hash[:8]}
    told |= {differences.LABEL: "production"} if "production" in prompt.labels else {}
    return ref, (source("version", version.id, ref, [ref, version.hash], at_ms=version.created_ms, facts=told),)


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…", "。")) else f"{text}."


def _sentence(text: str) -> str:
    return _ended(text[:1].upper() + text[1:])


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
