"""What a client writes down, each line on the disk before it goes on: what it is about to ask, and what it was answered."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STORED_REFUSALS = (403, 404, 409)


@dataclass
class Op:
    """One request as a client meant it, however often it had to be sent."""

    id: str
    kind: str
    by: str
    method: str
    path: str
    body: Any
    key: str | None
    about: dict[str, Any]
    answers: list[tuple[int, str]] = field(default_factory=list)  # status and body of every answer, in their order
    cuts: int = 0

    @property
    def told(self) -> list[tuple[int, str]]:
        """The answers that said what became of it."""
        return [answer for answer in self.answers if answer[0] != 503]

    @property
    def kept(self) -> list[tuple[int, str]]:
        """Those of them that the server has to give again, byte for byte."""
        return [a for a in self.told if a[0] < 300 or a[0] in STORED_REFUSALS] if self.key else []


class Journal:
    """One client's journal."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    async def intent(self, op: Op) -> None:
        """Before anything is sent."""
        about = {name: getattr(op, name) for name in ("kind", "by", "method", "path", "body", "key", "about")}
        await self._write({"intent": op.id, **about})

    async def answered(self, op: Op, status: int, body: bytes) -> None:
        """As soon as an answer is there, before the client acts on it."""
        op.answers.append((status, body.decode()))
        await self._write({"answer": op.id, "status": status, "body": body.decode()})

    async def cut(self, op: Op, why: str) -> None:
        """There was no answer."""
        op.cuts += 1
        await self._write({"cut": op.id, "why": why})

    async def _write(self, line: dict[str, Any]) -> None:
        text = json.dumps({"at": time.time(), **line}).encode() + b"\n"

        def write() -> None:
            os.write(self._file, text)
            os.fsync(self._file)

        await asyncio.to_thread(write)

    def close(self) -> None:
        """Nothing more is written."""
        os.close(self._file)


def read(paths: Iterable[Path]) -> dict[str, Op]:
    """Everything the journals hold, by operation; this and the database is all that the check looks at."""
    found: dict[str, Op] = {}
    for path in paths:
        for text in path.read_text(encoding="utf-8").splitlines():
            line = json.loads(text)
            if (name := line.get("intent")) is not None:
                fields = {k: line[k] for k in ("kind", "by", "method", "path", "body", "key", "about")}
                found[name] = Op(id=name, **fields)
            elif (name := line.get("answer")) is not None:
                found[name].answers.append((line["status"], line["body"]))
            else:
                found[line["cut"]].cuts += 1
    return found
