"""GET /api/prompts/NAME: the version that a label or a number means, so that a program follows a label when it moves."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

from workbench.api.answers import Refused
from workbench.errors import InputError, NotFound

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from workbench.store import Store


async def get(request: "Request") -> "Response":
    """The version as JSON with an ETag; 304 where the asker holds it already."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import Response

    asked = request.query_params
    if unknown := [name for name in asked if name not in {"label", "version"}]:
        raise Refused(400, f"{unknown[0][:60]!r} is not known here.", "Ask by ?label=production or ?version=3.")
    if asked.get("label") and asked.get("version"):
        raise Refused(400, "A version is asked for by label or by number, not by both.", "Leave out ?label= or ?version=.")
    name, label, version = request.path_params["name"], asked.get("label"), asked.get("version")
    if "" in (label, version):
        raise Refused(400, "The label or the version is empty.", "Write ?label=production or ?version=3, or neither for the latest.")
    found = json.dumps(await run_in_threadpool(_look, name, label, version), ensure_ascii=False).encode()
    tag = f'"{hashlib.sha256(found).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    held = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if tag in held or "*" in held:
        return Response(status_code=304, headers=headers)
    return Response(found, headers=headers, media_type="application/json")


def _look(name: str, label: str | None, version: str | None) -> dict[str, Any]:
    from workbench import store

    try:
        return look(store.current(), name, label=label, version=version)
    except NotFound as error:
        raise Refused(404, error.message, error.hint) from error
    except InputError as error:
        raise Refused(400, error.message, error.hint) from error


def look(store: "Store", name: str, *, label: str | None = None, version: str | None = None) -> dict[str, Any]:
    """The version as it is handed out. Raises NotFound, InputError; nothing is fallen back to, without both it is the latest."""
    from workbench.prompts import names, registry
    from workbench.prompts.content import parameters_json

    number, semantic = names.version(version)
    found = registry.resolve(store, f"{name}@{semantic}") if semantic else registry.version(store, name, number, label)
    prompt = registry.get(store, name)
    held = found.content.to_json()
    return {
        "name": found.prompt,
        "version": found.number,
        "semantic": found.semantic,
        "label": label,
        "labels": sorted(one for one, number in prompt.labels.items() if number == found.number),
        "messages": held["messages"],
        "engine": found.content.engine,
        "model": found.content.model or None,
        "parameters": parameters_json(found.content.parameters),
        "tools": held.get("tools", []),
        "tool_choice": found.content.tool_choice,
        "output_schema": found.content.output_schema,
        "variables": [one.to_json() for one in prompt.variables],
        "hash": found.hash,
    }
