"""Objects that describe prompts, whoever wrote them, into a parcel: ours, system_prompt with user_prompt_template, name/version/template.

An object with `versions` is a prompt with all of them; one with messages, a template or a prompt text is one version.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench import clock
from workbench.errors import InputError, WorkbenchError
from workbench.prompts import names
from workbench.prompts.content import PARAMETERS, Content, parameters
from workbench.prompts.interchange import guessing, turns
from workbench.prompts.interchange.base import About, Found, Parcel, placed
from workbench.prompts.records import Variable
from workbench.prompts.saving import Entry

_TEXTS = ("template", "user_prompt_template", "user_prompt", "prompt", "text", "content", "user", "raw")
_SYSTEMS = ("system_prompt", "system", "system_message")
_ABOUT = ("description", "expected_output", "variables", "tags", "silenced", "labels")
_CONTENT = ("engine", "model", "tools", "tool_choice", "output_schema")
_ALIASES = {
    "stop_sequences": "stop",
    "max_output_tokens": "max_tokens",
    "max_completion_tokens": "max_tokens",
    "model_name": "model",
    "createdAt": "created_at",
    "commitMessage": "commit_message",
}
_FORMATS = {"f-string": "fstring", "fstring": "fstring", "jinja2": "jinja2", "jinja": "jinja2", "mustache": "mustache"}
ABOUT_FILE = "prompt.yaml"
_ABOUT_FILE = re.compile(r"(?:.*/)?prompt(?:~\d+)?\.yaml")  # numbered where two prompts would share a folder
_KEYS = frozenset((*_TEXTS, *_SYSTEMS, *_ABOUT, *_CONTENT, *_ALIASES, "name", "id", "version", "versions", "messages", "metadata", "_type"))


@dataclass(frozen=True)
class Origin:
    """Where an object stands, and the name and version its path stands for."""

    place: str
    name: str = ""
    version: str | None = None


def prompt(raw: object, origin: Origin, parcel: Parcel) -> None:
    """Add what `raw` describes, one version or a prompt with all of them, to the parcel. Raises InputError that names the place."""
    if not isinstance(raw, Mapping):
        raise InputError("is no object that describes a prompt", place=origin.place, hint=_HINT)
    given = {_ALIASES.get(str(key), str(key)): value for key, value in raw.items()}
    try:
        if isinstance(given.get("versions"), Sequence | Mapping):
            _all_versions(given, origin, parcel)
        elif has_text(given):
            _one_version(given, origin, parcel)
        elif "name" in given and _ABOUT_FILE.fullmatch(origin.place):  # it stands beside its versions
            _about(given, parcel.about(_name(given, origin)))
        else:
            raise InputError("has neither messages nor a template", hint=_HINT)
    except WorkbenchError as error:
        raise (error if error.message.startswith(origin.place) else placed(error, origin.place)) from None


_HINT = 'Write {"name": "...", "messages": [{"role": "user", "content": "..."}]}.'


def has_text(given: Mapping[str, Any]) -> bool:
    """Whether the object holds messages or a text of a prompt."""
    return "messages" in given or any(given.get(name) for name in (*_TEXTS, *_SYSTEMS))


def by_name(raw: object) -> bool:
    """Whether an object maps names of prompts to their texts or objects, and is no prompt itself."""
    if not isinstance(raw, Mapping) or not raw or has_text(raw) or not _KEYS.isdisjoint(map(str, raw)):
        return False
    return all(
        (isinstance(item, str) and item.strip()) or (isinstance(item, Mapping) and (has_text(item) or item.get("versions")))
        for item in raw.values()
    )


def _all_versions(given: dict[str, Any], origin: Origin, parcel: Parcel) -> None:
    listed = given.pop("versions")
    if isinstance(listed, Mapping):
        listed = [
            {"version": key, **value} if isinstance(value, Mapping) else {"version": key, "template": value}
            for key, value in listed.items()
        ]
    name = _name(given, origin)
    _about(given, parcel.about(name))
    for count, item in enumerate(listed, 1):
        version = Origin(f"{origin.place}, version {count}", name)
        if not isinstance(item, Mapping):
            raise InputError("is no object", place=version.place)
        inherited = {key: given[key] for key in ("engine", "model") if key in given}
        prompt({**inherited, **{key: value for key, value in item.items() if key != "versions"}, "name": name}, version, parcel)


def _one_version(given: dict[str, Any], origin: Origin, parcel: Parcel) -> None:
    name = _name(given, origin)
    metadata = _taken(given, "metadata", Mapping, {})
    metadata = {_ALIASES.get(str(key), str(key)): value for key, value in metadata.items()}
    if given.get("template_format") in _FORMATS and not given.get("engine"):  # LangChain's word
        given["engine"] = _FORMATS[given.pop("template_format")]
        foreign = True
    else:
        foreign = "engine" not in given
    extra = dict(_taken(metadata, "extra", Mapping, {}))
    number, semantic = _version(given, metadata, origin)
    texts = turns.turns(_messages(given), origin.place, parcel)
    about = parcel.about(name)
    labels = metadata.pop("labels", given.pop("labels", None))
    _about(metadata, about)
    _about(given, about)
    if semantic or number:
        _label(about, labels, semantic or number or 0)
    content = _content(given, metadata if foreign else {}, texts, origin, parcel)
    rest = {key: value for source in (metadata, given) for key, value in source.items() if value is not None}
    entry = Entry(
        content,
        note=str(rest.pop("note", "") or rest.pop("commit_message", "") or ""),
        author=str(rest.pop("author")) if rest.get("author") is not None else None,
        semantic=semantic,
        number=number,
        created_ms=_moment(rest),
        extra={**extra, **_checked_hash(rest, content, origin, parcel)},
    )
    parcel.versions.append(Found(name, entry, origin.place))


def _name(given: dict[str, Any], origin: Origin) -> str:
    name = given.pop("name", None) or given.pop("id", None) or origin.name
    if not isinstance(name, str):
        raise InputError(f"must be a text, not {name!r}", place="field name")
    return names.prompt(name)


def _version(given: dict[str, Any], metadata: dict[str, Any], origin: Origin) -> tuple[int | None, str | None]:
    number, named = names.version(given.pop("version", None) or origin.version)
    told = given.pop("semantic", None) or metadata.pop("semantic", None)
    return number, names.semantic(str(told)) if told else named


def _messages(given: dict[str, Any]) -> list[Any]:
    """The messages, taken out of `given`. A template may be a text or a list of messages."""
    if "messages" in given:
        listed = given.pop("messages")
        given.pop("template", None)
        if not isinstance(listed, Sequence) or isinstance(listed, str):
            raise InputError("messages must be a list", hint=_HINT)
        return [*_system(given), *listed]
    found = _system(given)
    for key in _TEXTS:
        value = given.get(key)
        if isinstance(value, str) and value:
            return [*found, {"role": "user", "content": given.pop(key)}]
        if isinstance(value, Sequence) and value and not isinstance(value, str):
            return [*found, *given.pop(key)]
    if not found:
        raise InputError("its text is empty or no text", place="field template", hint=_HINT)
    return found


def _system(given: dict[str, Any]) -> list[Any]:
    """The system message that stands beside the others, taken out of `given`."""
    key = next((key for key in _SYSTEMS if given.get(key) and isinstance(given[key], str | list)), None)
    return [{"role": "system", "content": given.pop(key)}] if key else []


def _content(given: dict[str, Any], metadata: dict[str, Any], texts: list[Any], origin: Origin, parcel: Parcel) -> Content:
    raw: dict[str, Any] = {"messages": texts}
    settings = {**_taken(given, "parameters", Mapping, {}), **_taken(given, "model_parameters", Mapping, {})}
    settings = {_ALIASES.get(str(key), str(key)): value for key, value in settings.items()}
    _response_format(given, settings)
    config = given.get("config")  # Langfuse: anything, and often the model and its settings
    if isinstance(config, Mapping):
        config = given["config"] = {_ALIASES.get(str(key), str(key)): value for key, value in config.items()}
        if given.get("model") is None and (told := config.pop("model", None)) is not None:
            given["model"] = told
    for source in (given, metadata, config if isinstance(config, dict) else {}):
        for key in PARAMETERS:
            if key in source:
                settings.setdefault(key, source.pop(key))
    for key in _CONTENT:
        value = given.pop(key, None)
        raw[key] = metadata.pop(key, None) if value is None and key == "model" else value
    if not given.get("config", True):
        del given["config"]
    told = raw["model"]
    raw["model"] = guessing.model(told, origin.place, parcel)
    if told and not raw["model"]:
        given["model"] = told
    if unknown := {key: settings.pop(key) for key in list(settings) if key not in PARAMETERS}:
        given["parameters_not_carried"] = unknown
        parcel.guess(origin.place, f"{', '.join(unknown)} cannot be set here: kept in the metadata")
    raw["parameters"] = settings
    if raw["engine"] is None:
        raw["engine"] = guessing.engine(_sources(texts), origin.place, parcel)
    parameters(settings)
    return Content.from_json({key: value for key, value in raw.items() if value is not None}).checked()


def _response_format(given: dict[str, Any], settings: dict[str, Any]) -> None:
    """OpenAI's response_format as our response_schema, where it holds a schema."""
    told = given.get("response_format", settings.get("response_format"))
    inner = told.get("json_schema") if isinstance(told, Mapping) else None
    if isinstance(inner, Mapping) and isinstance(inner.get("schema"), Mapping):
        settings.setdefault("response_schema", inner["schema"])
        for source in (given, settings):
            source.pop("response_format", None)


