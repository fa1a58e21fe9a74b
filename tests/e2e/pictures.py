"""The pictures of the tour, in few enough colours to be small. None are kept unless TOUR_PICTURES names a folder."""

from __future__ import annotations

import io
import os
from pathlib import Path

from PIL import Image

COLOURS = 256
PAPER = "#e4e1d8"
GAP = 24
# The console over the projector, and the phones beside them: name, height, left, top.
CLASS = (
    ("console", 600, GAP, GAP),
    ("wall", 540, GAP, 600 + 2 * GAP),
    ("phone-1", 570, 960 + 2 * GAP, GAP),
    ("phone-3", 570, 960 + 3 * GAP + 264, GAP),
    ("phone-2", 570, 960 + 2 * GAP + 115, 570 + 2 * GAP),
)
CLASS_SIZE = (960 + 4 * GAP + 528, 1140 + 3 * GAP)


def folder() -> Path | None:
    name = os.environ.get("TOUR_PICTURES", "")
    return Path(name) if name else None


def keep(screenshot: bytes, path: Path) -> None:
    with Image.open(io.BytesIO(screenshot)) as image:
        save(image, path)


def save(image: Image.Image, path: Path) -> None:
    few = image.convert("RGB").quantize(COLOURS, kmeans=1, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def put_together(name: str, pictures: Path, path: Path) -> None:
    """All screens of one moment in one picture."""
    whole = Image.new("RGB", CLASS_SIZE, PAPER)
    for screen, height, left, top in CLASS:
        with Image.open(pictures / f"{screen}-{name}.png") as image:
            width = round(image.width * height / image.height)
            whole.paste(image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS), (left, top))
    save(whole, path)
