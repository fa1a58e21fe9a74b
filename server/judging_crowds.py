"""A rush is a class that answers for the first time: it is judged by what is said, and not by who says it.

That is a guess, and nearly always right. Where it is wrong nothing is written, and each is to be judged by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from protocol.errors import Refused
from protocol.ids import StreamId
from server.judging import Judge, Judged, Outcome, Waiting, Word
from server.store import activities, responses
from server.store.pool import Tx


class NotAlikeError(Exception):
    """Somebody is not simply a student who answers: what was written must be taken back."""


async def judge_crowds(tx: Tx, batch: Sequence[Waiting]) -> Judged:
    """The whole batch, all of it submits; as `judging.judge` would.

    Raises: NotAlikeError; and from `responses.insert_responses`, when somebody had answered before.
    """
    crowds = gather(batch)
    found = await activities.share_activities(tx, sorted({word.activity for word in crowds}))
    now = await responses.select_now(tx)
    judge = Judge({each.id: each for each in found}, now)
    decided = [(decide(judge, crowd), crowd) for crowd in crowds.values()]
    puts = {outcome.said: [(each.account, each.command.id) for each in crowd] for outcome, crowd in decided}
    if await responses.insert_responses(tx, puts, now) < len(batch):
        raise NotAlikeError
    judged = Judged(changed={word.activity for word in crowds})
    for outcome, crowd in decided:
        judged.done += [(waiting, outcome.mine) for waiting in crowd]
        key = (StreamId(crowd[0].word.stream), outcome.said.activity, outcome.said.rev)
        shown = dict.fromkeys([waiting.account for waiting in crowd], outcome.frame)
        judged.mine.setdefault(key, {}).update(shown)
    return judged


def gather(batch: Sequence[Waiting]) -> dict[Word, list[Waiting]]:
    """Who says what."""
    crowds: dict[Word, list[Waiting]] = {}
    for waiting in batch:
        crowd = crowds.get(waiting.word)
        if crowd is None:
            crowd = crowds[waiting.word] = []
        crowd.append(waiting)
    return crowds


def decide(judge: Judge, crowd: Sequence[Waiting]) -> Outcome:
    """What all of them come to. Raises NotAlikeError; a refusal, too, is for each by itself: who resends what was
    accepted before the close is not refused.
    """
    try:
        outcome = judge.say_first(crowd[0], "student")
    except Refused as refused:
        raise NotAlikeError from refused
    if outcome.said.anonymous is not None:
        raise NotAlikeError
    return outcome
