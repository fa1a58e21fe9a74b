"""File names, as they come and as they are kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.file_name import LONGEST, clean, disposition


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("第3课 教案.pdf", "第3课 教案.pdf"),
        ("plan.PDF", "plan.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\x", "x.pdf"),
        ("C:\\x", "x.pdf"),
        ("/abs", "abs.pdf"),
        ("a\r\nSet-Cookie: x=1", "aSet-Cookie_ x=1.pdf"),
        ('"; filename="evil.exe', "__ filename=_evil.exe.pdf"),
        ("gpj.\u202eexe", "gpj.exe.pdf"),
        ("x.html%00.png", "x.html_00.png.pdf"),
        ("x\x00.html", "x.html.pdf"),
        ("x.html.", "x.html.pdf"),
        ("", "教案.pdf"),
        (".", "教案.pdf"),
        ("..", "教案.pdf"),
        (".pdf", "教案.pdf"),
        ("CON", "教案.pdf"),
        ("nul.txt", "教案.pdf"),
        ("com1.pdf", "教案.pdf"),
        ("a" * 1_000, "a" * LONGEST + ".pdf"),
    ],
)
def test_a_kept_name_is_readable_and_harmless(given_name: str, kept: str) -> None:
    assert clean(given_name, ".pdf", "教案") == kept


def test_the_ending_is_what_the_content_asks_for() -> None:
    assert clean("photo.jpeg", ".jpg", "图片") == "photo.jpg"
    assert clean("photo.png", ".jpg", "图片") == "photo.png.jpg"
    assert clean("page.html", ".png", "图片") == "page.html.png"


@given(st.text(max_size=300))
def test_no_name_breaks_out_of_the_header(given_name: str) -> None:
    header = disposition("attachment", clean(given_name, ".pdf", "教案"))
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert header.startswith('attachment; filename="')
    assert "; filename*=UTF-8''" in header
