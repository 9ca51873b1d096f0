"""Render an approved document and keep its PDF with the delivery. Rendering is bounded and sees nothing: `placet.documents`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from placet.documents.render import NotRendered, Source, of_template, render
from placet.errors import InvalidValue, Unavailable
from placet.triggers.trigger import Context, Delivery, Done, Failed, Output, Result, RetryLater, Trigger

FILE = "document.pdf"


def source_of(value: Mapping[str, Any]) -> Source:
    """What is rendered: a document's own `source`, or its `template` with its `data`. InvalidValue where it has both, or none."""
    text, template = value.get("source"), value.get("template")
    if (text is None) == (template is None):
        raise InvalidValue("A document has either a Typst source or a template.", field="source")
    if text is not None:
        if value.get("data") is not None:
            raise InvalidValue("Data goes with a template, not with a Typst source.", field="data")
        return Source(str(text))
    return of_template(str(template), value.get("data") or {})


class RenderDocument(Trigger):
    """`document.render`: what is approved is a document."""

    name, label = "document.render", "Render the document"
    timeout = timedelta(seconds=60)

    async def call(self, delivery: Delivery, config: Any, context: Context) -> Result:
        """The PDF, dated with its approval: the same bytes however often it is rendered."""
        try:
            made = await render(source_of(delivery.value), at=delivery.decided_at)
        except (NotRendered, InvalidValue) as error:
            return Failed(why=error.sentence)
        except Unavailable as error:
            return RetryLater(why=error.sentence)
        return Done(
            detail=f"Rendered, {len(made) / 1000:,.0f} kB.",
            outputs=(Output(name=FILE, media_type="application/pdf", content=made),),
        )
