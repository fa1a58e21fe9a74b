"""docs/add-an-activity.md is true: its code, put into a copy of the house, is a new kind, and nothing else changed."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "add-an-activity.md"
# What the checks below need of the house, and what a kind could touch.
ROOMS = (
    "protocol",
    "server",
    "workers",
    "tests/core",
    "tests/harness",
    "web/phone",
    "web/console",
    "web/kinds",
    "web/use",
)
FILES = ("pyproject.toml", "schema.sql", "tests/__init__.py", "tests/test_frames.py")
PLACES = {
    "server/core/activities/quick_poll.py",
    "server/core/activities/registry.py",
    "tests/core/activities/test_quick_poll.py",
    "web/phone/activities/quick_poll.vue",
    "web/console/activities/quick_poll.vue",
}
# One lesson with it, on the road, run inside the copy.
STORY = """
import asyncio, sys
from tests.harness.school import a_lesson, a_school

async def story(database, redis_url):
    async with a_school(database, redis_url) as school:
        lesson = await a_lesson(school, 3)
        poll = await school.publish(lesson.teacher, lesson.classroom, "quick_poll", {"text": "Did you follow?"})
        for number, student in enumerate(lesson.students):
            body = {"activity": poll, "value": {"is_yes": number > 0}}
            await school.wish(student, "response.submit", lesson.classroom, body)
        await school.wish(lesson.teacher, "session.end", lesson.classroom)
        closed = next(e for e in school.heard.events_of(lesson.classroom, "student") if e.name == "activity.closed")
        print(closed.body["kind"], closed.body["tally"])

asyncio.run(story(*sys.argv[1:]))
"""
BLOCK = re.compile(r"^```(?P<language>\w+) file=(?P<file>\S+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    language: str
    file: str
    text: str


def blocks() -> list[Block]:
    return [Block(**found.groupdict()) for found in BLOCK.finditer(PAGE.read_text())]


def patched(text: str, diff: str) -> str:
    """`diff` as the page writes it: hunks between `@@`, each found exactly once."""
    for hunk in diff.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if not line.startswith("+"))
        after = "".join(line[1:] for line in lines if not line.startswith("-"))
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return text


def contents(house: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(house)): path.read_bytes()
        for path in house.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the house as it is."""
    for room in ROOMS:
        if (ROOT / room).is_dir():
            shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for file in FILES:
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def build(house: Path) -> None:
    for block in blocks():
        path = house / block.file
        path.write_text(patched(path.read_text(), block.text) if block.language == "diff" else block.text)


def run(house: Path, *command: str, given: str = "") -> str:
    """What it printed; it must succeed."""
    done = subprocess.run(
        [sys.executable, *command], cwd=house, input=given, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_new_kind_touches_five_places_and_passes_every_test_of_the_kinds(house: Path) -> None:
    before = contents(house)
    build(house)
    after = contents(house)
    assert {file for file in before.keys() | after.keys() if before.get(file) != after.get(file)} == PLACES
    run(house, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/core/activities", "tests/core/test_lifecycle.py")
    said = run(house, "-c", "from server.core.activities.registry import KINDS; print(*KINDS)")
    assert said.split()[-1] == "quick_poll"


async def test_the_new_kind_lives_a_lesson_on_the_road(house: Path, database: str, redis_url: str) -> None:
    build(house)
    said = await asyncio.to_thread(run, house, "-W", "error", "-c", STORY, database, redis_url)
    assert said == "quick_poll {'v': 1, 'n_students': 3, 'n_yes': 2, 'n_no': 1}\n"


def test_the_rules_of_the_page_are_less_than_a_hundred_lines_and_formatted_as_the_house_is() -> None:
    python = {block.file: block.text for block in blocks() if block.language == "python"}
    assert python["server/core/activities/quick_poll.py"].count("\n") < 100
    for file, text in python.items():
        run(ROOT, "-m", "ruff", "check", "--stdin-filename", file, "-", given=text)
        assert run(ROOT, "-m", "ruff", "format", "--stdin-filename", file, "-", given=text) == text


def test_the_page_names_every_place() -> None:
    assert {block.file for block in blocks()} == PLACES
