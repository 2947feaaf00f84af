"""The loopback server in a process of its own, for benchmarks and tests that kill things."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def child(
    *, latency_s: float = 0.0, share: float = 0.0, faults: tuple[str, ...] = (), seed: int = 0, reply: str | None = None
) -> Iterator[str]:
    """The URL of a server in another process; it ends with the block, and with this process whatever happens."""
    command = [
        sys.executable,
        "-m",
        "tests.loopback",
        "--latency-ms",
        f"{latency_s * 1000:g}",
        "--share",
        f"{share:g}",
        "--seed",
        str(seed),
    ]
    command += [part for fault in faults for part in ("--fault", fault)]
    command += [] if reply is None else ["--reply", reply]
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)


def count(url: str) -> int:
    """How many replies the server at `url` was asked for."""
    with urllib.request.urlopen(f"{url}/_count", timeout=10) as answer:
        return int(json.load(answer)["count"])
