"""The socket as an AsyncAPI 3 document: one channel, every envelope with the shape of its body."""

from __future__ import annotations

import json
from collections.abc import Mapping

import msgspec

from protocol import limits
from protocol.envelopes import (
    PROTOCOL_VERSION,
    SUBPROTOCOL_JSON,
    SUBPROTOCOL_MSGPACK,
    Command,
    Event,
    Gauge,
    Snapshot,
)
from protocol.generate.declared import FROM_CLIENT, FROM_SERVER, Kinds, all_of, sentence
from protocol.registry import COMMANDS, EVENTS, GAUGES, SNAPSHOTS, Declaration

Document = dict[str, object]
SCHEMA = "#/components/schemas/{}"
MESSAGE = "#/components/messages/{}"
# Envelopes that carry a named body: how the name is found in them, and which bodies there are.
CARRIERS: Mapping[Declaration, tuple[str, Mapping[str, Declaration]]] = {
    Command: ("op", COMMANDS),
    Event: ("name", EVENTS),
    Gauge: ("name", GAUGES),
    Snapshot: ("kind", SNAPSHOTS),
}


def asyncapi(kinds: Kinds) -> str:
    """The document as JSON text."""
    _, schemas = msgspec.json.schema_components(
        all_of(kinds), schema_hook=_anything, ref_template="#/components/schemas/{name}"
    )
    document: Document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Shangke, the live classroom",
            "version": f"{PROTOCOL_VERSION}.0.0",
            "description": (
                "A WebSocket message is one or more envelopes end to end; an envelope is an array whose first item is "
                "its tag. Read PROTOCOL.md for the conversation."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/msgpack",
        "channels": {
            "socket": {
                "address": "/ws",
                "messages": {
                    each.__name__: {"$ref": MESSAGE.format(each.__name__)} for each in (*FROM_CLIENT, *FROM_SERVER)
                },
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
                "x-subprotocols": [SUBPROTOCOL_MSGPACK, SUBPROTOCOL_JSON],
                "x-message-bytes": limits.MESSAGE_BYTES,
            }
        },
        "operations": {
            "fromClient": _operation("receive", "What a client says.", FROM_CLIENT),
            "fromServer": _operation("send", "What the server says.", FROM_SERVER),
        },
        "components": {
            "messages": {each.__name__: _message(each) for each in (*FROM_CLIENT, *FROM_SERVER)},
            "schemas": schemas,
        },
        "x-kinds": {
            name: {
                part: None if shape is None else {"$ref": SCHEMA.format(shape.__name__)}
                for part, shape in kind.shapes()
            }
            for name, kind in kinds.items()
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _operation(action: str, summary: str, declarations: tuple[Declaration, ...]) -> Document:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": "#/channels/socket"},
        "messages": [{"$ref": f"#/channels/socket/messages/{each.__name__}"} for each in declarations],
    }


def _message(declaration: Declaration) -> Document:
    text = sentence(declaration)
    message: Document = {
        "name": declaration.__name__,
        "summary": text.splitlines()[0],
        "description": text,
        "payload": {"$ref": SCHEMA.format(declaration.__name__)},
    }
    if declaration in CARRIERS:
        key, bodies = CARRIERS[declaration]
        message["x-bodies"] = {
            "named-by": key,
            "bodies": {name: {"$ref": SCHEMA.format(body.__name__)} for name, body in bodies.items()},
        }
    return message


def _anything(kind: type) -> Document:
    """`object`: part of a body whose shape is told by its name or its kind."""
    return {"description": "As the name or the kind says."}
