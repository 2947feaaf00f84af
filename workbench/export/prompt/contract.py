"""The contract of a prompt: which variables go in, what comes out. Declared where somebody declared it, else observed, and says which."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.export import figures
from workbench.export.model import Block, Code, Run, Table
from workbench.export.prompt import replies, runs, shape
from workbench.export.prompt.subject import Subject
from workbench.export.prompt.told import Told, cut, line
from workbench.export.sources import source
from workbench.export.templating import table
from workbench.prompts import rendering
from workbench.prompts.records import Variable, Version

if TYPE_CHECKING:
    from workbench.runner.reading import Run as RunOf
    from workbench.store import Store

_CASES = 50  # cases and calls whose inputs are looked at
_EXAMPLE = 160


@dataclass(frozen=True)
class _Observed:
    """Inputs that were seen, and where: `where` reads as a sentence's end, empty where none were; `kind` is that of the source."""

    inputs: Sequence[Mapping[str, Any]]
    where: str
    kind: str = "cases"


def declared(subject: Subject, wanted: Collection[str]) -> Told:
    """What a person declared of the prompt and those sections show, as a source: it belongs to no version."""
    prompt = subject.prompt
    about: dict[str, Any] = {"expected": prompt.expected_output}
    if "overview" in wanted:
        about |= {"description": prompt.description, "tags": prompt.tags, "archived": prompt.archived}
    if "contract" in wanted:
        about["variables"] = [one.to_json() for one in prompt.variables]
    told = {"tags": ", ".join(prompt.tags) or "none", "archived": "yes" if prompt.archived else "no"} if "overview" in wanted else {}
    if "contract" in wanted:
        told["variables"] = line(", ".join(one.name for one in prompt.variables)) or "none"
    return Told({}, (source("version", f"{subject.name}/declared", f"What is declared of {subject.name}", about, facts=told),))


def gather(store: "Store", subject: Subject, found: Sequence["RunOf"]) -> Told:
    """Facts inputs, inputs_broken, inputs_seen, calling, schema, schema_fields, shape and what hangs on it."""
    version = subject.version
    facts: dict[str, Any] = {"inputs": None, "inputs_broken": "", "inputs_seen": "", "calling": (), "undeclared": []}
    facts |= {"schema": None, "schema_fields": None, **_no_shape()}
    if version is None:
        return Told(facts)
    sources = []
    observed = _observed(store, subject, version, found)
    names, facts["inputs_broken"] = _names(store, version)
    known = {one.name for one in subject.prompt.variables if one.description}
    facts["undeclared"] = [name for name in names if name not in known]
    inputs = _inputs(subject, names, observed)
    facts |= {"inputs": inputs, "inputs_seen": observed.where, "calling": _calling(subject, version, names)}
    shown_of = [inputs, observed.where, facts["inputs_broken"]]
    told = {"variables": line(", ".join(names)) or "none", "seen in": observed.where or "nothing", "n": figures.count(len(observed.inputs))}
    sources.append(source(observed.kind, f"{subject.name}/inputs", f"Inputs of {subject.name}", shown_of, facts=told))
    if (schema := version.content.output_schema or version.content.parameters.response_schema) is not None:
        facts |= {"schema": Code(json.dumps(schema, ensure_ascii=False, indent=2), "json", "Schema"), "schema_fields": _fields(schema)}
    seen = [one for one in replies.newest(store, subject.name, version.number) if one.text is not None]
    facts |= _shape(seen, schema)
    shown = {name: value for name, value in facts.items() if name.startswith("shape")}
    n = _replied(seen, facts["shape"])
    dates = seen[0].started_ms if seen else None
    sources.append(source("calls", f"{subject.name}/replies", f"Replies of {subject.name}", shown, at_ms=dates, facts=n))
    return Told(facts, tuple(sources), dates)


def _replied(seen: Sequence[replies.Reply], found: shape.Shape | None) -> dict[str, str]:
    """The figures of the replies that a person would want to see when they change."""
    told = {"replies": figures.count(len(seen))}
    if found is None:
        return told
    told |= {"JSON": figures.count(found.parsed), "median length": f"{figures.count(found.lengths[1])} characters"}
    return told | {"newest": figures.moment(seen[0].started_ms)}


def _names(store: "Store", version: Version) -> tuple[tuple[str, ...], str]:
    """The variables the template needs, in order; and why they are not known where it cannot be read."""
    try:
        return rendering.variables(version.content, rendering.partials(store, version.content)), ""
    except WorkbenchError as error:
        return (), f"{error.message} {error.hint}".strip()


def _observed(store: "Store", subject: Subject, version: Version, found: Sequence["RunOf"]) -> _Observed:
    run = runs.choose(found, subject.name, version.number) or next((one for one in found if one.ok), None)
    if run is not None and (cases := runs.cases(store, run.id, _CASES)):
        where = f"the dataset {run.dataset}" if run.dataset else "cases that were typed in"
        return _Observed([case.inputs for case in cases], f"{where}, in the run {run.id} of {figures.day(run.created_ms)}")
    if recorded := replies.variables(store, subject.name, version.number):
        return _Observed(recorded, f"the newest {figures.counted(len(recorded), 'call')} that recorded the variables", "calls")
    return _Observed((), "")


