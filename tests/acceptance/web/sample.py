"""What surrounds the made-up proposals on the pages that tests look at: the shell, batches, filters."""

from __future__ import annotations

from typing import Any

from placet.web import views
from placet.web.specimens.proposals import minutes
from placet.web.specimens.words import ARUN, HELENE, MARGRETHE, NOW, PAOLO, READER


def shell(
    here: str, current: str = "inbox", *, role: str = "rm", name: str = "Claire Amiel", **more: Any
) -> views.Shell:
    """What surrounds a page of Claire Amiel's."""
    return views.Shell(
        user=views.Person(name=name, role=role),
        csrf="t0ken",
        here=here,
        now=NOW,
        current=current,
        pending=13,  # type: ignore[arg-type]
        lately=tuple(
            views.Lately(customer=customer, pending=n)
            for customer, n in ((HELENE, 6), (ARUN, 4), (PAOLO, 3), (MARGRETHE, 0))
        ),
        may_read=role != "auditor",
        **more,
    )


def batch(source: views.Source | None, proposals: tuple[views.Proposal, ...], ago: float = 125) -> views.Batch:
    """A batch, with what accepting all of it would take."""
    waiting = [each for each in proposals if "accepted" in each.may]
    whys = [
        each.held
        or (
            "unverified"
            if any(b.kind == "unverified" for b in each.card.badges)
            else "rival"
            if any(b.kind == "rival" for b in each.card.badges)
            else "low"
            if each.confidence == "low"
            else None
        )
        for each in waiting
    ]
    left = tuple(views.LeftOut(why=why, count=whys.count(why)) for why in dict.fromkeys(why for why in whys if why))
    return views.Batch(
        id=f"b-{source.id}" if source else "b-none",
        agent=READER,
        proposed_at=minutes(ago),
        proposals=proposals,
        source=source,
        offer=views.Offer(accepts=whys.count(None), of=len(waiting), left_out=left),
    )


def filters(**chosen: str) -> tuple[views.Filter, ...]:
    """The filters of the inbox."""
    table = (
        ("customer", "Customer", ("Any customer", "Helene Brandt", "Arun Mehta", "Paolo Castellani")),
        ("field", "Field", ("Any field", "Occupation", "Risk appetite")),
        ("confidence", "Confidence", ("Any confidence", "High", "Medium", "Low")),
        ("flag", "Flag", ("Any flag", "Stale", "Needs a reason")),
        ("order", "Order", ("Newest first", "Oldest first")),
    )
    return tuple(
        views.Filter(
            name=name,
            label=label,
            value=chosen.get(name, ""),
            choices=tuple(
                views.Choice(value="" if i == 0 else word.lower(), label=word) for i, word in enumerate(words)
            ),
        )
        for name, label, words in table
    )
