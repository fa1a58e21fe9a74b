"""Attempts: a learner's own, from beginning to result, and everybody's for the teacher who marks them."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import Response

from protocol import study
from protocol.errors import Code, Refused
from protocol.ids import AccountId
from protocol.study import (
    AttemptMark,
    AttemptPage,
    AttemptSaved,
    AttemptSummary,
    MarkAttempt,
    SaveAttempt,
    SubmitAttempt,
)
from server import assessing
from server.core.activities import border
from server.core.activities.question import Answer
from server.core.assessment import (
    Answers,
    Assessment,
    Attempt,
    Given,
    hidden,
    may_see_keys,
    may_see_points,
    score,
)
from server.core.moment import millis, millis_or_none
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.cursor import after, cursor
from server.store import assessments, attempts, study_units
from server.store.attempts import StoredAnswers
from server.store.pool import Reader

PAGE = 50


async def begin_attempt(call: Call) -> Response:
    """Begin an attempt, or go on with the open one."""
    clock, assessment = call.services.entrance.now, call.path["id"]
    await assessing.submit_over(call.services.database, [assessment], clock())
    async with call.transaction() as tx:
        attempt = await assessing.begin(tx, assessment, call.device.account, clock)
        return await call.keep(tx, answer(await shown(call, tx, attempt), 201))


async def show_attempt(call: Call) -> Response:
    """One attempt, for its learner or a teacher of the course."""
    await assessing.submit_if_over(call.services.database, call.path["id"], call.now)
    async with call.services.database.snapshot() as db:
        return answer(await shown(call, db, call.path["id"]))


async def save_attempt(call: Call, body: SaveAttempt) -> Response:
    """Keep the answers as they stand."""
    services = call.services
    rev = await assessing.save(
        services.database, call.path["id"], call.device.account, read(body.answers), body.rev, services.entrance.now
    )
    return answer(AttemptSaved(rev=rev))


async def submit_attempt(call: Call, body: SubmitAttempt) -> Response:
    """Submit the answers; gives what may be seen of the result."""
    answers, clock = read(body.answers), call.services.entrance.now
    async with call.transaction() as tx:
        await assessing.submit(tx, call.path["id"], call.device.account, answers, clock)
        return await call.keep(tx, answer(await shown(call, tx, call.path["id"])))


async def list_attempts(call: Call) -> Response:
    """Everybody's attempts at an assessment, for its teacher."""
    db, assessment = call.services.database, call.path["id"]
    known = await assessments.select_assessment(db, assessment)
    if known is None or not await study_units.is_teacher(db, known.run, call.device.account):
        raise Refused(Code.NOT_FOUND)
    await assessing.submit_over(db, [assessment], call.now)
    found = await attempts.select_page(db, assessment, after(call), PAGE + 1)
    summaries = [
        AttemptSummary(
            id=each.id,
            account=each.account,
            name=each.name,
            number=each.number,
            state=each.state,
            submitted_at=millis_or_none(each.submitted_at),
            is_auto=each.is_auto,
            points=each.points,
            of_points=each.of_points,
        )
        for each in found[:PAGE]
    ]
    return answer(AttemptPage(attempts=summaries, next=cursor(summaries[-1].id) if len(found) > PAGE else None))


async def mark_attempt(call: Call, body: MarkAttempt) -> Response:
    """Mark what no key can, with remarks; by a teacher of the course."""
    given = {number: Given(points=each.points, remark=each.remark) for number, each in body.marks.items()}
    await assessing.mark(call.services.database, call.path["id"], call.device.account, given)
    async with call.services.database.snapshot() as db:
        return answer(await shown(call, db, call.path["id"]))


def read(answers: list[object]) -> Answers:
    """Raises Refused(BAD_ANSWER)."""
    return border.answer({"answers": answers}, StoredAnswers).answers


async def shown(call: Call, db: Reader, attempt: str) -> study.Attempt:
    """As the caller may see it. Raises Refused(NOT_FOUND)."""
    account, now = call.device.account, call.services.entrance.now()
    found = await attempts.select_attempt(db, attempt)
    known = None if found is None else await assessments.select_assessment(db, found.assessment)
    if found is None or known is None:
        raise Refused(Code.NOT_FOUND)
    is_teacher = await study_units.is_teacher(db, known.run, account)
    is_own = found.account == account and await study_units.is_learner(db, known.run, account)
    if not (is_own or is_teacher):
        raise Refused(Code.NOT_FOUND)
    name = await attempts.select_name(db, found.account)
    return view(known, found, name, now, is_teacher=is_teacher)


def view(known: Assessment, found: Attempt, name: str, now: datetime, *, is_teacher: bool) -> study.Attempt:
    """I9: keys and marks only for teachers, and when nobody answers any more."""
    has_keys = is_teacher or (may_see_keys(known, now) and found.state != "open")
    has_points = is_teacher or may_see_points(known, now)
    return study.Attempt(
        id=found.id,
        assessment=found.assessment,
        kind=known.kind,
        title=known.title,
        account=AccountId(found.account),
        name=name,
        number=found.number,
        state=found.state,
        questions=[border.body(each) for each in (known.questions if has_keys else hidden(known.questions))],
        answers=list(found.answers),
        rev=found.rev,
        started_at=millis(found.started_at),
        ends_at=millis(found.ends_at),
        submitted_at=millis_or_none(found.submitted_at),
        is_auto=found.is_auto,
        points=found.points if has_points else None,
        of_points=sum((each.points for each in known.questions), 0.0),
        marks=marks_of(known, found, found.answers) if has_keys and found.state != "open" else None,
        now=millis(now),
    )


def marks_of(known: Assessment, found: Attempt, answers: tuple[Answer, ...]) -> list[AttemptMark]:
    result = score(known.questions, answers, found.given)
    remarks = [found.given[str(number)].remark if str(number) in found.given else "" for number in range(len(answers))]
    return [
        AttemptMark(is_right=each.is_right, points=each.points, remark=remark)
        for each, remark in zip(result.marks, remarks, strict=True)
    ]
