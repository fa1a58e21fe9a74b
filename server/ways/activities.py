"""The commands on a classroom's stream about activities, posts and corrections."""

from __future__ import annotations

from protocol.activity import (
    ActOnActivity,
    CloseActivity,
    CorrectResponse,
    DiscardActivity,
    DraftActivity,
    ExtendActivity,
    PublishActivity,
    RemovePost,
)
from protocol.ids import ActivityId
from server.core import activity, closing, post, response
from server.core.fact import Decided
from server.core.state import Answers, StoredActivity
from server.ids import draw_id
from server.store import activities, memberships, posts, responses
from server.store.pool import Snapshot, Tx
from server.ways.step import Step


async def draft(step: Step, command: DraftActivity) -> Decided:
    before = None if command.activity is None else await activities.select_activity(step.tx, command.activity)
    return activity.draft(
        step.classroom,
        before,
        command,
        now=step.now,
        drawn=ActivityId(draw_id()),
        n_drafts=await activities.count_drafts(step.tx, step.classroom.id),
    )


async def discard(step: Step, command: DiscardActivity) -> Decided:
    return activity.discard(step.classroom, await activities.select_activity(step.tx, command.activity))


async def publish(step: Step, command: PublishActivity) -> Decided:
    found = await activities.select_activity(step.tx, command.activity)
    named = activity.files_of(found)
    session = step.classroom.session
    return activity.publish(
        step.classroom,
        found,
        now=step.now,
        n_published=0 if session is None else await activities.count_published(step.tx, session.id),
        files=await activities.select_file_types(step.tx, step.classroom.id, named) if named else {},
    )


async def extend(step: Step, command: ExtendActivity) -> Decided:
    found = await activities.lock_activity(step.tx, command.activity)
    return activity.extend(step.classroom, found, command, now=step.now)


async def close(step: Step, command: CloseActivity) -> Decided:
    """By hand; by the system only when it is due."""
    found = await activities.lock_activity(step.tx, command.activity)
    answers = Answers() if found is None else await select_answers(step.tx, found)
    decide = closing.close_due if step.actor.account is None else closing.close
    # The clock again: the lock may have waited for answers, and nobody may have answered after the close.
    return decide(step.classroom, found, now=await activities.select_now(step.tx), answers=answers)


async def act(step: Step, command: ActOnActivity) -> Decided:
    found = await activities.lock_activity(step.tx, command.activity)
    return activity.act(step.classroom, found, command, now=step.now)


async def remove_post(step: Step, command: RemovePost) -> Decided:
    return post.remove(
        step.classroom,
        await activities.select_activity(step.tx, command.activity),
        await posts.select_post(step.tx, command.activity, command.post),
        actor=step.actor,
    )


async def correct(step: Step, command: CorrectResponse) -> Decided:
    found = await activities.lock_activity(step.tx, command.activity)
    answers = Answers() if found is None else await select_answers(step.tx, found)
    return response.correct(step.classroom, found, command, actor=step.actor, now=step.now, answers=answers)


async def select_answers(db: Tx | Snapshot, found: StoredActivity) -> Answers:
    """What a tally is counted from."""
    return Answers(
        responses=await responses.select_responses(db, found.id),
        values=await responses.select_anonymous(db, found.id) if response.is_anonymous(found) else (),
        students=await memberships.select_students(db, found.classroom),
    )
