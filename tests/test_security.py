"""docs/security.md names tests for what somebody may try; this holds it to its word."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_each_row_names_tests_that_are_there() -> None:
    table = (ROOT / "docs" / "security.md").read_text()
    rows = re.findall(r"^\| (\d+) \|.*\|(.*)\|$", table, re.MULTILINE)
    numbers = [int(number) for number, _ in rows]
    assert numbers == sorted(set(numbers))
    missing = [
        f"{number}: {file}::{test}"
        for number, proofs in rows
        for file, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", proofs) or [("none", "none")]
        if not (ROOT / file).is_file() or f"def {test}(" not in (ROOT / file).read_text()
    ]
    assert missing == []
