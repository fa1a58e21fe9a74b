"""A picture that is one."""

from __future__ import annotations

import io

from PIL import Image


def a_picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (8, 8)).save(written, "PNG")
    return written.getvalue()
