"""What every prompt file format shares: files, what was found in them, the report, and the names formats register under."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from workbench.errors import InputError, WorkbenchError
from workbench.prompts.records import Prompt, Variable, Version
from workbench.prompts.saving import Entry

MAX_FILE_BYTES = 10_000_000
INDEX = "index.json"  # it tells of the text files name/v1.txt beside it


@dataclass(frozen=True)
class File:
    """A file by its path inside the import or export, always with `/`. `parent` is the folder a single file lay in."""

    path: str
    data: bytes
    parent: str = ""

    @property
    def suffix(self) -> str:
        """The ending in lower case, with its dot."""
        return PurePosixPath(self.path).suffix.lower()

    @property
    def stem(self) -> str:
        """The file's name without its ending."""
        return PurePosixPath(self.path).name.removesuffix(PurePosixPath(self.path).suffix)

    @property
    def folder(self) -> str:
        """The path of the folder it lies in; empty at the top."""
        folder = str(PurePosixPath(self.path).parent)
        return "" if folder == "." else folder


@dataclass
class About:
    """What a file says of the prompt itself, and not of one version. `labels` maps to a number or a semantic name."""

    description: str = ""
    expected_output: str = ""
    variables: tuple[Variable, ...] = ()
    tags: tuple[str, ...] = ()
    silenced: tuple[str, ...] = ()
    labels: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """A version in a file, not saved yet."""

    prompt: str
    entry: Entry
    place: str


@dataclass
class Parcel:
    """All that an import holds. Readers add to it; nothing is written to the store before all of them are through."""

    versions: list[Found] = field(default_factory=list)
    prompts: dict[str, About] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    guesses: dict[tuple[str, str], None] = field(default_factory=dict)  # each once, in order
    parsed: dict[str, Any] = field(default_factory=dict)  # files that several others read, by path

    def about(self, name: str) -> About:
        """What is known of the prompt `name`, to be added to."""
        return self.prompts.setdefault(name, About())

    def guess(self, place: str, what: str) -> None:
        """Note what a file left open and how it was read."""
        self.guesses[place, what] = None


@dataclass(frozen=True)
class Report:
    """What an import did: versions taken and those that were there already, what was skipped and guessed, each with its place."""

    taken: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    guesses: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "taken": list(self.taken),
            "same": list(self.same),
            "skipped": [{"place": place, "reason": reason} for place, reason in self.skipped],
            "guesses": [{"place": place, "guess": guess} for place, guess in self.guesses],
        }


@dataclass(frozen=True)
class History:
    """A prompt with all its versions, the oldest first."""

    prompt: Prompt
    versions: tuple[Version, ...]


Reader = Callable[[File, Parcel, Mapping[str, File]], None]
Writer = Callable[[History], list[File]]
READERS: dict[str, Reader] = {}
WRITERS: dict[str, Writer] = {}


def reader(*suffixes: str) -> Callable[[Reader], Reader]:
    """Register a function that reads files of these endings into a parcel; it is also given all files of the import by path."""

    def register(function: Reader) -> Reader:
        for suffix in suffixes:
            if suffix in READERS:
                raise ValueError(f"two readers take {suffix} files")
            READERS[suffix] = function
        return function

    return register


def writer(name: str) -> Callable[[Writer], Writer]:
    """Register a function that writes a prompt with its history as files, under the name of the format."""

    def register(function: Writer) -> Writer:
        if name in WRITERS:
            raise ValueError(f"two formats are called {name!r}")
        WRITERS[name] = function
        return function

    return register


def placed(error: WorkbenchError, place: str) -> InputError:
    """The error as one about `place`: a file, and what the error itself names inside it."""
    inner = getattr(error, "place", "")
    where = f"{place}, {inner}" if inner else place
    return InputError(error.message.removeprefix(f"{inner}: "), place=where, hint=error.hint)
