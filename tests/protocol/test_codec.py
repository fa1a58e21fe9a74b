"""What a hostile client may send, and what the codec says to it: `bad_message` or `too_large`, never anything else."""

from __future__ import annotations

import json
import struct
import time
import tracemalloc

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as some

from protocol.activity import SubmitResponse
from protocol.codec import (
    Format,
    decode_body,
    decode_client,
    decode_server,
    encode,
    fingerprint,
    pack_parts,
    pack_stored,
    to_struct,
    unpack_parts,
    unpack_stored,
)
from protocol.envelopes import Body, Command, Detach, Event, FromClient, Pong, Reconnect
from protocol.errors import Code, Refused
from protocol.ids import Millis, Seq, StreamId
from protocol.limits import DEPTH, LIST_ITEMS, MAP_ITEMS, MESSAGE_BYTES

STREAM = "0123456789abcdEF"


def a_command(body: object = None) -> list[object]:
    return [1, "command-00000001", "activity.act", STREAM, {} if body is None else body]


def nested(depth: int) -> object:
    """A value that is `depth` deep by itself."""
    value: object = 1
    for _ in range(depth - 1):
        value = [value]
    return value


def refusal(data: bytes, wire: Format = "msgpack") -> Code:
    with pytest.raises(Refused) as caught:
        decode_client(data, wire)
    return caught.value.code


def raw(value: bytes) -> bytes:
    """A command whose body is `{"x": value}`, the value given as bytes."""
    head: bytes = msgpack.packb(a_command())[:-1]
    return head + b"\x81\xa1x" + value


