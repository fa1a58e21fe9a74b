"""Runs by the clock: their state and week (R45, R47), which of them one joins, and when their times are sensible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from protocol.courses import RunId, RunState
from protocol.errors import Code, Refused

WEEK = timedelta(days=7)
LONGEST = timedelta(days=3 * 366)
WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    id: RunId
    number: int
    starts_at: datetime
    ends_at: datetime


def state_of(run: Run, now: datetime) -> RunState:
    if now < run.starts_at:
        return "upcoming"
    return "running" if now < run.ends_at else "ended"


def n_weeks(run: Run) -> int:
    return -((run.starts_at - run.ends_at) // WEEK)


def week_of(run: Run, now: datetime) -> int:
    """Which week it is: from 1 on; 0 before the start, the last one after the end."""
    if now < run.starts_at:
        return 0
    return min((now - run.starts_at) // WEEK + 1, n_weeks(run))


def to_join(runs: Sequence[Run], now: datetime) -> Run | None:
    """The run that 立即参加 means: the one that runs, else the next to start; None when all have ended."""
    left = [run for run in runs if now < run.ends_at]
    return min(left, key=lambda run: run.starts_at, default=None)


def shown(runs: Sequence[Run], now: datetime) -> Run | None:
    """The run whose time a card shows: the one to join, else the last that ended."""
    return to_join(runs, now) or max(runs, key=lambda run: run.ends_at, default=None)


def check_times(starts_at: datetime, ends_at: datetime) -> None:
    """Raises Refused(BAD_FIELD)."""
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise Refused(Code.BAD_FIELD, "ends_at", data={"field": "ends_at"})


def check_weights(weights: Mapping[str, int]) -> None:
    """None, or 100 percent together. Raises Refused(BAD_FIELD)."""
    if weights and sum(weights.values()) != WHOLE:
        raise Refused(Code.BAD_FIELD, "grading", data={"field": "grading"})
