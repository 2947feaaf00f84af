"""Keys: read from the environment, else from the system keyring; never written anywhere else. Owns redaction.

A keyring that is missing, locked or broken reads as "not set": no key is worth a crash, a prompt or a wait.
"""

import os
import re
import threading
from collections.abc import Callable

from workbench.errors import InputError, SettingsError

SERVICE = "prompt-workbench"
MASK = "[key hidden]"
_WAIT_S = 3.0
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
# Shapes of keys of well-known services, and whatever follows a word that announces one. Half-masked keys
# (`sk-ab***yz`, as servers echo them) are hidden too: the visible half is still a hint.
_SHAPES = re.compile(
    r"""\bsk[-_][A-Za-z0-9_\-*.…]{6,}[A-Za-z0-9*]
      | \b(?:gsk_|hf_|r8_|pk_|rk_|xai-|nvapi-|pplx-)[A-Za-z0-9_\-]{16,}
      | \bAIza[A-Za-z0-9_\-]{20,}
      | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b
      | \bgh[pousr]_[A-Za-z0-9]{20,}
      | \beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]*
      | (?<=bearer\s)[^\s"',;]{6,}
      | (?<=basic\s)[A-Za-z0-9+/=]{8,}
      | (?<=://)[^/\s:@]*:[^/\s@]+(?=@)
      | (?<=api[-_ ]key)["']?\s*[:=]\s*["']?[^\s"',;&]{6,}
      | (?<=x-api-key)["']?\s*[:=]\s*["']?[^\s"',;&]{6,}
    """,
    re.IGNORECASE | re.VERBOSE,
)

_known: set[str] = set()
_ringed: dict[str, str | None] = {}
_lock = threading.Lock()


def find(variable: str | None) -> str | None:
    """The key named by `variable`: the environment first, then the keyring. None where there is none."""
    if not variable:
        return None
    key = os.environ.get(variable, "").strip() or _from_keyring(variable)
    if key:
        _known.add(key)
    return key or None


def status(variable: str | None) -> str:
    """`not needed`, `set` or `not set`."""
    if not variable:
        return "not needed"
    return "set" if find(variable) else "not set"


def store_key(variable: str, value: str) -> None:
    """Put a key into the system keyring under `variable`; an empty value takes it out. Raises InputError, SettingsError."""
    require_variable(variable)
    value = value.strip()
    if any(character.isspace() or not character.isprintable() for character in value):
        raise InputError("A key holds no spaces or line breaks.", hint="Paste the key alone.")
    with _lock:
        _ringed.pop(variable, None)
    if not _bounded(lambda: _write(variable, value)):
        raise SettingsError(
            "The system keyring cannot be used here.",
            hint=f"Set the key in the environment instead: export {variable}=... before the start.",
        )


def require_variable(variable: str) -> str:
    """`variable`, if it can name an environment variable. Raises InputError."""
    if not _VARIABLE.fullmatch(variable):
        raise InputError(
            f"{redact(variable)[:12]!r} cannot name an environment variable.", place="key variable", hint="For example OPENROUTER_API_KEY."
        )
    return variable


def redact(text: str) -> str:
    """`text` without any key that was ever found here, and without anything shaped like one."""
    for key in tuple(_known):  # another thread may find a key meanwhile
        if len(key) >= 8:  # a shorter one is a word such as `none` or `test`, and guards nothing
            text = text.replace(key, MASK)
    return _SHAPES.sub(MASK, text)


def forget() -> None:
    """Ask the keyring anew next time."""
    with _lock:
        _ringed.clear()


def _from_keyring(variable: str) -> str | None:
    with _lock:
        if variable in _ringed:
            return _ringed[variable]
    found: list[str | None] = []
    _bounded(lambda: found.append(_read(variable)))
    with _lock:
        _ringed[variable] = found[0] if found else None
        return _ringed[variable]


def _read(variable: str) -> str | None:
    import keyring

    return keyring.get_password(SERVICE, variable)


def _write(variable: str, value: str) -> None:
    import keyring

    if value:
        keyring.set_password(SERVICE, variable, value)
    elif keyring.get_password(SERVICE, variable) is not None:
        keyring.delete_password(SERVICE, variable)


def _bounded(act: Callable[[], None]) -> bool:
    """Whether `act` came to its end in time. A keyring may ask for a password in a window nobody sees: it is left to wait alone."""
    done: list[bool] = []

    def attempt() -> None:
        try:
            act()
            done.append(True)
        except Exception:  # backends raise what they like; every failure means "no keyring"
            done.append(False)

    worker = threading.Thread(target=attempt, name="keyring", daemon=True)
    worker.start()
    worker.join(_WAIT_S)
    return bool(done and done[0])
