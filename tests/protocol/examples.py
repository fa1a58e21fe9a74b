"""One example of each message, made from its declaration alone: what changes in a declaration changes its example."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import get_args

import msgspec
from msgspec import inspect

from protocol.envelopes import (
    Body,
    Command,
    Event,
    FromClient,
    FromServer,
    Gauge,
    Snapshot,
)
from protocol.ids import Millis, Seq, StreamId
from protocol.registry import COMMANDS, EVENTS, GAUGES, SNAPSHOTS, Declaration

ID = "0123456789abcdEF"
TEXT = "第一课"
AT = 1_767_225_600_000
Envelope = FromClient | FromServer


def example(declaration: Declaration) -> object:
    """The message's example, as plain values: every field set, ids all alike, one item in each list."""
    return _of(inspect.type_info(declaration), "")


def envelopes() -> Iterator[tuple[str, Envelope]]:
    """Every envelope, then every body inside the envelope it travels in."""
    for sides in (get_args(FromClient), get_args(FromServer)):
        for declaration in sides:
            yield f"envelope {declaration.__name__}", msgspec.convert(example(declaration), declaration)
    for op, declaration in COMMANDS.items():
        yield f"command {op}", Command(id="command-00000001", op=op, stream=ID, body=_body(declaration))
    for name, declaration in EVENTS.items():
        yield (
            f"event {name}",
            Event(stream=StreamId(ID), seq=Seq(7), at=Millis(AT), name=name, body=_body(declaration)),
        )
    for name, declaration in GAUGES.items():
        yield f"gauge {name}", Gauge(stream=StreamId(ID), name=name, key=ID, rev=3, value=_body(declaration))
    for kind in ("account", "classroom"):
        audience = "self" if kind == "account" else "staff"
        state = _body(SNAPSHOTS[kind])
        yield (
            f"snapshot {kind}",
            msgspec.convert([20, ID, 7, kind, audience, state], Snapshot),
        )


def _body(declaration: Declaration) -> Body:
    return msgspec.convert(example(declaration), dict[str, object])


def _of(shape: inspect.Type, name: str) -> object:
    for known, make in _MAKERS.items():
        if isinstance(shape, known):
            return make(shape, name)
    raise TypeError(f"no example of {shape}")


def _struct(shape: inspect.StructType, _: str) -> object:
    values = {field.encode_name: _of(field.type, field.encode_name) for field in shape.fields}
    if not shape.array_like:
        return values
    tag = [] if shape.tag is None else [shape.tag]
    return [*tag, *values.values()]


def _union(shape: inspect.UnionType, name: str) -> object:
    chosen = next(each for each in shape.types if not isinstance(each, inspect.NoneType))
    return _of(chosen, name)


def _text(shape: inspect.StrType, name: str) -> str:
    if shape.pattern is not None or shape.max_length is None:
        return "command-00000001" if name == "id" and shape.pattern and "{8," in shape.pattern else _plain(name)
    return TEXT[: shape.max_length]


def _plain(name: str) -> str:
    is_words = name in {"name", "author_name", "title", "text", "zh", "en", "reason", "code", "label", "node"}
    return TEXT if is_words else ID


def _number(shape: inspect.IntType, name: str) -> int:
    if name.endswith(("_at", "at", "_time")):
        return AT
    return max(1, shape.ge or 0)


_MAKERS: dict[type[inspect.Type], Callable[..., object]] = {
    inspect.StructType: _struct,
    inspect.UnionType: _union,
    inspect.StrType: _text,
    inspect.IntType: _number,
    inspect.BoolType: lambda shape, name: True,
    inspect.FloatType: lambda shape, name: 1.5,
    inspect.LiteralType: lambda shape, name: shape.values[0],
    inspect.ListType: lambda shape, name: [_of(shape.item_type, name)],
    inspect.DictType: lambda shape, name: {
        "v" if isinstance(shape.value_type, inspect.CustomType) else ID: _of(shape.value_type, name)
    },
    inspect.CustomType: lambda shape, name: 1,
}