def _inputs(subject: Subject, names: Sequence[str], observed: _Observed) -> Table | None:
    declared = {one.name: one for one in subject.prompt.variables}
    rows = [_input(name, declared.get(name), observed) for name in dict.fromkeys((*names, *declared))]
    if not rows:
        return None
    return table(["Name", "Type", "Required", "Example", "Description"], rows)


def _input(name: str, declared: Variable | None, observed: _Observed) -> tuple[Any, ...]:
    values = [each[name] for each in observed.inputs if name in each]
    example = (declared.example if declared else "") or next((_text(value) for value in values if _text(value).strip()), "")
    kind = declared.type if declared else f"{_type(values)} (observed)" if values else "text (not declared)"
    required = "yes" if declared is None or declared.required else "no"
    description = declared.description if declared else ""
    return (Run(name, code=True),), kind, required, line(example, _EXAMPLE) or "none known", line(description, 400) or "not described"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _type(values: Sequence[Any]) -> str:
    """The type that all values have; text where they differ."""
    types = {shape.type_of(_read(value)) for value in values}
    return types.pop() if len(types) == 1 and "null" not in types else "text"


def _read(value: Any) -> Any:
    """What a text of a case stands for: a number, JSON, or itself."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _calling(subject: Subject, version: Version, names: Sequence[str]) -> tuple[Block, ...]:
    """How a program gets the prompt: from Python, and over HTTP from a running workbench."""
    by = f"label={_quoted(subject.label)}" if subject.label else f"version={version.number}"
    given = ", ".join(f"{json.dumps(name)}: ..." for name in names)
    python = f"from workbench import prompts\n\nprompt = prompts.get({_quoted(subject.name)}, {by})\nmessages = prompt.render({{{given}}})"
    from urllib.parse import quote

    query = f"label={quote(subject.label, safe='')}" if subject.label else f"version={version.number}"
    http = f"GET /api/prompts/{quote(subject.name, safe='/')}?{query}"
    return (Code(python, "python", "From Python"), Code(http, "http", "Over HTTP, from a running workbench"))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _fields(schema: Mapping[str, Any]) -> Table | None:
    """The top of a JSON schema as a table; None where it does not list properties."""
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or not properties:
        return None
    required = schema.get("required")
    needed = {one for one in required if isinstance(one, str)} if isinstance(required, list) else set()
    rows = [_field(str(name), about if isinstance(about, Mapping) else {}, name in needed) for name, about in properties.items()]
    return table(["Key", "Type", "Required", "Description"], rows)


def _field(name: str, about: Mapping[str, Any], required: bool) -> tuple[Any, ...]:
    allowed = about.get("enum")
    kind = about.get("type", "any")
    told = " or ".join(map(str, kind)) if isinstance(kind, list) else str(kind)
    told = f"one of {', '.join(map(_text, allowed))}" if isinstance(allowed, list) and allowed else told
    return (Run(name, code=True),), cut(told, 300), "yes" if required else "no", line(str(about.get("description") or ""), 400)


def _no_shape() -> dict[str, Any]:
    return {"shape": None, "shape_keys": None, "shape_values": None, "shape_since": None, "shape_simulated": 0, "shape_fits": None}


def _shape(seen: Sequence[replies.Reply], schema: Mapping[str, Any] | None) -> dict[str, Any]:
    texts = [one.text for one in seen if one.text is not None]
    if not texts:
        return _no_shape()
    found = shape.observe(texts)
    keys = [
        ((Run(key.path, code=True),), _types(key), figures.count(key.n), figures.share(key.n / found.parsed), line(key.example, _EXAMPLE))
        for key in found.keys
    ]
    values = [(line(text, 100), figures.count(n), figures.share(n / found.n)) for text, n in found.values]
    return {
        "shape": found,
        "shape_keys": table(["Key", "Type", "Replies>", "Of the JSON replies>", "Example"], keys) if found.is_json and keys else None,
        "shape_values": table(["Reply", "How often>", "Share>"], values) if values else None,
        "shape_since": seen[-1].started_ms,
        "shape_simulated": sum(one.provider == runs.SIMULATED for one in seen),
        "shape_fits": _fits(texts, schema) if schema else None,
    }


def _types(key: shape.Key) -> str:
    return key.types[0][0] if len(key.types) == 1 else ", ".join(f"{name} {figures.counted(n, 'time')}" for name, n in key.types)


def _fits(texts: Sequence[str], schema: Mapping[str, Any]) -> int:
    """How many replies are JSON objects that hold every key the schema requires at its top."""
    required = schema.get("required")
    needed = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    parsed = [shape.parse(text)[0] for text in texts]
    return sum(isinstance(value, dict) and all(name in value for name in needed) for value in parsed)
