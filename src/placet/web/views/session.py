"""What a session shows."""

from __future__ import annotations

from typing import ClassVar

from placet.web.views.pages import Page, Seen, Shell
from placet.web.views.pieces import Batch, Customer, Opened


class SessionPage(Page, frozen=True, kw_only=True):
    """A chat about one customer: `batches` were proposed in it, `seen` was not. Agents may propose for `in_scope` of all fields.

    `chat` is the endpoint that takes a turn; `words` (JSON) are what its script calls fields and reasons. `offline`: no
    language model is asked.
    """

    template: ClassVar[str] = "session.html"
    shell: Shell
    customer: Customer
    rm: str
    batches: tuple[Batch, ...] = ()
    seen: tuple[Seen, ...] = ()
    opened: Opened | None = None
    in_scope: int
    of: int
    reader: str
    offline: bool = True
    max_length: int = 1_000_000
    chat: str
    words: str = "{}"
