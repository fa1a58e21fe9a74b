"""docs/settings.md says what the code says."""

from __future__ import annotations

from pathlib import Path

from server import config

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"


def test_the_page_of_settings_is_what_the_code_reads() -> None:
    text = PAGE.read_text()
    assert text.endswith(f"\n\n{config.table()}\n"), "run: make settings"
