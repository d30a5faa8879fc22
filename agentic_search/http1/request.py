"""A request in parts flows in, its bytes on a connection flow out."""

from collections.abc import Iterable


def written(method: str, target: bytes, headers: Iterable[tuple[bytes, bytes]], content: bytes) -> bytes:
    """The whole request; `headers` say how long `content` is. Raises ValueError for a line break inside a line."""
    lines = [b"%s %s HTTP/1.1" % (method.encode(), target), *(b"%s: %s" % header for header in headers)]
    if any(b"\r" in line or b"\n" in line for line in lines):
        raise ValueError("a line of the request's head has a line break in it")
    return b"\r\n".join((*lines, b"", content))
