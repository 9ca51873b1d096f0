"""The process that compiles one document. It takes its bounds on before it sees the document, and then can open nothing.

Run as a script, never imported: the document comes on standard input, what became of it goes to standard output. Once the
fonts are loaded no file and no socket can be opened any more, so neither a package nor a file nor a server is in reach.
"""

import json
import resource
import sys
from datetime import UTC, datetime
from typing import Any

REFUSED = 3


def main() -> int:
    """Compile what standard input holds; 0 with the bytes, 3 with what is wrong with it as JSON."""
    root, cpu_s, memory = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    import typst

    fonts = typst.Fonts(include_system_fonts=False)
    compiled: Any = typst.compile  # its stubs want a path and bytes to be of one type
    compiled(b" ", root=root, font_paths=fonts)  # whatever is opened once is open by now
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    asked = json.loads(sys.stdin.buffer.read())
    picture = asked["format"] == "png"
    try:
        made = compiled(
            asked["source"].encode(),
            root=root,
            font_paths=fonts,
            format=asked["format"],
            ppi=asked["ppi"] if picture else None,
            sys_inputs={"data": json.dumps(asked["data"], ensure_ascii=False)},
            timestamp=datetime.fromtimestamp(asked["at"], UTC),
        )
    except typst.TypstError as error:
        sys.stdout.buffer.write(json.dumps({"message": error.message, "hints": error.hints}).encode())
        return REFUSED
    first = made[0] if isinstance(made, list) else made
    sys.stdout.buffer.write(first)
    return 0


if __name__ == "__main__":
    sys.exit(main())
