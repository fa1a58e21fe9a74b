"""The payload that every contestant carries, and how its arrivals are counted in a raw byte stream.

A payload opens with a mark no protocol header contains, then the sender's clock in nanoseconds, so
that one counter serves every wire format, also where a server joins many events into one message.
"""

from __future__ import annotations

MARK = b"%bx%"
STAMP_DIGITS = 19
STAMP = MARK + b"0" * STAMP_DIGITS
COMMAND_ID = b"benchCommandId00"


def make_payload(size_bytes: int) -> bytes:
    """A printable payload of `size_bytes` whose stamp `stamped` will fill in."""
    if size_bytes < len(STAMP):
        raise ValueError(f"a payload needs at least {len(STAMP)} bytes")
    return STAMP + b"." * (size_bytes - len(STAMP))


def stamped(template: bytes, now_ns: int, n_th: int) -> bytes:
    """The template with its stamp set to `now_ns` and its command id, if it has one, to `n_th`.

    Both keep their width, so length fields around them stay right.
    """
    stamp = MARK + str(now_ns).rjust(STAMP_DIGITS, "0").encode()
    return template.replace(STAMP, stamp).replace(COMMAND_ID, b"bench%011d" % n_th)


def count_marks(tail: bytes, chunk: bytes) -> tuple[int, bytes]:
    """How many marks end in `chunk`, and the tail to hand in with the next one."""
    joined = tail + chunk
    # Three bytes never hold a whole mark, so none is counted twice.
    return joined.count(MARK), joined[1 - len(MARK) :]


def read_stamps(tail: bytes, chunk: bytes) -> tuple[list[int], bytes]:
    """The stamps that are complete once `chunk` has come, and the tail to hand in with the next."""
    parts = (tail + chunk).split(MARK)
    # What stands before the first mark is no stamp; the last part may still be growing.
    complete = [int(part[:STAMP_DIGITS]) for part in parts[1:-1]]
    last = parts[-1]
    if len(parts) == 1:
        return complete, last[1 - len(MARK) :]
    if len(last) < STAMP_DIGITS:
        return complete, MARK + last
    return [*complete, int(last[:STAMP_DIGITS])], last[1 - len(MARK) :]
