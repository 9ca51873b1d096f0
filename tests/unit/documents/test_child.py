"""The process that compiles a document can open nothing, whatever compiles there: a compiler is put in that tries."""

import json
import subprocess
import sys
from pathlib import Path

from placet.documents import child
from placet.documents.render import CPU_S, MEMORY, templates

TRYING = """
import socket
class Fonts:
    def __init__(self, **_): pass
class TypstError(Exception): pass
def compile(source, **_):
    if source == b" ":
        return b""
    found = []
    for what in (lambda: open("/etc/hosts"), lambda: open("made", "w"), socket.socket, lambda: b"x" * 3_000_000_000):
        try:
            what()
            found.append("opened")
        except (OSError, MemoryError) as error:
            found.append(type(error).__name__)
    return " ".join(found).encode()
"""


def run(tmp_path: Path, source: str) -> subprocess.CompletedProcess[bytes]:
    (tmp_path / "typst.py").write_text(TRYING)
    asked = {"source": source, "data": None, "format": "pdf", "ppi": 96, "at": 0}
    command = [sys.executable, "-P", child.__file__, str(tmp_path), str(CPU_S), str(MEMORY)]
    return subprocess.run(
        command, input=json.dumps(asked).encode(), env={"PYTHONPATH": str(tmp_path)}, capture_output=True, check=False
    )


def test_it_opens_neither_files_nor_sockets_and_takes_no_more_memory(tmp_path: Path) -> None:
    done = run(tmp_path, "= Hello")
    assert done.stdout == b"OSError OSError OSError MemoryError", done.stderr
    assert done.returncode == 0


def test_templates_are_there() -> None:
    assert set(templates()) == {"letter", "summary"}
