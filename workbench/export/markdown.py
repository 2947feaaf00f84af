"""Markdown into blocks: of templates, whose values stand in it as opaque tokens, and of a person's own prose.

HTML, and links other than http, https, mailto and `#anchor`, are shown as they were typed; a picture becomes a link to it: none is fetched.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from workbench.errors import InputError
from workbench.export.model import Block, Cell, Code, Column, Heading, Inline, ListBlock, Paragraph, Quote, Run, Table, plain

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LINKS = ("http://", "https://", "mailto:", "#")
OPEN, CLOSE = "\ue000", "\ue001"
TOKEN = re.compile(f"{OPEN}[\ue010-\ue019]{{1,40}}{CLOSE}")
"""What a token looks like: its digits are no characters that a template or a value has a use for."""
_WRITTEN = re.compile("%EE%80%80(?:%EE%80%9[0-9])+%EE%80%81")  # a token in the address of a link
Value = str | Run | tuple[Run, ...] | tuple[Block, ...]
"""What a token stands for: text, runs, or blocks of their own."""


class BlockInside(InputError):
    """A block stands where only words can; `token` is that of its value."""

    def __init__(self, where: str, match: re.Match[str]) -> None:
        what = "A table, chart, note, code block or field of prose()"
        super().__init__(f"{what} stands inside {where}.", hint="Put it into a paragraph of its own.")
        self.token = match[0]


def blocks(text: str, values: Mapping[str, Any] = MappingProxyType({})) -> tuple[Block, ...]:
    """The blocks of a Markdown text; `values` are what its tokens stand for. Raises InputError where a block stands inside a sentence."""
    tokens = _parser().parse(text.replace("\x00", "\ufffd"))
    return tuple(_Reader(values).blocks(iter(tokens), ""))


def told(text: str, values: Mapping[str, Any]) -> str:
    """The text with the words that its tokens stand for. Raises BlockInside where one is a block."""
    reader = _Reader(values)
    return TOKEN.sub(lambda match: reader.text(match, "words"), text)


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["html_block", "html_inline", "entity"])
    made.validateLink = lambda url: url.lower().startswith(LINKS)  # type: ignore[method-assign]  # any other stays text
    return made


class _Reader:
    """From the parser's tokens to blocks."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._kinds: dict[str, Callable[[Token, Iterator[Token]], Iterator[Block]]] = {
            "paragraph_open": self._paragraph,
            "heading_open": self._heading,
            "bullet_list_open": self._list,
            "ordered_list_open": self._list,
            "blockquote_open": self._quote,
            "table_open": self._table,
            "fence": self._code,
            "code_block": self._code,
        }

    def blocks(self, tokens: "Iterator[Token]", end: str) -> Iterator[Block]:
        """Blocks up to the token that ends what they stand in."""
        for token in tokens:
            if token.type == end:
                return
            if token.type in self._kinds:
                yield from self._kinds[token.type](token, tokens)

    def _paragraph(self, _: "Token", tokens: "Iterator[Token]") -> Iterator[Block]:
        inner = next(tokens)
        next(tokens)
        found = self._alone(inner.content)
        if found is not None:
            yield from found
            return
        runs = self._runs(inner)
        if plain(runs).strip():
            yield Paragraph(runs)

    def _alone(self, text: str) -> list[Block] | None:
        """The blocks of a paragraph that consists of nothing else."""
        named = [self._value(match) for match in TOKEN.finditer(text)]
        if not named or TOKEN.sub("", text).strip() or not all(_is_blocks(value) for value in named):
            return None
        return [block for value in named for block in value]

    def _heading(self, token: "Token", tokens: "Iterator[Token]") -> Iterator[Block]:
        inner = next(tokens)
        next(tokens)
        yield Heading(min(4, max(3, int(token.tag[1:]))), self._runs(inner))

    def _list(self, token: "Token", tokens: "Iterator[Token]") -> Iterator[Block]:
        end = token.type.replace("_open", "_close")
        items = []
        for inner in tokens:
            if inner.type == end:
                break
            items.append(tuple(self.blocks(tokens, "list_item_close")))
        yield ListBlock(tuple(item for item in items if item), ordered=token.type.startswith("ordered"))

    def _quote(self, _: "Token", tokens: "Iterator[Token]") -> Iterator[Block]:
        yield Quote(tuple(self.blocks(tokens, "blockquote_close")))

    def _code(self, token: "Token", _: "Iterator[Token]") -> Iterator[Block]:
        yield Code(TOKEN.sub(self.text, token.content).removesuffix("\n"), TOKEN.sub(self.text, token.info).split(" ")[0])

    def _table(self, _: "Token", tokens: "Iterator[Token]") -> Iterator[Block]:
        columns: list[Column] = []
        rows: list[list[Cell]] = []
        for token in tokens:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            if token.type in {"th_open", "td_open"}:
                runs = self._runs(next(tokens))
                if token.type == "th_open":
                    columns.append(Column(plain(runs), "right" if "right" in str(token.attrGet("style") or "") else "left"))
                else:
                    rows[-1].append(Cell(runs))
        yield Table(tuple(columns), tuple(tuple(row) for row in rows if row))

    def _runs(self, token: "Token") -> Inline:
        found: list[Run] = []
        style = Run("")
        outside: list[Run] = []
        for inner in token.children or ():
            if inner.type in {"strong_open", "em_open", "link_open"}:
                outside.append(style)
                style = self._styled(style, inner)
            elif inner.type == "image":
                url = self._link(inner.attrGet("src"))
                found += self._pieces(inner.content or url, replace(style, link=url))
            elif inner.type in {"strong_close", "em_close", "link_close"}:
                style = outside.pop()
            else:
                text = "\n" if inner.type == "hardbreak" else " " if inner.type == "softbreak" else inner.content
                found += self._pieces(text, replace(style, code=inner.type == "code_inline"))
        return tuple(found)

    def _styled(self, style: Run, token: "Token") -> Run:
        if token.type == "strong_open":
            return replace(style, bold=True)
        if token.type == "em_open":
            return replace(style, italic=True)
        return replace(style, link=self._link(token.attrGet("href")))

    def _link(self, url: object) -> str:
        """Where a link leads, the tokens in it replaced by their words: the parser wrote both as links are written."""
        words, found = _WRITTEN.subn(lambda match: TOKEN.sub(lambda each: self.text(each, "a link"), unquote(match[0])), str(url or ""))
        return _parser().normalizeLink(words) if found else words

    def _pieces(self, text: str, style: Run) -> Iterator[Run]:
        """The text in its style, the tokens in it replaced by what they stand for."""
        at = 0
        for match in TOKEN.finditer(text):
            if match.start() > at:
                yield replace(style, text=text[at : match.start()])
            value = self._value(match)
            if _is_blocks(value):
                raise BlockInside("a sentence", match)
            for run in (value,) if isinstance(value, Run) else value if isinstance(value, tuple) else (Run(value),):
                yield replace(
                    run,
                    bold=run.bold or style.bold,
                    italic=run.italic or style.italic,
                    code=run.code or style.code,
                    link=run.link or style.link,
                )
            at = match.end()
        if at < len(text):
            yield replace(style, text=text[at:])

    def _value(self, match: re.Match[str]) -> Any:
        return self._values.get(match[0], match[0])

    def text(self, match: re.Match[str], where: str = "a code block") -> str:
        """The words that a token stands for."""
        value = self._value(match)
        if _is_blocks(value):
            raise BlockInside(where, match)
        return value.text if isinstance(value, Run) else plain(value) if isinstance(value, tuple) else value


def _is_blocks(value: Any) -> bool:
    return isinstance(value, tuple) and not any(isinstance(item, Run) for item in value)
