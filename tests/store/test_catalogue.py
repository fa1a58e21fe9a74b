"""Searching more courses than are looked at first: the pages, one after the other, are the whole answer in order."""

from __future__ import annotations

import pytest

from protocol.courses import CourseId
from protocol.ids import AccountId, SchoolId
from server.core.catalogue import seek
from server.ids import draw_id
from server.rest.courses.catalogue import TIERS, search
from server.store import bulk
from server.store.catalogue import FIRST
from server.store.pool import connect

N_COURSES = 2_400


def a_course(number: int) -> tuple[CourseId, str, list[str], int]:
    """Every third has 物理 in its title, every other third a teacher of that name; one is called just that."""
    title = "物理" if number == N_COURSES - 1 else ("大学物理", "化学", "生物")[number % 3] + str(number)
    return CourseId(draw_id()), title, ["王物理" if number % 3 == 1 else "李", "江南大学"], number % 700


@pytest.mark.parametrize(
    ("query", "n_hits"), [("物理", 1_601), ("大学物理 江南", 800), ("物理 生物", 0), ("生物8", 39)]
)
async def test_r39_pages_go_through_all_hits_best_first(database: str, query: str, n_hits: int) -> None:
    courses = [a_course(number) for number in range(N_COURSES)]
    sought = seek(query)
    assert sought is not None
    async with connect(database, most=2) as db:
        await bulk.seed_courses(db, SchoolId(draw_id()), AccountId(draw_id()), courses)
        found, tier, hit = [], 0, FIRST
        async with db.snapshot() as snapshot:
            while page := await search(snapshot, sought, tier, hit, 150):
                found += [each.id for _, each in page]
                tier, hit = page[-1]
                if len(page) < 150:
                    break
    assert found == best_first(courses, sought.words, query)
    assert len(found) == n_hits


def best_first(
    courses: list[tuple[CourseId, str, list[str], int]], words: tuple[str, ...], query: str
) -> list[CourseId]:
    ranked = []
    for id, title, others, n_enrolled in courses:
        everything = "\n".join((title, *others))
        if all(word in everything for word in words):
            is_in_title = all(word in title for word in words)
            ranked.append((0 if title == query else 1 if is_in_title else 2, -n_enrolled, id))
    assert all(tier < len(TIERS) for tier, _, _ in ranked)
    return [id for _, _, id in sorted(ranked)]
