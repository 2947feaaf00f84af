"""A scenario as one word of the address: what is not saved can be shared, and survives a reload. What comes in is hostile input."""

import base64
import binascii
import json
import zlib
from typing import NoReturn

from workbench.cost.model import Scenario
from workbench.errors import InputError

MOST = 6_000  # characters of the address; a longer scenario is shared by saving and exporting it
_OPENED = 200_000  # bytes of JSON, however well they were packed
_HINT = "Ask for the link again, or open a scenario of your own: nothing was changed."


def encode(scenario: Scenario) -> str:
    """The scenario in letters, digits, minus and underscore; empty where it is too long for an address."""
    from workbench.cost import document

    raw = json.dumps(document.to_json(scenario), separators=(",", ":"), ensure_ascii=False, default=str)
    packed = base64.urlsafe_b64encode(zlib.compress(raw.encode("utf-8", "replace"), 9)).decode().rstrip("=")
    return packed if len(packed) <= MOST else ""


def decode(word: str) -> Scenario:
    """The scenario of `encode`. Raises InputError where it is none, or one with a field that does not hold."""
    from workbench.cost import document

    if len(word) > MOST:
        raise InputError(f"the scenario in it has {len(word):,} characters, at most {MOST:,} are read", place="link", hint=_HINT)
    try:
        packed = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        opener = zlib.decompressobj()
        raw = opener.decompress(packed, _OPENED)
        if opener.unconsumed_tail or not opener.eof:
            raise InputError("the scenario in it is too large or cut off", place="link", hint=_HINT)
        found = json.loads(raw.decode(), parse_constant=_no_number)
    except (ValueError, binascii.Error, zlib.error, RecursionError) as error:
        raise InputError("there is no scenario in it that can be read", place="link", hint=_HINT) from error
    return document.from_json(found)


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
