"""Real examples of a prompt at work: a normal case, an edge case, a failure; chosen by a rule that is said, or by the person.

A person names another one by its cell (RUN:VARIANT:CASE:REPEAT) or by the number of a call. What was recorded is shown as it was; where a
person put other words in its place the document says so.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, cast, func, select

from workbench.errors import InputError, NotFound
from workbench.export import figures
from workbench.export.model import Block, Code
from workbench.export.prompt import replies, runs
from workbench.export.prompt.subject import Subject
from workbench.export.prompt.told import Told, code, cut, line, newest
from workbench.export.sources import Source, source
from workbench.ledger import reading as ledger
from workbench.ledger.fields import ERROR, OK
from workbench.ledger.reading import Call
from workbench.providers.keys import redact
from workbench.runner import reading
from workbench.runner.cells import PASSED
from workbench.runner.reading import Run
from workbench.runner.tables import CellRow, RunCaseRow

if TYPE_CHECKING:
    from workbench.store import Store

KINDS = {"normal": "A normal case", "edge": "An edge case", "failure": "A failure"}
NOTHING = "none"
_TELLING = ("Version", "Score", "Latency", "Cost")
_LOOKED = 500  # cells or calls among which examples are looked for
_CELL = re.compile(r"([\w-]{1,40}):(\d{1,9}):(\d{1,9}):(\d{1,9})")
_HINT = "Write a cell as RUN:VARIANT:CASE:REPEAT (Runs shows it), or the number of a call."


@dataclass(frozen=True)
class Example:
    """One example. `why` says in a sentence why this one; `place` is its cell or call."""

    key: str
    title: str
    why: str
    place: str
    about: str
    blocks: tuple[Block, ...]
    at_ms: int
    simulated: bool = False
    edited: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recorded:
    """What was recorded of a case or a call."""

    place: str
    inputs: Mapping[str, Any]
    sent: str
    reply: str | None
    error: str
    expected: str | None
    facts: tuple[tuple[str, str], ...]
    at_ms: int
    simulated: bool
    prompt: str | None = None


@dataclass
class _Picked:
    """Which cells or calls the rule chose, and why, by kind of example."""

    of: dict[str, tuple[str, str]] = field(default_factory=dict)


def gather(store: "Store", subject: Subject, found: Sequence[Run], options: Mapping[str, str], prose: Mapping[str, str]) -> Told:
    """Facts examples, examples_gone (places a person chose that are not there any more) and has_failure.

    A place is that of the options, else that of the prose `cell_normal` and so on. `NOTHING` shows no record, only the person's words.
    """
    if subject.version is None:
        return Told({"examples": (), "examples_gone": (), "has_failure": False})
    picked = _picked(store, subject, found)
    made, gone, sources = [], [], []
    for kind, title in KINDS.items():
        held, why = None, "Chosen by hand."
        asked = (options.get(kind) or prose.get(f"cell_{kind}") or "").strip()
        if asked == NOTHING:
            made += [Example(kind, title, "", NOTHING, "", (), 0)] if prose.get(f"example_{kind}", "").strip() else []
            continue
        if asked:
            held = recorded(store, asked)
            if held is None:
                gone.append(f"{title}: {asked}")
        if held is None and kind in picked.of:
            place, why = picked.of[kind]
            held = recorded(store, place)
        if held is not None:
            made.append(_example(kind, why, held, options, subject.name))
            sources.append(_source(made[-1], held))
    facts = {"examples": tuple(made), "examples_gone": tuple(gone), "has_failure": any(one.key == "failure" for one in made)}
    return Told(facts, tuple(sources), newest(one.at_ms for one in made if one.place != NOTHING))


def _source(one: Example, held: Recorded) -> Source:
    """The cell or call, with what of it a person would want to see when it changes."""
    told = {name.lower(): line(value) for name, value in held.facts if value and name in _TELLING}
    told |= {"reply": line(held.error or held.reply or "not kept", 60), **({"by hand": " and ".join(one.edited)} if one.edited else {})}
    return source("run" if ":" in one.place else "calls", one.place, f"Example: {one.title}", one, at_ms=one.at_ms, facts=told)


def _picked(store: "Store", subject: Subject, found: Sequence[Run]) -> _Picked:
    assert subject.version is not None
    run = runs.choose(found, subject.name, subject.version.number, scored=True) or runs.choose(found, subject.name, subject.version.number)
    picked = _from_run(store, run, runs.variant(run, subject.name, subject.version.number).position) if run else _Picked()
    if "normal" not in picked.of or "failure" not in picked.of:
        for kind, value in _from_calls(store, subject).of.items():
            picked.of.setdefault(kind, value)
    return picked


def _from_run(store: "Store", run: Run, variant: int) -> _Picked:
    """The answered case of median length; the longest one; the first one that failed its check, else that got no reply."""
    length = func.length(cast(RunCaseRow.inputs, Text))
    query = (
        select(CellRow.case_position, CellRow.status, CellRow.score, length.label("length"))
        .join(RunCaseRow, (RunCaseRow.run_id == CellRow.run_id) & (RunCaseRow.position == CellRow.case_position))
        .where(CellRow.run_id == run.id, CellRow.variant == variant, CellRow.repeat == 0)
        .order_by(CellRow.case_position)
        .limit(_LOOKED)
    )
    with store.read() as session:
        rows = session.execute(query).all()
    where = f"among the first {len(rows):,} cases" if len(rows) == _LOOKED else f"of {figures.counted(len(rows), 'case')}"
    good = [row for row in rows if row.status == OK and (row.score is None or row.score >= PASSED)]
    wrong = [row for row in rows if row.status == OK and row.score is not None and row.score < PASSED]
    lost = [row for row in rows if row.status != OK]
    picked = _Picked()

    def put(kind: str, position: int, why: str) -> None:
        picked.of[kind] = (f"{run.id}:{variant}:{position}:0", why)

    in_run, checked = f"{where} in the run {run.id}", run.plan.score is not None
    if good:
        ordered = sorted(good, key=lambda row: (row.length, row.case_position))
        middle = ordered[(len(ordered) - 1) // 2]
        put("normal", middle.case_position, f"The input of median length {in_run}{' whose reply was right' if checked else ''}.")
        if len(ordered) > 1 and ordered[-1] is not middle:
            put(
                "edge",
                ordered[-1].case_position,
                f"The longest input {in_run}{' whose reply was right' if checked else ' that was answered'}.",
            )
    if wrong:
        put("failure", wrong[0].case_position, f"The first {in_run} whose reply did not pass its check ({len(wrong):,} did not).")
    elif lost:
        put("failure", lost[0].case_position, f"The first {in_run} that got no reply ({len(lost):,} got none).")
    return picked


def _from_calls(store: "Store", subject: Subject) -> _Picked:
    """The same out of the newest calls whose texts are kept, where no run has answered."""
    assert subject.version is not None
    picked = _Picked()
    kept = replies.kept(store, subject.name, subject.version.number)
    answered = [one for one in kept if one.status == OK]
    if answered:
        ordered = sorted(answered, key=lambda one: (one.length, one.call_id))
        middle = ordered[(len(ordered) - 1) // 2]
        picked.of["normal"] = (
            str(middle.call_id),
            f"The call with the reply of median length among the newest {len(answered):,} that were answered.",
        )
        if ordered[-1] is not middle:
            picked.of["edge"] = (
                str(ordered[-1].call_id),
                f"The call with the longest reply among the newest {len(answered):,} that were answered.",
            )
    if failed := next((one for one in kept if one.status == ERROR), None):
        picked.of["failure"] = str(failed.call_id), "The newest call that failed."
    return picked


def recorded(store: "Store", place: str) -> Recorded | None:
    """What lies at a cell or a call; None where there is nothing any more. Raises InputError where it is neither."""
    if _CELL.fullmatch(place):
        try:
            return _of_cell(store, place)
        except NotFound:
            return None
    if not (place.isascii() and place.isdigit()) or len(place) > 18:
        raise InputError(f"{place[:80]!r} names no cell and no call", place="option", hint=_HINT)
    try:
        return _of_call(store, ledger.get(store, int(place)))
    except NotFound:
        return None


def _of_cell(store: "Store", place: str) -> Recorded | None:
    run_id, *numbers = place.split(":")
    variant, position, repeat = map(int, numbers)
    run = reading.get(store, run_id)
    found = reading.cell(store, run_id, variant, position, repeat)
    cell = found.cell
    if cell is None:
        return None
    score = "" if cell.score is None else f"{figures.number(cell.score)} by {runs.checked_by(run)}"
    facts = (
        ("Recorded", figures.moment(cell.finished_ms)),
        ("Model", found.variant.full_model),
        ("Version", found.variant.name),
        ("Score", f"{score}: {cell.score_reason}" if cell.score_reason else score),
        ("Tags", ", ".join(found.tags)),
        *_measured(cell.latency_ms, cell.input_tokens, cell.output_tokens, cell.cost_nano),
        ("Cell", place),
    )
    right = runs.right(run, dict(found.inputs), found.expected)
    names = _shown_inputs(found.variant, found.inputs)
    error = _error(cell.error_kind or cell.error_type, cell.error_message)
    simulated = found.variant.provider == runs.SIMULATED
    reply = _reply(found.reply, found.tool_calls)
    return Recorded(place, names, "", reply, error, right, facts, cell.finished_ms, simulated, found.variant.prompt)


def _shown_inputs(variant: Any, inputs: Mapping[str, str]) -> dict[str, str]:
    """The inputs the template uses; all of them where that cannot be told."""
    from workbench.prompts import rendering

    try:
        names = rendering.variables(variant.content, variant.partials)
    except InputError:
        return dict(inputs)
    return {name: inputs[name] for name in dict.fromkeys((*names, *variant.optional)) if name in inputs}


def _given(store: "Store", call: Call) -> tuple[Mapping[str, Any], str | None]:
    """The variables of the call that its version takes, and the reply that counts as right: a run keeps whole cases with its calls."""
    from workbench.prompts import registry, rendering

    if call.cell_id and _CELL.fullmatch(call.cell_id):
        run_id, *numbers = call.cell_id.split(":")
        try:
            found = reading.cell(store, run_id, *map(int, numbers))
            right = runs.right(reading.get(store, run_id), dict(found.inputs), found.expected)
            return _shown_inputs(found.variant, found.inputs), right
        except NotFound:
            pass  # the run was deleted, or ran elsewhere
    given = call.variables or {}
    if not given or call.prompt is None or call.version is None:
        return given, None
    try:
        version = registry.version(store, call.prompt, call.version)
        names = rendering.variables(version.content, rendering.partials(store, version.content))
        optional = [one.name for one in registry.get(store, call.prompt).variables if not one.required]
    except (NotFound, InputError):
        return given, None
    return {name: given[name] for name in dict.fromkeys((*names, *optional)) if name in given}, None


def _of_call(store: "Store", call: Call) -> Recorded:
    facts = (
        ("Recorded", figures.moment(call.started_ms)),
        ("Model", f"{call.provider}/{call.model}"),
        ("Version", f"{call.version}" if call.version is not None else ""),
        ("Source", call.source),
        *_measured(call.latency_ms, call.input_tokens, call.output_tokens, call.cost_nano),
        ("Call", f"{call.id}"),
    )
    inputs, right = _given(store, call)
    sent = "" if inputs else _sent(call.request)
    error = _error(call.error_kind or call.error_type, call.error_message or "") if call.status == ERROR else ""
    reply = _reply(call.reply, call.tool_calls or ())
    simulated = call.provider == runs.SIMULATED
    return Recorded(str(call.id), inputs, sent, reply, error, right, facts, call.started_ms, simulated, call.prompt)


def _measured(latency_ms: int | None, tokens_in: int | None, tokens_out: int | None, nano: int | None) -> tuple[tuple[str, str], ...]:
    tokens = f"{figures.count(tokens_in)} in, {figures.count(tokens_out)} out"
    return ("Latency", figures.ms(latency_ms)), ("Tokens", tokens), ("Cost", figures.usd(nano))


def _error(kind: str | None, message: str) -> str:
    return redact(f"{kind}: {message}" if message else kind) if kind else ""


def _reply(text: str | None, tools: Sequence[Mapping[str, Any]]) -> str | None:
    asked = "\n".join(json.dumps(tool, ensure_ascii=False) for tool in tools)
    return "\n".join(part for part in (text, asked) if part) or text


def _sent(request: Mapping[str, Any] | None) -> str:
    """The last thing that was said to the model."""
    messages = (request or {}).get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    content = last.get("content") if isinstance(last, Mapping) else None
    return content if isinstance(content, str) else "" if content is None else json.dumps(content, ensure_ascii=False)


def texts(found: Recorded, edited: Mapping[str, str] = MappingProxyType({})) -> tuple[Block, ...]:
    """Input, output and expected reply as code; `edited` puts other words in the place of `input` or `output`."""
    blocks: list[Block] = []
    if "input" in edited:
        blocks.append(Code(edited["input"], "", "Input"))
    elif found.inputs:
        blocks += [code(_as_text(value), f"Input: {name}") for name, value in found.inputs.items()]
    elif found.sent:
        blocks.append(code(found.sent, "Input: the last message"))
    if "output" in edited:
        blocks.append(Code(edited["output"], "", "Output"))
    elif found.error:
        blocks.append(code(found.error, "Error"))
    elif found.reply is not None:
        blocks.append(code(found.reply, "Output"))
    if found.expected is not None:
        blocks.append(code(found.expected, "Expected"))
    return tuple(blocks)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _example(kind: str, why: str, found: Recorded, options: Mapping[str, str], name: str) -> Example:
    written = {part: options.get(f"{kind}_{part}", "") for part in ("input", "output")}
    edited = {part: cut(text) for part, text in written.items() if text.strip()}
    other = () if found.prompt == name else (("Not of this prompt but of", found.prompt or "none"),)
    facts = " · ".join(f"{label} {value}" for label, value in (*other, *found.facts) if value)
    return Example(kind, KINDS[kind], why, found.place, facts, texts(found, edited), found.at_ms, found.simulated, tuple(edited))
