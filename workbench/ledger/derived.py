"""What is worked out of a request once, when it is recorded, so that a million calls can be replayed without reading their texts.

`prompt_hash` is equal for requests that ask the same thing (messages, parameters, tools; not the model), `words` counts the words of
the last message of the user, and `question` says whether a question mark stands in it. All three are None
where no text was recorded, and for calls that were recorded before the ledger kept them: those count as prompts that never repeat.
"""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

DERIVED = ("prompt_hash", "words", "question")


def derive(request: Mapping[str, Any] | None) -> dict[str, Any]:
    """The DERIVED columns of a request as it is kept."""
    messages = (request or {}).get("messages")
    if not isinstance(messages, list) or not messages:
        return dict.fromkeys(DERIVED)
    asked = json.dumps(request, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    digest = blake2b(asked.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    text = _last_of_user(messages)
    return {"prompt_hash": int.from_bytes(digest, signed=True), "words": len(text.split()), "question": "?" in text or "？" in text}


def _last_of_user(messages: list[Any]) -> str:
    """The text of the last message of the user; of the last message, where the user wrote none."""
    said = [message for message in messages if isinstance(message, Mapping)]
    for message in [one for one in reversed(said) if one.get("role") == "user"] or said[-1:]:
        content = message.get("content")
        if isinstance(content, str):
            return content
        parts = content if isinstance(content, list) else []
        return " ".join(str(part.get("text", "")) for part in parts if isinstance(part, Mapping) and part.get("type") == "text")
    return ""
