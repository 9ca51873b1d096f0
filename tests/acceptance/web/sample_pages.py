"""Pages that have more than proposals: insights of made-up decisions, and a session before its first word."""

from __future__ import annotations

from acceptance.web.sample import batch, filters, shell
from placet.web import views
from placet.web.specimens.proposals import CHANNELS, OCCUPATION, opened
from placet.web.specimens.words import HELENE, READER, REVIEW
from placet.web.views.insights import Counted, Figure, InsightsPage, Share, Table, WhatIf
from placet.web.views.session import SessionPage

LISTS = ("#u", "#e", "#r", "#all")


def _share(label: str, cases: int, ends: tuple[int, int, int] | None, low: int = 0, high: int = 100) -> Share:
    unchanged, edited, rejected = ends or (None, None, None)
    return Share(
        label=label, cases=cases, unchanged=unchanged, edited=edited, rejected=rejected, low=low, high=high, hrefs=LISTS
    )


def insights() -> InsightsPage:
    """Some hundred decisions; the last agent has too few for a share."""
    return InsightsPage(
        shell=shell("/insights", "insights", role="admin", name="Ines Roth"),
        filters=filters()[:2],
        figures=(
            Figure(label="Decided", text="412", caption="by 3 people", href="#all"),
            Figure(label="Unchanged", text="81 %", caption="334 of 412", href="#u"),
            Figure(label="With a change", text="11 %", caption="45 of 412", href="#e"),
            Figure(label="Rejected", text="8 %", caption="33 of 412", href="#r"),
            Figure(label="Median time", text="4 h", caption="from proposal to decision"),
            Figure(label="Waiting", text="13", caption="the oldest for 6 days", href="/inbox"),
        ),
        calibration=(
            _share("High", 240, (92, 5, 3), 88, 95),
            _share("Medium", 121, (71, 19, 10), 62, 78),
            _share("Low", 51, (53, 24, 23), 39, 66),
        ),
        tables=(
            Table(
                title="By agent", head="Agent", rows=(_share(READER, 400, (82, 10, 8)), _share("crm-import", 12, None))
            ),
            Table(
                title="By field",
                head="Field",
                rows=(_share("Risk appetite", 60, (74, 16, 10)), _share("Email", 45, (96, 2, 2))),
            ),
        ),
        pace=(
            Counted(count=12, words="in under 3 seconds", href="#fast"),
            Counted(count=31, words="without opening the evidence", href="#blind"),
        ),
        told=380,
        reasons=(Counted(count=14, words="hypothetical", href="#h"), Counted(count=9, words="wrong value", href="#w")),
        what_if=WhatIf(
            filters=filters()[1:3],
            taken=Counted(count=47, words="", href="#taken"),
            against=Counted(count=2, words="", href="#against"),
        ),
        export="/insights/export",
        decided=412,
        few=20,
    )


def session() -> SessionPage:
    """Two proposals in its folder, one of them open."""
    return SessionPage(
        shell=shell(f"/customers/{HELENE.id}/session", "customers"),
        customer=HELENE,
        rm="Claire Amiel",
        batches=(batch(REVIEW, (OCCUPATION, CHANNELS)),),
        seen=(views.Seen(label="Marketing consent", why="policy"),),
        opened=opened(OCCUPATION),
        in_scope=30,
        of=32,
        reader=READER,
        chat="/chat",
    )
