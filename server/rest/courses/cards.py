"""Courses as cards: what the catalogue, a school's home and 我的课程 show of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from protocol.courses import CourseCard, CourseId, RunTime
from server.core.moment import millis
from server.core.run import Run, n_weeks, shown, state_of, week_of
from server.store import catalogue
from server.store.catalogue import Card
from server.store.pool import Reader


async def read_cards(db: Reader, courses: Sequence[CourseId], now: datetime) -> list[CourseCard]:
    """In the order asked for."""
    cards, runs = await catalogue.select_cards(db, courses), await catalogue.select_runs(db, courses)
    return [card_of(cards[course], runs[course], now) for course in courses if course in cards]


def card_of(card: Card, runs: Sequence[Run], now: datetime) -> CourseCard:
    run = shown(runs, now)
    return CourseCard(
        id=card.id,
        kind=card.kind,
        title=card.title,
        summary=card.summary,
        cover=card.cover,
        school=card.school,
        school_name=card.school_name,
        teachers=card.teachers,
        n_enrolled=card.n_enrolled,
        has_password=card.has_password,
        time=time_of(run, now) if run else None,
    )


def time_of(run: Run, now: datetime) -> RunTime:
    return RunTime(
        run=run.id,
        number=run.number,
        starts_at=millis(run.starts_at),
        ends_at=millis(run.ends_at),
        state=state_of(run, now),
        week=week_of(run, now),
        n_weeks=n_weeks(run),
    )
