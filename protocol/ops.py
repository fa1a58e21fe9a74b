"""Bodies of the REST layer for whoever runs the platform."""

from __future__ import annotations

import msgspec

from protocol.envelopes import ClientKind


class LeastVersion(msgspec.Struct, frozen=True, kw_only=True):
    """Older clients of the kind are told to update (R7)."""

    kind: ClientKind
    version: str


class ClientCount(msgspec.Struct, frozen=True, kw_only=True):
    """Connections open now, on all nodes. `version` "other": the rare ones of all kinds together."""

    kind: ClientKind
    version: str
    n_connections: int


class Clients(msgspec.Struct, frozen=True, kw_only=True):
    """`clients`: most connections first; `n_nodes`: how many nodes told theirs."""

    least_versions: list[LeastVersion]
    clients: list[ClientCount]
    n_nodes: int


# What clients write; everything else here is written by the server.
REQUESTS: tuple[type[msgspec.Struct], ...] = ()
