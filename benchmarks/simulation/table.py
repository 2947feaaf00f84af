"""What was measured, written down twice: as data of workbench/stats/coverage.py, and as the tables of docs/statistics.md."""

from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE, PAGE = ROOT / "workbench" / "stats" / "coverage.py", ROOT / "docs" / "statistics.md"
CODE_MARKS = "# begin: written by make simulate\n", "# end: written by make simulate\n"
PAGE_MARKS = "<!-- begin: printed by make simulate -->\n", "<!-- end: printed by make simulate -->\n"
GRID = (20, 100, 500)
Measured = Mapping[str, Mapping[int, tuple[float, str]]]
Widths = Mapping[str, Mapping[int, tuple[float, float]]]


def replace(path: Path, marks: tuple[str, str], block: str) -> None:
    """Put `block` between the two marks of a file."""
    before, _, rest = path.read_text(encoding="utf-8").partition(marks[0])
    _, _, after = rest.partition(marks[1])
    path.write_text(before + marks[0] + block + marks[1] + after, encoding="utf-8")


def between(path: Path, marks: tuple[str, str]) -> str:
    """What stands between the two marks of a file."""
    return path.read_text(encoding="utf-8").partition(marks[0])[2].partition(marks[1])[0]


def code(covered: Measured, widths: Widths, errors: Measured, skewed: Measured) -> str:
    """The data as Python."""
    lines: list[str] = []
    tables = (("COVERAGE", "str", covered), ("WIDTHS", "float", widths), ("ERRORS", "str", errors), ("SKEWED", "str", skewed))
    for name, kind, table in tables:
        lines.append(f"{name}: dict[str, dict[int, tuple[float, {kind}]]] = {{")
        for method, by_n in sorted(table.items()):
            lines.append(f'    "{method}": {{')
            for n, (rate, other) in sorted(by_n.items()):
                lines.append(f"        {n}: ({rate}, {other})," if kind == "float" else f'        {n}: ({rate}, "{other}"),')
            lines.append("    },")
        lines.append("}")
    return "\n".join(lines) + "\n"


def page(covered: Measured, widths: Widths, errors: Measured, skewed: Measured) -> str:
    """The data as tables in Markdown."""
    return "\n".join(
        [
            "",
            "**Worst coverage of intervals of 95 %, in %**, and the data on which it was found for n = 20; 100; 500.",
            "",
            *_table("interval", covered),
            "",
            "**Median width of the intervals of a mean difference**, in widths of Student's: on normal data / where it is widest.",
            "",
            *_widths(widths),
            "",
            "**Worst rate of false findings at a level of 5 %, in %**, and the data on which it was found for n = 20; 100; 500.",
            "",
            *_table("test", errors),
            "",
            "**The same where the mean difference is 0 but the differences are skewed** (lognormal): variants that are not alike, in %.",
            "",
            *_table("test", skewed),
            "",
            "",
        ]
    )


def _table(head: str, measured: Measured) -> list[str]:
    sizes = sorted({n for by_n in measured.values() for n in by_n})
    lines = [f"| {head} | {' | '.join(f'n = {n:,}' for n in sizes)} | worst on |", f"|---|{'---:|' * len(sizes)}---|"]
    for name, by_n in sorted(measured.items()):
        rates = " | ".join(f"{100 * by_n[n][0]:.1f}" if n in by_n else "" for n in sizes)
        lines.append(f"| `{name}` | {rates} | {'; '.join(by_n[n][1] if n in by_n else 'not measured' for n in GRID)} |")
    return lines


def _widths(widths: Widths) -> list[str]:
    sizes = sorted({n for by_n in widths.values() for n in by_n})
    lines = [f"| interval | {' | '.join(f'n = {n:,}' for n in sizes)} |", f"|---|{'---:|' * len(sizes)}"]
    for name, by_n in sorted(widths.items()):
        lines.append(f"| `{name}` | {' | '.join(f'{by_n[n][0]:.2f} / {by_n[n][1]:.2f}' for n in sizes)} |")
    return lines
