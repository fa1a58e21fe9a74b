"""Images are made anew from their pixels: nothing that is not a pixel comes through, neither where a photo was taken
(EXIF) nor a page hidden behind it, and no phone has to load forty megapixels.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from protocol.errors import Code, Refused
from server.files.content import ContentType

LONGEST_EDGE = 2_560
# What may lie in memory decoded: 4 bytes each. A JPEG may be larger on paper, since it can be decoded reduced.
MOST_PIXELS = 30_000_000
MOST_JPEG_PIXELS = 200_000_000
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
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((longest_edge, longest_edge))
            _save(upright, made, kind)
        made.replace(file)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise Refused(Code.FILE_TYPE, type(error).__name__) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(Code.FILE_TOO_LARGE, "pixels") from None
    finally:
        made.unlink(missing_ok=True)


def _check_size(image: Image.Image, kind: str) -> None:
    if image.width * image.height > (MOST_JPEG_PIXELS if kind == "JPEG" else MOST_PIXELS):
        raise Refused(Code.FILE_TOO_LARGE, "pixels")
    if kind == "JPEG":
        image.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
        if image.width * image.height > MOST_PIXELS:
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
