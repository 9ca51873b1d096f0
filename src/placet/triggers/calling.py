"""One POST and what its answer means for a delivery. Triggers that call somebody over HTTP use it."""

from __future__ import annotations

from collections.abc import Mapping

from placet.triggers.addresses import Refused
from placet.triggers.outside import Answer, CallFailed
from placet.triggers.trigger import Context, Done, Failed, Result, RetryLater

GONE, TOO_MANY = 410, 429


async def post(context: Context, url: str, body: bytes, headers: Mapping[str, str]) -> Result:
    """POST to a public address. 2xx is Done, 410 Failed for the rule too, everything else RetryLater, redirects among it."""
    try:
        answer = await context.outside.post(url, body, headers)
    except (Refused, CallFailed) as error:
        return RetryLater(why=str(error))
    return meaning(answer)


def meaning(answer: Answer) -> Result:
    """What became of a delivery by what its receiver answered."""
    status, text = answer.status, answer.text
    if answer.good:
        return Done(detail=f"Answered {status}.", status_code=status, answer=text)
    if status == GONE:
        return Failed(why="Answered 410: it wants nothing more.", status_code=status, disable=True, answer=text)
    if 300 <= status < 400:
        why = f"Answered {status}, a redirect; what was signed for one address is not sent to another."
    elif answer.retry_after is not None:
        why = f"Answered {status}, and asks to wait {answer.retry_after.total_seconds():,.0f} s."
    else:
        why = f"Answered {status}."
    return RetryLater(why=why, status_code=status, after=answer.retry_after, answer=text)
