"""`make torture`: one run, its table or its JSON; 0 where everything holds, else 1."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys

import msgspec

from torture.breakages import BREAKAGES
from torture.run import table, torture


def main() -> int:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser(prog="torture", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=None, help="of the clients' and the killer's dice; printed")
    parser.add_argument("--break", dest="broken", choices=BREAKAGES, default=None, help="break the build on purpose")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", action="store_true", help="keep the journals and the logs")
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.randrange(10**6)
    report = asyncio.run(torture(given.seconds, seed=seed, broken=given.broken, keep=given.keep))
    print(msgspec.json.encode(report).decode() if given.json else table(report))
    return 0 if report.sound else 1


if __name__ == "__main__":
    sys.exit(main())
