"""The report: one page with everything in it, nothing fetched from anywhere, in the colours the reader's system is set to."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from placet.customers.schema import ProfileSchema
from placet.evaluation import plots
from placet.evaluation.notes import Case
from placet.evaluation.summary import FEW, Evaluation

_TEMPLATE = Path(__file__).with_name("report.html")


def render(found: Evaluation, cases: list[Case], schema: ProfileSchema, *, title: str, at: datetime) -> str:
    """The page as HTML. `title` names the notes, `at` is when they were read."""

    def label(key: str) -> str:
        return field.label if (field := schema.field(key)) else key

    drawn = plots.draw(found, label)
    text = {case.note_id: case for case in cases}
    troubled = [
        each for each in found.scored if each.missed or each.traps or any(v.verdict == "wrong" for v in each.verdicts)
    ]
    page: str = _template().render(
        found=found, plots=drawn, no_plots=not plots.available(), cases=text, troubled=troubled, title=title, at=at,
        few=FEW, label=label,
    )  # fmt: skip
    return page


@cache
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["share"] = share
    environment.filters["between"] = lambda interval: f"{share(interval[0])} to {share(interval[1])}"
    environment.filters["value"] = _value
    environment.filters["ms"] = lambda seconds: f"{seconds * 1000:,.1f} ms" if seconds < 1 else f"{seconds:,.2f} s"
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))


def share(number: float | None) -> str:
    """`97.3 %`, and 100 % only where nothing is missing."""
    if number is None:
        return "–"
    text = f"{number * 100:.1f}"
    return "100 %" if number == 1 else "99.9 %" if text == "100.0" else f"{text.removesuffix('.0')} %"


def _value(value: Any) -> str:
    """A value for a person; it need not be one that its field takes."""
    if isinstance(value, list):
        return ", ".join(_value(each) for each in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value is None else str(value)
