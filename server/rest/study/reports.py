"""The grading policy applied (R51), for a learner; and what a run's learners studied, for its teacher."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import AccountId
from protocol.study import Grade, GradePart, LearnerReport, RunReport
from server import assessing
from server.core.assessment import GRACE
from server.core.grading import Total, total
from server.core.moment import millis_or_none
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.cursor import after, cursor
from server.store import assessments, progress, study_units

PAGE = 50


async def show_grade(call: Call) -> Response:
    """The caller's own grade in a run, so far."""
    run, account = call.path["id"], call.device.account
    if not await study_units.is_learner(call.services.database, run, account):
        raise Refused(Code.NOT_FOUND)
    made = (await totals(call, run, [account], for_learner=True))[account]
    parts = [GradePart(kind=each.kind, weight=each.weight, share=each.share) for each in made.parts]
    return answer(Grade(percent=made.percent, parts=parts))


async def show_report(call: Call) -> Response:
    """Progress, study time and grades of a run's learners; by a teacher of the course."""
    run, db = call.path["id"], call.services.database
    if not await study_units.is_teacher(db, run, call.device.account):
        raise Refused(Code.NOT_FOUND)
    found = await progress.select_report(db, run, after(call), PAGE + 1)
    page = found[:PAGE]
    grades = await totals(call, run, [each.account for each in page], for_learner=False)
    learners = [
        LearnerReport(
            account=each.account,
            name=each.name,
            is_certified=each.is_certified,
            studied_ms=each.studied_ms,
            offline_ms=each.offline_ms,
            n_completed=each.n_completed,
            last_studied_at=millis_or_none(each.last_studied_at),
            percent=grades[each.account].percent,
        )
        for each in page
    ]
    return answer(
        RunReport(
            learners=learners,
            n_units=await progress.count_units(db, run),
            n_learners=await progress.count_learners(db, run),
            next=cursor(page[-1].account) if len(found) > PAGE else None,
        )
    )


async def totals(call: Call, run: str, accounts: Sequence[AccountId], *, for_learner: bool) -> dict[AccountId, Total]:
    """By account. A learner's leaves out an exam whose points may not be seen yet."""
    db = call.services.database
    known = await assessments.select_of_run(db, run, with_drafts=False)
    await assessing.submit_over(db, [each.id for each in known], call.now)
    weights = await assessments.select_weights(db, run)
    results = await assessments.select_results(db, run, accounts, call.now - GRACE)
    n_posts = await assessments.select_posts(db, run, accounts)
    return {
        account: total(
            weights,
            [each for each in results[account] if each.is_due or not (for_learner and each.kind == "exam")],
            n_posts.get(account, 0),
        )
        for account in accounts
    }
