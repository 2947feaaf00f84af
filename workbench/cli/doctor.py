"""`workbench doctor`: what is set up, what is missing, what to do. Reads only; asks no provider."""

import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import click

from workbench.cli import output
from workbench.errors import WorkbenchError

State = Literal["ok", "note", "problem"]
_WORDS = {"ok": "ok", "note": "not set up", "problem": "PROBLEM"}
_LITTLE_SPACE = 1_000_000_000


@dataclass(frozen=True)
class Check:
    """One thing looked at. `note` is what may well stay as it is; `fix` is the line that would change it."""

    name: str
    state: State
    detail: str
    fix: str = ""


def report() -> list[Check]:
    """Everything looked at, in the order a person would mend it."""
    return [_python(), *_store(), _local_model(), *_providers()]


@click.command()
@output.json_option
def doctor(as_json: bool) -> None:
    """What is set up, what is missing, what to do. Exit code 1 where something is broken."""
    checks = report()
    output.emit([asdict(check) for check in checks], as_json, "\n".join(_line(check) for check in checks))
    sys.exit(output.ERROR if any(check.state == "problem" for check in checks) else output.YES)


def _line(check: Check) -> str:
    fix = f"\n{'':>14}{check.fix}" if check.fix else ""
    return f"{_WORDS[check.state]:<12}  {check.name}: {check.detail}{fix}"


def _python() -> Check:
    from workbench import __version__

    return Check("Program", "ok", f"workbench {__version__} on Python {sys.version.split()[0]}")


def _store() -> list[Check]:
    from workbench import settings, store

    try:
        loaded = settings.load()
        opened = store.current()
    except WorkbenchError as error:
        return [Check("Store", "problem", str(error), error.hint)]
    except Exception as error:
        # Whatever a driver or a disk says: the doctor's task is to pass it on.
        said = str(error).partition("\n")[0]
        return [Check("Store", "problem", f"cannot be opened: {said}", "Check WORKBENCH_HOME and WORKBENCH_DATABASE_URL.")]
    checks = [Check("Author", "ok", f"{loaded.user} (WORKBENCH_USER, else git's user.name, else the login)")]
    if opened.is_sqlite:
        path = Path(str(opened.engine.url.database))
        checks.insert(0, Check("Store", "ok", f"SQLite, {path} ({path.stat().st_size / 1e6:.1f} MB)"))
        free = shutil.disk_usage(path.parent).free
        enough = free > _LITTLE_SPACE
        fix = "" if enough else "Make room, or move WORKBENCH_HOME."
        checks.append(Check("Disk", "ok" if enough else "problem", f"{free / 1e9:.1f} GB free", fix))
    else:
        checks.insert(0, Check("Store", "ok", f"PostgreSQL, {opened.url}"))
    return checks


def _local_model() -> Check:
    from workbench.providers.local import available, remedy

    missing = available()
    if missing is None:
        return Check("Local model", "ok", "SmolLM2-135M, as local/smollm2, no key needed")
    return Check("Local model", "note", missing, remedy())


def _providers() -> list[Check]:
    from workbench import store
    from workbench.providers import connections

    try:
        found = connections.page(store.current())
    except Exception:
        # The store's own check has already said what is wrong with it.
        return []
    return [_provider(item) for item in found if item.kind not in {"local", "simulated"}]


def _provider(item: object) -> Check:
    from workbench.providers.connections import Connection

    assert isinstance(item, Connection)
    where = f" at {item.base_url}" if item.base_url else ""
    if item.key == "not set":
        fix = f"export {item.key_variable}=...  or  workbench providers key {item.name}"
        return Check(f"Provider {item.name}", "note", f"no key{where}", fix)
    return Check(f"Provider {item.name}", "ok", f"key {item.key}{where}")
