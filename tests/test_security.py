"""docs/security.md names tests for what somebody may try; this holds it to its word."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
# What is tried there is not built yet.
WAITING = ("63",)


def test_every_number_has_a_row_that_names_tests_that_are_there() -> None:
    table = (ROOT / "docs" / "security.md").read_text()
    rows = re.findall(r"^\| (\d+) \|.*\|(.*)\|$", table, re.MULTILINE)
    numbers = [int(number) for number, _ in rows]
    assert numbers == [*range(35, 71), *range(81, 104)]
    missing = [
        f"{number}: {file}::{test}"
        for number, proofs in rows
        if number not in WAITING
        for file, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", proofs) or [("none", "none")]
        if not (ROOT / file).is_file() or f"def {test}(" not in (ROOT / file).read_text()
    ]
    assert missing == []
