"""What a process writes about itself: one line per fact on stderr, safe to read in a terminal and to grep.

It never holds payloads, texts of messages, or names of people; see to that where you log.
"""

from __future__ import annotations

import logging
import sys
import time

from server.config import Config

LONGEST = 4_000
CONTROL = {number: f"\\x{number:02x}" for number in (*range(0x20), *range(0x7F, 0xA0))}
CONTROL[ord("\n")] = "\\n"
CONTROL[ord("\t")] = "\\t"


class OneLine(logging.Formatter):
    """`time level node logger: words`, then a traceback, if any, with every line set off.

    What a client sent may be part of the words: control characters are written out, so that nobody can forge a line
    or speak to the reader's terminal.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"

    def __init__(self, node: str) -> None:
        super().__init__()
        self._node = node
        self._second = (0, "")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # its own name
        """The date is written once a second: it would be half of what a line costs."""
        second = int(record.created)
        if self._second[0] != second:
            self._second = (second, time.strftime(self.default_time_format, self.converter(second)))
        return f"{self._second[1]}.{int(record.msecs):03d}Z"

    def format(self, record: logging.LogRecord) -> str:
        words, traceback = record.getMessage(), ""
        if record.exc_info:
            traceback = self.formatException(record.exc_info)
        elif record.name == "uvicorn.error" and "Traceback" in words:
            # It hands on the traceback of a failed start as words.
            words, traceback = "failed", words
        if len(words) > LONGEST:
            words = f"{words[:LONGEST]}… ({len(words)} characters)"
        head = f"{self.formatTime(record)} {record.levelname.lower()} {self._node} {record.name}:"
        if not traceback and words.isprintable():
            return f"{head} {words}"
        set_off = [f"  | {each.translate(CONTROL)[:LONGEST]}" for each in traceback.splitlines()]
        return "\n".join([f"{head} {words.translate(CONTROL)}", *set_off])


def configure(config: Config) -> None:
    """Send all logging of this process to stderr. Call it once, first thing."""
    # What no line of ours shows need not be looked up for each.
    logging.logThreads = logging.logMultiprocessing = logging.logProcesses = False
    # Documented, if private: without it no line looks for who called.
    logging._srcfile = None
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine(config.node))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(config.log_level.value.upper())
    logging.captureWarnings(True)
    # They tell what we tell ourselves, or each request and each poll.
    for chatty in ("uvicorn", "uvicorn.access", "httpx", "httpcore", "asyncio", "websockets", "arq.worker"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
