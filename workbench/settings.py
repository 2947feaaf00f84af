"""What the environment says: where files live, which store, who is at the bench. Reads the environment, never writes it."""

import getpass
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workbench.errors import SettingsError

_PACKAGE = Path(__file__).resolve().parent
_SHORTEST_TOKEN = 16


@dataclass(frozen=True)
class Settings:
    """`home` holds the database and files; `database_url` is an SQLAlchemy URL."""

    home: Path
    database_url: str
    user: str


@dataclass(frozen=True)
class LogSettings:
    """Where lines of JSON about calls and alerts go: `file` (None: nowhere), the console; how large a file grows before the next one
    is begun, how many older ones are kept, and whether prompts and replies are in it.
    """

    file: Path | None = None
    console: bool = False
    bytes: int = 10_000_000
    files: int = 5
    texts: bool = False


def app_root() -> Path:
    """The folder that holds app.py, pages/ and data/demo/: the clone, or `workbench/_app` of an installed wheel."""
    installed = _PACKAGE / "_app"
    return installed if installed.is_dir() else _PACKAGE.parent


def migrations_dir() -> Path:
    """The folder of Alembic migrations."""
    installed = _PACKAGE / "_app" / "migrations"
    return installed if installed.is_dir() else _PACKAGE / "store" / "migrations"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process, or of the `environ` given. Raises SettingsError."""
    env = os.environ if environ is None else environ
    home = _home(env)
    url = env.get("WORKBENCH_DATABASE_URL", "").strip() or f"sqlite:///{home / 'workbench.db'}"
    return Settings(home=home, database_url=_driver(url), user=env.get("WORKBENCH_USER", "").strip() or _who())


def log(environ: Mapping[str, str] | None = None) -> LogSettings:
    """What WORKBENCH_LOG_FILE, _CONSOLE, _BYTES, _FILES and _TEXTS say; nothing is logged where none is set. Raises SettingsError."""
    env = os.environ if environ is None else environ
    named = env.get("WORKBENCH_LOG_FILE", "").strip()
    return LogSettings(
        file=Path(named).expanduser().absolute() if named else None,
        console=_one_of(env, "WORKBENCH_LOG_CONSOLE", ("off", "json")) == "json",
        bytes=_count(env, "WORKBENCH_LOG_BYTES", LogSettings.bytes, least=10_000),
        files=_count(env, "WORKBENCH_LOG_FILES", LogSettings.files, least=0),
        texts=_one_of(env, "WORKBENCH_LOG_TEXTS", ("off", "on")) == "on",
    )


def templates_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Where a person's own templates of documents lie: WORKBENCH_TEMPLATES, else `templates` in the home. It need not exist."""
    env = os.environ if environ is None else environ
    named = env.get("WORKBENCH_TEMPLATES", "").strip()
    return Path(named).expanduser().absolute() if named else _home(env) / "templates"


def api_token(environ: Mapping[str, str] | None = None) -> str | None:
    """What other machines must show to use the HTTP routes, None where none is set. Raises SettingsError. No part of `Settings`, so that
    nothing that shows settings can show it.
    """
    token = (os.environ if environ is None else environ).get("WORKBENCH_API_TOKEN", "").strip()
    if token and (len(token) < _SHORTEST_TOKEN or not (token.isascii() and token.isprintable()) or " " in token):
        raise SettingsError(
            f"WORKBENCH_API_TOKEN must have at least {_SHORTEST_TOKEN} characters, none of them a space.",
            hint="Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )
    return token or None


def _home(env: Mapping[str, str]) -> Path:
    if named := env.get("WORKBENCH_HOME", "").strip():
        return Path(named).expanduser().resolve()
    if app_root() == _PACKAGE.parent and (_PACKAGE.parent / "pyproject.toml").is_file():
        return _PACKAGE.parent / "data"
    from platformdirs import user_data_path

    return user_data_path("prompt-workbench", appauthor=False)


def _driver(url: str) -> str:
    """`url` with the driver the project installs; refuses databases it does not know."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"sqlite", "postgresql", "postgres", "postgresql+psycopg"}:
        raise SettingsError(
            f"WORKBENCH_DATABASE_URL names {scheme or 'nothing'!r}, which is neither SQLite nor PostgreSQL.",
            hint="Write sqlite:////absolute/path.db or postgresql://user@host/name.",
        )
    return url if scheme == "sqlite" else f"postgresql+psycopg://{rest}"


def _one_of(env: Mapping[str, str], name: str, words: tuple[str, ...]) -> str:
    """What `name` says, the first of the words where it says nothing."""
    said = env.get(name, "").strip().lower() or words[0]
    if said not in words:
        raise SettingsError(f"{name} is {said!r}.", hint=f"Write {' or '.join(words)}.")
    return said


def _count(env: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    said = env.get(name, "").strip()
    if not said:
        return default
    if not (said.isascii() and said.isdigit() and least <= int(said) <= 10**12):
        raise SettingsError(f"{name} is {said!r}.", hint=f"Write a whole number, at least {least:,}.")
    return int(said)


@cache
def _who() -> str:
    """Git's user.name, else the login name. Asked once a process: git takes milliseconds."""
    try:
        asked = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, timeout=2, check=False)  # noqa: S607 (git is wherever the person has it)
        if name := asked.stdout.strip():
            return name
    except (OSError, subprocess.SubprocessError):
        pass
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
