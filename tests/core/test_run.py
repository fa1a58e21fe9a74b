"""Runs by the clock: states and weeks (R45, R47), and which one is joined."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from protocol.courses import RunId
from protocol.errors import Code, Refused
from server.core.run import LONGEST, Run, check_times, check_weights, n_weeks, shown, state_of, to_join, week_of

START = datetime(2026, 9, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def a_run(starts: float = 0, ends: float = 70, name: str = "run") -> Run:
    """In days from START."""
    return Run(id=RunId(name), number=1, starts_at=START + timedelta(days=starts), ends_at=START + timedelta(days=ends))


@pytest.mark.parametrize(
    ("at", "state", "week"),
    [
        (START - SECOND, "upcoming", 0),
        (START, "running", 1),
        (START + timedelta(days=7) - SECOND, "running", 1),
        (START + timedelta(days=7), "running", 2),
        (START + timedelta(days=70) - SECOND, "running", 10),
        (START + timedelta(days=70), "ended", 10),
        (START + timedelta(days=700), "ended", 10),
    ],
)
def test_a_run_is_somewhere_between_its_times(at: datetime, state: str, week: int) -> None:
    assert (state_of(a_run(), at), week_of(a_run(), at)) == (state, week)


def test_a_begun_week_is_a_week() -> None:
    assert [n_weeks(a_run(0, days)) for days in (0.5, 7, 7.1, 14)] == [1, 1, 2, 2]


def test_the_run_that_runs_is_joined_before_the_next_and_an_ended_one_never() -> None:
    old, now, soon = a_run(-90, -10, "old"), a_run(-5, 60, "now"), a_run(30, 90, "soon")
    assert to_join([soon, now, old], START) == now
    assert to_join([soon, old], START) == soon
    assert to_join([old], START) is None
    assert [shown([old, a_run(-200, -100)], START), shown([old, soon], START), shown([], START)] == [old, soon, None]


@pytest.mark.parametrize("length", [timedelta(0), -SECOND, LONGEST + SECOND])
def test_a_run_that_never_is_or_never_ends_is_refused(length: timedelta) -> None:
    with pytest.raises(Refused) as refused:
        check_times(START, START + length)
    assert (refused.value.code, refused.value.data) == (Code.BAD_FIELD, {"field": "ends_at"})


def test_times_that_are_sensible_are_taken() -> None:
    check_times(START, START + SECOND)
    check_times(START, START + LONGEST)


def test_weights_make_a_hundred_or_are_none() -> None:
    check_weights({})
    check_weights({"quiz": 40, "exam": 60})
    for wrong in ({"quiz": 0}, {"quiz": 40, "exam": 61}):
        with pytest.raises(Refused):
            check_weights(wrong)
