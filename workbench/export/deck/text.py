"""Blocks of text as set paragraphs: how high they are, where they can be cut, and what they say as plain text."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from workbench.export.deck import measuring
from workbench.export.deck.model import Par
from workbench.export.literal import visible
from workbench.export.model import (
    Block,
    Chart,
    Code,
    Heading,
    Inline,
    ListBlock,
    Note,
    Paragraph,
    Quote,
    Run,
    Table,
    inline,
    plain,
)

MARKS = ("•", "–", "·")
MORE = "…"
_SHORT = 12  # characters


def pars(blocks: Sequence[Block], size: float) -> list[Par]:
    """The paragraphs of blocks in a size of type (points). What is no text is told in words."""
    found = list(_pars(blocks, size, 0, 0.0))
    return [replace(found[0], before=0.0), *found[1:]] if found else []


def _pars(blocks: Sequence[Block], size: float, level: int, indent: float, role: str = "body") -> Iterator[Par]:
    for block in blocks:
        match block:
            case Heading():
                yield Par(_shown(block.text), size, "heading", indent, before=0.5 * size, after=0.25 * size)
            case Paragraph():
                yield Par(_shown(block.runs), size, "quote" if role == "quote" else "body", indent, after=0.4 * size)
            case ListBlock():
                yield from _items(block, size, level, indent)
            case Quote():
                yield from _pars(block.blocks, size, level, indent + size, "quote")
            case Code():
                yield Par(inline(visible(block.text)), size, "code", indent, after=0.4 * size)
            case Note():
                yield from _pars(block.blocks, size, level, indent, role)
            case _:
                yield Par(inline(visible(told(block))), size, "body", indent, after=0.4 * size)


def _items(block: ListBlock, size: float, level: int, indent: float) -> Iterator[Par]:
    for number, item in enumerate(block.items, 1):
        mark = f"{number}." if block.ordered else MARKS[min(level, len(MARKS) - 1)]
        deeper = indent + max(1.1 * size, measuring.width(mark + " ", size))
        for at, par in enumerate(_pars(item, size, level + 1, deeper)):
            yield replace(par, mark=mark if at == 0 else par.mark, after=min(par.after, 0.3 * size))


def height(found: Sequence[Par], width: float) -> float:
    """How high paragraphs stand in a box of that width; the space after the last one is not counted."""
    total = sum(par.before + par.after + _line_count(par, width) * par.size * measuring.LEADING for par in found)
    return total - (found[-1].after if found else 0.0)


def cut(found: Sequence[Par], width: float, room: float) -> tuple[list[Par], list[Par]]:
    """What fits into that height, and the rest. A heading never ends what fits."""
    used, kept = 0.0, list[Par]()
    for at, par in enumerate(found):
        line = par.size * measuring.LEADING
        fitting = int((room - used - par.before + 0.01) // line)
        broken = _lines(par, width, fitting + 1 if fitting > 0 else 1)
        if fitting >= len(broken) and fitting > 0:
            kept.append(par)
            used += par.before + par.after + len(broken) * line
            continue
        if fitting > 0 and par.role != "heading":
            head, rest = _split(par.runs, sum(map(len, broken[:fitting])))
            return [*kept, replace(par, runs=head)], [replace(par, runs=rest, mark="", before=0.0), *found[at + 1 :]]
        return _without_heading(kept, list(found[at:]))
    return kept, []


def ended(found: Sequence[Par]) -> list[Par]:
    """The paragraphs with a mark at their end that there is more."""
    if not found:
        return []
    last = found[-1]
    text = plain(last.runs).rstrip()
    if len(text) <= _SHORT:  # it leaves room on its line
        return [*found[:-1], replace(last, runs=(*last.runs, Run(f" {MORE}")))]
    head, _ = _split(last.runs, max(0, len(text) - 2 if len(text) > 2 else len(text)))
    return [*found[:-1], replace(last, runs=(*head, Run(MORE)))]


def told(block: Block) -> str:
    """What a block says, as plain text."""
    match block:
        case Heading() | Paragraph():
            return plain(block.text if isinstance(block, Heading) else block.runs)
        case ListBlock():
            return "\n".join(f"- {' '.join(told(inner) for inner in item)}" for item in block.items)
        case Quote() | Note():
            return "\n".join(map(told, block.blocks))
        case Code():
            return block.text
        case Table():
            rows = [[column.name for column in block.columns], *([plain(cell.runs) for cell in row] for row in block.rows)]
            return "\n".join(" | ".join(row) for row in rows)
        case _:
            return block.alt or (block.title if isinstance(block, Chart) else block.source)


def _shown(runs: Inline) -> Inline:
    return tuple(replace(run, text=visible(run.text)) for run in runs)


def _lines(par: Par, width: float, most: int = 1_000_000) -> list[str]:
    heavy = par.role == "heading" or any(run.bold or run.code for run in par.runs)
    return measuring.lines(plain(par.runs), max(par.size * 2, width - par.indent), par.size, bold=heavy, mono=par.role == "code", most=most)


def _line_count(par: Par, width: float) -> int:
    return len(_lines(par, width))


def _split(runs: Inline, at: int) -> tuple[Inline, Inline]:
    head, rest = list[Run](), list[Run]()
    for run in runs:
        first, second = run.text[: max(0, at)], run.text[max(0, at) :]
        at -= len(run.text)
        head += [replace(run, text=first)] if first else []
        rest += [replace(run, text=second)] if second else []
    return tuple(head), tuple(rest)


def _without_heading(kept: list[Par], rest: list[Par]) -> tuple[list[Par], list[Par]]:
    while kept and kept[-1].role == "heading":
        rest.insert(0, kept.pop())
    return kept, rest
