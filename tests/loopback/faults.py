"""What the loopback server can do wrong, by name. A fault is a kind and, for some, a number: `rate_limit=0.2` asks for 0.2 s.

Answered with an error status:  rate_limit rate_limit_ms rate_limit_date quota 500 503 529 401 403 404 invalid context policy
Never or badly answered:        timeout reset reset_midway malformed truncated empty html no_choices not_an_object error_in_200
Answered, but not as asked:     refused filtered no_usage length
In a stream only:               stream_break stream_cut stream_error stream_malformed stream_stall

A reply that is not streamed suffers the nearest thing: reset_midway, truncated, 500, malformed, timeout.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from random import Random
from time import time
from typing import Any

STATUSES = frozenset(
    {"rate_limit", "rate_limit_ms", "rate_limit_date", "quota", "500", "503", "529", "401", "403", "404", "invalid", "context", "policy"}
)
FINISHES = {"refused": "refusal", "filtered": "filtered", "length": "length"}
UNSTREAMED = {
    "stream_break": "reset_midway",
    "stream_cut": "truncated",
    "stream_error": "500",
    "stream_malformed": "malformed",
    "stream_stall": "timeout",
}
_BODIES = {"timeout", "reset", "reset_midway", "malformed", "truncated", "empty", "html", "no_choices", "not_an_object", "error_in_200"}
KINDS = STATUSES | FINISHES.keys() | UNSTREAMED.keys() | _BODIES | {"no_usage"}


@dataclass(frozen=True)
class Fault:
    """One kind of misbehaviour; `seconds` is its retry-after, None for none."""

    kind: str
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault is called {self.kind!r}; there are {', '.join(sorted(KINDS))}")


@dataclass(frozen=True)
class Seen:
    """A request as it came: `at_s` is the server's monotonic time, `fault` what was done to it."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    at_s: float
    fault: str = ""

    @property
    def key(self) -> str:
        """The key it carried, whichever header held it."""
        return self.headers.get("x-api-key") or self.headers.get("authorization", "").removeprefix("Bearer ")


Plan = Callable[[Seen], Fault | None]


def parse(fault: "str | Fault") -> Fault:
    """`rate_limit=0.2` as a Fault."""
    if isinstance(fault, Fault):
        return fault
    kind, _, seconds = fault.partition("=")
    return Fault(kind, float(seconds) if seconds else None)


def sequence(faults: "Sequence[str | Fault | None]") -> Plan:
    """The faults one after another (None answers well), then nothing but good answers."""
    left = [None if fault is None else parse(fault) for fault in faults]
    return lambda _seen: left.pop(0) if left else None


def share(part: float, faults: "Sequence[str | Fault]", seed: int = 0) -> Plan:
    """`part` of the requests fail, each in one of the ways given, by a seeded draw."""
    draw = Random(seed)
    kinds = [parse(fault) for fault in faults]
    return lambda _seen: draw.choice(kinds) if draw.random() < part else None


def retry_headers(fault: Fault) -> dict[str, str]:
    """The headers that tell when to come back, in the way the kind names."""
    if fault.seconds is None:
        return {}
    if fault.kind == "rate_limit_ms":
        return {"retry-after-ms": f"{fault.seconds * 1000:g}"}
    if fault.kind == "rate_limit_date":
        return {"retry-after": formatdate(time() + fault.seconds, usegmt=True)}
    return {"retry-after": f"{fault.seconds:g}"}
