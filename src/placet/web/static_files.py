"""The stylesheet, scripts and symbols, served from memory under addresses that carry a hash of their content.

Everything that may be served is read once, when the process starts; a request is looked up in that table and never touches the
disk, so no path of a client's making can lead anywhere else.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from litestar import asgi

if TYPE_CHECKING:
    from litestar.types import Receive, Scope, Send

PREFIX: Final = "/static/"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
_FOREVER: Final = b"public, max-age=31536000, immutable"  # the address changes with the content
_ASK_AGAIN: Final = b"public, max-age=0, must-revalidate"


class StaticFile(msgspec.Struct, frozen=True):
    """A file as it is sent; `version` is the start of its SHA-256, which its address and its ETag carry."""

    body: bytes
    content_type: str
    version: str

    @property
    def etag(self) -> str:
        """The strong validator, quotes included."""
        return f'"{self.version}"'


def load(folder: Path) -> dict[str, StaticFile]:
    """Read every file of a folder that has a type we serve, by name."""
    table = {}
    for path in sorted(folder.iterdir()):
        if path.suffix in _TYPES:
            body = path.read_bytes()
            table[path.name] = StaticFile(body, _TYPES[path.suffix], sha256(body).hexdigest()[:16])
    return table


FILES: Final = load(Path(__file__).with_name("static"))


def static_url(name: str) -> str:
    """Return the address of a file, good for as long as its content stays; KeyError for a file that is not there."""
    return f"{PREFIX}{name}?v={FILES[name].version}"


@asgi(PREFIX.rstrip("/"), is_mount=True, copy_scope=True)
async def static_files(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - the signature is ASGI's
    """Answer GET and HEAD for one of the files: 200, or 304 where the client has it; 404 for anything else."""
    if scope["type"] != "http":
        return
    name = _name(scope)
    file = FILES.get(name) if name is not None else None
    if file is None:
        await _answer(send, 404, [(b"content-type", b"text/plain; charset=utf-8")], b"Not found")
        return
    if scope["method"] not in ("GET", "HEAD"):
        await _answer(send, 405, [(b"allow", b"GET, HEAD"), (b"content-type", b"text/plain")], b"Method not allowed")
        return
    current = scope["query_string"] == f"v={file.version}".encode()
    headers = [(b"etag", file.etag.encode()), (b"cache-control", _FOREVER if current else _ASK_AGAIN)]
    if _has(scope, file.etag):
        await _answer(send, 304, headers, b"")
        return
    headers.append((b"content-type", file.content_type.encode()))
    await _answer(send, 200, headers, file.body, head=scope["method"] == "HEAD")


def _name(scope: Scope) -> str | None:
    """Return what stands after the prefix in the path as it was sent; a mount also matches `/staticfoo`."""
    raw = scope.get("raw_path")
    path = raw.split(b"?", 1)[0].decode("latin-1") if raw else scope["path"]
    return path[len(PREFIX) :] if path.startswith(PREFIX) else None


def _has(scope: Scope, etag: str) -> bool:
    """Whether `If-None-Match` names this content (weak comparison, RFC 9110 section 13.1.2)."""
    sent = [value.decode("latin-1") for name, value in scope["headers"] if name == b"if-none-match"]
    tags = [tag.strip().removeprefix("W/") for value in sent for tag in value.split(",")]
    return "*" in tags or etag in tags


async def _answer(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, head: bool = False
) -> None:
    if status != 304:
        headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body, "more_body": False})
