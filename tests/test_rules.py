"""Each rule of the requirements is named by a test (R1-R85; of the decided points those that these rules stand on)."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
RULES = [f"R{n}" for n in range(1, 86)] + [f"D{n}" for n in (7, *range(9, 16))]
TESTS = [*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("web/tests/**/*.test.ts")]


def named() -> set[str]:
    """R1, test_r1_…, also the ends of R1-R5 and what lies between."""
    found: set[str] = set()
    for path in TESTS:
        if path == Path(__file__):
            continue
        text = path.read_text()
        found |= {match.upper() for match in re.findall(r"(?<![A-Za-z0-9])[RDrd]\d+(?![0-9])", text)}
        for letter, first, last in re.findall(r"\b([RD])(\d+)[-–][RD]?(\d+)\b", text):
            found |= {f"{letter}{n}" for n in range(int(first), int(last) + 1)}
    return found


def test_each_rule_is_named_by_a_test() -> None:
    assert sorted(set(RULES) - named(), key=lambda rule: (rule[0], int(rule[1:]))) == []
