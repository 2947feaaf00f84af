"""When a failed attempt is tried again, and after how long. Owns the policy; reads an error's type, never its text.

The loop around it is the door's own rather than tenacity's: between two attempts a call gives its place up and queues for it
anew, each attempt is kept, and a retry-after is the provider's to set. With that taken out, a policy is one formula.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workbench.errors import CallError, InputError

LONGEST_RETRY_AFTER_S = 120.0  # asked to wait longer, a call fails at once and says so: nobody sits through an hour


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """After the n-th failure the wait is base_s * factor**(n - 1), at most cap_s; with `jitter` a random part of it (full jitter)."""

    retries: int = 9
    base_s: float = 0.25
    factor: float = 2.0
    cap_s: float = 5.0
    jitter: bool = True

    def __post_init__(self) -> None:
        for name, least, most in (("retries", 0, 100), ("base_s", 0, 600), ("factor", 1, 10), ("cap_s", 0, 3600)):
            if not least <= getattr(self, name) <= most:
                raise InputError(f"must lie between {least} and {most}", place=f"retry {name}")

    def wait_s(self, failures: int, error: CallError, draw: Callable[[], float]) -> float | None:
        """Seconds to wait after so many failures, the last of them `error`; None: it is final. `draw` gives numbers in 0..1."""
        if not error.retryable or failures > self.retries:
            return None
        own_s = min(self.cap_s, self.base_s * self.factor ** (failures - 1))
        if error.retry_after_s is None:
            return own_s * draw() if self.jitter else own_s
        if error.retry_after_s > LONGEST_RETRY_AFTER_S:
            return None
        # The provider's word, and a little more: calls told the same moment must not come back as one.
        return error.retry_after_s + (min(own_s, self.base_s) * draw() if self.jitter else 0.0)

    def to_json(self) -> dict[str, Any]:
        """The policy as a run's plan keeps it."""
        return asdict(self)


PRESETS: Mapping[str, RetryPolicy] = {
    "runs": RetryPolicy(),
    "classic": RetryPolicy(retries=3, base_s=1.0, factor=2.0, cap_s=60.0),
    "none": RetryPolicy(retries=0),
}


_SETTINGS = {"retries": "retries", "base": "base_s", "factor": "factor", "cap": "cap_s", "jitter": "jitter"}
_SWITCH = {"on": True, "off": False}


def named(text: str) -> RetryPolicy:
    """The preset `text`, or the policy of settings such as `retries=3,base=1,factor=2,cap=60,jitter=off` (the rest as for runs).

    Raises InputError.
    """
    if text in PRESETS:
        return PRESETS[text]
    given: dict[str, Any] = {}
    for part in text.split(","):
        name, separator, value = (word.strip() for word in part.partition("="))
        if not separator or name not in _SETTINGS:
            hint = f"Presets are {', '.join(PRESETS)}; settings are {', '.join(_SETTINGS)}: retries=3,base=1,factor=2,cap=60,jitter=off"
            raise InputError(f"There is no retry preset or setting {part.strip()!r}.", place="retry", hint=hint)
        given[_SETTINGS[name]] = _setting(name, value)
    return RetryPolicy(**given)


def _setting(name: str, value: str) -> float | bool:
    try:
        return _SWITCH[value.lower()] if name == "jitter" else int(value) if name == "retries" else float(value)
    except (KeyError, ValueError):
        wanted = "on or off" if name == "jitter" else "a whole number" if name == "retries" else "a number of seconds"
        raise InputError(f"{value!r} is not {'a number' if name == 'factor' else wanted}", place=f"retry {name}") from None


def from_json(raw: Mapping[str, Any]) -> RetryPolicy:
    """The policy that `to_json` wrote. Raises InputError."""
    try:
        return RetryPolicy(**raw)
    except TypeError as error:
        raise InputError(f"is no retry policy: {dict(raw)!r}", place="retry") from error
