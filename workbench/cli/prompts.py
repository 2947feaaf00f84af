"""`workbench prompts`: versions, labels, files, differences. REF is a name, or name@3, name@1.10.0, name@production."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import output
from workbench.cli import prompt_shapes as shapes
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.store import Store


@click.group()
def prompts() -> None:
    """Prompts: versions, labels, import, export, diff, lint.

    REF names a version: intent (the latest), intent@3, intent@1.10.0 or intent@production.
    """


@prompts.command("list")
@click.option("--search", default="", help="Words in the name, description, tags or the latest text, each by its beginning.")
@click.option("--folder", default="", help="Only prompts in this folder.")
@click.option("--tag", default="", help="Only prompts with this tag.")
@click.option("--label", default="", help="Only prompts that carry this label.")
@click.option("--archived", is_flag=True, help="The archived prompts instead.")
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True)
@output.json_option
def list_(*, search: str, folder: str, tag: str, label: str, archived: bool, limit: int, as_json: bool) -> None:
    """List prompts by name."""
    from workbench.prompts import registry

    found = registry.page(_store(), search=search, folder=folder, tag=tag, label=label, archived=archived, limit=limit)
    rows = [shapes.prompt(prompt) for prompt in found]
    shown = [{**row, "labels": shapes.label_list(prompt), "tags": ", ".join(prompt.tags)} for row, prompt in zip(rows, found, strict=True)]
    output.emit(rows, as_json, output.table(shown, ["name", "latest", "labels", "tags", "description"]) if rows else "No prompts.")


@prompts.command()
@click.argument("ref")
@output.json_option
def show(ref: str, as_json: bool) -> None:
    """Show one version."""
    from workbench.prompts import registry
    from workbench.prompts.interchange.json_files import document

    store = _store()
    version = registry.resolve(store, ref)
    prompt = registry.get(store, version.prompt)
    output.emit(document(prompt, version), as_json, shapes.described(prompt, version))


@prompts.command()
@click.argument("name")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@output.json_option
def versions(name: str, limit: int, as_json: bool) -> None:
    """List the versions of a prompt, the newest first."""
    from workbench.prompts import registry

    store = _store()
    labels = registry.get(store, name).labels
    rows = [shapes.version(version, labels) for version in registry.versions(store, name, limit=limit)]
    shown = [{**row, "labels": ", ".join(row["labels"]), "hash": row["hash"][:8]} for row in rows]
    text = output.table(shown, ["version", "semantic", "labels", "created_at", "author", "note", "hash"]) if rows else "No versions."
    output.emit(rows, as_json, text)


@prompts.command()
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--note", default="", help="What changed, and why.")
@click.option("--label", default="", help="Move this label to the saved version.")
@click.option("--system", default="", help="A system message before the text.")
@click.option("--engine", type=click.Choice(["mustache", "fstring", "jinja2"]), help="Template engine of a plain text. [default: mustache]")
@click.option("--model", default="", help="provider/model.")
@click.option("--preset", type=click.Choice(["factual", "creative"]), help="Temperature and max_tokens for this kind of work.")
@click.option("--base", type=int, help="The latest version you had seen: refuse if somebody saved since.")
@output.json_option
def save(*, name: str, file: Path, note: str, label: str, base: int | None, as_json: bool, **more: Any) -> None:
    """Save FILE (or - for standard input) as the next version of NAME.

    FILE is a plain text, which becomes one user message, or a prompt file as `export` writes it.
    """
    from workbench.prompts import labels, registry

    store = _store()
    content, told = shapes.content(file, **more)
    saved = registry.save_version(store, name, content, note=note or told, base=base)
    version = saved.version
    if label:
        labels.move(store, version.prompt, label, version.number)
    text = f"Saved {version.ref}." if saved.new else f"Nothing new: this is {version.ref} again."
    data = {"name": version.prompt, "version": version.number, "ref": version.ref, "hash": version.hash, "new": saved.new}
    output.emit(data, as_json, text + (f" {label} is there now." if label else ""))


@prompts.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--name", help="Save it under this name, where there is one prompt in it.")
@click.option("--renumber", is_flag=True, help="Give versions the next free numbers instead of their own.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@output.json_option
def import_(path: Path, name: str | None, renumber: bool, dry_run: bool, as_json: bool) -> None:
    """Import a file, a folder or a zip: JSON, JSON lines, YAML, Markdown, text, CSV, dotprompt. All or nothing."""
    from workbench.prompts import interchange

    report = interchange.importing(_store(), path, name=name, renumber=renumber, dry_run=dry_run)
    would = "Would take" if dry_run else "Took"
    taken, same = counted(len(report.taken), "version"), counted(len(report.same), "was", "were")
    lines = [f"{would} {taken}; {same} there already; skipped {len(report.skipped)}."]
    lines += [f"  {'would take' if dry_run else 'took'} {ref}" for ref in report.taken]
    lines += [f"  there already: {ref}" for ref in report.same]
    lines += [f"  skipped {place}: {reason}" for place, reason in report.skipped]
    lines += [f"  {place}: {guess}" for place, guess in report.guesses]
    output.emit({**report.to_json(), "dry_run": dry_run}, as_json, "\n".join(lines))


@prompts.command()
@click.argument("names", nargs=-1)
@click.option("--format", "form", default="json", show_default=True, help="json, yaml or folder.")
@click.option(
    "-o",
    "--output",
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Where to write. [default: .]",
)
@click.option("--force", is_flag=True, help="Write over files that say something else.")
@output.json_option
def export(names: tuple[str, ...], form: str, folder: Path, force: bool, as_json: bool) -> None:
    """Export the prompts NAMES, or all, with every version: one JSON file a version, one YAML file a prompt, or a folder for git."""
    from workbench.prompts import interchange
    from workbench.prompts.interchange import outgoing

    written = outgoing.save(interchange.exporting(_store(), names or None, form), folder, force=force)
    output.emit({"files": [str(path) for path in written]}, as_json, "\n".join(str(path) for path in written) or "No prompts.")


@prompts.command()
@click.argument("a")
@click.argument("b")
@output.json_option
def diff(a: str, b: str, as_json: bool) -> None:
    """Show what differs from version A to version B: messages by word, everything else by field."""
    from workbench.prompts import difference, registry

    store = _store()
    one, two = registry.resolve(store, a), registry.resolve(store, b)
    found = difference.between(one, two)
    lines = [f"{one.ref} -> {two.ref}" if not found.same else f"{one.ref} and {two.ref} are the same."]
    marks = {"same": "{}", "added": "{{+{}+}}", "removed": "[-{}-]"}
    for message in found.messages:
        if message.changed:
            role = " -> ".join(dict.fromkeys(side.role for side in (message.a, message.b) if side))
            lines.append(f"\nmessage {message.number} ({role})\n" + "".join(marks[p.op].format(p.text) for p in message.pieces))
    lines += [f"\n{change.path}: {shapes.brief(change.before)} -> {shapes.brief(change.after)}" for change in found.fields]
    output.emit({"a": one.ref, "b": two.ref, "same": found.same, "fields": found.to_json()}, as_json, "\n".join(lines))


@prompts.command()
@click.argument("ref")
@click.argument("label")
@click.option("--reason", default="", help="Kept in the label's history.")
@click.option("--remove", is_flag=True, help="Take the label off instead; REF is the prompt's name.")
@output.json_option
def label(ref: str, label: str, reason: str, remove: bool, as_json: bool) -> None:
    """Move LABEL to the version REF."""
    from workbench.prompts import labels, registry

    store = _store()
    if remove:
        name = registry.parse_ref(ref).name
        made = labels.remove(store, name, label, reason=reason)
        output.emit(shapes.move(name, made), as_json, f"{label} is taken off {name}; it was at version {made.from_number}.")
        return
    version = registry.resolve(store, ref)
    made = labels.move(store, version.prompt, label, version.number, reason=reason)
    was = "" if made.from_number is None else f"; it was at version {made.from_number}"
    text = f"{label} is at {version.ref} already." if made.from_number == made.to_number else f"{label} is at {version.ref} now{was}."
    output.emit(shapes.move(version.prompt, made), as_json, text)


@prompts.command()
@click.argument("name")
@click.option("--label", help="Only the moves of this label.")
@output.json_option
def labels(name: str, label: str | None, as_json: bool) -> None:
    """Show where the labels of a prompt are, and every move, the newest first."""
    from workbench.prompts import labels as moves
    from workbench.prompts import registry

    store = _store()
    now = registry.get(store, name).labels
    rows = [shapes.move(name, made) for made in moves.history(store, name, label)]
    text = "\n".join(f"{each} is at {name}@{number}" for each, number in now.items() if label in {None, each}) or "No label is set."
    if rows:
        text += "\n\n" + output.table(rows, ["label", "from", "to", "moved_at", "author", "reason"])
    output.emit({"name": name, "labels": now, "history": rows}, as_json, text)


@prompts.command()
@click.argument("name")
@click.argument("label")
@click.option("--reason", default="", help="Kept in the label's history.")
@output.json_option
def rollback(name: str, label: str, reason: str, as_json: bool) -> None:
    """Put LABEL back to where it was before its last move; again, and it goes one further back."""
    from workbench.prompts import labels

    version = labels.roll_back(_store(), name, label, reason=reason)
    output.emit({"name": name, "label": label, "version": version.number}, as_json, f"{label} is at {version.ref} again.")


@prompts.command()
@click.argument("name")
@click.argument("new_name")
@output.json_option
def duplicate(name: str, new_name: str, as_json: bool) -> None:
    """Begin a new prompt with the latest version of NAME."""
    from workbench.prompts import registry

    made = registry.duplicate(_store(), name, new_name)
    output.emit(shapes.prompt(made), as_json, f"{made.name} begins where {name} is.")


@prompts.command()
@click.argument("name")
@click.argument("new_name")
@output.json_option
def rename(name: str, new_name: str, as_json: bool) -> None:
    """Give a prompt another name; its versions and labels stay."""
    from workbench.prompts import registry

    made = registry.rename(_store(), name, new_name)
    output.emit(shapes.prompt(made), as_json, f"{name} is called {made.name} now.")


@prompts.command()
@click.argument("name")
@output.json_option
def archive(name: str, as_json: bool) -> None:
    """Take a prompt out of lists. Its versions and labels go on working."""
    from workbench.prompts import registry

    output.emit(shapes.prompt(registry.archive(_store(), name)), as_json, f"{name} is archived.")


@prompts.command()
@click.argument("name")
@output.json_option
def unarchive(name: str, as_json: bool) -> None:
    """Bring an archived prompt back."""
    from workbench.prompts import registry

    output.emit(shapes.prompt(registry.unarchive(_store(), name)), as_json, f"{name} is back.")


@prompts.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Delete without asking.")
@output.json_option
def delete(name: str, yes: bool, as_json: bool) -> None:
    """Delete a prompt with its versions, where no call, run or prompt refers to it."""
    from workbench.prompts import registry

    store = _store()
    prompt = registry.get(store, name)
    if not yes:
        output.fail(f"{name} has {counted(prompt.latest or 0, 'version')}, and deleting cannot be undone.", "Add --yes to delete it.")
    registry.delete(store, name)
    output.emit({"name": name, "deleted": True}, as_json, f"{name} is deleted.")


@prompts.command()
@click.argument("ref")
@click.option("--var", "pairs", multiple=True, metavar="NAME=VALUE", help="A value; may be given again and again.")
@click.option("--vars", "file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A JSON object of values.")
@output.json_option
def render(ref: str, pairs: tuple[str, ...], file: Path | None, as_json: bool) -> None:
    """Print the messages of REF with their values in place."""
    from workbench.prompts import registry, rendering

    store = _store()
    ready = rendering.ready(store, registry.resolve(store, ref))
    messages = ready.render(shapes.values(pairs, file))
    text = "\n\n".join(f"[{message['role']}]\n{shapes.brief(message['content'])}" for message in messages)
    output.emit(messages, as_json, text)


@prompts.command()
@click.argument("ref")
@click.option("--strict", is_flag=True, help="Exit 4 where there is a warning or an error.")
@output.json_option
def lint(ref: str, strict: bool, as_json: bool) -> None:
    """Print advice on a version."""
    from workbench.prompts import lint as linting
    from workbench.prompts import registry, rendering

    store = _store()
    version = registry.resolve(store, ref)
    found = linting.run(version.content, registry.get(store, version.prompt), partials=rendering.partials(store, version.content))
    lines = [f"{each.severity}: {each.message} [{each.rule}]{shapes.place(each)}\n  {each.reason}\n  Fix: {each.fix}" for each in found]
    output.emit([advice.to_json() for advice in found], as_json, "\n".join(lines) or "No advice.")
    if strict and any(advice.severity != "info" for advice in found):
        raise SystemExit(output.NO)


def _store() -> "Store":
    from workbench import store

    return store.current()
