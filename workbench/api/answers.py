"""What goes over the wire in both directions: bodies, bounded and unpacked, and errors as `{"error", "hint"}`."""

import zlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from anyio import CapacityLimiter
    from starlette.requests import Request
    from starlette.responses import Response

Result = TypeVar("Result")
_AT_ONCE = 32
_posting: "list[CapacityLimiter]" = []

MOST_BYTES = 32 * 2**20
_DRAINED = 8 * MOST_BYTES  # read on so far, so that a client that is still sending hears why it was refused
_REMEDY = f"Send at most {MOST_BYTES // 2**20} MiB at a time, unpacked: several smaller requests."


class Refused(Exception):
    """An answer that is an error: its status, a sentence, the next step, and headers."""

    def __init__(self, status: int, message: str, hint: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.hint, self.headers = status, message, hint, dict(headers or {})


def refusal(_request: "Request", error: Refused) -> "Response":
    """The error as JSON."""
    from starlette.responses import JSONResponse

    return JSONResponse({"error": error.message, "hint": error.hint}, error.status, error.headers)


def media(request: "Request") -> str:
    """The media type of the body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def body(request: "Request") -> bytes:
    """The body, unpacked. Raises Refused where it is too large (413), packed in an unknown way (415) or broken (400)."""
    from starlette.requests import ClientDisconnect

    packing = request.headers.get("content-encoding", "identity").strip().lower()
    if packing not in {"identity", "gzip", "x-gzip", ""}:
        raise Refused(415, f"The body is packed as {packing[:40]!r}.", "Send it unpacked, or packed with gzip.")
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size <= MOST_BYTES:
                chunks.append(chunk)
            elif size > _DRAINED:
                break
    except ClientDisconnect as error:
        raise Refused(400, "The body broke off.", "Send it again, whole.") from error
    if size > MOST_BYTES:
        raise Refused(413, f"The body is larger than {MOST_BYTES // 2**20} MiB.", _REMEDY)
    whole = b"".join(chunks)
    return unpacked(whole) if "gzip" in packing else whole


async def in_turn(work: Callable[[], Result]) -> Result:
    """What `work` gives, done in a thread. Posts have threads of their own: however many wait, the pages need not."""
    from anyio import CapacityLimiter, to_thread

    if not _posting:
        _posting.append(CapacityLimiter(_AT_ONCE))
    return await to_thread.run_sync(work, limiter=_posting[0])


def unpacked(packed: bytes) -> bytes:
    """What gzip packed, however many parts it has. Raises Refused where it is larger than allowed, or broken."""
    parts, size, rest = [], 0, packed
    while rest:
        unpacking = zlib.decompressobj(wbits=31)
        try:
            part = unpacking.decompress(rest, MOST_BYTES - size + 1)
        except zlib.error as error:
            raise Refused(400, "The body says that it is packed with gzip, and cannot be unpacked.", str(error)) from error
        size += len(part)
        if size > MOST_BYTES:
            raise Refused(413, f"The body is larger than {MOST_BYTES // 2**20} MiB once it is unpacked.", _REMEDY)
        if not unpacking.eof:
            raise Refused(400, "The body is packed with gzip and breaks off.", "Send it again, whole.")
        parts.append(part)
        rest = unpacking.unused_data
    return b"".join(parts)
