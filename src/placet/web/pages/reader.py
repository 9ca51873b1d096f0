"""What of a proposal depends on who reads it: whose it is to them, and whether they asked to see what is restricted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from placet.artifacts import lifecycle
from placet.artifacts.artifact import Artifact
from placet.artifacts.card import Badge
from placet.artifacts.inbox import Undone
from placet.artifacts.sources import Context
from placet.customers import access
from placet.customers.delegations import Delegation
from placet.customers.fields import Change
from placet.identity.principal import Principal
from placet.web import views
from placet.web.render import HIDDEN


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What a proposal's page reads beside it: where quotes stand, what the reader stands in for, what they asked to see, what
    was undone.
    """

    contexts: Mapping[str, Context] = {}
    lent: Sequence[Delegation] = ()
    revealed: frozenset[str] = frozenset()
    undone: Undone = Undone()


def hidden(made: views.Proposal) -> views.Proposal:
    """The same without what it says: neither values nor the words they were read from."""
    card, replace = made.card, msgspec.structs.replace
    change = Change(kind="plain", before=HIDDEN if card.change.before is not None else None, after=HIDDEN)
    dots = {name: HIDDEN for name in ("now", "proposed", "when_proposed") if getattr(card, name)}
    return replace(
        made,
        hidden=True,
        card=replace(
            card, change=change, lines=[], files=[], badges=[Badge("restricted", "Restricted"), *card.badges], **dots
        ),
        evidence=replace(made.evidence, quote=HIDDEN, before="", after="") if made.evidence is not None else None,
        why=None,
        may=tuple(word for word in made.may if word == lifecycle.REJECTED),
        decision=replace(made.decision, instead_of=None) if made.decision is not None else None,
        signature=replace(made.signature, value=None, instead_of=None, sent=None)
        if made.signature is not None
        else None,
    )


def lent(artifact: Artifact, who: Principal, given_to_them: Sequence[Delegation]) -> views.Lent | None:
    """For whom the reader may decide it, and until when; None where it is their own, or not theirs to decide."""
    stands = access.standing(who, artifact.customer_id, artifact.customer_rm, artifact.customer_team, artifact.id)
    if stands.for_rm is None or not artifact.pending:
        return None
    reach = [
        given.until_at
        for given in given_to_them
        if given.from_user == stands.for_rm[0]
        and (given.customer_ids is None or artifact.customer_id in given.customer_ids)
        and (given.artifact_ids is None or artifact.id in given.artifact_ids)
    ]
    return views.Lent(name=stands.for_rm[1], until=max(reach)) if reach else None


def said_once(batches: tuple[views.Batch, ...]) -> tuple[tuple[views.Batch, ...], views.Lent | None]:
    """The batches of a customer, and whose they are where that is the same for all: then no proposal says it again."""
    whose = {proposal.lent for batch in batches for proposal in batch.proposals}
    if len(whose) != 1 or None in whose:
        return batches, None
    replace = msgspec.structs.replace
    plain = tuple(replace(b, proposals=tuple(replace(p, lent=None) for p in b.proposals)) for b in batches)
    return plain, whose.pop()
