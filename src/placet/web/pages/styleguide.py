"""`/styleguide`: the tokens and every part of a page in its states, drawn by the macros that draw the product.

Served to anybody where PLACET_DEV is yes, as the demo has it: what it shows is made up. It reads nothing and changes nothing.
"""

from __future__ import annotations

from typing import Any, ClassVar

from litestar import Request, Response, get

from placet.api.auth import runtime_of
from placet.artifacts.card import Badge
from placet.customers.fields import Change, Control
from placet.errors import NotFound
from placet.web import tokens, views
from placet.web.pages.surroundings import html
from placet.web.render import FLAGS


class Specimen(views.View, frozen=True, kw_only=True):
    """A card in one of its states, and when it is so."""

    name: str
    when: str
    proposal: views.Proposal
    opened: views.Opened


class StyleguidePage(views.Page, frozen=True, kw_only=True):
    """Tokens, small parts, and cards. `changes` are by the type of their field."""

    template: ClassVar[str] = "styleguide.html"
    shell: views.Shell
    colours: tuple[tokens.Token, ...]
    texts: tuple[tokens.Token, ...]
    sizes: tuple[tokens.Token, ...]
    flags: tuple[Badge, ...]
    changes: tuple[tuple[str, Change], ...]
    rows: views.Batch
    cards: tuple[Specimen, ...]
    past: tuple[views.Proposal, ...]
    controls: tuple[Control, ...]
    happenings: tuple[views.Happening, ...]
    refusal: views.Opened


@get("/styleguide")
async def show_styleguide(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The style guide, where this process is for developing; elsewhere there is no such page."""
    if not runtime_of(request).settings.dev:
        raise NotFound("There is no such page.")
    return html(page())


def page() -> StyleguidePage:
    """The page, of made-up people and proposals."""
    from placet.web.specimens import parts  # only where it is asked for

    return StyleguidePage(
        shell=parts.SHELL,
        colours=tokens.colours(),
        texts=tokens.texts(),
        sizes=tokens.sizes(),
        flags=tuple(Badge(kind, parts.LABELS[kind]) for kind in FLAGS),
        changes=tuple((name, each.card.change) for name, each in parts.CHANGES),
        rows=parts.ROWS,
        cards=tuple(
            Specimen(name=name, when=when, proposal=each, opened=opened) for name, when, each, opened in parts.CARDS
        ),
        past=parts.ENDED,
        controls=parts.CONTROLS,
        happenings=parts.HAPPENINGS,
        refusal=parts.REFUSED,
    )


handlers = (show_styleguide,)
