"""The reference on paper is what the program prints."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_reference_in_the_docs_is_what_the_program_prints() -> None:
    # In a process of its own: a command keeps the help option of the first context it was asked in, and other tests ask some directly.
    printed = subprocess.run([sys.executable, "-m", "workbench.cli.reference"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert (ROOT / "docs" / "cli.md").read_text() == printed, "write it anew: python -m workbench.cli.reference > docs/cli.md"
