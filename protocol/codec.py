"""The only door to msgpack and JSON bytes. Bounds everything before it is parsed and checks it after.

Knows envelopes and declarations; does not know streams, audiences or connections.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, get_args  # Any: what a parser returns, before it is checked

import msgpack
import msgspec

from protocol.envelopes import Body, Command, FromClient, FromServer, ShortText
from protocol.errors import Code, Refused
from protocol.ids import CommandId, Id
from protocol.limits import DEPTH, LIST_ITEMS, MAP_ITEMS, MESSAGE_BYTES

Format = Literal["msgpack", "json"]
Declared = TypeVar("Declared")

_JSON = msgspec.json.Encoder()
# Writes what msgpack would, in one pass over a struct. Reading is msgpack's, which can be told what to refuse.
_MSGPACK = msgspec.msgpack.Encoder()
_SORTED = msgspec.json.Encoder(order="deterministic")
_STORED: msgspec.json.Decoder[Body] = msgspec.json.Decoder(dict[str, object])
_PACKER = msgpack.Packer(use_bin_type=True, autoreset=True)


def _bounded(depth: int) -> Any:
    """The type of a value nested at most `depth` deep, of sizes and numbers our rules can mean: not NaN, not 2^63."""
    number = (
        Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
        | Annotated[float, msgspec.Meta(ge=-sys.float_info.max, le=sys.float_info.max)]
    )
    scalar = None | bool | number | str
    value: Any = scalar
    for _ in range(depth - 1):
        value = (
            scalar
            | Annotated[list[value], msgspec.Meta(max_length=LIST_ITEMS)]
            | Annotated[dict[str, value], msgspec.Meta(max_length=MAP_ITEMS)]
        )
    return value


# msgspec prepares a struct's type once, but any other type anew at each call (12 us for the union of envelopes):
# so values are checked inside a struct of one field, and envelopes are converted to the struct their tag names.
_Bounded = msgspec.defstruct("_Bounded", [("value", _bounded(DEPTH))], array_like=True)
# A command with the bounds of `_Bounded`: the envelope and its body are two of the levels.
_IN_BODY: Any = _bounded(DEPTH - 2)
_Command = msgspec.defstruct(
    "_Command",
    [
        ("id", CommandId),
        ("op", ShortText),
        ("stream", Id),
        ("body", Annotated[dict[str, _IN_BODY], msgspec.Meta(max_length=MAP_ITEMS)]),
    ],
    array_like=True,
    tag=Command.__struct_config__.tag,
)
_COMMAND = msgspec.msgpack.Decoder(_Command)
_COMMAND_HEAD = b"\x95\x01"  # an array of five, and the tag
_FIXSTR = 0xA0  # plus the size of a text, up to 31 bytes
# What a class says in one go differs in nothing but the commands' ids. So much of that is remembered, if it is short.
_MOST_ALIKE, _ALIKE_BYTES = 512, 160
_SOME_ID = b"0" * 16
_CLIENT: Mapping[object, type[FromClient]] = {each.__struct_config__.tag: each for each in get_args(FromClient)}
_SERVER: Mapping[object, type[FromServer]] = {each.__struct_config__.tag: each for each in get_args(FromServer)}


def encode(envelope: FromServer | FromClient, wire: Format = "msgpack") -> bytes:
    """One envelope as bytes that may be joined with others: msgpack, or a line of JSON."""
    if wire == "json":
        return _JSON.encode(envelope) + b"\n"
    return _MSGPACK.encode(envelope)


def decode_client(data: bytes, wire: Format = "msgpack", limit: int = MESSAGE_BYTES) -> list[FromClient]:
    """The envelopes of one message from a client.

    Raises Refused(BAD_MESSAGE) for anything that is not exactly a row of well-formed client envelopes, and
    Refused(TOO_LARGE) above `limit` bytes.
    """
    if len(data) > limit:
        raise Refused(Code.TOO_LARGE)
    if wire == "msgpack" and data.startswith(_COMMAND_HEAD):
        command = _plain_command(data)
        if command is not None:
            return [command]
    return [_envelope(item, _CLIENT) for item in _parse(data, wire)]


def decode_server(data: bytes, wire: Format = "msgpack") -> list[FromServer]:
    """The envelopes of one message from the server; no size limit, since snapshots may be long.

    Envelopes of a later version are left out: within a version the protocol only grows.
    """
    items = _rows(data) if wire == "msgpack" else [json.loads(line) for line in data.split(b"\n") if line]
    return [_envelope(item, _SERVER) for item in items if item[0] in _SERVER]


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


def pack_stored(value: Body | Sequence[Body]) -> str:
    """A body as JSON text for a jsonb column, or several; declarations in it are written as `to_body` makes them."""
    return _JSON.encode(value).decode()


def unpack_stored(text: str | bytes) -> Body:
    """What `pack_stored` wrote."""
    return _STORED.decode(text)


def fingerprint(value: list[Any]) -> bytes:
    """What tells one command's content from another's: equal for equal values, whatever the order of their keys."""
    return hashlib.sha256(_SORTED.encode(value)).digest()


def pack_parts(parts: dict[str, Any]) -> bytes:
    """A map between our own processes (the bell, job arguments); bytes values stay bytes."""
    packed: bytes = _PACKER.pack(parts)
    return packed


def unpack_parts(data: bytes) -> dict[str, Any]:
    """What `pack_parts` wrote. The other side is our own process, so only the shape is checked."""
    parts: dict[str, Any] = msgpack.unpackb(data, strict_map_key=False)
    return parts


def _plain_command(data: bytes) -> Command | None:
    """A command as nearly every client writes it, read in one pass or less; None: the parser has to look, and to say
    no.
    """
    id_at = len(_COMMAND_HEAD) + 1
    said_at = id_at + data[id_at - 1] - _FIXSTR if len(data) > id_at else 0
    if not id_at + 8 <= said_at < min(len(data), id_at + 32) or len(data) - said_at > _ALIKE_BYTES:
        return _read_command(data)
    id = data[id_at:said_at]
    # A part of what an id may be, and every id that our own clients draw.
    if not id.isalnum():
        return _read_command(data)
    said = _what_is_said(data[said_at:])
    return said and Command(id=id.decode(), op=said.op, stream=said.stream, body=said.body)


@lru_cache(_MOST_ALIKE)
def _what_is_said(tail: bytes) -> Command | None:
    """A command by what follows its id. Whoever says the same shares it, so nobody may change its body."""
    return _read_command(_COMMAND_HEAD + bytes([_FIXSTR + len(_SOME_ID)]) + _SOME_ID + tail)


def _read_command(data: bytes) -> Command | None:
    """In one pass. What is written the one way we write it has no key twice: it would have become shorter."""
    try:
        read: Any = _COMMAND.decode(data)
        if _MSGPACK.encode(read) != data or b"\0" in data:
            return None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return Command(id=read.id, op=read.op, stream=read.stream, body=read.body)


def _parse(data: bytes, wire: Format) -> list[Any]:
    """The values of one message from outside, every one of them checked."""
    try:
        items = _strict_rows(data) if wire == "msgpack" else _json_lines(data)
        # A zero byte is either a small number or a forbidden character; only then it is worth a closer look.
        if wire == "json" or b"\0" in data:
            _check_text(items)
        for item in items:
            msgspec.convert((item,), _Bounded)
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise Refused(Code.BAD_MESSAGE, type(error).__name__) from None
    if not items:
        raise Refused(Code.BAD_MESSAGE, "empty")
    return items


def _strict_rows(data: bytes) -> list[Any]:
    """Every msgpack object of a message from outside.

    `max_*_len` bounds what a lying length header can make the parser allocate: a nesting of 1,024 (the parser's own
    limit) lists of 256 places is 2 MiB.
    """
    try:
        return [
            msgpack.unpackb(
                data,
                object_pairs_hook=_strict_map,
                ext_hook=_no_extension,
                max_array_len=LIST_ITEMS,
                max_map_len=MAP_ITEMS,
                max_bin_len=0,
                max_ext_len=0,
            )
        ]
    except msgpack.ExtraData:
        # More than one object: rare from a client, so only then the slower parser is made.
        unpacker = msgpack.Unpacker(
            max_buffer_size=len(data),
            object_pairs_hook=_strict_map,
            ext_hook=_no_extension,
            max_array_len=LIST_ITEMS,
            max_map_len=MAP_ITEMS,
            max_bin_len=0,
            max_ext_len=0,
        )
        return _feed(unpacker, data)


def _rows(data: bytes) -> list[Any]:
    """Every msgpack object of a message from our own server."""
    return _feed(msgpack.Unpacker(max_buffer_size=max(len(data), 1)), data)


def _feed(unpacker: msgpack.Unpacker, data: bytes) -> list[Any]:
    unpacker.feed(data)
    found: list[Any] = []
    read = 0
    for item in unpacker:
        found.append(item)
        read = unpacker.tell()  # only between objects: within one it also counts what was given up
    if read != len(data):
        raise ValueError("trailing bytes")
    return found


def _no_extension(code: int, data: bytes) -> Any:
    raise ValueError("extension type")


def _json_lines(data: bytes) -> list[Any]:
    text = data.decode("utf-8")
    # A line of nothing but brackets would cost the parser a recursion per byte: count before parsing.
    if _nesting(text) > DEPTH + 4:
        raise ValueError("too deep")
    return [json.loads(line, object_pairs_hook=_strict_map) for line in text.split("\n") if line.strip()]


def _nesting(text: str) -> int:
    """How deep the brackets go, counted without recursion; those inside strings do not count."""
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


def _strict_map(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("duplicate key")
    return made


def _check_text(items: list[Any]) -> None:
    """Neither NUL, which Postgres refuses in text, nor lone surrogates, which are not UTF-8 (encoding them raises)."""
    if b"\\u0000" in _JSON.encode(items) and any("\0" in text for text in _texts(items)):
        raise ValueError("NUL in text")


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _envelope(item: Any, known: Mapping[object, type[Declared]]) -> Declared:
    tag = item[0] if isinstance(item, list) and item else None
    declaration = None if isinstance(tag, bool) or not isinstance(tag, int) else known.get(tag)
    if declaration is None:
        raise Refused(Code.BAD_MESSAGE, "unknown envelope")
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
