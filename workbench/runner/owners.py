"""Who holds a run: a process, by its machine and number. Tells a process that is gone from one that is only slow.

A lease outlives its process by up to fifteen seconds. Where that process was on this machine it can be asked for, so that a run
killed a moment ago goes on at once. In doubt a process counts as alive: then the lease runs out.
"""

import os
import socket
from pathlib import Path


def owner(token: str) -> str:
    """The name under which this process holds a lease; `token` tells its leases apart."""
    return f"{_machine()}:{os.getpid()}:{token}"


def is_gone(name: str) -> bool:
    """Whether the process that holds a lease as `name` was on this machine and lives no more."""
    machine, _, rest = name.rpartition(":")[0].rpartition(":")
    return os.name == "posix" and machine == _machine() and rest.isdecimal() and not _alive(int(rest))


def _machine() -> str:
    """The host and, where there are such, the space its process numbers count in: containers may share a host's name."""
    try:
        space = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        space = 0
    return f"{socket.gethostname()[:80]}/{space}"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    try:  # a killed process whose parent has not asked for it yet still has its number
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return True