MALFORMED = {
    "nothing at all": b"",
    "nesting of every byte": b"\x91" * MESSAGE_BYTES,
    "a list header of 4 GiB": b"\xdd\xff\xff\xff\xff",
    "a map header of 4 GiB": b"\xdf\xff\xff\xff\xff",
    "a text header of 4 GiB": raw(b"\xdb\xff\xff\xff\xff"),
    "a bytes header of 4 GiB": raw(b"\xc6\xff\xff\xff\xff"),
    "an extension header of 4 GiB": raw(b"\xc9\xff\xff\xff\xff\x01"),
    "500 list headers that claim the message's length": (b"\xdd" + struct.pack(">I", 2500)) * 500,
    "an extension": raw(b"\xd4\x01\x00"),
    "an empty extension": raw(b"\xc7\x00\x01"),
    "an empty timestamp": raw(b"\xc7\x00\xff"),
    "a timestamp with impossible nanoseconds": raw(b"\xd7\xff" + b"\xff" * 8),
    "a timestamp of the far future": raw(b"\xc7\x0c\xff\x00\x00\x00\x00\x7f" + b"\xff" * 7),
    "bytes": raw(b"\xc4\x01x"),
    "empty bytes": raw(b"\xc4\x00"),
    "a number as a key": msgpack.packb(a_command({1: 2})),
    "bytes as a key": msgpack.packb(a_command({b"x": 2})),
    "nothing as a key": msgpack.packb(a_command({None: 2})),
    "a key twice": raw(b"\x01")[:-4] + b"\x82\xa1x\x01\xa1x\x02",
    "a key twice, deeper": raw(b"\x82\xa1y\x01\xa1y\x02"),
    "not a number": raw(b"\xcb" + struct.pack(">d", float("nan"))),
    "not a number, short": raw(b"\xca" + struct.pack(">f", float("nan"))),
    "infinity": raw(b"\xcb" + struct.pack(">d", float("inf"))),
    "minus infinity": raw(b"\xcb" + struct.pack(">d", float("-inf"))),
    "2^63": raw(b"\xcf" + struct.pack(">Q", 2**63)),
    "2^64 - 1": raw(b"\xcf" + b"\xff" * 8),
    "NUL in a text": raw(b"\xa3a\x00b"),
    "NUL in a key": raw(b"\x81\xa1\x00\x01"),
    "NUL in a text that also spells its escape": raw(b"\xa8a\\u0000\x00"),
    "a lone surrogate": raw(b"\xa3\xed\xa0\x80"),
    "bytes that are not UTF-8": raw(b"\xa2\xff\xfe"),
    "the byte that is never used": raw(b"\xc1"),
    "a message cut short": msgpack.packb(a_command())[:-2],
    "trailing bytes": msgpack.packb(a_command()) + b"\x92\x01",
    "a trailing byte that is a value": msgpack.packb(a_command()) + b"\x01",
    "a list too long": msgpack.packb(a_command({"x": [0] * (LIST_ITEMS + 1)})),
    "a map too long": msgpack.packb(a_command({"x": {str(n): 0 for n in range(MAP_ITEMS + 1)}})),
    "a map": msgpack.packb({"tag": 1}),
    "an empty list": msgpack.packb([]),
    "a list without a tag": msgpack.packb([None]),
    "true as the tag": msgpack.packb([True, *a_command()[1:]]),
    "1.0 as the tag": msgpack.packb([1.0, *a_command()[1:]]),
    "a list as the tag": msgpack.packb([[], *a_command()[1:]]),
    "an unknown tag": msgpack.packb([99]),
    "a tag of the server": msgpack.packb([19, STREAM, 1, 0]),
    "a missing field": msgpack.packb([1, "command-00000001"]),
    "a stream that is no id": msgpack.packb([4, "1 OR 1=1"]),
    "a stream that is a list": msgpack.packb([4, [1]]),
    "a stream that is true": msgpack.packb([4, True]),
    "a stream that is a number": msgpack.packb([4, -1]),
    "an empty command id": msgpack.packb([1, "", "activity.act", STREAM, {}]),
    "a command id of 10,000 characters": msgpack.packb([1, "x" * 10_000, "activity.act", STREAM, {}]),
    "a body that is a list": msgpack.packb(a_command([])),
    "a negative position": msgpack.packb([3, STREAM, -1]),
    "a position past 2^53": msgpack.packb([3, STREAM, 2**53 + 1]),
    "a position that is a fraction": msgpack.packb([3, STREAM, 1.5]),
    "a position that is true": msgpack.packb([3, STREAM, True]),
    "201 streams": msgpack.packb([0, "t", "web", "1", [[3, STREAM]] * 201]),
    "nested too deep": msgpack.packb(a_command({"x": nested(DEPTH - 1)})),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_message_is_refused(case: str) -> None:
    assert refusal(MALFORMED[case]) is Code.BAD_MESSAGE


MALFORMED_JSON = {
    "nothing at all": b"",
    "blank lines": b"\n \n",
    "brackets of every byte": b"[" * MESSAGE_BYTES,
    "brackets behind a text": b'"[\\"[" ' + b"[" * 100,
    "nested too deep": json.dumps(a_command({"x": nested(DEPTH - 1)})).encode(),
    "nested too deep, in maps": b'{"a":' * 20 + b"1" + b"}" * 20,
    "a number of 5,000 digits": b"[1," + b"9" * 5_000 + b"]",
    "a number past all doubles": b'[1,"command-00000001","activity.act","%s",{"x":1e999}]' % STREAM.encode(),
    "not a number": b'[1,"command-00000001","activity.act","%s",{"x":NaN}]' % STREAM.encode(),
    "2^63": b'[1,"command-00000001","activity.act","%s",{"x":9223372036854775808}]' % STREAM.encode(),
    "a key twice": b'[1,"command-00000001","activity.act","%s",{"x":1,"x":2}]' % STREAM.encode(),
    "NUL in a text": b'[1,"command-00000001","activity.act","%s",{"x":"\\u0000"}]' % STREAM.encode(),
    "a lone surrogate": b'[1,"command-00000001","activity.act","%s",{"x":"\\ud800"}]' % STREAM.encode(),
    "a lone surrogate as a key": b'[1,"command-00000001","activity.act","%s",{"\\udfff":1}]' % STREAM.encode(),
    "bytes that are not UTF-8": b'["\xff"]',
    "a message cut short": b'[4,"0123',
    "not JSON": b"hello",
}


@pytest.mark.parametrize("case", MALFORMED_JSON)
def test_a_malformed_json_message_is_refused(case: str) -> None:
    assert refusal(MALFORMED_JSON[case], "json") is Code.BAD_MESSAGE


@pytest.mark.parametrize("wire", ["msgpack", "json"])
def test_a_message_above_the_limit_is_refused_before_it_is_parsed(wire: Format) -> None:
    assert refusal(b"\xc1" * (MESSAGE_BYTES + 1), wire) is Code.TOO_LARGE


@pytest.mark.parametrize(
    "data",
    [
        b"\x91" * MESSAGE_BYTES,
        (b"\xdd" + struct.pack(">I", 256)) * (MESSAGE_BYTES // 5),
        (b"\xdc\x01\x00") * (MESSAGE_BYTES // 3),
        (b"\xdf\x00\x00\x01\x00\xa1x") * (MESSAGE_BYTES // 7),
        b"\xdd\xff\xff\xff\xff",
    ],
)
def test_a_lying_header_costs_little_memory_and_time(data: bytes) -> None:
    tracemalloc.start()
    began = time.process_time()
    try:
        assert refusal(data) is Code.BAD_MESSAGE
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * 2**20
    assert time.process_time() - began < 0.1


@pytest.mark.parametrize("wire", ["msgpack", "json"])
def test_what_is_just_within_the_limits_is_read(wire: Format) -> None:
    body: Body = {
        "deep": nested(DEPTH - 2),
        "list": [0] * LIST_ITEMS,
        "least": -(2**63),
        "most": 2**63 - 1,
        "large": 1.7e308,
        "text": "因为 \\u0000 🎓",
        "map": {str(n): n for n in range(MAP_ITEMS)},
        "nothing": None,
        "yes": True,
    }
    command = Command(id="command-00000001", op="activity.act", stream=STREAM, body=body)
    assert decode_client(encode(command, wire), wire) == [command]


@pytest.mark.parametrize("wire", ["msgpack", "json"])
def test_a_message_may_hold_several_envelopes(wire: Format) -> None:
    command = Command(id="abcdefgh", op="x", stream=STREAM)
    sent: list[FromClient] = [Detach(stream=STREAM), Pong(positions={STREAM: 3}), command]
    assert decode_client(b"".join(encode(each, wire) for each in sent), wire) == sent


def test_content_has_one_fingerprint_whatever_the_order_of_its_keys() -> None:
    content = fingerprint(["x", {"a": 1, "b": {"c": 2, "d": 3}}])
    assert content == fingerprint(["x", {"b": {"d": 3, "c": 2}, "a": 1}])
    assert content != fingerprint(["x", {"a": 1, "b": {"c": 2, "d": 4}}])


def test_unknown_fields_are_ignored() -> None:
    assert decode_client(msgpack.packb([4, STREAM, "of a later version", {}])) == [Detach(stream=STREAM)]
    body: Body = {"activity": STREAM, "value": {}, "of_a_later_version": 1}
    assert to_struct(body, SubmitResponse) == SubmitResponse(activity=STREAM, value={})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "activity"),
        ({"activity": True}, "activity"),
        ({"activity": STREAM, "value": []}, "value"),
        ({"activity": "1 OR 1=1"}, "activity"),
    ],
)
def test_a_wrong_field_is_named(body: Body, field: str) -> None:
    with pytest.raises(Refused) as caught:
        to_struct(body, SubmitResponse)
    assert (caught.value.code, caught.value.data) == (Code.BAD_FIELD, {"field": field})


def test_a_rest_body_obeys_the_same_rules() -> None:
    assert decode_body(b'{"__proto__":{"x":1},"constructor":2}', 100) == {"__proto__": {"x": 1}, "constructor": 2}
    for data, code in [
        (b"[1]", Code.BAD_MESSAGE),
        (b"{}\n{}", Code.BAD_MESSAGE),
        (b"[" * 100_000, Code.BAD_MESSAGE),
        (b'{"x":1,"x":1}', Code.BAD_MESSAGE),
        (b'{"x":"' + b"x" * 300_000 + b'"}', Code.TOO_LARGE),
    ]:
        with pytest.raises(Refused) as caught:
            decode_body(data, 256 * 1024)
        assert caught.value.code is code


def test_a_reader_leaves_out_envelopes_of_a_later_version() -> None:
    assert decode_server(msgpack.packb([200, 1]) + msgpack.packb([24, 500])) == [Reconnect(after_ms=500)]


texts = some.text(alphabet=some.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20)
scalars = (
    some.none()
    | some.booleans()
    | some.integers(-(2**63), 2**63 - 1)
    | some.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = some.recursive(
    scalars,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def depth_of(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max((depth_of(inner) for inner in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((depth_of(inner) for inner in value), default=0)
    return 1


bodies = some.dictionaries(texts, values.filter(lambda value: depth_of(value) <= DEPTH - 2), max_size=5)


@given(body=bodies, wire=some.sampled_from(["msgpack", "json"]))
def test_every_body_within_the_limits_survives_the_wire(body: dict[str, object], wire: Format) -> None:
    command = Command(id="command-00000001", op="activity.act", stream=STREAM, body=body)
    event = Event(stream=StreamId(STREAM), seq=Seq(1), at=Millis(2), name="x", body=body)
    assert decode_client(encode(command, wire), wire) == [command]
    assert decode_server(encode(event, wire), wire) == [event]
    assert unpack_stored(pack_stored(body)) == body
    assert unpack_parts(pack_parts({"frame": encode(event), "body": body})) == {"frame": encode(event), "body": body}


def is_read_or_refused(data: bytes, wire: Format) -> bool:
    """Whether the codec gave envelopes, or said that there are none to give; anything else is raised."""
    try:
        return decode_client(data, wire) != []
    except Refused as refused:
        return refused.code is Code.BAD_MESSAGE


@given(data=some.binary(max_size=200), wire=some.sampled_from(["msgpack", "json"]))
def test_any_bytes_are_read_or_refused(data: bytes, wire: Format) -> None:
    assert is_read_or_refused(data, wire)


def outcome(data: bytes) -> list[FromClient] | Code:
    try:
        return decode_client(data)
    except Refused as refused:
        return refused.code


ids = some.sampled_from(
    ["command-00000001", "command000000001", "c0", "c0mmand1", "c" * 31, "c" * 32, "c" * 65, "命" * 9]
)


@given(id=ids, body=bodies, place=some.integers(0, 10_000), byte=some.integers(0, 255), is_broken=some.booleans())
def test_a_command_read_in_one_pass_is_what_the_parser_makes_of_it(
    id: str, body: dict[str, object], place: int, byte: int, is_broken: bool
) -> None:
    data = bytearray(encode(Command(id=id, op="activity.act", stream=STREAM, body=body)))
    if is_broken:
        data[place % len(data)] = byte
    # Whatever comes with another envelope goes through the parser.
    detach = Detach(stream=STREAM)
    parsed = outcome(encode(detach) + bytes(data))
    expected = parsed[1:] if isinstance(parsed, list) else parsed
    # The second time it may be remembered.
    assert [outcome(bytes(data)), outcome(bytes(data))] == [expected, expected]


@given(body=bodies, place=some.integers(0, 10_000), byte=some.integers(0, 255))
def test_a_message_with_one_wrong_byte_is_read_or_refused(body: dict[str, object], place: int, byte: int) -> None:
    data = bytearray(encode(Command(id="command-00000001", op="activity.act", stream=STREAM, body=body)))
    data[place % len(data)] = byte
    assert is_read_or_refused(bytes(data), "msgpack")
