from __future__ import annotations

from bench.seat import BINARY, TEXT, client_frame, plain_seat, socketio_seat


def test_a_short_frame_has_its_length_in_one_byte_and_a_mask_of_zeros() -> None:
    assert client_frame(b"hello", TEXT) == b"\x81\x85\0\0\0\0hello"


def test_a_longer_frame_has_its_length_in_two_more_bytes() -> None:
    assert client_frame(b"x" * 126, BINARY) == b"\x82\xfe\x00\x7e\0\0\0\0" + b"x" * 126


def test_every_dialect_publishes_the_same_payload_of_200_bytes() -> None:
    plain = plain_seat(8000, 3, is_publisher=True).say
    socketio = socketio_seat(8000, 3, is_publisher=True).say
    payload = plain[8:]
    assert len(payload) == 200
    assert socketio[8:] == b'42["say","' + payload + b'"]'


def test_a_seat_asks_for_its_room() -> None:
    assert plain_seat(8000, 3, is_publisher=False).request.startswith(b"GET /ws/room3 HTTP/1.1\r\n")
    assert b"&room=room3 " in socketio_seat(8000, 3, is_publisher=False).request
