"""Kinds of sources: whatever a document is written from is of a kind that `export check --without` knows."""

import ast
from pathlib import Path

from workbench.export import history

PACKAGE = Path(history.__file__).parent
PASSED_ON = {
    ("kinds/operations.py", "of"): {"alerts", "version", "labels", "run", "calls", "spend"},
    ("plans/gathering.py", "kind"): {"calls", "run"},
    ("prompt/contract.py", "observed.kind"): {"cases", "calls"},
    ("prompt/runs.py", "kind"): {"run", "verdict"},
}
"""Where the kind is no constant: what it can be."""


def handed() -> dict[tuple[str, str], set[str]]:
    """The kinds that `source(...)` is given, by the place and the words of the argument."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "source":
                place = str(path.relative_to(PACKAGE)), ast.unparse(node.args[0])
                found[place] = _constants(node.args[0]) or PASSED_ON[place]
    return found


def _constants(node: ast.expr) -> set[str]:
    """The values of a constant, or of either side of a condition."""
    if isinstance(node, ast.IfExp):
        return _constants(node.body) | _constants(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) else set()


def test_every_kind_of_source_can_be_left_out_of_a_check_and_no_other() -> None:
    assert set().union(*handed().values()) == history.KINDS


def test_what_moves_with_every_call_and_every_value_is_left_out_together() -> None:
    assert {"calls", "metrics"} <= history.TRAFFIC
    assert set(PASSED_ON) <= set(handed())
