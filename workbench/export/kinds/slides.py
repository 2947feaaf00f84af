"""Eight slides of a project, filled from a prompt, a plan and a run: each may be missing, and the slide then says how to get it."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.export import figures
from workbench.export.kinds import Gathered, Part, Prose, Request, kind
from workbench.export.plans import gathering, measures, shipped
from workbench.export.plans.keeping import Kept
from workbench.export.slides import demo, lessons, measured, shown, targets
from workbench.export.slides.demo import Demo
from workbench.export.slides.measured import Measured
from workbench.export.slides.shown import Shown
from workbench.export.sources import Source

if TYPE_CHECKING:
    from workbench.store import Store

PARTS = (
    Part("title", "Title", always=True),
    Part(
        "problem",
        "Problem and why it matters",
        prose=(
            Prose("problem", "Problem", "What goes wrong today, for whom"),
            Prose("why", "Why it matters", "What it costs, what would be gained"),
        ),
        always=True,
    ),
    Part("solution", "Solution", prose=(Prose("approach", "Approach", "What was built, in two or three sentences"),), always=True),
    Part(
        "technical",
        "Technical details",
        prose=(Prose("technical", "Technical details", "What the audience should know of the inside"),),
        always=True,
    ),
    Part("demo", "Demo", prose=(Prose("demo", "Demonstration", "What to look at in the case"),), always=True),
    Part("results", "Results against the baseline", prose=(Prose("results", "Results", "What the figures mean"),), always=True),
    Part(
        "lessons",
        "Lessons",
        prose=(
            Prose("worked", "What worked"),
            Prose("failed", "What did not"),
            Prose("next", "Improvements"),
        ),
        always=True,
    ),
    Part("questions", "Questions", prose=(Prose("resources", "Resources", "Where to read more"),), always=True),
)


_OPTIONS = ("plan", "run", "baseline", "project", "name", "contact")


@kind("slides", title="Slides", sections=PARTS, formats=("pptx", "html"), options=_OPTIONS, of_prompt=True, deck=True)
def gather(store: "Store", request: Request) -> Gathered:
    """What the slides say. Options: plan, run, baseline, project, name, contact. Raises NotFound for what is named and is not there."""
    options = {key: value.strip() for key, value in request.options.items()}
    kept = shown.plan(store, options.get("plan", ""))
    plan = shipped.filled(kept.plan) if kept else None
    ref = shown.reference(store, request.subject.strip(), plan, options)
    found = measured.find(store, shown.parse_name(ref), options.get("run", ""), options.get("baseline", ""))
    ref = ref or (measured.prompt_of(found) if found else "")
    name = shown.parse_name(ref)
    chain = [one.name for one in plan.prompts] if plan else []
    prompt = shown.prompt(store, ref, found, chain)
    case = demo.find(store, found)
    measured_facts = _measured_facts(store, found)
    reached = measures.measure(store, kept.plan, request.period) if kept else []
    behind = targets.missed(reached)
    learned: lessons.Lessons = measured_facts["lessons"]
    measured_facts["lessons"] = replace(learned, failed=(*behind, *learned.failed)[: lessons.MOST])
    sources = _sources(prompt, kept, found, case, measured_facts["more_lessons"])
    sources += gathering.metrics(reached)[1]
    as_of = max((one.at_ms for one in sources if one.at_ms is not None), default=None)
    project = options.get("project") or (plan.name if plan else "") or (name or "Untitled project")
    person = options.get("name") or (plan.owner if plan else "") or (prompt.version.author if prompt and prompt.version else "")
    facts: dict[str, Any] = {
        "project": project,
        "person": person,
        "contact": options.get("contact") or (plan.contact if plan else ""),
        "again": _again(request.subject.strip(), options),
        "day": figures.day(as_of) if as_of is not None else "",
        "ref": prompt.version.ref if prompt and prompt.version else name,
        "prompt": prompt.prompt if prompt else None,
        "version": prompt.version if prompt else None,
        "prompt_text": prompt.text if prompt else "",
        "why_version": prompt.why if prompt else "",
        "techniques": [(one.name, one.shown) for one in prompt.techniques] if prompt else [],
        "plan": plan,
        "targets": [shown.target(metric) for metric in plan.metrics[: targets.MOST]] if plan else [],
        "more_targets": targets.more(len(plan.metrics), targets.MOST) if plan else "",
        **targets.facts(reached),
        "plan_state": f"plan {plan.name}, state {kept.number} of {figures.day(kept.updated_ms)}" if kept and plan else "",
        "key_prompts": shown.key_prompts(prompt, plan),
        "diagram": shown.architecture(prompt, plan),
        "demo": case,
        **measured_facts,
    }
    return Gathered(project, person, facts, sources, as_of, about=shown.parse_name(request.subject.strip()))


def _measured_facts(store: "Store", found: Measured | None) -> dict[str, Any]:
    if found is None:
        none = dict.fromkeys(("run", "chart", "beside"))
        texts = dict.fromkeys(("verdict", "verdict_kind", "origin", "failures", "baseline", "chosen"), "")
        return {
            **none,
            **texts,
            "numbers": (),
            "method": (),
            "lessons": lessons.Lessons(),
            "more_lessons": (),
            "simulated": False,
            "compares": False,
        }
    compared, learned = found.compared, lessons.find(store, found)
    return {
        "run": found.run,
        "chart": measured.chart(found),
        "beside": measured.beside(found),
        "verdict": compared.verdict,
        "verdict_kind": found.kind,
        "origin": measured.origin(found),
        "failures": measured.failures(found),
        "baseline": found.baseline,
        "chosen": found.chosen,
        "numbers": compared.numbers,
        "method": compared.method,
        "lessons": learned.short(),
        "more_lessons": learned.all(),
        "simulated": found.run.simulated,
        "compares": len(found.run.variants) > 1,
    }


def _again(subject: str, options: Mapping[str, str]) -> str:
    """The command that makes these slides anew."""
    named = {name: options[name] for name in ("plan", "run") if options.get(name)}
    words = ["workbench", "export", "slides", *([subject] if subject and subject not in named.values() else [])]
    words += [word for name, value in named.items() for word in (f"--{name}", value)]
    words += [
        word for name in ("baseline", "project", "name", "contact") if options.get(name) for word in ("--option", f"{name}={options[name]}")
    ]
    return shlex.join([*words, "-o", "slides.pptx"])


def _sources(prompt: Shown | None, kept: Kept | None, found: Measured | None, case: Demo | None, learned: Sequence[str]) -> list[Source]:
    sources = [prompt.source()] if prompt else []
    sources += [shown.plan_source(kept)] if kept else []
    sources += measured.of_source(found, learned) if found else []
    sources += [case.source(found.day_ms)] if case and found else []
    return sources
