"""Taking assessments: begin, save, submit, mark. Each is one transaction that holds the attempt and judges by the clock
inside it (I10). An attempt whose time is over is submitted by whoever comes first: the sweep or somebody who looks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from protocol.errors import Code, Refused
from protocol.ids import AccountId
from server.core.activities.question import Answer
from server.core.assessment import (
    GRACE,
    Assessment,
    Attempt,
    Given,
    check_given,
    check_questions,
    check_save,
    check_start,
    check_submit,
    ends_at,
    fit_answers,
    is_over,
    score,
)
from server.ids import draw_id
from server.store import assessments, attempts, study_units
from server.store.pool import Database, Tx

Clock = Callable[[], datetime]
AT_ONCE = 100

log = logging.getLogger("shangke.assessing")


async def found(tx: Tx, assessment: str) -> Assessment:
    """Raises Refused(NOT_FOUND)."""
    known = await assessments.select_assessment(tx, assessment)
    if known is None:
        raise Refused(Code.NOT_FOUND)
    return known


async def hold_own(tx: Tx, attempt: str, account: AccountId) -> tuple[Attempt, Assessment]:
    """A learner's own attempt, held. Raises Refused(NOT_FOUND), also for somebody else's."""
    held = await attempts.lock_attempt(tx, attempt)
    if held is None or held.account != account:
        raise Refused(Code.NOT_FOUND)
    return held, await found(tx, held.assessment)


async def begin(tx: Tx, assessment: str, account: AccountId, clock: Clock) -> str:
    """A new attempt, or the open one: beginning twice is once. `submit_over` comes before it.

    Raises Refused: NOT_FOUND, NOT_OPEN_YET, TOO_LATE, NO_ATTEMPT_LEFT.
    """
    await assessments.lock_assessment(tx, assessment)
    known, now = await found(tx, assessment), clock()
    if not await study_units.is_learner(tx, known.run, account):
        raise Refused(Code.NOT_FOUND)
    already = await attempts.select_open(tx, assessment, account)
    if already is not None:
        return already
    n_taken = await attempts.count_taken(tx, assessment, account)
    check_start(known, n_taken, now)
    attempt = draw_id()
    await attempts.insert_attempt(tx, attempt, assessment, account, n_taken + 1, now, ends_at(known, now))
    return attempt


async def save(
    database: Database, attempt: str, account: AccountId, answers: Sequence[Answer], rev: int, clock: Clock
) -> int:
    """Keep answers as they stand; gives the new revision.

    Raises Refused: NOT_FOUND, BAD_ANSWER, ALREADY_ANSWERED, TOO_LATE, OLDER_REVISION.
    """
    async with database.transaction() as tx:
        held, known = await hold_own(tx, attempt, account)
        check_save(held, clock())
        whole = fit_answers(known.questions, answers)
        if whole == held.answers:
            return held.rev
        if rev != held.rev:
            raise Refused(Code.OLDER_REVISION, data={"rev": held.rev})
        await attempts.update_answers(tx, attempt, list(whole))
    return held.rev + 1


async def submit(tx: Tx, attempt: str, account: AccountId, answers: Sequence[Answer], clock: Clock) -> None:
    """The learner is done. The same submit again changes nothing.

    Raises Refused: NOT_FOUND, BAD_ANSWER, ALREADY_ANSWERED, TOO_LATE.
    """
    held, known = await hold_own(tx, attempt, account)
    whole, now = fit_answers(known.questions, answers), clock()
    if held.state != "open" and held.answers == whole:
        return
    check_submit(held, whole, now)
    result = score(known.questions, whole, {})
    await attempts.update_submitted(tx, attempt, list(whole), result, min(now, held.ends_at), False)


async def mark(database: Database, attempt: str, teacher: AccountId, given: dict[str, Given]) -> None:
    """A teacher's points and remarks; those of other questions stay.

    Raises Refused: NOT_FOUND, BAD_FIELD, BAD_PHASE (nothing is submitted yet).
    """
    async with database.transaction() as tx:
        held = await attempts.lock_attempt(tx, attempt)
        if held is None:
            raise Refused(Code.NOT_FOUND)
        known = await found(tx, held.assessment)
        if not await study_units.is_teacher(tx, known.run, teacher):
            raise Refused(Code.NOT_FOUND)
        if held.state == "open":
            raise Refused(Code.BAD_PHASE)
        check_given(known.questions, given)
        whole = {**held.given, **given}
        await attempts.update_marked(tx, attempt, whole, score(known.questions, held.answers, whole))


async def write(tx: Tx, wanted: Assessment, teacher: AccountId, clock: Clock) -> None:
    """Keep an assessment, new or changed. Once somebody took it, its questions and kind stay.

    Raises Refused: NOT_FOUND, BAD_FIELD, ASSESSMENT_BEGUN.
    """
    if wanted.is_published:
        check_questions(wanted.questions)
    if not await study_units.is_teacher(tx, wanted.run, teacher):
        raise Refused(Code.NOT_FOUND)
    if wanted.unit is not None and not await assessments.is_unit_of_run(tx, wanted.unit, wanted.run):
        raise Refused(Code.NOT_FOUND)
    await assessments.lock_assessment(tx, wanted.id)
    before = await assessments.select_assessment(tx, wanted.id)
    if before is not None and await assessments.has_attempts(tx, wanted.id):
        check_change(before, wanted)
    await assessments.upsert(tx, wanted, clock())
    await attempts.update_ends(tx, wanted.id, wanted.due_at, wanted.time_limit_s)


def check_change(before: Assessment, wanted: Assessment) -> None:
    """What was answered stays as it was asked, and is not taken back."""
    is_same = (before.kind, before.questions) == (wanted.kind, wanted.questions)
    if not is_same or (before.is_published and not wanted.is_published):
        raise Refused(Code.ASSESSMENT_BEGUN)


async def remove(database: Database, assessment: str, teacher: AccountId) -> None:
    """Raises Refused: NOT_FOUND, ASSESSMENT_BEGUN."""
    async with database.transaction() as tx:
        await assessments.lock_assessment(tx, assessment)
        known = await found(tx, assessment)
        if not await study_units.is_teacher(tx, known.run, teacher):
            raise Refused(Code.NOT_FOUND)
        if await assessments.has_attempts(tx, assessment):
            raise Refused(Code.ASSESSMENT_BEGUN)
        await assessments.delete(tx, assessment)


async def submit_if_over(database: Database, attempt: str, now: datetime) -> bool:
    """Submit what was saved, if its time is over (D7). Twice is once."""
    async with database.transaction() as tx:
        held = await attempts.lock_attempt(tx, attempt)
        if held is None or not is_over(held, now):
            return False
        known = await found(tx, held.assessment)
        result = score(known.questions, held.answers, {})
        whole = fit_answers(known.questions, held.answers)
        await attempts.update_submitted(tx, attempt, list(whole), result, held.ends_at, True)
    return True


async def submit_over(database: Database, of: Sequence[str], now: datetime) -> None:
    """Before somebody looks at these assessments: nothing that is over is still shown as open, worker or no worker."""
    for attempt in await attempts.select_due_of(database, of, now, GRACE, AT_ONCE):
        await submit_if_over(database, attempt, now)


async def sweep_over(database: Database, now: datetime) -> int:
    """Submit all that is over; gives how many were. One that fails does not keep the others."""
    n = 0
    for attempt in await attempts.select_due(database, now, GRACE, AT_ONCE):
        try:
            n += await submit_if_over(database, attempt, now)
        except Refused as refused:
            log.info("attempt=%s outcome=%s", attempt, refused.code)
    return n
