"""What an image costs to remake: little, whatever it says of itself (87 of the checklist)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

UPSIDE = 0x0112
# In a process of its own, whose greatest size is then known.
REMAKE = r"""
import re, sys
from pathlib import Path
from protocol.errors import Refused
from server.files.content import find_type
from server.files.image import remake

file = Path(sys.argv[1])
try:
    remake(file, find_type(file))
    said = "taken"
except Refused as refused:
    said = refused.code
print(said, re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def a_turned_image(file: Path, mode: str, size: tuple[int, int], save: dict[str, object]) -> None:
    """One that must be turned, so that it is held once more."""
    exif = Image.Exif()
    exif[UPSIDE] = 6
    Image.new(mode, size).save(file, None, exif=exif, **save)


@pytest.mark.parametrize(
    ("name", "mode", "size", "save", "said"),
    [
        ("a.png", "RGBA", (5_000, 4_000), {"compress_level": 1}, "taken"),
        ("a.png", "LA", (5_000, 4_000), {"compress_level": 1}, "taken"),
        ("a.png", "RGBA", (5_000, 4_001), {"compress_level": 1}, "file_too_large"),
        ("a.webp", "RGBA", (4_000, 2_500), {"lossless": True, "quality": 0}, "taken"),
        ("a.webp", "RGBA", (4_000, 2_501), {"lossless": True, "quality": 0}, "file_too_large"),
        ("a.jpg", "CMYK", (14_142, 14_142), {}, "taken"),
        ("a.jpg", "L", (14_143, 14_143), {}, "file_too_large"),
        ("a.jpg", "L", (60_000, 2), {}, "taken"),
        ("a.jpg", "RGB", (4_690, 4_690), {}, "taken"),
        ("a.jpg", "RGB", (4_691, 4_690), {}, "file_too_large"),
        ("a.jpg", "RGB", (4_690, 4_690), {"progressive": True, "subsampling": 0}, "taken"),
        ("a.jpg", "RGB", (6_000, 4_166), {"progressive": True, "subsampling": 0}, "taken"),
        ("a.jpg", "RGB", (6_000, 4_167), {"progressive": True, "subsampling": 0}, "file_too_large"),
        # Four colours: libjpeg refuses what passed by its pixels.
        ("a.jpg", "CMYK", (4_690, 4_690), {"progressive": True, "subsampling": 0}, "file_type"),
    ],
)
def test_security_87_no_image_takes_256_mib(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    mode: str,
    size: tuple[int, int],
    save: dict[str, object],
    said: str,
) -> None:
    file = tmp_path / name
    # Else libjpeg refuses to write it already.
    monkeypatch.delenv("JPEGMEM", raising=False)
    a_turned_image(file, mode, size, save)
    run = subprocess.run([sys.executable, "-c", REMAKE, str(file)], capture_output=True, text=True, check=True)
    code, most_kib = run.stdout.split()
    assert (code, run.stderr) == (said, "")
    assert int(most_kib) < 256 * 1024
    if said == "taken":
        with Image.open(file) as remade:
            # As tall now as it was wide.
            assert (max(remade.size), remade.height) == (2_560, max(remade.size))
            assert remade.getexif().get(UPSIDE) is None
