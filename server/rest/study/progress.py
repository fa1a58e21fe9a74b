"""Study time on its way in, and how far one is."""

from __future__ import annotations

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import Millis
from protocol.study import CountedSpan, Progress, RunProgress, StudyCounted, StudyUpload
from server.core.moment import millis_or_none
from server.rest.answer import answer
from server.rest.call import Call
from server.store import progress, study_units
from server.store.progress import UnitProgress
from server.studying import count_study


async def upload_study(call: Call, body: StudyUpload) -> Response:
    """Count study time, also late; what comes again counts once."""
    async with call.transaction() as tx:
        counted = await count_study(tx, call.device.account, Millis(body.sent_at), body.spans, call.now)
        shown = StudyCounted(
            spans=[CountedSpan(client_id=key, counted_ms=ms) for key, ms in counted.by_span.items()],
            progress=[progress_of(each) for each in counted.progress],
        )
        return await call.keep(tx, answer(shown))


async def show_run_progress(call: Call) -> Response:
    """The caller's own progress in a run."""
    run, account = call.path["id"], call.device.account
    async with call.services.database.snapshot() as db:
        if not await study_units.is_learner(db, run, account):
            raise Refused(Code.NOT_FOUND)
        found = await progress.select_of_run(db, account, run)
        is_certified = await progress.select_is_certified(db, run, account)
    return answer(
        RunProgress(
            progress=[progress_of(each) for each in found],
            studied_ms=sum(each.studied_ms for each in found),
            n_units=len(found),
            n_completed=sum(each.completed_at is not None for each in found),
            is_certified=is_certified,
        )
    )


def progress_of(each: UnitProgress) -> Progress:
    return Progress(
        unit=each.unit,
        position_ms=each.position_ms,
        studied_ms=each.studied_ms,
        completed_at=millis_or_none(each.completed_at),
    )
