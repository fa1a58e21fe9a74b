"""What an endpoint is: a row of the table in `server.rest.routes`, which is the one place that says who may come in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar, get_args

import msgspec
from starlette.responses import Response

from protocol.account import Role
from protocol.codec import decode_body, to_struct
from protocol.limits import MESSAGE_BYTES
from protocol.people import PlatformRole
from server.rest.call import Call

PLATFORM_ROLES: dict[str, PlatformRole] = {role: role for role in get_args(PlatformRole)}


class Who(Enum):
    """Who may come in. For those of a classroom the handler's query asks for one of the roles, so that what is not
    yours and what is not there are the same 404."""

    ANYONE = "anyone"
    ACCOUNT = "account"  # anybody logged in, about their own things
    MEMBER = "member"
    STAFF = "staff"
    SCHOOL_ADMIN = "school admin"  # of the school in the path
    COURSE_TEACHER = "course teacher"  # of the course that is asked about
    LEARNER = "learner"  # enrolled in the run that is asked about
    COURSE = "course"  # a learner of the run, or a teacher of its course
    SUPPORT = "support"  # of the platform; to everybody else these endpoints are not there
    OPERATOR = "operator"  # of the platform; likewise
    OPS = "ops"  # of the platform; likewise
    LINK = "link"  # whoever holds a signed link; the handler checks it

    @property
    def needs_token(self) -> bool:
        return self not in (Who.ANYONE, Who.LINK)

    @property
    def platform_role(self) -> PlatformRole | None:
        """To whoever does not have it there is nothing here, whatever they send."""
        return PLATFORM_ROLES.get(self.value)

    @property
    def roles(self) -> tuple[Role, ...]:
        if self is Who.MEMBER:
            return ("teacher", "assistant", "student")
        return ("teacher", "assistant") if self is Who.STAFF else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`run` gets the call and the whole body (empty where `body` is None: the handler streams it, or there is none).

    `takes`, `gives`, `query` and the statuses are declarations for the OpenAPI document; `run` has them built in.
    `again`: the status where what is asked for was done before. `takes_key`: an Idempotency-Key is heeded.
    """

    method: str
    path: str
    who: Who
    run: Callable[[Call, bytes], Awaitable[Response]]
    takes: type[msgspec.Struct] | None
    gives: type[msgspec.Struct] | None
    query: tuple[str, ...]
    status: int
    again: int | None = None
    is_upload: bool = False
    takes_key: bool
    limit_bytes: int
    name: str
    summary: str


Body = TypeVar("Body", bound=msgspec.Struct)


def endpoint(
    method: str,
    path: str,
    who: Who,
    handler: Callable[[Call], Awaitable[Response]],
    *,
    gives: type[msgspec.Struct] | None = None,
    query: tuple[str, ...] = (),
    status: int | None = None,
    is_upload: bool = False,
    takes_key: bool = False,
) -> Endpoint:
    """An endpoint without a JSON body. `is_upload`: the handler streams whatever bytes there are."""

    async def run(call: Call, data: bytes) -> Response:
        return await handler(call)

    return Endpoint(
        method=method,
        path=path,
        who=who,
        run=run,
        takes=None,
        gives=gives,
        query=query,
        status=status or (200 if gives else 204),
        is_upload=is_upload,
        takes_key=takes_key or (method == "POST" and who.needs_token and not is_upload),
        limit_bytes=0,
        name=getattr(handler, "__name__", ""),
        summary=(handler.__doc__ or "").partition("\n")[0],
    )


def endpoint_with(
    takes: type[Body],
    method: str,
    path: str,
    who: Who,
    handler: Callable[[Call, Body], Awaitable[Response]],
    *,
    gives: type[msgspec.Struct] | None = None,
    status: int | None = None,
    again: int | None = None,
    takes_key: bool = False,
    limit_bytes: int = MESSAGE_BYTES,
) -> Endpoint:
    """An endpoint with a JSON body of at most `limit_bytes`, declared by `takes`."""

    async def run(call: Call, data: bytes) -> Response:
        return await handler(call, to_struct(decode_body(data, limit_bytes), takes))

    return Endpoint(
        method=method,
        path=path,
        who=who,
        run=run,
        takes=takes,
        gives=gives,
        query=(),
        status=status or (200 if gives else 204),
        again=again,
        takes_key=takes_key or (method == "POST" and who.needs_token),
        limit_bytes=limit_bytes,
        name=getattr(handler, "__name__", ""),
        summary=(handler.__doc__ or "").partition("\n")[0],
    )