def _sources(texts: list[Any]) -> list[str]:
    contents = [item.get("content") for item in texts if isinstance(item, Mapping)]
    return [content for content in contents if isinstance(content, str)]


def _about(given: dict[str, Any], about: About) -> None:
    """Take what concerns the prompt itself out of `given`; what is known already stays."""
    found = {key: given.pop(key) for key in _ABOUT if given.get(key) is not None}
    about.description = about.description or str(found.get("description", ""))
    about.expected_output = about.expected_output or str(found.get("expected_output", ""))
    if variables := found.get("variables"):
        about.variables = about.variables or _variables(variables)
    about.tags = tuple(dict.fromkeys((*about.tags, *_words(found.get("tags"), "tags"))))
    about.silenced = tuple(dict.fromkeys((*about.silenced, *_words(found.get("silenced"), "silenced"))))
    labels = found.get("labels")
    if isinstance(labels, Mapping):
        for label, version in labels.items():
            number, semantic = names.version(version)
            _label(about, [label], semantic or number or 0)


def _label(about: About, labels: object, version: int | str) -> None:
    for label in _words(labels, "labels"):
        if label != names.LATEST:
            about.labels[names.label(label)] = version


def _variables(raw: object) -> tuple[Variable, ...]:
    if isinstance(raw, Mapping):
        raw = [{"name": key, **(value if isinstance(value, Mapping) else {"description": value})} for key, value in raw.items()]
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise InputError("must be a list", place="field variables")
    return tuple(Variable.from_json(dict(item) if isinstance(item, Mapping) else item) for item in raw)


