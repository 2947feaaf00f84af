"""`workbench providers`: which ways to models there are, whether they answer, and where their keys are. Never shows a key."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import output

if TYPE_CHECKING:
    from workbench.providers.connections import Connection

_COLUMNS = ["name", "kind", "base_url", "key", "requests_per_minute", "tokens_per_minute", "concurrency"]
_COUNT = click.IntRange(min=1)


@click.group()
def providers() -> None:
    """Providers: list, add, change, test, keys."""


@providers.command("list")
@output.json_option
def list_(as_json: bool) -> None:
    """Every provider, and whether its key is set."""
    from workbench import store
    from workbench.providers import connections

    rows = [connection.to_json() for connection in connections.page(store.current())]
    output.emit(rows, as_json, output.table(rows, _COLUMNS))


@providers.command()
@click.argument("name")
@click.option("--url", help="Base URL, for example http://127.0.0.1:11434/v1.")
@click.option("--kind", default="compatible", show_default=True, help="The protocol it speaks: compatible, openai or anthropic.")
@click.option("--key-variable", help="The environment variable of its key, for example OPENROUTER_API_KEY.")
@click.option("--rpm", type=_COUNT, help="Requests a minute.")
@click.option("--tpm", type=_COUNT, help="Tokens a minute.")
@click.option("--concurrency", type=_COUNT, help="Calls at once.")
@output.json_option
def add(
    *,
    name: str,
    url: str | None,
    kind: str,
    key_variable: str | None,
    rpm: int | None,
    tpm: int | None,
    concurrency: int | None,
    as_json: bool,
) -> None:
    """Add the provider NAME."""
    from workbench.providers.connections import Connection

    made = Connection(name, kind, url, key_variable, rpm, tpm, concurrency)
    _save(made, as_json, "Added", new=True)


@providers.command("set")
@click.argument("name")
@click.option("--url", help="Base URL.")
@click.option("--key-variable", help="The environment variable of its key.")
@click.option("--rpm", type=_COUNT, help="Requests a minute.")
@click.option("--tpm", type=_COUNT, help="Tokens a minute.")
@click.option("--concurrency", type=_COUNT, help="Calls at once.")
@output.json_option
def set_(
    *, name: str, url: str | None, key_variable: str | None, rpm: int | None, tpm: int | None, concurrency: int | None, as_json: bool
) -> None:
    """Change the address, key variable or limits of NAME; what is not given stays."""
    from workbench import store
    from workbench.providers import connections

    asked: dict[str, Any] = {
        "base_url": url,
        "key_variable": key_variable,
        "requests_per_minute": rpm,
        "tokens_per_minute": tpm,
        "concurrency": concurrency,
    }
    given = {field: value for field, value in asked.items() if value is not None}
    _save(replace(connections.get(store.current(), name), **given), as_json, "Changed")


@providers.command()
@click.argument("name")
@output.json_option
def remove(name: str, as_json: bool) -> None:
    """Take NAME away; a built-in one goes back to its defaults. Recorded calls stay."""
    from workbench import store
    from workbench.providers import connections

    connections.delete(store.current(), name)
    output.emit({"removed": name}, as_json, f"Removed {name}.")


@providers.command("test")
@click.argument("name")
@output.json_option
def test_(name: str, as_json: bool) -> None:
    """Ask NAME for its models: does it answer, is the key right?"""
    from workbench import store
    from workbench.calls import loop
    from workbench.providers import connections

    connections.get(store.current(), name)
    checked = loop.run(connections.test(store.current(), name))
    told = {"ok": checked.ok, "message": checked.message, "models": list(checked.models), "hint": checked.hint}
    if as_json:
        output.emit(told, as_json)
    elif checked.ok:
        output.emit(told, as_json, checked.message)
    if not checked.ok:
        output.fail(checked.message, checked.hint)


@providers.command()
@click.argument("name")
@output.json_option
def models(name: str, as_json: bool) -> None:
    """The models that NAME offers, as provider/model."""
    from workbench import providers as registry
    from workbench import store
    from workbench.calls import loop

    names = [f"{name}/{model}" for model in loop.run(registry.get(name, store.current()).models())]
    output.emit(names, as_json, "\n".join(names))


@providers.command()
@click.argument("name")
@click.option("--remove", "gone", is_flag=True, help="Take the key out of the keyring.")
@output.json_option
def key(name: str, gone: bool, as_json: bool) -> None:
    """Put the key of NAME into the system keyring: typed unseen, or piped in. It is stored nowhere else."""
    from workbench import store
    from workbench.errors import InputError
    from workbench.providers import connections, keys

    variable = connections.get(store.current(), name).key_variable
    if variable is None:
        raise InputError(f"{name} needs no key.", hint=f"Name one first: workbench providers set {name} --key-variable NAME.")
    value = "" if gone else _typed(variable)
    if not gone and not value:
        raise InputError("No key was given.", hint=f"Type it when asked, or pipe it in: workbench providers key {name} < file.")
    keys.store_key(variable, value)
    output.emit({"name": name, "key": keys.status(variable)}, as_json, f"Key of {name}: {keys.status(variable)}.")


def _typed(variable: str) -> str:
    """The key, typed without an echo, or the first line of what is piped in."""
    if sys.stdin.isatty():
        return str(click.prompt(f"Key for {variable}", hide_input=True, default="", show_default=False, err=True)).strip()
    return sys.stdin.readline().strip()


def _save(connection: "Connection", as_json: bool, done: str, *, new: bool = False) -> None:
    from workbench import store
    from workbench.providers import connections

    saved = connections.save(store.current(), connection, new=new)
    missing = (
        f" Its key is not set: export {saved.key_variable}=... or workbench providers key {saved.name}." if saved.key == "not set" else ""
    )
    output.emit(saved.to_json(), as_json, f"{done} {saved.name}.{missing}")
