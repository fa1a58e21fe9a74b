"""Which clients are connected, and which versions are still served (R7)."""

from __future__ import annotations

from typing import get_args

from starlette.responses import Response

from protocol.envelopes import ClientKind
from protocol.ops import ClientCount, Clients, LeastVersion
from server.rest.answer import answer
from server.rest.call import Call

KINDS: dict[str, ClientKind] = {kind: kind for kind in get_args(ClientKind)}


async def show_clients(call: Call) -> Response:
    """Connections open now by kind and version, and the oldest versions served."""
    counted = await call.services.census.read()
    return answer(
        Clients(
            least_versions=[least(each) for each in call.services.config.least_versions],
            clients=[
                ClientCount(kind=KINDS[kind], version=version, n_connections=n)
                for (kind, version), n in counted.clients.most_common()
                if kind in KINDS
            ],
            n_nodes=counted.n_nodes,
        )
    )


def least(setting: str) -> LeastVersion:
    kind, _, version = setting.partition("=")
    return LeastVersion(kind=KINDS[kind], version=version)
