"""The README's own lines, run as they stand on a store that holds the demo."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
COMMANDS = [line for line in README.splitlines() if line.startswith("workbench ")]
MAKE = re.findall(r"^make (\w+)", README, re.MULTILINE)


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a person who has loaded the demo."""
    given = {**os.environ, "WORKBENCH_HOME": str(tmp_path_factory.mktemp("readme") / "home"), "PYTHONPATH": str(ROOT)}
    given.pop("WORKBENCH_DATABASE_URL", None)
    given["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{given['PATH']}"
    subprocess.run(["workbench", "demo", "--no-run"], env=given, check=True, capture_output=True)
    return given


@pytest.mark.local_model
@pytest.mark.parametrize("line", COMMANDS, ids=lambda line: " ".join(line.split()[:3]))
def test_a_command_of_the_readme_works_as_it_stands(line: str, env: dict[str, str], tmp_path: Path) -> None:
    # Sixty cases take a minute on a small machine; two show as well that the line is right.
    command = shlex.split(line.replace("--limit 60", "--limit 2"))
    done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_python_lines_of_the_readme_give_messages_to_send(env: dict[str, str], tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint(messages)"], env=env, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "My card has not arrived" in done.stdout


def test_every_make_command_of_the_readme_is_in_the_makefile() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"app", "test"} <= set(MAKE) <= set(targets)


def test_every_file_the_readme_points_to_is_there() -> None:
    linked = re.findall(r"\]\(([^)#]+)\)", README)
    assert linked
    assert [path for path in linked if not (ROOT / path).exists()] == []
