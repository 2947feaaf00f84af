"""The documentation of a prompt: what it is for, its contract, how it behaves and performs, what changed. Gathers only what is shown."""

import shlex
from typing import TYPE_CHECKING, Any

from workbench.export import figures, setup, templating
from workbench.export.kinds import Gathered, Part, Prose, Request, kind
from workbench.export.prompt import (
    changelog,
    contract,
    examples,
    failing,
    guards,
    performance,
    results,
    runs,
    subject,
    versions,
    weaknesses,
)
from workbench.export.prompt.told import Gathering

if TYPE_CHECKING:
    from workbench.store import Store

_EXAMPLE = "In place of the sentence that says why this case was chosen."
_CELL = "Which case: its cell as RUN:VARIANT:CASE:REPEAT, or the number of a call. Empty: chosen by rule. `none`: only your words."
_EXAMPLES = tuple(
    field
    for key, title in examples.KINDS.items()
    for field in (Prose(f"example_{key}", title, _EXAMPLE), Prose(f"cell_{key}", f"{title}: which", _CELL))
)
_PARTS = (
    Part(
        "overview",
        "Overview",
        (
            Prose("intent", "Intent", "What the prompt is for, beyond the sentence that the Prompts page holds."),
            Prose("limits", "When not to use it", "Inputs and purposes it was not made for."),
            Prose("contact", "Contact", "Whom to ask."),
        ),
        always=True,
    ),
    Part("version", "Version", (Prose("version", "About this version", "What a reader should know of it."),), always=True),
    Part(
        "contract",
        "API Contract",
        (Prose("input", "Input", "Limits of inputs."), Prose("output", "Output", "How to read replies.")),
        always=True,
    ),
    Part("examples", "Examples", _EXAMPLES, always=True),
    Part("errors", "Error Handling", (Prose("errors", "Error handling", "What your program does where a call fails."),), always=True),
    Part("performance", "Performance", (Prose("performance", "Performance", "What was promised, what to expect."),), always=True),
    Part("changelog", "Changelog", (Prose("changelog", "Changelog", "What the notes of versions do not say."),), always=True),
    Part("tests", "Test Results", (Prose("tests", "Test results", "What the tests do not cover."),), always=True),
    Part("comparisons", "Comparisons", always=True),
    Part("weaknesses", "Known Weaknesses", (Prose("weaknesses", "Known weaknesses", "Weak spots that no run shows."),), always=True),
    Part("guards", "Guards"),
)
_MANAGER = ("overview", "version", "performance", "comparisons", "weaknesses")
_KEYS = tuple(part.key for part in _PARTS)
_OPTIONS = ("from", "to", *(f"{key}{part}" for key in examples.KINDS for part in ("", "_input", "_output")))
_OF_RUNS = {"contract", "examples", "tests", "comparisons", "weaknesses"}


@kind("prompt", title="Prompt documentation", sections=_PARTS, audiences={"manager": _MANAGER}, options=_OPTIONS, of_prompt=True)
def gather(store: "Store", request: Request) -> Gathered:
    """The documentation of `name`, `name@label` or `name@7`. Raises NotFound, InputError.

    Options: `from` and `to` name two versions whose difference is shown in full; `normal`, `edge` and `failure` name the
    cell or call that is shown as that example, and `normal_input`, `normal_output` and so on what is shown in place of its texts.
    """
    found = subject.find(store, request.subject, request.period)
    wanted = _wanted(request)
    made = Gathering(_base(found))
    for told in _parts(store, found, request, wanted):
        made.take(told)
    version = f"Version {found.number}" if found.number else "No version yet"
    return Gathered(
        found.name, f"{version}, {found.chosen}" if found.chosen else version, made.facts, made.sources, made.as_of_ms, found.name
    )


def _wanted(request: Request) -> set[str]:
    """The sections whose figures are read: those that are shown. A template of one's own may ask for any."""
    keys = request.sections or (_MANAGER if request.audience == "manager" else _KEYS)
    own = templating.own_sections("prompt")
    shown = {key for key in keys if key in _KEYS}
    free = [key for key in own if key in keys or (key not in _KEYS and not request.sections and request.audience != "manager")]
    return set(_KEYS) if free else shown


def _base(found: subject.Subject) -> dict[str, Any]:
    return {
        "prompt": found.prompt,
        "name": found.name,
        "ref": found.ref,
        "version": found.version,
        "chosen": found.chosen,
        "period": found.period,
        "save_first": "" if found.version else "Save a version first, on the page Prompts. ",
        "save_second": "Save a second version first. " if found.number and found.prompt.latest == 1 else "",
        "shell": shlex.quote(found.name),
        "shell_ref": shlex.quote(found.ref),
        "shell_pair": _pair(found),
        "shell_model": "" if found.version is None or found.version.content.model else " --model PROVIDER/MODEL",
        "saved": figures.day(found.version.created_ms) if found.version else "",
    }


def _pair(found: subject.Subject) -> str:
    """Two versions as a command takes them: the one before and this one, as far as there are any."""
    number = found.number or 2
    return " ".join(shlex.quote(f"{found.name}@{one}") for one in ((number - 1, number) if number > 1 else (1, 2)))


def _parts(store: "Store", found: subject.Subject, request: Request, wanted: set[str]) -> Any:
    """What each part that is wanted hands over."""
    audience, options = request.audience, request.options
    prose = setup.get(store, "prompt", found.name).prose if "examples" in wanted else {}
    listed = runs.of(store, found.name, found.number) if wanted & _OF_RUNS else []
    yield versions.gather(store, found, shown="version" in wanted, whole="version" in wanted and audience != "manager")
    if wanted & {"overview", "contract"}:
        yield contract.declared(found, wanted)
    if "contract" in wanted:
        yield contract.gather(store, found, listed)
    if "examples" in wanted:
        yield examples.gather(store, found, listed, options, prose)
    if "errors" in wanted:
        yield failing.gather(store, found)
    if wanted & {"overview", "performance"}:
        yield performance.gather(store, found, whole="performance" in wanted)
    if "changelog" in wanted:
        yield changelog.gather(store, found, options)
    if "tests" in wanted:
        yield results.tests(store, found, listed)
    if "comparisons" in wanted:
        yield results.verdicts(store, found, listed)
    if "weaknesses" in wanted:
        yield weaknesses.gather(store, found, listed, texts=audience != "manager")
    if "guards" in wanted:
        yield guards.gather(store, found)
