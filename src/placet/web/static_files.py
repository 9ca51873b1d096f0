"""The stylesheet, scripts and symbols, served from memory under addresses that carry a hash of their content.

Everything that may be served is read once, when the process starts; a request is looked up in that table and never
touches the disk, so no path of a client's making can lead anywhere else.
"""

from __future__ import annotations

import gzip
import re
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from litestar import asgi
from litestar.enums import ScopeType

if TYPE_CHECKING:
    from litestar.types import Receive, Scope, Send

PREFIX: Final = "/static/"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
# `from "./dom.js"`, `import "./live.js"`, `import("./it.js")`
_IMPORT: Final = re.compile(rb'(?<=from "|port "|port\(")\./[a-z_]+\.js')
_FOREVER: Final = b"public, max-age=31536000, immutable"  # the address changes with the content
_ASK_AGAIN: Final = b"public, max-age=0, must-revalidate"


class StaticFile(msgspec.Struct, frozen=True):
    """A file as it is sent, also gzipped; `version` follows from its content, and address and ETag carry it."""

    body: bytes
    squeezed: bytes
    content_type: str
    version: str

    @property
    def etag(self) -> str:
        """The validator, quotes included; weak, since it stands for both encodings."""
        return f'W/"{self.version}"'


def load(folder: Path) -> dict[str, StaticFile]:
    """Read every file of a folder that has a type we serve, by name."""
    contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in _TYPES}
    version = sha256(b"".join(contents.values())).hexdigest()[:16].encode()
    table = {}
    for name, body in contents.items():
        sent = body
        if _is_module(name, contents):
            sent = _IMPORT.sub(rb"\g<0>?v=" + version, bare(body))
        elif name.endswith(".css"):
            sent = lean(body)
        known = version.decode() if _is_module(name, contents) else sha256(sent).hexdigest()[:16]
        table[name] = StaticFile(sent, gzip.compress(sent, mtime=0), _TYPES[Path(name).suffix], known)
    return table


def lean(css: bytes) -> bytes:
    """A stylesheet without its comments and the white space that only people need. No text of ours holds `: ` or `, `."""
    for pattern, instead in (
        (rb"/\*.*?\*/", b""),
        (rb"\s+", b" "),
        (rb" ?([{};>~!]) ?", rb"\1"),
        (rb"([:,]) ", rb"\1"),
        (rb";}", b"}"),
    ):
        css = re.sub(pattern, instead, css, flags=re.DOTALL)
    return css


def bare(script: bytes) -> bytes:
    """A script without its comments, its indentation and the ends of lines that nothing depends on.

    No text of ours goes over lines, and none holds what looks like the beginning of a comment after code. (rjsmin 1.3 takes
    white space out of a template within a template; what parses scripts needs a build.)
    """
    code = re.sub(
        rb"^ +", b"", re.sub(rb"(?:^ *|(?<=[;{},]) )//.*$", b"", script, flags=re.MULTILINE), flags=re.MULTILINE
    )
    return re.sub(rb"\n+", b"\n", re.sub(rb"(?<=[;{,])\n+", b"", code)).lstrip()


def _is_module(name: str, contents: dict[str, bytes]) -> bool:
    """Whether a script imports others or is imported: all of them share one version, since they may import in a ring."""
    imported = any(b"./" + name.encode() in _IMPORT.findall(body) for body in contents.values())
    return name.endswith(".js") and (imported or _IMPORT.search(contents[name]) is not None)


FILES: Final = load(Path(__file__).with_name("static"))
_SCRIPTS: Final = ("boot.js", "idiomorph.js", "placet.js")  # what every page names itself
OF_PAGES: Final = (
    "session.js",
    "note.js",
    "came.js",
    "turn.js",
    "questions.js",
    "draw.js",
    "plots.js",
    "uplot.js",
    "settings.js",
    "typed.js",
    "clears.js",
    "palette.js",
)  # of few pages, or asked for when they are needed
MODULES: Final = tuple(name for name in FILES if name.endswith(".js") and name not in (*_SCRIPTS, *OF_PAGES))


def static_url(name: str) -> str:
    """Return the address of a file, good for as long as its content stays; KeyError for a file that is not there."""
    return f"{PREFIX}{name}?v={FILES[name].version}"


@asgi(PREFIX.rstrip("/"), is_mount=True, copy_scope=True)
async def static_files(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - the signature is ASGI's
    """Answer GET and HEAD for one of the files: 200, or 304 where the client has it; 404 for anything else."""
    if scope["type"] == ScopeType.WEBSOCKET:
        await send({"type": "websocket.close", "code": 1008, "reason": None})
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
    headers = [
        (b"etag", file.etag.encode()),
        (b"cache-control", _FOREVER if current else _ASK_AGAIN),
        (b"vary", b"accept-encoding"),
    ]
    if {"*", file.etag, file.etag.removeprefix("W/")} & {*_listed(scope, b"if-none-match")}:
        await _answer(send, 304, headers, b"")
        return
    headers.append((b"content-type", file.content_type.encode()))
    body = file.body
    if takes_gzip(scope):
        headers.append((b"content-encoding", b"gzip"))
        body = file.squeezed
    await _answer(send, 200, headers, body, head=scope["method"] == "HEAD")


def _name(scope: Scope) -> str | None:
    """Return what stands after the prefix in the path as it was sent; a mount also matches `/staticfoo`."""
    raw = scope.get("raw_path")
    path = raw.split(b"?", 1)[0].decode("latin-1") if raw else scope["path"]
    return path[len(PREFIX) :] if path.startswith(PREFIX) else None


def takes_gzip(scope: Scope) -> bool:
    """Whether who asks takes a gzipped answer."""
    return "gzip" in _listed(scope, b"accept-encoding")


def _listed(scope: Scope, name: bytes) -> list[str]:
    """Return the members of a header that is a list; one with a weight ("gzip;q=0") is another word, so not ours."""
    sent = [value.decode("latin-1") for header, value in scope["headers"] if header == name]
    return [member.strip() for value in sent for member in value.split(",")]


async def _answer(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, head: bool = False
) -> None:
    if status != 304:
        headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body, "more_body": False})