def _words(raw: object, field: str) -> list[str]:
    if raw is None or raw == "":
        return []
    if isinstance(raw, str):
        raw = raw.split(",")
    if not isinstance(raw, Sequence) or not all(isinstance(word, str | int | float) for word in raw):
        raise InputError("must be a list of words", place=f"field {field}")
    return [str(word).strip() for word in raw if str(word).strip()]


def _taken(given: dict[str, Any], key: str, kind: Any, default: Any) -> Any:
    value = given.pop(key, None)
    if value is None:
        return default
    if not isinstance(value, kind):
        raise InputError("must be an object", place=f"field {key}")
    return value


def _moment(rest: dict[str, Any]) -> int | None:
    """The time a version was made, taken out of `rest`; what is no time stays there."""
    made = rest.get("created_at")
    try:
        if isinstance(made, str):
            moment = clock.from_iso(made)
        elif isinstance(made, int | float) and not isinstance(made, bool):
            moment = round(made * 1000 if made < 1e11 else made)  # seconds until the year 5138, else milliseconds
        else:
            return None
    except (ValueError, OverflowError):
        return None
    if not 0 <= moment < 253_402_300_800_000:  # the year 10000
        return None
    del rest["created_at"]
    return moment


def _checked_hash(rest: dict[str, Any], content: Content, origin: Origin, parcel: Parcel) -> dict[str, Any]:
    """`rest` without our own hash. A hash that is not that of the content is kept as metadata, and never trusted."""
    told = rest.pop("hash", None)
    if told is None or told == content.hash():
        return rest
    parcel.guess(origin.place, "its hash is of another tool, or its text was changed since: kept in the metadata")
    return {**rest, "hash": told}
