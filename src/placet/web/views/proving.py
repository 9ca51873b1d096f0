"""What an artifact's page says of its trail's proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from placet.web.views.pieces import View

if TYPE_CHECKING:
    from datetime import datetime

Sealed = Literal["verified", "waiting", "late", "broken", "unknown"]


class Knot(View, frozen=True, kw_only=True):
    """A hash of the drawing: on the way from the event to the root (`ink`), or beside it."""

    x: int
    y: int
    ink: bool


class Stroke(View, frozen=True, kw_only=True):
    """A line between two of them; `skips` stands for those in between that are not drawn."""

    x1: int
    y1: int
    x2: int
    y2: int
    ink: bool
    skips: bool = False


class Way(View, frozen=True, kw_only=True):
    """The way from one event up to the signed root, `steps` hashes long, of which `hidden` are not drawn."""

    number: int
    steps: int
    hidden: int
    height: int
    strokes: tuple[Stroke, ...]
    knots: tuple[Knot, ...]


class Seal(View, frozen=True, kw_only=True):
    """How an artifact's events stand to the newest checkpoint, worked out when the page was made.

    `state`: verified; waiting for the next checkpoint; late, as nobody has sealed for a while; broken; unknown, as no key here
    vouches for the checkpoint. `broken` are the numbers of the events that do not match, `differs` says how the artifact is not
    what they tell.
    """

    state: Sealed
    events: int
    waiting: int = 0
    broken: tuple[int, ...] = ()
    differs: str | None = None
    at: datetime | None = None
    size: int = 0
    root: str = ""
    signed_by: str = ""
    key_id: str = ""
    file: str = ""
    command: str = ""
    way: Way | None = None
