"""Assessments of a run: listed for learners without their questions, for teachers with keys; written by teachers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from starlette.responses import Response

from protocol import study
from protocol.errors import Code, Refused
from protocol.ids import AccountId, Millis
from protocol.study import Assessments, WriteAssessment
from server import assessing
from server.core.activities import border, question
from server.core.assessment import Assessment, may_see_points
from server.core.moment import instant, millis
from server.ids import draw_id
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.store import assessments, study_units
from server.store.assessments import Standing, StoredQuestions

NOTHING = Standing(n_taken=0, open_attempt=None, last_attempt=None, best_points=None, n_to_mark=0)


async def list_assessments(call: Call) -> Response:
    """Quizzes, homework and exams of a run, by due time; drafts for its teachers only."""
    run, account, db = call.path["id"], call.device.account, call.services.database
    is_teacher = await role(call, run, account)
    found = await assessments.select_of_run(db, run, with_drafts=is_teacher)
    await assessing.submit_over(db, [each.id for each in found], call.now)
    standings = await standings_of(call, [each.id for each in found], account, is_teacher)
    shown = [view(each, standings, is_teacher=is_teacher, now=call.now) for each in found]
    return answer(Assessments(is_teacher=is_teacher, assessments=shown))


async def show_assessment(call: Call) -> Response:
    """One assessment; its questions are in it for teachers only."""
    found, is_teacher = await open_to(call, call.path["id"])
    await assessing.submit_over(call.services.database, [found.id], call.now)
    standings = await standings_of(call, [found.id], call.device.account, is_teacher)
    shown = view(found, standings, is_teacher=is_teacher, now=call.now, with_questions=is_teacher)
    return answer(shown)


async def create_assessment(call: Call, body: WriteAssessment) -> Response:
    """Write a new assessment for a run."""
    return await write(call, draw_id(), call.path["id"], body, 201)


async def change_assessment(call: Call, body: WriteAssessment) -> Response:
    """Write an assessment anew; once it was taken, its questions stay."""
    found, is_teacher = await open_to(call, call.path["id"])
    if not is_teacher:
        raise Refused(Code.NOT_FOUND)
    return await write(call, found.id, found.run, body, 200)


async def remove_assessment(call: Call) -> Response:
    """Remove an assessment that nobody has taken."""
    await assessing.remove(call.services.database, call.path["id"], call.device.account)
    return nothing()


async def write(call: Call, assessment: str, run: str, body: WriteAssessment, status: int) -> Response:
    wanted = read(assessment, run, body)
    async with call.transaction() as tx:
        await assessing.write(tx, wanted, call.device.account, call.services.entrance.now)
        standings = await assessments.select_all_standings(tx, [assessment])
        shown = view(wanted, standings, is_teacher=True, now=call.now, with_questions=True)
        return await call.keep(tx, answer(shown, status))


def read(assessment: str, run: str, body: WriteAssessment) -> Assessment:
    """Raises Refused(BAD_FIELD), naming the place: `questions.2.options`."""
    if not body.title.strip():
        raise border.bad_field("title", "blank")
    if body.opens_at >= body.due_at:
        raise border.bad_field("due_at", "not after it opens")
    questions = border.config({"questions": body.questions}, StoredQuestions).questions
    return Assessment(
        id=assessment,
        run=run,
        unit=body.unit,
        kind=body.kind,
        title=body.title.strip(),
        intro=body.intro,
        questions=tuple(question.tidy(each) for each in questions),
        opens_at=instant(Millis(body.opens_at)),
        due_at=instant(Millis(body.due_at)),
        n_attempts=body.n_attempts,
        time_limit_s=body.time_limit_s,
        is_published=body.is_published,
    )


async def role(call: Call, run: str, account: AccountId) -> bool:
    """True for a teacher of the run, False for a learner. Raises Refused(NOT_FOUND) for everybody else."""
    if await study_units.is_teacher(call.services.database, run, account):
        return True
    if not await study_units.is_learner(call.services.database, run, account):
        raise Refused(Code.NOT_FOUND)
    return False


async def open_to(call: Call, assessment: str) -> tuple[Assessment, bool]:
    """The assessment, and whether the caller is its teacher. Raises Refused(NOT_FOUND), also for a learner's draft."""
    found = await assessments.select_assessment(call.services.database, assessment)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    is_teacher = await role(call, found.run, call.device.account)
    if not (is_teacher or found.is_published):
        raise Refused(Code.NOT_FOUND)
    return found, is_teacher


async def standings_of(call: Call, ids: list[str], account: AccountId, is_teacher: bool) -> Mapping[str, Standing]:
    if is_teacher:
        return await assessments.select_all_standings(call.services.database, ids)
    return await assessments.select_standings(call.services.database, ids, account)


def view(
    each: Assessment,
    standings: Mapping[str, Standing],
    *,
    is_teacher: bool,
    now: datetime,
    with_questions: bool = False,
) -> study.Assessment:
    standing = standings.get(each.id, NOTHING)
    return study.Assessment(
        id=each.id,
        run=each.run,
        unit=each.unit,
        kind=each.kind,
        title=each.title,
        intro=each.intro,
        opens_at=millis(each.opens_at),
        due_at=millis(each.due_at),
        n_attempts=each.n_attempts,
        time_limit_s=each.time_limit_s,
        is_published=each.is_published,
        n_questions=len(each.questions),
        of_points=sum((one.points for one in each.questions), 0.0),
        questions=[border.body(one) for one in each.questions] if with_questions and is_teacher else None,
        n_taken=0 if is_teacher else standing.n_taken,
        open_attempt=standing.open_attempt,
        last_attempt=standing.last_attempt,
        best_points=standing.best_points if may_see_points(each, now) else None,
        n_attempted=standing.n_taken if is_teacher else None,
        n_to_mark=standing.n_to_mark if is_teacher else None,
    )
