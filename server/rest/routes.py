"""The table of endpoints: what there is, who may come in, what it takes and gives. Nothing else is served."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from protocol.limits import REST_COMMAND_BYTES
from protocol.rest import (
    ChangeMe,
    ClassOverview,
    CommandDone,
    Devices,
    FileLink,
    LoggedIn,
    LogIn,
    Me,
    Posts,
    Record,
    Records,
    Register,
    RequestCode,
    ResetPassword,
    Responses,
    RestCommand,
    RunClassrooms,
    ServerInfo,
    UploadedFile,
)
from server.rest.accounts import change_me, register, reset_password, show_me
from server.rest.class_code import show_class_code
from server.rest.codes import request_code
from server.rest.commands import carry_out
from server.rest.courses import table as courses
from server.rest.devices import list_devices, log_in, log_out, log_out_current
from server.rest.docs import show_docs
from server.rest.door import Door, Nowhere
from server.rest.endpoint import Endpoint, Who, endpoint, endpoint_with
from server.rest.files import download, make_file_link, upload
from server.rest.inbox import table as inbox
from server.rest.info import show_info
from server.rest.openapi import show_openapi
from server.rest.ops import table as ops
from server.rest.overviews import list_run_classrooms, show_overview
from server.rest.people import table as people
from server.rest.posts import list_posts
from server.rest.records import list_records, show_record
from server.rest.responses import list_responses
from server.rest.schools import table as schools
from server.rest.services import Services
from server.rest.study import table as study

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", "/api/info", Who.ANYONE, show_info, gives=ServerInfo),
    endpoint_with(RequestCode, "POST", "/api/codes", Who.ANYONE, request_code),
    endpoint_with(Register, "POST", "/api/accounts", Who.ANYONE, register, gives=LoggedIn, status=201),
    endpoint_with(ResetPassword, "POST", "/api/passwords", Who.ANYONE, reset_password, gives=LoggedIn),
    endpoint_with(LogIn, "POST", "/api/devices", Who.ANYONE, log_in, gives=LoggedIn, status=201),
    endpoint("GET", "/api/devices", Who.ACCOUNT, list_devices, gives=Devices),
    endpoint("DELETE", "/api/devices/current", Who.ACCOUNT, log_out_current),
    endpoint("DELETE", "/api/devices/{id}", Who.ACCOUNT, log_out),
    endpoint("GET", "/api/me", Who.ACCOUNT, show_me, gives=Me),
    endpoint_with(ChangeMe, "PATCH", "/api/me", Who.ACCOUNT, change_me, gives=Me),
    # Who may do what on a stream is the road's table, `server.core.access`.
    endpoint_with(
        RestCommand,
        "POST",
        "/api/commands",
        Who.ACCOUNT,
        carry_out,
        gives=CommandDone,
        limit_bytes=REST_COMMAND_BYTES,
    ),
    endpoint("GET", "/api/classrooms/{id}/records", Who.MEMBER, list_records, gives=Records, query=("after",)),
    endpoint("GET", "/api/classrooms/{id}/overview", Who.MEMBER, show_overview, gives=ClassOverview, query=("after",)),
    endpoint("GET", "/api/classrooms/{id}/code.svg", Who.STAFF, show_class_code, status=200),
    endpoint(
        "POST",
        "/api/classrooms/{id}/files",
        Who.STAFF,
        upload,
        gives=UploadedFile,
        query=("name",),
        status=201,
        is_upload=True,
    ),
    endpoint("GET", "/api/records/{id}", Who.MEMBER, show_record, gives=Record),
    endpoint("GET", "/api/runs/{id}/classrooms", Who.COURSE_TEACHER, list_run_classrooms, gives=RunClassrooms),
    endpoint("GET", "/api/activities/{id}/responses", Who.STAFF, list_responses, gives=Responses),
    endpoint("GET", "/api/activities/{id}/posts", Who.MEMBER, list_posts, gives=Posts, query=("before",)),
    endpoint("GET", "/api/files/{id}/link", Who.MEMBER, make_file_link, gives=FileLink),
    endpoint("GET", "/files/{id}", Who.LINK, download, query=("account", "until", "signature"), status=200),
    *people.ENDPOINTS,
    *schools.ENDPOINTS,
    *courses.ENDPOINTS,
    *study.ENDPOINTS,
    *inbox.ENDPOINTS,
    *ops.ENDPOINTS,
)

# Where neither a page nor a redirect to one may ever answer.
NOT_PAGES = ("/api", "/api/{rest:path}", "/files", "/files/{rest:path}")


def rest_routes(services: Services) -> list[BaseRoute]:
    """The routes of the REST layer, in the order they are tried."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    endpoints = ENDPOINTS
    if not services.config.is_production:
        endpoints += (
            endpoint("GET", "/openapi.json", Who.ANYONE, show_openapi(ENDPOINTS), status=200),
            endpoint("GET", "/openapi", Who.ANYONE, show_docs(ENDPOINTS), status=200),
        )
    for each in endpoints:
        by_path.setdefault(each.path, {})[each.method] = each
    routes: list[BaseRoute] = [Route(path, Door(services, path, methods)) for path, methods in by_path.items()]
    nowhere = Nowhere()
    return [*routes, *(Route(path, nowhere) for path in NOT_PAGES)]
