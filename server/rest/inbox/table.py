"""The endpoints of the message centre and platform pushes: rows of the one table in `server.rest.routes`."""

from __future__ import annotations

from protocol.inbox import InboxPage, NewPush, Push, Pushes, PushTargets
from server.rest.endpoint import Endpoint, Who, endpoint, endpoint_with
from server.rest.inbox.items import list_items
from server.rest.inbox.pushes import list_pushes, list_targets, make_push, show_push, stop_push

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", "/api/inbox", Who.ACCOUNT, list_items, gives=InboxPage, query=("kind", "after")),
    endpoint("GET", "/api/pushes", Who.OPERATOR, list_pushes, gives=Pushes, query=("after",)),
    endpoint_with(NewPush, "POST", "/api/pushes", Who.OPERATOR, make_push, gives=Push, status=201),
    endpoint("GET", "/api/push-targets", Who.OPERATOR, list_targets, gives=PushTargets, query=("kind", "query")),
    endpoint("GET", "/api/pushes/{id}", Who.OPERATOR, show_push, gives=Push),
    endpoint("POST", "/api/pushes/{id}/stop", Who.OPERATOR, stop_push, gives=Push),
)
