"""Prompts: names, immutable versions, labels, drafts, lint, interchange.

From code: `workbench.prompts.get("intent", label="production").render(text="...")` gives the messages to send.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.prompts.rendering import Ready
    from workbench.store import Store


def get(name: str, *, label: str | None = None, version: int | None = None, store: "Store | None" = None) -> "Ready":
    """The version of the prompt by label or number, the latest where neither is given, ready to render. Raises NotFound."""
    from workbench import store as stores
    from workbench.prompts import reading, rendering

    opened = stores.current() if store is None else store
    return rendering.ready(opened, reading.version(opened, name, version, label))
