"""Send an approved e-mail draft over SMTP, from Placet's address in the name of who approved it, whom answers go to.

The Message-ID is made from the delivery's id, so that a mail sent twice is known as one; a draft that answers an earlier
one names the mails before it, so that it stands in their thread.
"""

from __future__ import annotations

from email.headerregistry import Address
from typing import Any

from placet.db.engine import statements
from placet.errors import Invalid
from placet.mail.message import Mail, address, message_id
from placet.mail.send import NotSent, mail_server, send
from placet.triggers.trigger import Context, Delivery, Done, Failed, Result, RetryLater, Trigger

SQL = statements(__package__, "email_send.sql")


class SendEmail(Trigger):
    """`email.send`: what is approved needs `to`, `subject` and `body`."""

    name, label = "email.send", "Send the mail"

    async def call(self, delivery: Delivery, config: Any, context: Context) -> Result:
        """Hand the mail over; a server that says no for good is not asked again."""
        try:
            server = mail_server(context.settings)
        except Invalid as error:
            return RetryLater(why=error.sentence)
        if server is None:
            return RetryLater(why="PLACET_SMTP_URL is not set, so no mail can be sent.")
        said = delivery.value
        try:
            to = tuple(address(text) for text in said["to"])
            cc = tuple(address(text) for text in said.get("cc") or ())
            subject, text = str(said["subject"]), str(said["body"])
        except Invalid as error:
            return Failed(why=error.sentence)
        except (KeyError, TypeError):
            return Failed(why="This is no mail: it needs to, subject and body.")
        async with context.reading() as connection:
            sender = await connection.fetchrow(SQL["decider"], delivery.decided_by)
            before = await connection.fetch(SQL["thread"], delivery.artifact_id)
        mail = Mail(
            sender=Address(
                delivery.decided_by_name or server.sender.display_name, server.sender.username, server.sender.domain
            ),
            reply_to=address(sender["email"], sender["name"]) if sender is not None else None,
            to=to,
            cc=cc,
            subject=subject,
            text=text,
            message_id=message_id(delivery.id, server.sender),
            references=tuple(message_id(row["delivery_id"], server.sender) for row in before),
            at=delivery.decided_at,
        )
        try:
            return Done(detail=await send(server, mail))
        except NotSent as error:
            if error.permanent:
                return Failed(why=str(error), status_code=error.code)
            return RetryLater(why=str(error), status_code=error.code)
