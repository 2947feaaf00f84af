"""The same document is the same bytes in any process, whatever its hash seed and time zone: every format, in one other process."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.export.sample import document
from tests.export.test_packaging import MADE
from workbench.export import drawing, writers
from workbench.export.model import Chart, Diagram
from workbench.export.writers.packaging import package

ROOT = Path(__file__).resolve().parents[2]


def digests() -> dict[str, str]:
    """A digest of the sample in every format, of some of its pictures alone, and of packages that other libraries began."""
    made = document()
    pictures = [block for section in made.sections for block in section.blocks if isinstance(block, Chart | Diagram)][::3]
    found = {form: writers.get(form).write(made) for form in writers.MODULES}
    found |= {f"packed {kind}": package(make(), "{}", 5) for kind, make in MADE.items()}
    found["svg"] = b"".join(drawing.svg(picture, made.brand).encode() for picture in pictures)
    found["png"] = b"".join(drawing.png(picture, made.brand, dpi=40) for picture in pictures)
    return {name: hashlib.sha256(data).hexdigest() for name, data in found.items()}


def test_another_process_with_other_hashes_in_another_zone_writes_the_same_bytes() -> None:
    code = "import json; from tests.export.test_two_processes import digests; print(json.dumps(digests()))"
    env = {**os.environ, "PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo"}
    other = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert json.loads(other.stdout) == digests()
