"""The reference on paper is what the program prints."""

from pathlib import Path

from workbench.cli import reference


def test_the_reference_in_the_docs_is_what_the_program_prints() -> None:
    path = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
    assert path.read_text() == reference.markdown(), "write it anew: python -m workbench.cli.reference > docs/cli.md"
