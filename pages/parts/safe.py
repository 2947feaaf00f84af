"""Text from models, datasets, files and people, shown as text. The one door for whatever the workbench did not write itself.

Streamlit reads markdown in labels, captions, alerts and toasts, and markdown loads pictures: a model's reply could call home.
Bodies go through `text` and `code`; the rare label goes through `escape`; `rendered` shows markdown without its pictures.
"""

import re

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$^&=:@/\"'%,;?])")
# Emoji shortcodes, colour directives, icons and bare addresses are found after markdown is parsed, so that a backslash
# does not stop them. A word joiner (no width, no break) does.
_JOINER = "\u2060"
_DIRECTIVE = re.compile(r"(?<=[:@])(?=\S)|(?<=[wW]{3})(?=\.)")
_SPACES = re.compile(r"[ \t\n\u2028\u2029]+")  # a no-break space stays
_ARROWS = re.compile(r"(?<=[<\-=>])(?=[\-=>])")


def text(value: object, *, within: DeltaGenerator | None = None) -> None:
    """`value` as plain text in the body font, its line breaks kept."""
    (within or st).text(plain(value))


def code(value: object, language: str | None = None, *, wrap: bool = True, height: int | None = None) -> None:
    """`value` in a code box with a copy button."""
    st.code(plain(value), language=language, wrap_lines=wrap, height=height or "content")


def escape(value: object, limit: int = 300) -> str:
    """`value` as one line that reads the same inside any label or markdown: nothing in it is a link, a picture, a colour or an emoji."""
    line = _SPACES.sub(" ", plain(value)).strip(" ")
    if len(line) > limit:
        line = line[: limit - 1] + "…"
    line = _ARROWS.sub(_JOINER, _DIRECTIVE.sub(_JOINER, line))
    return _PUNCTUATION.sub(r"\\\1", line)


def rendered(markdown: object) -> None:
    """Markdown shown as markdown, with its pictures turned into text. For a view the person asked for."""
    st.markdown(plain(markdown).replace("![", "&#33;["))


def plain(value: object) -> str:
    """`value` as text without control characters (newline and tab stay) and without what turns the direction of a line around."""
    return "".join(c for c in str(value) if c in "\n\t" or not (c < " " or "\x7f" <= c <= "\x9f" or c in "\u202a\u202b\u202d\u202e"))
