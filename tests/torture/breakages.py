"""The check has to fail where the build is broken, and for that reason: five builds broken on purpose, one after the other.

`python -m torture.breakages` prints which rule caught each, and ends with 0 only if all were caught and every other
finding of that run belongs to the same fault.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter

from torture.run import Report, torture

BREAKAGES = {
    "guard": ("a decided artifact may be decided again: no lock, no condition, no trigger", "one decision"),
    "delivery": ("deliveries are promised after the commit instead of in it", "deliveries"),
    "key": ("idempotency keys are stored after the commit instead of in it", "stored"),
    "refusals": ("refusals are not stored under their key", "stored"),
    "null": ("`status <> 'pending'` falls through on a row that is missing", "acknowledged"),
}


def caught(report: Report) -> bool:
    """Whether the rule that the breakage breaks was found broken."""
    assert report.broken is not None
    return any(finding.rule == BREAKAGES[report.broken][1] for finding in report.findings)


def main() -> int:
    """Run the named breakages, or all of them."""
    parser = argparse.ArgumentParser(prog="torture.breakages", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *BREAKAGES], default=[])
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    missed = []
    for name in given.names or BREAKAGES:
        what, rule = BREAKAGES[name]
        report = asyncio.run(torture(given.seconds, seed=given.seed, broken=name))
        by_rule = Counter(finding.rule for finding in report.findings)
        print(f"{name}: {what}")
        print(f"  {'caught' if caught(report) else 'NOT CAUGHT'}, by {dict(by_rule)}")
        for finding in [f for f in report.findings if f.rule == rule][:2]:
            print(f"  {finding.rule}: {finding.about}: {finding.what}", flush=True)
        if not caught(report):
            missed.append(name)
    print(f"Not caught: {', '.join(missed)}" if missed else "Every breakage was caught.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
