"""What slides show of a prompt and of a plan: the version, its messages, its techniques, the picture of how it works, the plan's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import InputError, NotFound, WorkbenchError
from workbench.export import figures
from workbench.export.model import Diagram
from workbench.export.plans import drawing, keeping, measures
from workbench.export.plans.keeping import Kept
from workbench.export.plans.model import Metric, Plan
from workbench.export.slides import techniques
from workbench.export.slides.measured import Measured
from workbench.export.slides.techniques import Technique
from workbench.export.sources import Source, source
from workbench.prompts import reading, rendering
from workbench.prompts.names import parse_ref
from workbench.prompts.records import Prompt, Version
from workbench.providers.keys import redact

if TYPE_CHECKING:
    from workbench.store import Store


@dataclass(frozen=True)
class Shown:
    """A prompt with the version that is shown, why that one, and the text of its messages."""

    prompt: Prompt
    version: Version | None
    why: str
    text: str
    techniques: tuple[Technique, ...]
    variables: tuple[str, ...]

    def source(self) -> Source:
        """The version as it is shown; the prompt where it has none yet."""
        prompt = self.prompt
        shown = [prompt.description, prompt.expected_output, self.text]
        if self.version is None:
            return source("version", prompt.name, prompt.name, shown, at_ms=prompt.updated_ms or None)
        version = self.version
        return source(
            "version", version.id, version.ref, [version.hash, *shown], at_ms=version.created_ms, facts={"hash": version.hash[:8]}
        )


def prompt(store: "Store", ref: str, found: Measured | None, chain: Sequence[str]) -> Shown | None:
    """The prompt that `ref` names: that version; without one the version that the run speaks for, else the newest. None for an empty ref.

    Raises NotFound and InputError for a ref that names nothing.
    """
    if not ref:
        return None
    asked = parse_ref(ref)
    held = reading.get(store, asked.name)
    if held.latest is None:
        return Shown(held, None, "No version has been saved yet.", "", (), ())
    version, why = _version(store, ref, held, found)
    content = version.content
    try:
        partials = rendering.partials(store, content)
        variables = rendering.variables(content, partials)
    except WorkbenchError:
        partials, variables = {}, ()
    text = redact("\n\n".join(f"[{message.role}]\n{message.text}" for message in content.messages))
    return Shown(held, version, why, text, tuple(techniques.of(content, partials, chain)), variables)


def _version(store: "Store", ref: str, held: Prompt, found: Measured | None) -> tuple[Version, str]:
    if ref != held.name:
        return reading.resolve(store, ref), "It was asked for."
    if found is not None:
        chosen = next(one for one in found.run.variants if one.name == found.chosen)
        if chosen.prompt == held.name and chosen.version is not None:
            try:
                return reading.version(store, held.name, chosen.version), f"The run {found.run.id} speaks for it."
            except NotFound:  # the run keeps what the registry may have lost
                pass
    return reading.version(store, held.name), "It is the newest."


def plan(store: "Store", name: str) -> Kept | None:
    """The plan of that name; None for an empty one. Raises NotFound."""
    return keeping.load(store, name) if name else None


def plan_source(kept: Kept) -> Source:
    """The plan as the slides show it."""
    from workbench.export.plans import model

    return source(
        "plan", kept.plan.name, kept.plan.name, model.to_json(kept.plan), at_ms=kept.updated_ms, facts={"state": str(kept.number)}
    )


def architecture(shown: Shown | None, plan: Plan | None) -> Diagram | None:
    """How it works as a flow chart: the plan's, else from the input through the version and its model to the reply."""
    if plan is not None and (plan.architecture.strip() or plan.prompts):
        return drawing.diagram(plan)
    if shown is None or shown.version is None:
        return None
    content, label = shown.version.content, drawing.label
    named = ", ".join(shown.variables[:3]) + (", …" if len(shown.variables) > 3 else "")
    lines = [
        "flowchart TD",
        f'  input(["Input: {label(named)}"])' if named else '  input(["Input"])',
        f'  prompt["{label(shown.version.ref)}"]',
    ]
    lines += [f'  model["{label(content.model or "Model of the run")}"]', "  input --> prompt --> model"]
    last = "model"
    if content.tools:
        lines += [f'  tools["Tools: {label(", ".join(str(tool["name"]) for tool in content.tools[:3]))}"]', "  model --> tools"]
    if content.output_schema or content.parameters.response_schema:
        lines += ['  check{"Schema"}', "  model --> check"]
        last = "check"
    lines += ['  reply(["Reply"])', f"  {last} --> reply"]
    parts = f"{named or 'input'} → {shown.version.ref} → model → reply"
    return Diagram("\n".join(lines), alt=f"How a request runs: {parts}")


def key_prompts(shown: Shown | None, plan: Plan | None) -> list[tuple[str, str]]:
    """The prompts that the plan asks for, each with its purpose; else the one that is shown with its note."""
    if plan is not None and plan.prompts:
        return [(one.prompt or one.name, " · ".join(part for part in (one.purpose, one.way) if part)) for one in plan.prompts]
    if shown is None or shown.version is None:
        return []
    return [(shown.version.ref, shown.version.note or f"saved {figures.day(shown.version.created_ms)}")]


def target(metric: Metric) -> str:
    """A metric of a plan with its target: p95 latency at most 1.0 s."""
    if metric.target is None:
        return metric.name
    unit = measures.UNITS.get(metric.measure.kind, metric.unit) if metric.measure else metric.unit
    return f"{metric.name} {metric.direction} {measures.told(metric.target, unit)}"


def reference(store: "Store", subject: str, plan: Plan | None, options: Mapping[str, str]) -> str:
    """The prompt that is meant: the subject, unless it is only the name of the plan or the run; then the first one that the plan links.

    Empty where none is. Raises NotFound for a subject that names nothing.
    """
    if subject and subject not in (options.get("plan"), options.get("run")):
        return subject
    for ref in (subject, *(one.prompt for one in (plan.prompts if plan else ()))):
        try:
            if ref:
                return reading.resolve(store, ref).prompt if ref == subject else ref
        except (NotFound, InputError):  # the name of the plan, or a link to what is no longer there
            continue
    return ""


def parse_name(ref: str) -> str:
    """The prompt's name in a reference; the text itself where it is none."""
    try:
        return parse_ref(ref).name if ref else ""
    except WorkbenchError:
        return ref
