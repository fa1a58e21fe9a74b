"""Images are made anew from their pixels: nothing that is not a pixel comes through, neither where a photo was taken
(EXIF) nor a page hidden behind it, and no phone has to load forty megapixels.
"""

from __future__ import annotations

import os
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from protocol.errors import Code, Refused
from server.files.content import ContentType

LONGEST_EDGE = 2_560
# So that none takes 256 MiB to remake. A pixel is 4 bytes; one that may be transparent is held twice while the image
# is made smaller, and thrice more by what decodes WebP. A JPEG may be larger, since it can be decoded reduced, unless
# it is held whole as coefficients: 2 bytes for each colour of a pixel.
MOST_PIXELS = {"PNG": 20_000_000, "WEBP": 10_000_000, "JPEG": 22_000_000}
MOST_JPEG_PIXELS = 200_000_000
MOST_COEFFICIENT_BYTES = 150_000_000
# Not every JPEG that is held whole says so in what Pillow reads of it; libjpeg itself refuses a little above that, by
# thousands of bytes.
os.environ["JPEGMEM"] = f"{MOST_COEFFICIENT_BYTES // 1_000 + 8_000}"
# Ours is the tighter look, and as early.
Image.MAX_IMAGE_PIXELS = None
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


def remake(file: Path, content: ContentType, longest_edge: int = LONGEST_EDGE) -> None:
    """Replace the image in `file` by its pixels, upright, neither wider nor higher than `longest_edge`.

    Slow: call it in a thread.

    Raises Refused: FILE_TYPE for what cannot be decoded, FILE_TOO_LARGE for too many pixels.
    """
    kind = _FORMATS[content.name]
    made = file.with_suffix(".remade")
    try:
        # Only the decoder of the type that was found: never one that a hidden second header asks for.
        with Image.open(file, formats=(kind,)) as image:
            _check_size(image, kind)
            # Before it is turned, which takes its memory once more.
            image.thumbnail((longest_edge, longest_edge))
            _save(ImageOps.exif_transpose(image), made, kind)
        made.replace(file)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise Refused(Code.FILE_TYPE, type(error).__name__) from None
    finally:
        made.unlink(missing_ok=True)


def _check_size(image: Image.Image, kind: str) -> None:
    if kind == "JPEG":
        is_held_whole = "progressive" in image.info
        _check_pixels(image, MOST_COEFFICIENT_BYTES // 6 if is_held_whole else MOST_JPEG_PIXELS)
        width, height = (max(1, side * LONGEST_EDGE // max(image.size)) for side in image.size)
        image.draft("RGB", (width, height))
    _check_pixels(image, MOST_PIXELS[kind])


def _check_pixels(image: Image.Image, most: int) -> None:
    if image.width * image.height > most:
        raise Refused(Code.FILE_TOO_LARGE, "pixels")


def _save(image: Image.Image, made: Path, kind: str) -> None:
    # What Pillow would carry along by itself: comments, profiles, texts.
    image.info = {key: value for key, value in image.info.items() if key == "transparency"}
    if kind == "JPEG":
        image.convert("RGB").save(made, kind, quality=85, progressive=True)
    elif kind == "PNG":
        plain = image if image.mode in ("1", "L", "LA", "P", "RGB", "RGBA") else image.convert("RGBA")
        plain.save(made, kind)
    else:
        image.convert("RGBA" if image.has_transparency_data else "RGB").save(made, kind, quality=85)
