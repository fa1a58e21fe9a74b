"""The door of one path: method, caller and body are checked here, refusals and faults answered here, each request
logged here in one line. Handlers behind it only say what they are about.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from protocol.errors import Code, Refused
from protocol.ids import ID_PATTERN
from server.authentication import authenticate
from server.rest.answer import problem
from server.rest.call import Call
from server.rest.endpoint import Endpoint
from server.rest.etag import tagged
from server.rest.once import HEADER, hash_of, key_of, once
from server.rest.services import Services
from server.store.devices import KnownDevice, touch_devices
from server.store.platform_roles import has_role
from server.token import bearer

log = logging.getLogger("shangke.rest")

BODY_TIMEOUT_S = 30.0
MOST_QUERY_FIELDS = 8
# A device's last visit is written down this often; it would be a write per request otherwise.
TOUCH_S = 3_600.0
_ID = re.compile(ID_PATTERN[1:-1])


class Door:
    """All methods of one path, as an ASGI app."""

    def __init__(self, services: Services, path: str, endpoints: Mapping[str, Endpoint]) -> None:
        self._services = services
        self._path = path
        self._endpoints = endpoints
        methods = set(endpoints) | ({"HEAD"} if "GET" in endpoints else set())
        self._allow = ", ".join(sorted(methods))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, request_id, began = Request(scope, receive), secrets.token_hex(8), perf_counter()
        visit = Visit()
        try:
            response = await self._respond(request, request_id, visit)
        except ClientDisconnect:
            visit.outcome, response = "gone", Response(None, 400)
        response.headers["X-Request-Id"] = request_id
        try:
            await response(scope, receive, send)
        finally:
            # The route, never the path or the query: a signed link is in there.
            log.info(
                "request=%s method=%s route=%s status=%d ms=%.1f account=%s device=%s outcome=%s",
                request_id,
                request.method if request.method in KNOWN_METHODS else "other",
                self._path,
                response.status_code,
                (perf_counter() - began) * 1_000,
                visit.caller.account if visit.caller else "-",
                visit.caller.id if visit.caller else "-",
                visit.outcome,
            )

    async def _respond(self, request: Request, request_id: str, visit: Visit) -> Response:
        endpoint = self._endpoints.get("GET" if request.method == "HEAD" else request.method)
        if endpoint is None:
            visit.outcome = "method"
            refused = Refused(Code.UNKNOWN_COMMAND)
            return problem(refused, request_id, status=405, headers={"Allow": self._allow})
        try:
            return await self._let_in(endpoint, request, request_id, visit)
        except Refused as refused:
            visit.outcome = refused.code
            return problem(refused, request_id)
        except ClientDisconnect:
            raise
        except Exception:
            visit.outcome = "fault"
            log.exception("request=%s route=%s", request_id, self._path)
            return problem(Refused(Code.INTERNAL), request_id)

    async def _let_in(self, endpoint: Endpoint, request: Request, request_id: str, visit: Visit) -> Response:
        check_ids(request.path_params)
        query = read_query(request.scope["query_string"])
        now = self._services.entrance.now()
        if endpoint.who.needs_token:
            visit.caller = await authenticate(self._services.database, bearer(request.headers.get("authorization")))
            if (now - visit.caller.seen_at).total_seconds() > TOUCH_S:
                await touch_devices(self._services.database, [visit.caller.id])
            role = endpoint.who.platform_role
            if role is not None and not await has_role(self._services.database, visit.caller.account, role):
                raise Refused(Code.NOT_FOUND)
        call = Call(
            services=self._services,
            request_id=request_id,
            now=now,
            caller=visit.caller,
            roles=endpoint.who.roles,
            path=request.path_params,
            query=query,
            headers=request.headers,
            request=request,
        )
        data = await read_body(request, endpoint.limit_bytes) if endpoint.takes else b""
        key = key_of(request) if (endpoint.takes_key or endpoint.method == "POST") and visit.caller else None
        if key is None or visit.caller is None:
            return tagged(request, await endpoint.run(call, data))
        if endpoint.takes_key and endpoint.is_upload:
            # Nobody can say whether it is the same before its handler has read it.
            return await endpoint.run(replace(call, key=key), data)
        if endpoint.takes is None and has_body(request):
            raise Refused(Code.BAD_FIELD, HEADER, data={"field": HEADER})
        return await once(
            self._services.database,
            visit.caller.account,
            key,
            hash_of(request, data),
            lambda claim: endpoint.run(replace(call, claim=claim), data),
        )


class Nowhere:
    """What no path of ours is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = secrets.token_hex(8)
        response = problem(Refused(Code.NOT_FOUND), request_id)
        response.headers["X-Request-Id"] = request_id
        log.info("request=%s route=- status=404", request_id)
        await response(scope, receive, send)


async def whole_server(scope: Scope, receive: Receive, send: Send) -> None:
    """What `*` names, which is no path: nothing can be asked of it."""
    if scope["type"] == "websocket":
        await WebSocketClose()(scope, receive, send)
        return
    request_id = secrets.token_hex(8)
    headers = {"Allow": ", ".join(sorted(KNOWN_METHODS - {"OPTIONS"}))}
    response = problem(Refused(Code.UNKNOWN_COMMAND), request_id, status=405, headers=headers)
    response.headers["X-Request-Id"] = request_id
    log.info("request=%s route=* status=405", request_id)
    await response(scope, receive, send)


KNOWN_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class Visit:
    """What the log line will say; filled in as far as the request gets."""

    def __init__(self) -> None:
        self.caller: KnownDevice | None = None
        self.outcome = "ok"


def has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def check_ids(path: Mapping[str, str]) -> None:
    """Every path parameter of ours is an id; what is none cannot be found."""
    if not all(_ID.fullmatch(value) for value in path.values()):
        raise Refused(Code.NOT_FOUND)


def read_query(text: bytes) -> dict[str, str]:
    """The first value of each name. Raises Refused(BAD_MESSAGE)."""
    try:
        pairs = parse_qsl(
            text.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_QUERY_FIELDS, errors="strict"
        )
    except ValueError:
        raise Refused(Code.BAD_MESSAGE, "query") from None
    if any("\0" in value for _, value in pairs):
        raise Refused(Code.BAD_MESSAGE, "query")
    return dict(reversed(pairs))


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """The whole body. Raises Refused: TOO_LARGE, as soon as it is; UPLOAD_BROKEN, when it stalls."""
    declared = request.headers.get("content-length", "0")
    if len(declared) > 9 or not declared.isdigit() or int(declared) > limit_bytes:
        raise Refused(Code.TOO_LARGE)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for piece in request.stream():
                body += piece
                if len(body) > limit_bytes:
                    raise Refused(Code.TOO_LARGE)
    except TimeoutError:
        raise Refused(Code.UPLOAD_BROKEN, "stalled") from None
    return bytes(body)
