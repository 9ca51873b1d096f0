"""Whom to invite: each approved interest as one line of a list, kept with the delivery."""

from typing import Any

import msgspec

from placet.triggers.trigger import Context, Delivery, Done, Failed, Output, Result, Trigger


class InviteConfig(msgspec.Struct, forbid_unknown_fields=True):
    """What a rule may set: the name of the list."""

    list: str = "invitations"


class Invite(Trigger):
    """Writes a line of the list. The same delivery gives the same line, however often it is made."""

    name, label = "interest.invite", "Put on the invitation list"
    Config = InviteConfig

    async def call(self, delivery: Delivery, config: InviteConfig, context: Context) -> Result:
        """Make the line."""
        said: dict[str, Any] = delivery.value
        if "category" not in said:
            return Failed(why="Only interests go on the list.")
        line = f"{delivery.customer_name}\t{said['category']}\t{said['label']}\n"
        output = Output(name=f"{config.list}.tsv", media_type="text/tab-separated-values", content=line.encode())
        return Done(detail=f"On the list {config.list}.", outputs=(output,))
