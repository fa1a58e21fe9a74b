"""What nearly every read of a socket is: whole small messages and nothing else, unmasked without a parser.

Everything else, right or wrong, is the parser's; so are all refusals. Pure.
"""

from __future__ import annotations

from types import CodeType, GeneratorType

from websockets.frames import Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.streams import StreamReader

try:
    from websockets.speedups import apply_mask
except ImportError:  # where no wheel was built
    from websockets.utils import apply_mask

FIN, MASKED = 0x80, 0x80
TEXT, BINARY = FIN | Opcode.TEXT, FIN | Opcode.BINARY
SHORT, LONG = 125, 126  # up to SHORT the size itself; LONG: two bytes of size follow
BETWEEN_FRAMES: CodeType = StreamReader.at_eof.__code__


def unframe(data: bytes, limit: int) -> list[tuple[bytes, bool]] | None:
    """The messages of a read, each with whether it is text; None unless all of it is whole, plain messages.

    All or nothing, as the parser does it: a broken frame takes what was read with it along.
    """
    messages = []
    start, end = 0, len(data)
    while start < end:
        if end - start < 8:
            # Shorter than two bytes of size and a mask. What would still fit, no client of ours says.
            return None
        first, size, mask_at = data[start], data[start + 1] - MASKED, start + 2
        if (first != BINARY and first != TEXT) or size < 0 or size > LONG:
            return None
        if size == LONG:
            size, mask_at = data[start + 2] << 8 | data[start + 3], start + 4
        payload_at = mask_at + 4
        start = payload_at + size
        if start > end or size > limit:
            return None
        payload = apply_mask(data[payload_at:start], data[mask_at:payload_at])
        if first == TEXT and not is_utf8(payload):
            return None
        messages.append((payload, first == TEXT))
    return messages


def is_between_messages(parser: ServerProtocol) -> bool:
    """Whether the parser holds nothing: no part of a frame or of a message, and no goodbye."""
    if parser.state is not State.OPEN or parser.parser_exc is not None or parser.current_size is not None:
        return False
    # A frame's head is taken out of the buffer before the rest is there, so an empty buffer would say too little.
    step: object = parser.parser
    while isinstance(step, GeneratorType) and isinstance(step.gi_yieldfrom, GeneratorType):
        step = step.gi_yieldfrom
    return isinstance(step, GeneratorType) and step.gi_code is BETWEEN_FRAMES


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
