"""Which prompt and which version a documentation is about, and over which days its calls are looked at. Falls back to nothing silently."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.export import figures, period
from workbench.prompts import names, registry
from workbench.prompts.records import Prompt, Version

if TYPE_CHECKING:
    from workbench.store import Store

PRODUCTION = "production"


@dataclass(frozen=True)
class Subject:
    """A prompt, the version that is documented (None: none was saved), why that one, and [since, until) of the calls."""

    prompt: Prompt
    version: Version | None
    chosen: str
    label: str | None
    span: tuple[int, int] | None
    period: str

    @property
    def name(self) -> str:
        """The prompt's name."""
        return self.prompt.name

    @property
    def number(self) -> int | None:
        """The version's number."""
        return self.version.number if self.version else None

    @property
    def ref(self) -> str:
        """How a command names it: intent@3."""
        return self.version.ref if self.version else self.name


def find(store: "Store", subject: str, asked: str) -> Subject:
    """The subject of `name`, `name@label` or `name@7`, over the period asked for. Raises NotFound, InputError."""
    ref = names.parse_ref(subject)
    prompt = registry.get(store, ref.name)
    version, chosen, label = _version(store, prompt, ref, newest=subject.strip().endswith(f"@{names.LATEST}"))
    span = period.of(store, asked, prompt=prompt.name)
    days = figures.span(*span) if span else "no days: no call of it is recorded"
    return Subject(prompt, version, chosen, label, span, days)


def _version(store: "Store", prompt: Prompt, ref: names.Ref, *, newest: bool) -> tuple[Version | None, str, str | None]:
    if ref.label:
        return registry.resolve(store, str(ref)), f"the version that carries the label {ref.label}", ref.label
    if ref.number is not None or ref.semantic is not None:
        found = registry.resolve(store, str(ref))
        state = "the newest version" if found.number == prompt.latest else f"not the newest: version {prompt.latest} is"
        return found, f"asked for by its number; {state}", None
    if prompt.latest is None:
        return None, "", None
    if PRODUCTION in prompt.labels and not newest:
        found = registry.version(store, prompt.name, label=PRODUCTION)
        later = "" if found.number == prompt.latest else f"; version {prompt.latest} is newer"
        return found, f"the version that carries the label {PRODUCTION}{later}", PRODUCTION
    none = "" if PRODUCTION in prompt.labels else f"; no version carries the label {PRODUCTION}"
    return registry.version(store, prompt.name), f"the newest version{none}", None
