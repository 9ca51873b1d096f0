"""Calendar files: a task as iCalendar (RFC 5545), the same bytes each time it is asked for.

A task with a day is an all-day event, which every calendar imports; one without is a to-do, as an event must have a day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec

MEDIA_TYPE = "text/calendar"  # in UTF-8


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What goes into the file; `at` is when it was approved, `id` what makes it the same task wherever it is imported."""

    id: str
    title: str
    customer: str
    at: datetime
    due: date | None = None
    details: str | None = None


def uid(task_id: str) -> str:
    """The iCalendar UID of a task."""
    return f"{task_id}@placet"


def calendar_file(task: Task) -> bytes:
    """The task as an .ics file."""
    from icalendar import Calendar, Event, Todo

    calendar = Calendar()
    calendar.add("prodid", "-//Placet//Tasks//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if task.due is not None:
        entry: Event | Todo = Event()
        entry.add("dtstart", task.due)
        entry.add("dtend", task.due + timedelta(days=1))
        entry.add("transp", "TRANSPARENT")  # a day's task keeps nobody from meeting
    else:
        entry = Todo()
        entry.add("status", "NEEDS-ACTION")
    at = task.at.astimezone(UTC).replace(microsecond=0)
    entry.add("uid", uid(task.id))
    entry.add("dtstamp", at)
    entry.add("created", at)
    entry.add("summary", f"{task.title} ({task.customer})")
    if task.details:
        entry.add("description", task.details)
    calendar.add_component(entry)
    return bytes(calendar.to_ical())
