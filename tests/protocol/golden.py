"""The golden bytes: `python -m tests.protocol.golden` writes them anew, which is a change of the protocol.

Such a change wants a line in CHANGELOG.md, and within a version it may only add.
"""

from __future__ import annotations

from pathlib import Path

from protocol.codec import encode
from tests.protocol.examples import envelopes

GOLDEN = Path(__file__).with_name("golden.txt")


def render() -> str:
    """One line per message: what it is, then its bytes in hexadecimal."""
    return "".join(f"{title} {encode(envelope).hex()}\n" for title, envelope in envelopes())


if __name__ == "__main__":
    GOLDEN.write_text(render())
