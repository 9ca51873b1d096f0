"""Render a Typst document. Its source is hostile input: it runs in a process of its own, bounded in time, memory and size,
without the environment of this one, that can open neither files nor sockets (`child.py`).

The same document gives the same bytes, whenever it is rendered. Data given to a template reaches it as data, never as source.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from placet.errors import Invalid, InvalidValue, Unavailable

CPU_S = 5  # seconds of processor time
WALL_S = 20.0  # seconds until it is ended whatever it does: a busy machine is no fault of the document
MEMORY = 1_000_000_000  # bytes of address space
MAX_MADE = 10_000_000  # bytes of a PDF or a picture
MAX_SOURCE = 200_000  # characters
PPI = 96
_CHILD = Path(__file__).with_name("child.py")
_TEMPLATES = Path(__file__).with_name("templates")
_REFUSED = 3  # as `child.py` says
_AT_ONCE, _WAITING = 2, 16  # documents rendered by a process at once, and how many more may wait for it
_turns: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}
_asked = 0


class Source(msgspec.Struct, frozen=True):
    """A Typst source and the data it finds as JSON under `sys.inputs.data`."""

    text: str
    data: Any = None


class NotRendered(Invalid):
    """The document cannot be rendered; its author can mend it."""

    code = "not_rendered"


@cache
def templates() -> dict[str, str]:
    """The Typst sources that are there to be given data, by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(_TEMPLATES.glob("*.typ"))}


def of_template(name: str, data: Any) -> Source:
    """A template with its data; InvalidValue where there is none of that name."""
    found = templates().get(name)
    if found is None:
        known = ", ".join(templates())
        raise InvalidValue(f"There is no template {name[:40]!r}. There is: {known}.", code="unknown_template")
    return Source(found, data)


async def render(source: Source, *, at: datetime, kind: Literal["pdf", "png"] = "pdf") -> bytes:
    """The document as a PDF, or its first page as a picture; `at` is the time the PDF says it was made.

    Raises NotRendered with what the author did wrong (or that it takes too much), Unavailable where nobody is to blame.
    """
    asked = {"source": source.text, "data": source.data, "format": kind, "ppi": PPI, "at": int(at.timestamp())}
    loop = asyncio.get_running_loop()
    turn = _turns.setdefault(loop, asyncio.Semaphore(_AT_ONCE))
    global _asked  # noqa: PLW0603 - how many this process was asked for
    if _asked >= _AT_ONCE + _WAITING:
        raise Unavailable("Too many documents are being rendered; try again in a moment.", code="busy")
    _asked += 1
    try:
        async with turn:
            with tempfile.TemporaryDirectory(prefix="placet-document-") as root:  # all the document sees of any disk
                code, made = await _compile(root, json.dumps(asked).encode())
    finally:
        _asked -= 1
    if code == 0 and len(made) <= MAX_MADE:
        return made
    if code == _REFUSED:
        said = msgspec.json.decode(made, type=dict[str, Any])
        hints = " ".join(f"({hint})" for hint in said["hints"][:2])
        raise NotRendered(f"The document cannot be rendered: {_one_line(said['message'])}. {hints}".strip())
    if code == 0:
        raise NotRendered(f"The document is larger than {MAX_MADE // 1_000_000} MB.")
    raise NotRendered(f"The document takes more than {CPU_S} s or {MEMORY // 1_000_000} MB to render.")


async def _compile(root: str, asked: bytes) -> tuple[int | None, bytes]:
    """The child's exit code (None where it was ended from here) and what it wrote."""
    bounds = (str(CPU_S), str(MEMORY))
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "TMPDIR") if name in os.environ}
    try:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-P", str(_CHILD), root, *bounds,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env=environment,
        )  # fmt: skip
    except OSError as error:
        raise Unavailable(f"Documents cannot be rendered now: {error}.", code="no_renderer") from None
    try:
        async with asyncio.timeout(WALL_S):
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(asked)
            child.stdin.write_eof()
            made = bytearray()
            while len(made) <= MAX_MADE and (more := await child.stdout.read(1 << 16)):
                made += more
            if len(made) > MAX_MADE:
                return 0, bytes(made)
            return await child.wait(), bytes(made)
    except TimeoutError:
        return None, b""
    except (BrokenPipeError, ConnectionResetError):
        return await child.wait(), b""
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


def _one_line(message: str) -> str:
    """What the compiler says, without the places of this machine it looked in."""
    return " ".join(message.partition(" (searched at ")[0].split())[:300].rstrip(".")
