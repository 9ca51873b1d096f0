"""What the style guide shows of each part of a page."""

from __future__ import annotations

import msgspec

from placet.customers import fields
from placet.web import views
from placet.web.specimens.proposals import (
    ADDRESS,
    ASCONA,
    CHANNELS,
    CLEARED,
    DEPENDANTS,
    FIRST,
    HORIZON,
    INCOME,
    LIQUIDITY,
    LONG,
    ODD,
    PAST,
    PHONE,
    REVIEWED,
    RISK,
    WEALTH,
    minutes,
    opened,
)
from placet.web.specimens.words import FIELDS, NOW, READER, REVIEW

SHELL = views.Shell(user=views.Person(name="Claire Amiel", role="rm"), csrf="t0ken", here="/styleguide", now=NOW)
LABELS = {  # what a badge of each kind says
    "stale": "Stale",
    "rival": "Rival",
    "unverified": "Quote not found",
    "reason": "Needs a reason",
    "dual": "Two signatures",
    "expires": "Expires in 2 days",
    "human_only": "For people only",
    "restricted": "Restricted",
}
CHANGES = (
    ("Text, a word or two", ASCONA),
    ("Text, many words", LONG),
    ("List", CHANNELS),
    ("Ordered choice", RISK),
    ("Date", REVIEWED),
    ("Whole number", DEPENDANTS),
    ("Band", INCOME),
    ("Empty before", FIRST),
    ("Cleared", CLEARED),
    ("With characters to mistrust", ODD),
)
ROWS = views.Batch(
    id="b-guide",
    agent=READER,
    proposed_at=minutes(125),
    proposals=(DEPENDANTS, WEALTH, REVIEWED, msgspec.structs.replace(FIRST, may=())),
    source=REVIEW,
    offer=views.Offer(
        accepts=1, of=3, left_out=(views.LeftOut(why="rival", count=1), views.LeftOut(why="dual", count=1))
    ),
)
_JONAS = views.Provenance(by="Jonas Reber", at=minutes(1100))
CARDS = (
    ("Needs a reason", "The field is open already; accepting without a reason moves there.", RISK, opened(RISK)),
    ("Edit", "The field's own control, filled in. Ctrl+Enter accepts, Esc leaves.", CHANNELS, opened(CHANNELS, "edit")),
    ("Reject", "A reason in one key.", LIQUIDITY, opened(LIQUIDITY, "reject")),
    (
        "Stale",
        "Three values and no solid button; accepting asks once more.",
        ADDRESS,
        opened(ADDRESS, expected='""', now=_JONAS),
    ),
    ("Quote not found", "Dashed and red: nothing is marked, since nothing was found.", PHONE, opened(PHONE, now=None)),
    ("Decided", "Pencil is ink now; the buttons are gone.", HORIZON, opened(HORIZON)),
)
ENDED = tuple(each for each in PAST if each.status != "pending")
CONTROLS = (
    fields.control(FIELDS["occupation"], "Of counsel"),
    fields.control(FIELDS["riskAppetite"], "Conservative"),
    fields.control(FIELDS["nextReview"], "2027-04-15"),
    fields.control(FIELDS["channels"], ["Email"]),
)
HAPPENINGS = (
    views.Happening(
        at=minutes(125),
        mark="pending",
        sentence=(views.Bit(text=READER, kind="strong"), views.Bit(text=" proposed 8 changes.")),
        number=88215,
    ),
    views.Happening(
        at=minutes(14),
        mark="rejected",
        sentence=(
            views.Bit(text="You rejected "),
            views.Bit(text="Residential address", kind="strong"),
            views.Bit(text=": hypothetical."),
        ),
        number=88230,
    ),
    views.Happening(
        at=minutes(12),
        mark="edited",
        ink=True,
        sentence=(
            views.Bit(text="You accepted "),
            views.Bit(text="Investment horizon", kind="strong"),
            views.Bit(text=" with a change: "),
            views.Bit(text="3 to 5 years", kind="decided"),
            views.Bit(text="."),
        ),
        caption="On the web. Reason recorded.",
        number=88232,
    ),
)
REFUSED = opened(
    RISK,
    refusal=views.Refusal(
        headline="Not accepted.",
        sentence="Jonas Reber was first.",
        link=views.Link(label="Show the decision", href="#a-" + HORIZON.id),
    ),
)
