"""Create an approved task where people keep theirs: a calendar file with the delivery and, where a rule names a CalDAV
collection (RFC 4791), the same as an entry there. The entry's name is the task's id, so it is made once however often it is tried.
"""

from __future__ import annotations

import base64
from datetime import date
from urllib.parse import quote

import msgspec

from placet.errors import Invalid
from placet.triggers.addresses import Refused, check_url
from placet.triggers.calendar import MEDIA_TYPE, Task, calendar_file
from placet.triggers.outside import CallFailed
from placet.triggers.trigger import Context, Delivery, Done, Failed, Output, Result, RetryLater, Trigger

FILE = "task.ics"


class TaskConfig(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The CalDAV collection that tasks are put into, and how to sign in there; without one the calendar file is all."""

    url: str | None = None
    username: str | None = None
    password: str | None = None


class CreateTask(Trigger):
    """`task.create`: what is approved needs `title` and may have `due` and `details`."""

    name, label = "task.create", "Create the task"
    Config = TaskConfig
    secrets = frozenset({"password"})

    def check(self, config: TaskConfig) -> None:
        """The collection's address must be one that may be called, and a password needs a name."""
        if config.url is not None:
            check_url(config.url, loopback=True)
        if config.password is not None and config.username is None:
            raise Invalid("A password needs a username.", code="invalid_config")

    async def call(self, delivery: Delivery, config: TaskConfig, context: Context) -> Result:
        """Make the file, and put it into the collection if there is one."""
        said = delivery.value
        try:
            due = date.fromisoformat(said["due"]) if said.get("due") else None
            made = calendar_file(
                Task(
                    id=delivery.artifact_id,
                    title=str(said["title"]),
                    due=due,
                    details=said.get("details"),
                    customer=delivery.customer_name,
                    at=delivery.decided_at,
                )
            )
        except (KeyError, TypeError, ValueError):
            return Failed(why="This is no task: it needs a title, and its day is written 2026-11-30.")
        outputs = (Output(name=FILE, media_type=MEDIA_TYPE, content=made),)
        if config.url is None:
            return Done(detail="The calendar file is ready.", outputs=outputs)
        headers = {"Content-Type": f"{MEDIA_TYPE}; charset=utf-8", "If-None-Match": "*"}
        if config.username is not None:
            pair = f"{config.username}:{config.password or ''}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        address = f"{config.url.rstrip('/')}/{quote(delivery.artifact_id, safe='')}.ics"
        try:
            # The collection takes entries without METHOD (RFC 4791, 4.1).
            answer = await context.outside.send("PUT", address, made.replace(b"METHOD:PUBLISH\r\n", b""), headers)
        except Refused as error:
            return Failed(why=str(error))
        except CallFailed as error:
            return RetryLater(why=str(error))
        if answer.good or answer.status == 412:  # somebody (an earlier attempt) put it there
            return Done(detail="It stands in the calendar.", status_code=answer.status, outputs=outputs)
        if answer.status == 429 or answer.status >= 500 or answer.status == 408:
            return RetryLater(
                why=f"The calendar answered {answer.status}.", status_code=answer.status, after=answer.retry_after
            )
        return Failed(why=f"The calendar answered {answer.status}.", status_code=answer.status)
