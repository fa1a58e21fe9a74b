"""A log line is one line, whatever a client put into it."""

from __future__ import annotations

import logging

from server.log import OneLine


def written(words: str, *arguments: object, fault: BaseException | None = None) -> str:
    record = logging.makeLogRecord(
        {
            "name": "server.edge",
            "levelname": "INFO",
            "msg": words,
            "args": arguments,
            "created": 1764000000.25,
            "msecs": 250.0,
            "exc_info": (type(fault), fault, fault.__traceback__) if fault else None,
        }
    )
    return OneLine("hub-1").format(record)


def test_a_line_says_when_how_grave_who_and_what() -> None:
    assert written("command=%s ms=%d", "activity.open", 4) == (
        "2025-11-24T16:00:00.250Z info hub-1 server.edge: command=activity.open ms=4"
    )


def test_nobody_can_forge_a_line_or_speak_to_the_terminal() -> None:
    line = written("name=%s", "x\n2026-01-01 INFO login ok\r\t\x1b[2J\x00\x7f\x9b1m")
    assert line.endswith(r"name=x\n2026-01-01 INFO login ok\x0d\t\x1b[2J\x00\x7f\x9b1m")


def test_a_line_has_an_end() -> None:
    line = written("name=%s", "上" * 1_000_000)
    assert len(line) < 4_200
    assert line.endswith("… (1000005 characters)")


def test_formats_in_a_clients_words_are_not_filled_in() -> None:
    assert written("name=%s", "%s %d {}").endswith("name=%s %d {}")


def test_a_traceback_is_set_off_and_as_safe() -> None:
    try:
        raise ValueError("bad\nINFO login ok\x1b[2J")
    except ValueError as error:
        lines = written("failed", fault=error).split("\n")
    assert lines[0].endswith("server.edge: failed")
    assert lines[-2:] == ["  | ValueError: bad", r"  | INFO login ok\x1b[2J"]
    assert all(line.startswith("  | ") for line in lines[1:])
