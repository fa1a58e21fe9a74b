"""The OpenAPI document of development, made from the table of endpoints and msgspec's own schemas.

SpecTree was tried: its msgspec adapter cannot say what a free body (`dict[str, object]`) is, and it wraps handlers.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus

import msgspec
from starlette.responses import Response

from protocol.codec import pack_stored
from protocol.registry import COMMANDS
from protocol.rest import Problem
from server.rest import kinds
from server.rest.answer import HEADERS
from server.rest.call import Call
from server.rest.endpoint import Endpoint
from server.rest.info import VERSION
from server.rest.links import links
from server.rest.once import HEADER, KEY_PATTERN
from server.rest.query import query_schema
from server.rest.statuses import is_json_read, refusals

Schema = Mapping[str, object]
ANY_BYTES: Schema = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


def show_openapi(endpoints: Sequence[Endpoint]) -> Callable[[Call], Awaitable[Response]]:
    """A handler that gives the document; made at the first request, since most processes are never asked."""
    made: list[bytes] = []

    async def show(call: Call) -> Response:
        """This document."""
        if not made:
            made.append(pack_stored(document(endpoints)).encode())
        return Response(made[0], headers={**HEADERS, "Content-Type": "application/json"})

    return show


def document(endpoints: Sequence[Endpoint]) -> dict[str, object]:
    declared = {each for endpoint in endpoints for each in (endpoint.takes, endpoint.gives) if each}
    declared |= {Problem, *COMMANDS.values()}
    ordered = [*sorted(declared, key=lambda each: each.__name__), *kinds.shapes()]
    references, components = msgspec.json.schema_components(
        ordered, schema_hook=_anything, ref_template="#/components/schemas/{name}"
    )
    schemas = dict(zip(ordered, references, strict=True))
    kinds.tell(components, schemas)
    components["RestCommand"] = _commands(components["RestCommand"], schemas)
    paths: dict[str, dict[str, object]] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint, schemas, links(endpoint, endpoints))
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shangke", "version": VERSION},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint, schemas: Mapping[object, Schema], following: Schema) -> dict[str, object]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9A-Za-z]{16}$"}}
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ]
    in_query = [{"name": name, "in": "query", "schema": query_schema(endpoint.name, name)} for name in endpoint.query]
    operation: dict[str, object] = {
        "summary": endpoint.summary,
        "description": f"Who may come in: {endpoint.who.value}.",
        "operationId": endpoint.name,
        "parameters": in_path + in_query + _headers(endpoint),
        "responses": _responses(endpoint, schemas, following),
        "security": [{"token": []}] if endpoint.who.needs_token else [],
    }
    if endpoint.is_upload:
        operation["requestBody"] = ANY_BYTES
    if endpoint.takes:
        operation["requestBody"] = {"required": True, **_content(endpoint.takes, schemas, "application/json")}
    return operation


def _commands(any_command: Schema, schemas: Mapping[object, Schema]) -> Schema:
    """What `body` is, by `op`."""
    properties = any_command["properties"]
    assert isinstance(properties, dict)
    each = [
        {**any_command, "title": op, "properties": {**properties, "op": {"const": op}, "body": schemas[declaration]}}
        for op, declaration in COMMANDS.items()
    ]
    return {"description": any_command["description"], "oneOf": each}


def _headers(endpoint: Endpoint) -> list[dict[str, object]]:
    if endpoint.takes_key:
        return [{"name": HEADER, "in": "header", "schema": {"type": "string", "pattern": KEY_PATTERN}}]
    if is_json_read(endpoint):
        return [{"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}]
    return []


def _responses(endpoint: Endpoint, schemas: Mapping[object, Schema], following: Schema) -> dict[str, object]:
    done = _content(endpoint.gives, schemas, "application/json")
    if endpoint.gives is None and endpoint.status == 200:
        # A file, whose type is its own.
        done = {"content": {"*/*": {}}}
    if following:
        done |= {"links": following}
    said: dict[str, object] = {str(endpoint.status): {"description": "Done.", **done}}
    if endpoint.again:
        said[str(endpoint.again)] = {"description": "It was done before.", **done}
    if is_json_read(endpoint):
        said["304"] = {"description": "What If-None-Match names is still what there is."}
    if endpoint.path.startswith("/files/"):
        said |= {"206": {"description": "The part that Range asks for.", **done}}
        said |= {"304": {"description": "Not changed."}, "416": {"description": "No such part."}}
    for status in refusals(endpoint):
        refused = {"description": HTTPStatus(status).phrase, **_content(Problem, schemas, "application/problem+json")}
        said[str(status)] = refused
    return said


def _content(
    declaration: type[msgspec.Struct] | None, schemas: Mapping[object, Schema], media: str
) -> dict[str, object]:
    return {"content": {media: {"schema": schemas[declaration]}}} if declaration else {}


def _anything(declaration: type) -> dict[str, object]:
    if declaration is object:
        return {"description": "Any JSON value; what it holds belongs to the kind of activity or to the command."}
    # How msgspec wants to be told that there is no schema: it then refuses the type by its name.
    raise NotImplementedError
