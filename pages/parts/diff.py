"""A word diff of two texts as HTML in which every piece is escaped. What was taken out is struck through, what came in underlined."""

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import safe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.text.diff import Piece

_STYLE = """<style>
.wb-diff { table-layout: fixed; width: 100%; border-collapse: collapse; font-family: "Source Code Pro", monospace; font-size: 0.86rem; }
.wb-diff caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.wb-diff th { text-align: left; font-weight: 600; padding: 0.35rem 0.6rem;
  border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent);
  font-family: "Source Sans", sans-serif; overflow-wrap: anywhere; }
.wb-diff td { vertical-align: top; padding: 0.5rem 0.6rem; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.55; }
.wb-diff td + td, .wb-diff th + th { border-left: 1px solid color-mix(in srgb, currentColor 18%, transparent); }
.wb-diff ins { background: rgba(38, 150, 90, 0.22); text-decoration: underline; text-decoration-thickness: 2px;
  color: inherit; border-radius: 2px; }
.wb-diff del { background: rgba(210, 80, 60, 0.20); text-decoration: line-through; color: inherit; border-radius: 2px; }
@media (max-width: 640px) {
  .wb-diff, .wb-diff tbody, .wb-diff tr, .wb-diff td { display: block; }
  .wb-diff thead, .wb-diff colgroup { display: none; }
  .wb-diff td + td { border-left: 0; border-top: 1px solid color-mix(in srgb, currentColor 18%, transparent); }
  .wb-diff td::before { content: attr(data-side); display: block; font-family: "Source Sans", sans-serif; font-weight: 600; }
}
</style>"""


def word_diff(a: str, b: str, label_a: str, label_b: str) -> None:
    """Show `a` beside `b` with the words that differ marked; says so where they are equal."""
    from workbench.text import diff

    if a == b:
        st.caption("No difference.")
        return
    st.html(_STYLE + table(diff.words(safe.plain(a), safe.plain(b)), label_a, label_b))


def table(pieces: "Iterable[Piece]", label_a: str, label_b: str) -> str:
    """The pieces as an HTML table of two columns. Every text in it is escaped."""
    found = list(pieces)
    left = "".join(_piece(piece, "removed", "del") for piece in found if piece.op != "added")
    right = "".join(_piece(piece, "added", "ins") for piece in found if piece.op != "removed")
    a, b = escape(safe.plain(label_a), quote=True), escape(safe.plain(label_b), quote=True)
    return (
        f'<table class="wb-diff"><caption>Difference between {a} and {b}</caption><colgroup><col><col></colgroup>'
        f'<thead><tr><th scope="col">{a}</th><th scope="col">{b}</th></tr></thead>'
        f'<tbody><tr><td data-side="{a}">{left}</td><td data-side="{b}">{right}</td></tr></tbody></table>'
    )


def _piece(piece: "Piece", op: str, tag: str) -> str:
    text = escape(piece.text, quote=True)
    return f"<{tag}>{text}</{tag}>" if piece.op == op else text
