"""docs/security.md names tests for what somebody may try; this holds it to its word."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
WEB = ROOT / "web"
# What makes HTML, or runs a text.
MAKES_HTML = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|v-html|\beval\(|new Function\("
)
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


def test_security_92_no_page_makes_html_of_a_text() -> None:
    """So a name, a title, a message or a push is shown as the text it is, wherever it is shown."""
    folders = [each for each in WEB.iterdir() if each.is_dir() and each.name not in ("node_modules", "dist", "tests")]
    sources = [each for folder in folders for each in folder.rglob("*") if each.suffix in (".vue", ".ts", ".tsx")]
    assert len(sources) > 200
    assert [str(each) for each in sources if MAKES_HTML.search(each.read_text())] == []
