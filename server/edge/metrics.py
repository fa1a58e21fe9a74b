"""What a node counts, for Prometheus. Read when somebody asks, so that counting costs an addition and no more.

Every label comes from a bounded list: a client cannot make series.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from ipaddress import ip_address

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from server.edge.node import Node
from server.environment import Secret
from server.token import bearer

# Versions of clients beyond the most common ones count as "other".
VERSIONS = 20
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics_routes(node: Node, ops_token: Secret, n_queries: Callable[[], int]) -> list[BaseRoute]:
    """`n_queries`: what this process asked its database so far."""
    registry = CollectorRegistry()
    registry.register(NodeCollector(node, n_queries))

    async def metrics(request: Request) -> Response:
        if not may_read(request, ops_token):
            return PlainTextResponse("not found", 404)
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})

    return [Route("/metrics", metrics)]


def may_read(request: Request, ops_token: Secret) -> bool:
    """With the operator's token from anywhere; without one only from this machine, and not through a proxy on it."""
    if ops_token:
        return Secret(bearer(request.headers.get("authorization")) or "") == ops_token
    is_relayed = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return request.client is not None and not is_relayed and ip_address(request.client.host).is_loopback


def count_clients(node: Node) -> Counter[tuple[str, str]]:
    """Connections of this node by kind and version."""
    clients = Counter(token.client for token in node.tokens.values())
    versions = Counter(version for _, version in clients.elements())
    kept = {version for version, _ in versions.most_common(VERSIONS)}
    shown: Counter[tuple[str, str]] = Counter()
    for (kind, version), n in clients.items():
        shown[kind, version if version in kept else "other"] += n
    return shown


class NodeCollector(Collector):
    def __init__(self, node: Node, n_queries: Callable[[], int]) -> None:
        self._node = node
        self._n_queries = n_queries

    def collect(self) -> Iterator[Metric]:
        node, hub, supply, bus = self._node, self._node.hub, self._node.supply, self._node.bus
        yield self._connections()
        yield gauge("streams", "Streams somebody here reads", len(hub.streams))
        yield gauge("greeting", "Sockets that have not said hello", len(node.greeting))
        yield gauge("catching_up", "Connections that have less than there is", hub.catching.n_waiting)
        yield gauge("loop_lag_seconds", "How late the last tick was", node.lag_s)
        yield gauge("ready_bell", "Whether our own probe came back lately", bus.is_ready)
        yield counter("deliveries", "Events handed to live connections", hub.n_deliveries)
        yield counter("writes", "Joined writes to sockets", hub.n_writes)
        yield counter("flushes", "Turns of the loop in which something was written", supply.n_flushes)
        yield counter("flush_seconds", "Time spent in them", supply.n_flush_s)
        yield counter("fell_behind", "Times a connection had too much unsent", hub.n_fell_behind)
        yield counter("stalled", "Connections closed because they took nothing", node.n_stalled)
        yield counter("gaps_healed", "Lost bells found and fetched", supply.n_healed)
        yield counter("rings", "Rings taken by Redis", bus.n_rung)
        yield counter("rings_lost", "Rings Redis did not take", bus.n_lost)
        yield counter("rings_heard", "Rings of other processes", bus.n_heard)
        yield counter("bell_returns", "Times the bell came back", bus.n_returns)
        yield counter("queries", "Queries to PostgreSQL, without BEGIN and COMMIT", self._n_queries())
        yield labelled("attached", "Streams attached, by where the continuation came from", "how", supply.n_attached)
        yield labelled("commands", "Commands carried out", "op", node.n_done)
        yield labelled("refusals", "Refusals told to clients", "code", node.n_refused)

    def _connections(self) -> Metric:
        family = GaugeMetricFamily("shangke_connections", "Open sockets that said hello", labels=["kind", "version"])
        for (kind, version), n in count_clients(self._node).items():
            family.add_metric([kind, version], n)
        return family


def gauge(name: str, doc: str, value: float) -> Metric:
    return GaugeMetricFamily(f"shangke_{name}", doc, value=float(value))


def counter(name: str, doc: str, value: float) -> Metric:
    return CounterMetricFamily(f"shangke_{name}", doc, value=float(value))


def labelled(name: str, doc: str, label: str, values: dict[str, int]) -> Metric:
    family = CounterMetricFamily(f"shangke_{name}", doc, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
