"""The bytes of every message are what they were: a client of last term still reads them."""

from __future__ import annotations

import pytest

from protocol.codec import Format, decode_client, decode_server, encode, to_body, to_struct
from protocol.envelopes import Body, Command, Event, FromClient, Gauge, Snapshot
from protocol.registry import COMMANDS, EVENTS, GAUGES, SNAPSHOTS, Declaration
from tests.protocol.examples import Envelope, envelopes
from tests.protocol.golden import GOLDEN

EXAMPLES = dict(envelopes())
LINES = {
    title: bytes.fromhex(bytes_) for title, bytes_ in (line.rsplit(" ", 1) for line in GOLDEN.read_text().splitlines())
}


def test_every_message_has_golden_bytes_and_no_line_is_left_over() -> None:
    assert list(LINES) == list(EXAMPLES)


@pytest.mark.parametrize("title", EXAMPLES)
def test_a_message_is_written_as_its_golden_bytes(title: str) -> None:
    assert encode(EXAMPLES[title]) == LINES[title]


@pytest.mark.parametrize("title", EXAMPLES)
def test_golden_bytes_are_read_as_the_message(title: str) -> None:
    envelope = EXAMPLES[title]
    assert _decode(envelope, LINES[title]) == [envelope]
    assert _decode(envelope, encode(envelope, "json"), "json") == [envelope]


@pytest.mark.parametrize("title", [title for title in EXAMPLES if not title.startswith("envelope")])
def test_the_body_of_a_message_fits_its_declaration(title: str) -> None:
    declaration, body = _declared(EXAMPLES[title])
    assert to_body(to_struct(body, declaration)) == body


def test_messages_joined_end_to_end_are_read_one_by_one() -> None:
    joined = [envelope for title, envelope in EXAMPLES.items() if title.startswith("event")]
    assert decode_server(b"".join(LINES[title] for title in EXAMPLES if title.startswith("event"))) == joined


def _declared(envelope: Envelope) -> tuple[Declaration, Body | None]:
    match envelope:
        case Command(op=op, body=body):
            return COMMANDS[op], body
        case Event(name=name, body=body):
            return EVENTS[name], body
        case Gauge(name=name, value=value):
            return GAUGES[name], value
        case Snapshot(kind=kind, state=state):
            return SNAPSHOTS[kind], state
    raise AssertionError(f"{envelope} carries no declared body")


def _decode(envelope: Envelope, data: bytes, wire: Format = "msgpack") -> list[Envelope]:
    if isinstance(envelope, FromClient):
        return [*decode_client(data, wire)]
    return [*decode_server(data, wire)]
