"""The commands that write one document each. All take the same options; what is not said is as the page Documents has it set up."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import output

if TYPE_CHECKING:
    from workbench.export.model import Document
    from workbench.store import Store

_MONTH = re.compile(r"\d{4}-\d{2}")


def _options(function: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(
        (
            click.option(
                "-f", "--format", "form", help="md, html, docx, pdf, pptx, xlsx.  [default: from the ending of the file, else md]"
            ),
            click.option("-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path), help="The file; - or nothing: stdout."),
            click.option("--section", "sections", multiple=True, help="Only this section; more of them in the order wanted."),
            click.option("--audience", type=click.Choice(["engineer", "manager", "reviewer"]), help="Whom it is for."),
            click.option("--period", help="7d, 30d, 90d, 365d, all, 2026-11 or 2026-11-01..2026-11-15.  [default: 30d]"),
            click.option("--option", "pairs", multiple=True, metavar="NAME=VALUE", help="An option of the kind of document."),
            click.option("--contents/--no-contents", default=None, help="With a table of contents or without."),
        )
    ):
        function = option(function)
    return function


@click.command()
@click.argument("prompt", metavar="PROMPT[@REF]")
@_options
def document(prompt: str, **given: Any) -> None:
    """The documentation of a prompt: of its production version, of the latest where there is none, or of REF."""
    _export("prompt", prompt, given)


@click.command()
@click.argument("name", metavar="PLAN")
@_options
def plan(name: str, **given: Any) -> None:
    """A project plan. `--format csv` writes its tasks for a tracker."""
    if given["form"] == "csv" or (given["form"] is None and given["path"] is not None and given["path"].suffix == ".csv"):
        _tasks(name, given["path"])
        return
    _export("plan", name, given)


@click.command()
@click.argument("prompt", metavar="[PROMPT[@REF]]", default="")
@click.option("--plan", "plan_name", help="The project plan that problem, solution and lessons come from.")
@click.option("--run", "run_id", help="The run that the results come from.")
@_options
def slides(prompt: str, *, plan_name: str | None, run_id: str | None, **given: Any) -> None:
    """Eight slides (pptx or html) with speaker notes."""
    if not (prompt or plan_name or run_id):
        raise click.UsageError("Name a prompt, a plan or a run.")
    named = {"plan": plan_name, "run": run_id}
    _export("slides", prompt or plan_name or str(run_id), given, {name: value for name, value in named.items() if value})


@click.command()
@click.argument("subject", metavar="RUN|SCENARIO|MONTH")
@click.option(
    "--kind",
    type=click.Choice(["evaluation", "comparison", "cost", "operations"]),
    help="What is reported.  [default: what SUBJECT is; of a run, the comparison where it has several variants]",
)
@_options
def report(subject: str, *, kind: str | None, **given: Any) -> None:
    """A report of a run (its id, or `latest`), of a kept scenario, or of a month (2026-11)."""
    subject = _latest(kind) if subject == "latest" else subject
    _export(kind or _kind_of(subject), subject, given)


@click.command("model-card")
@click.argument("model")
@_options
def model_card(model: str, **given: Any) -> None:
    """What a model is used for here, how it performs, and what it must not be used for."""
    _export("model_card", model, given)


@click.command()
@click.argument("model", metavar="MODEL[@PROMPT]")
@click.option("--form", "notice", type=click.Choice(["short", "long", "json"]), help="Print the notice alone, on stdout.")
@_options
def disclosure(model: str, *, notice: str | None, **given: Any) -> None:
    """The notice that a model is in use: its name, version, and the limitation for its context."""
    if notice is None:
        _export("disclosure", model, given)
        return
    from workbench import store
    from workbench.export.reports import disclosure as notices

    text = notices.text(store.current(), model, notice)
    click.echo(output.plain(text))
    if "not been written down" in text:
        output.say("No limitation is written for this use: write it on the page Documents (Disclosure) before you hand the notice out.")


@click.command()
@click.argument("person", default="")
@_options
def assessment(person: str, **given: Any) -> None:
    """The newest self-assessment of PERSON (whoever is at the bench), beside the ones before."""
    from workbench import settings

    _export("assessment", person or settings.load().user, given)


def _export(kind: str, subject: str, given: dict[str, Any], options: dict[str, str] | None = None) -> None:
    from workbench import store
    from workbench.export import figures, files, history

    path = None if str(given["path"] or "-") == "-" else given["path"]
    form = (given["form"] or "").lower() or (path.suffix.lstrip(".").lower() if path and path.suffix else "md")
    form = {"markdown": "md", "htm": "html"}.get(form, form)
    target = store.current()
    files.check_format(kind, form)
    file = files.make(target, _request(target, kind, subject, given, options or {}), form)
    if path is None:
        if form not in {"md", "html"} and sys.stdout.isatty():
            raise click.UsageError(f"{form} is no text: name a file with -o.")
        sys.stdout.buffer.write(file.data)
    else:
        write(path, file.data)
        sections, sources = (figures.counted(len(of), noun) for of, noun in _parts(file.document))
        output.say(f"{path}: {file.document.title}, {sections} from {sources}.")
    history.keep(target, file, name=path.name if path else "")


def _parts(document: "Document") -> tuple[tuple[tuple[Any, ...], str], ...]:
    """What a document has several of, with the word for one."""
    return (document.sections, "section"), (document.sources, "source")


def _request(target: "Store", kind: str, subject: str, given: dict[str, Any], options: dict[str, str]) -> Any:
    from workbench.export import documents

    said = {name: given[name] for name in ("sections", "audience", "period", "contents") if given[name] not in (None, ())}
    return documents.request(target, kind, subject, options={**_pairs(given["pairs"]), **options}, **said)


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise click.BadParameter(f"{text} is not NAME=VALUE.", param_hint="--option")
        found[name] = value
    return found


def write(path: Path, data: bytes) -> None:
    """Write the file, or say why not."""
    from workbench.errors import InputError

    target = path.resolve()
    try:
        if target.exists() and not target.is_file():  # a device, a pipe
            target.write_bytes(data)
            return
        scratch = target.with_name(f".{target.name}.part")
        try:
            scratch.write_bytes(data)
            scratch.replace(target)  # whole or not at all
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}", hint="Name a file in a folder that is there.") from error


def _kind_of(subject: str) -> str:
    """What a subject is: a month, a run, else the name of a scenario."""
    from workbench import store
    from workbench.errors import NotFound
    from workbench.runner import reading

    if _MONTH.fullmatch(subject):
        return "operations"
    try:
        found = reading.get(store.current(), subject)
    except NotFound:
        return "cost"
    return "comparison" if len(found.variants) > 1 else "evaluation"


def _latest(kind: str | None) -> str:
    """The id of the last run; the word itself where a scenario or a month is asked for."""
    from workbench import store
    from workbench.errors import NotFound
    from workbench.runner import reading

    if kind not in (None, "evaluation", "comparison"):
        return "latest"
    newest = reading.page(store.current(), limit=1)
    if not newest:
        raise NotFound("There are no runs.", hint="`workbench run REF --dataset NAME` makes one.")
    return newest[0].id


def _tasks(name: str, path: Path | None) -> None:
    from workbench import store
    from workbench.export.plans import csv_file, keeping

    text = csv_file.write(keeping.load(store.current(), name).plan)
    if path is None or str(path) == "-":
        sys.stdout.buffer.write(text.encode())
    else:
        write(path, text.encode())
