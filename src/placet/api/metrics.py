"""`/metrics`: how Placet is doing, in Prometheus' text format. Numbers only: no name, id or value is in it.

Gauges are read from the database and say the same whichever process is asked; counters are of the process that answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from litestar import Request, Response, get
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from placet import counters
from placet.api.auth import runtime_of
from placet.api.spec import described
from placet.audit.tree import COUNTED, Unsealed, unsealed
from placet.errors import Unavailable
from placet.triggers.log import Standing, standing


class _Counted(Collector):
    """What was counted here, and what the database says; None where it is away."""

    def __init__(self, found: tuple[Standing, Unsealed] | None) -> None:
        self.found = found

    def collect(self) -> Iterator[Metric]:
        """The families, in a fixed order."""
        yield GaugeMetricFamily("placet_up", "Whether the database answers.", value=float(self.found is not None))
        if self.found is not None:
            yield from _deliveries(self.found[0])
            yield from _trail(self.found[1])
        attempts = CounterMetricFamily(
            "placet_delivery_attempts", "Attempts this process made.", labels=["trigger", "outcome"]
        )
        for labels, count in sorted(counters.attempts.items()):
            attempts.add_metric(list(labels), count)
        yield attempts
        decisions = CounterMetricFamily("placet_decisions", "Decisions this process answered.", labels=["outcome"])
        for outcome, count in sorted(counters.decisions.items()):
            decisions.add_metric([outcome], count)
        yield decisions
        sizes = HistogramMetricFamily("placet_gate_group_requests", "Requests that shared one transaction in the gate.")
        sizes.add_metric([], counters.group_sizes.cumulative(), counters.group_sizes.sum)
        yield sizes
        requests = HistogramMetricFamily(
            "placet_http_request_duration_seconds",
            "From a request to the beginning of its answer.",
            labels=["method", "route", "status"],
        )
        for key, seen in sorted(counters.requests.items()):
            requests.add_metric(list(key), seen.cumulative(), seen.sum)
        yield requests


def _deliveries(found: Standing) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("placet_deliveries", "Deliveries that are not made, by state.", labels=["state"])
    waiting.add_metric(["promised"], found.promised)
    waiting.add_metric(["retrying"], found.retrying)
    waiting.add_metric(["dead"], found.dead)
    yield waiting
    yield GaugeMetricFamily(
        "placet_delivery_oldest_due_seconds",
        "For how long the oldest delivery that is due waits.",
        value=found.oldest_due_s,
    )
    yield GaugeMetricFamily(
        "placet_trigger_rules_disabled", "Rules (webhooks too) that are turned off.", value=found.disabled
    )


def _trail(found: Unsealed) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "placet_trail_unsealed_events",
        f"Events under no signed checkpoint yet, counted up to {COUNTED}.",
        value=found.events,
    )
    yield GaugeMetricFamily(
        "placet_trail_unsealed_oldest_seconds",
        "For how long the oldest event without a seal waits.",
        value=found.oldest_s,
    )


@get("/metrics", opt=described("process", {200: None}, problems=(), public=True, media_type="text/plain"))
async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Read how Placet is doing, in the text format of Prometheus."""
    try:
        async with runtime_of(request).reading() as connection:
            found: tuple[Standing, Unsealed] | None = await standing(connection), await unsealed(connection)
    except Unavailable:
        found = None
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Counted(found))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
