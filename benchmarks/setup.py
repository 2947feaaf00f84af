"""Setting up a fresh clone: seconds and MiB, with the local model and without the test tools."""

import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.report import report

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        begun = time.perf_counter()
        subprocess.run(["make", "setup"], cwd=clone, check=True, stdout=subprocess.DEVNULL)
        report("make setup on a fresh clone", time.perf_counter() - begun, "s", 1, bar=90.0)
        size = subprocess.run(["du", "-sm", clone / ".venv"], check=True, capture_output=True, text=True).stdout.split()[0]
        report("size of .venv after make setup", float(size), "MiB", 1, bar=1000.0)


if __name__ == "__main__":
    main()
