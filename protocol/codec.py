"""The only door to msgpack and JSON bytes. Bounds everything before it is parsed and checks it after.

Knows envelopes and declarations; does not know streams, audiences or connections.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, Literal, TypeVar  # Any: what a parser returns, before it is checked

import msgpack
import msgspec

from protocol.envelopes import Body, FromClient, FromServer
from protocol.errors import Code, Refused
from protocol.limits import DEPTH, LIST_ITEMS, MAP_ITEMS, MESSAGE_BYTES

Format = Literal["msgpack", "json"]
Declared = TypeVar("Declared")

_JSON = msgspec.json.Encoder()
_PACKER = msgpack.Packer(use_bin_type=True, autoreset=True)


def encode(envelope: FromServer | FromClient, wire: Format = "msgpack") -> bytes:
    """One envelope as bytes that may be joined with others: msgpack, or a line of JSON."""
    if wire == "json":
        return _JSON.encode(envelope) + b"\n"
    packed: bytes = _PACKER.pack(msgspec.to_builtins(envelope))
    return packed


def decode_client(data: bytes, wire: Format = "msgpack", limit: int = MESSAGE_BYTES) -> list[FromClient]:
    """The envelopes of one message from a client.

    Raises Refused(BAD_MESSAGE) for anything that is not exactly a row of well-formed client envelopes within the limits.
    """
    if len(data) > limit:
        raise Refused(Code.TOO_LARGE)
    return [_convert(item, FromClient) for item in _parse(data, wire)]


def decode_server(data: bytes, wire: Format = "msgpack") -> list[FromServer]:
    """The envelopes of one message from the server; no size limit, since snapshots may be long."""
    items = _unpack_all(data, None) if wire == "msgpack" else [json.loads(line) for line in data.splitlines()]
    return [_convert(item, FromServer) for item in items]


def decode_body(data: bytes, limit: int) -> Body:
    """A JSON object from a REST request body, under the same rules as the socket."""
    if len(data) > limit:
        raise Refused(Code.TOO_LARGE)
    items = _parse(data, "json")
    if len(items) != 1 or not isinstance(items[0], dict):
        raise Refused(Code.BAD_MESSAGE, "not a JSON object")
    body: Body = items[0]
    return body


def to_struct(body: object, declaration: type[Declared]) -> Declared:
    """`body` as its declaration. Unknown fields are ignored. Raises Refused(BAD_FIELD) naming the field."""
    try:
        return msgspec.convert(body, declaration, strict=True)
    except msgspec.ValidationError as error:
        raise Refused(Code.BAD_FIELD, str(error), data={"field": _path(str(error))}) from None


def to_body(value: msgspec.Struct) -> Body:
    """A declaration as plain maps, lists and scalars."""
    body: Body = msgspec.to_builtins(value)
    return body


def pack_stored(value: Body) -> str:
    """A body as JSON text for a jsonb column."""
    return _JSON.encode(value).decode()


def unpack_stored(text: str | bytes) -> Body:
    """What `pack_stored` wrote."""
    body: Body = msgspec.json.decode(text, type=dict[str, object])
    return body


def pack_parts(parts: dict[str, Any]) -> bytes:
    """A map between our own processes (the bell, job arguments); bytes values stay bytes."""
    packed: bytes = _PACKER.pack(parts)
    return packed


def unpack_parts(data: bytes) -> dict[str, Any]:
    """What `pack_parts` wrote. The other side is our own process, so only the shape is checked."""
    parts: dict[str, Any] = msgpack.unpackb(data, strict_map_key=False)
    return parts


def _parse(data: bytes, wire: Format) -> list[Any]:
    try:
        items = _unpack_all(data, LIST_ITEMS) if wire == "msgpack" else _json_lines(data)
    except Refused:
        raise
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise Refused(Code.BAD_MESSAGE, type(error).__name__) from None
    if not items:
        raise Refused(Code.BAD_MESSAGE, "empty")
    for item in items:
        _check(item)
    return items


def _unpack_all(data: bytes, items: int | None) -> list[Any]:
    """Every object of the message. `max_*_len` bounds what a lying length header can make the parser allocate."""
    most = items if items is not None else len(data)
    unpacker = msgpack.Unpacker(
        max_buffer_size=max(len(data), 1),
        max_array_len=most,
        max_map_len=MAP_ITEMS if items is not None else len(data),
        max_str_len=len(data),
        max_bin_len=0,
        max_ext_len=0,
        object_pairs_hook=_strict_map,
        strict_map_key=True,
    )
    unpacker.feed(data)
    found = list(unpacker)
    if unpacker.tell() != len(data):
        raise Refused(Code.BAD_MESSAGE, "trailing bytes")
    return found


def _json_lines(data: bytes) -> list[Any]:
    text = data.decode("utf-8")
    # A line of nothing but brackets would cost the parser a recursion per byte: count before parsing.
    if _nesting(text) > DEPTH + 4:
        raise Refused(Code.BAD_MESSAGE, "too deep")
    return [json.loads(line, object_pairs_hook=_strict_map) for line in text.splitlines() if line.strip()]


def _nesting(text: str) -> int:
    """The deepest run of opening brackets; brackets inside strings make it larger, never smaller than the truth is safe."""
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _strict_map(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    listed = list(pairs)
    made = dict(listed)
    if len(made) != len(listed):
        raise Refused(Code.BAD_MESSAGE, "duplicate key")
    return made


def _check(root: Any) -> None:
    """Depth, sizes and values no rule of ours can mean: NaN, infinities, NUL and lone surrogates, integers past 2^63."""
    level = [root]
    for _ in range(DEPTH):
        below: list[Any] = []
        for value in level:
            if isinstance(value, str):
                if "\0" in value or not _is_utf8(value):
                    raise Refused(Code.BAD_MESSAGE, "text")
            elif isinstance(value, float):
                if not math.isfinite(value):
                    raise Refused(Code.BAD_MESSAGE, "number")
            elif isinstance(value, int):
                if not -(2**63) <= value < 2**63:
                    raise Refused(Code.BAD_MESSAGE, "number")
            elif isinstance(value, dict):
                if len(value) > MAP_ITEMS:
                    raise Refused(Code.BAD_MESSAGE, "map")
                below.extend(value.keys())
                below.extend(value.values())
            elif isinstance(value, list):
                if len(value) > LIST_ITEMS:
                    raise Refused(Code.BAD_MESSAGE, "list")
                below.extend(value)
            elif value is not None and not isinstance(value, bool):
                raise Refused(Code.BAD_MESSAGE, "type")
        if not below:
            return
        level = below
    raise Refused(Code.BAD_MESSAGE, "too deep")


def _is_utf8(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _convert(item: Any, declaration: Any) -> Any:
    try:
        return msgspec.convert(item, declaration, strict=True)
    except msgspec.ValidationError as error:
        raise Refused(Code.BAD_MESSAGE, str(error)) from None


def _path(message: str) -> str:
    """msgspec ends its sentences with "- at `$.field`"; the field is what a form can point at."""
    start = message.rfind("`$")
    if start >= 0:
        return message[start + 2 : -1].lstrip(".")
    start = message.rfind("field `")
    return message[start + 7 : -1] if start >= 0 else ""
