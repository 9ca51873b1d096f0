"""How far somebody has read the trail: up to a sequence number, but for the numbers below it that were not there yet.

Sequence numbers are given when an event is written and seen when it is committed, so a lower one may appear after a higher.
A position names what is still missing below its highest number; whoever continues from it misses nothing and gets nothing
twice, whatever committed in which order, and from whichever server process.
"""

from __future__ import annotations

from placet.errors import Invalid

MOST = 64  # missing numbers that a position names in text; with more of them it starts at the first again
_TOO_FAR = 10_000  # a jump by more than that is a sequence that was set by hand: nobody waits for what is in it


class Position:
    """`high` is the highest number read, `missing` those below it that may still come."""

    __slots__ = ("high", "missing")

    def __init__(self, high: int = 0, missing: set[int] | None = None) -> None:
        self.high = high
        self.missing = missing if missing is not None else set()

    def take(self, seq: int) -> bool:
        """Whether this number is new here; from now on it is not."""
        if seq > self.high:
            if seq - self.high <= _TOO_FAR:
                self.missing.update(range(self.high + 1, seq))
            self.high = seq
            return True
        if seq in self.missing:
            self.missing.remove(seq)
            return True
        return False

    def give_up(self, gone: set[int]) -> None:
        """These numbers will never come: whoever had them rolled back."""
        self.missing -= gone

    def copy(self) -> Position:
        """The same, to go on from independently."""
        return Position(self.high, set(self.missing))

    def __str__(self) -> str:
        """The text that `read` understands: `105`, or `105-101.103` while 101 and 103 are missing."""
        missing = sorted(self.missing)
        if len(missing) > MOST:
            return str(missing[0] - 1)
        return f"{self.high}-{'.'.join(map(str, missing))}" if missing else str(self.high)


def read(text: str) -> Position:
    """A position from its text; Invalid for anything that is none of ours."""
    high, dash, rest = text.partition("-")
    missing = rest.split(".") if dash else []
    if len(missing) > MOST or not all(_is_number(part) for part in (high, *missing)):
        raise Invalid("This is no place in the stream.", code="invalid_cursor")
    found = Position(int(high), {int(part) for part in missing})
    if any(number >= found.high for number in found.missing):
        raise Invalid("This is no place in the stream.", code="invalid_cursor")
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18
