"""Characters that XML has no place for, and what is shown in their stead. Nothing is dropped: a reader sees that something was there."""

import re

_UNHOLDABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_PICTURES = 0x2400  # the block of pictures for control characters begins here, in the order of the characters


def shown(text: str) -> str:
    """`text` as XML can hold it: a control character becomes its picture (\\x07 is ␇), anything else that cannot be held \\ufffd.

    "\\r\\n" and "\\r" become "\\n"; tabs and line ends stay.
    """
    return _UNHOLDABLE.sub(_stand_in, text.replace("\r\n", "\n").replace("\r", "\n"))


def _stand_in(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code < 0x20:
        return chr(_PICTURES + code)
    return "\u2421" if code == 0x7F else "\ufffd"
