"""Text as every format can hold it: what cannot be shown becomes a visible stand-in, nothing is dropped.

Owns control characters, lone surrogates and non-characters; a writer escapes what its own format means something by.
"""

import re

_TROUBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]|[^\x00-\uffff]")


def visible(text: str) -> str:
    """The text with control characters as their pictures (U+0007 as "␇") and whatever is no character as U+FFFD; tabs and line feeds stay,
    a carriage return before a line feed goes with it.
    """
    return _TROUBLE.sub(_stand_in, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The visible text with every stretch of white space as one space."""
    return " ".join(visible(text).split())


def _stand_in(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if code == 0x85:
        return "\u2424"
    if code > 0xFFFF:
        return "\ufffd" if code & 0xFFFE == 0xFFFE else match.group()
    return "\ufffd"
