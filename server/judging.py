"""One batch of answers in one transaction: read where everybody stands, judge each in order, write, say what became of
it. Tells nobody, and knows nothing of who waits for the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from protocol.account import Role
from protocol.codec import fingerprint, pack_stored, to_body
from protocol.envelopes import Body, Command
from protocol.errors import Code, Refused
from protocol.ids import AccountId, ActivityId, StreamId
from server.core import response as rules
from server.core.access import authorise
from server.core.state import Response, StoredActivity
from server.core.view import view_mine
from server.frames import encode_mine
from server.store import activities, responses
from server.store.pool import Tx
from server.store.responses import UNANSWERED, Said, Standing
from server.telling import Told

AGAIN = 5  # times that two batches may meet over one student's row

Key = tuple[ActivityId, AccountId]


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """What is said to an activity, by whomever: one for all who say the same."""

    activity: ActivityId
    stream: str
    value: Body
    is_submit: bool


class Waiting(msgspec.Struct, eq=False):
    """One answer under way. `since` is by the loop's clock; `n_tries` counts the batches it was in."""

    account: AccountId
    command: Command
    word: Word
    told: Told
    since: float
    n_tries: int = 0

    @property
    def key(self) -> Key:
        return self.word.activity, self.account


@dataclass(slots=True, eq=False)
class Outcome:
    """What one answer comes to: the response as it shall be, and how its student sees it. Those who say the same as
    their first word share it: the response's account is that of one of them.
    """

    response: Response
    said: Said
    mine: Body
    frame: bytes


class Row(msgspec.Struct, eq=False):
    """One student's response while a batch is judged: as it was read and as it shall be, submitted by `command`."""

    standing: Standing
    outcome: Outcome | None = None
    command: str | None = None

    @property
    def response(self) -> Response | None:
        return self.outcome.response if self.outcome else self.standing.response

    @property
    def submit(self) -> tuple[str | None, bytes | None]:
        """The command that submitted it, and what was said by it."""
        if self.outcome:
            return self.command, self.outcome.said.body_hash
        return self.standing.command, self.standing.body_hash


@dataclass(slots=True)
class Judged:
    """What became of a batch, before anybody is told."""

    done: list[tuple[Waiting, Body]] = field(default_factory=list)
    refused: list[tuple[Waiting, Refused]] = field(default_factory=list)
    again: list[Waiting] = field(default_factory=list)
    # What the accounts' other devices should now show, by activity and rev.
    mine: dict[tuple[StreamId, ActivityId, int], dict[AccountId, bytes]] = field(default_factory=dict)
    changed: set[ActivityId] = field(default_factory=set)


class Judge:
    """Judges the answers of one batch, all as of `now`."""

    def __init__(self, found: dict[ActivityId, StoredActivity], now: datetime) -> None:
        self._found = found
        self._now = now
        # What a first word comes to, by the role of who says it.
        self._first: dict[tuple[Word, Role | None], Outcome | Refused] = {}

    def change(self, row: Row, waiting: Waiting) -> None:
        """Judge one answer and keep in `row` what it changes. Raises Refused."""
        command, before = waiting.command, row.response
        is_submit = waiting.word.is_submit
        if before is None:
            outcome = self.say_first(waiting, row.standing.role)
        else:
            activity = self._activity(waiting.word)
            is_answered = before.phase == "submitted"
            submitted_by, body_hash = row.submit
            if is_answered and is_submit and submitted_by == command.id:
                if body_hash != hash_body(activity, command):
                    raise Refused(Code.ID_CONFLICT)
                return
            authorise(command.op, row.standing.role)
            outcome = self._say(activity, waiting, before, row.standing.response)
        row.outcome = outcome
        row.command = command.id if is_submit else None

    def say_first(self, waiting: Waiting, role: Role | None) -> Outcome:
        """What it comes to for everybody of this role who says it. Raises Refused."""
        key = (waiting.word, role)
        outcome = self._first.get(key)
        if outcome is None:
            try:
                activity = self._activity(waiting.word)
                authorise(waiting.command.op, role)
                outcome = self._say(activity, waiting, None, None)
            except Refused as refused:
                outcome = refused
            self._first[key] = outcome
        if isinstance(outcome, Refused):
            raise outcome
        return outcome

    def _activity(self, word: Word) -> StoredActivity:
        """Raises Refused."""
        activity = self._found.get(word.activity)
        if activity is None or activity.classroom != word.stream:
            raise Refused(Code.NOT_FOUND)
        return activity

    def _say(
        self, activity: StoredActivity, waiting: Waiting, before: Response | None, stored: Response | None
    ) -> Outcome:
        """`before` may be of this batch, `stored` is what the database holds. Raises Refused."""
        is_submit = waiting.word.is_submit
        if is_submit:
            value = rules.submit(activity, waiting.word.value, now=self._now, before=before)
        else:
            value = rules.save(activity, waiting.word.value, now=self._now)
            if before is not None and before.phase == "submitted":
                raise Refused(Code.ALREADY_ANSWERED)
        is_anonymous = rules.is_anonymous(activity)
        response = Response(
            activity=activity.id,
            account=waiting.account,
            phase="submitted" if is_submit else "saved",
            value=None if is_anonymous else value,
            saved_at=self._now,
            submitted_at=self._now if is_submit else None,
            is_auto=False,
            correction=None if stored is None else stored.correction,
            rev=1 if stored is None else stored.rev + 1,
        )
        text = pack_stored(value)
        said = Said(
            activity=activity.id,
            value=None if is_anonymous else text,
            anonymous=text if is_anonymous and is_submit else None,
            body_hash=hash_body(activity, waiting.command) if is_submit else None,
            rev=response.rev,
        )
        mine = see(activity, waiting.account, response)
        return Outcome(response, said, mine, encode_mine(StreamId(activity.classroom), activity.id, response.rev, mine))


def hash_body(activity: StoredActivity, command: Command) -> bytes | None:
    """None: the anonymous answer's hash would let whoever reads the table try out what was said."""
    return None if rules.is_anonymous(activity) else fingerprint([command.op, command.stream, command.body])


def see(activity: StoredActivity, account: AccountId, response: Response) -> Body:
    """One's own response as one may see it."""
    seen = view_mine(activity, account, response)
    assert seen is not None, "whoever has a response sees it"
    return to_body(seen)


async def judge(tx: Tx, batch: Sequence[Waiting]) -> Judged:
    """Share the activities, so that none closes under us; read where everybody stands; decide; write."""
    askers: dict[ActivityId, dict[AccountId, None]] = {}
    for waiting in batch:
        askers.setdefault(waiting.word.activity, {})[waiting.account] = None
    found = {each.id: each for each in await activities.share_activities(tx, sorted(askers))}
    now = await responses.select_now(tx)
    asked = {id: (found[id].classroom, tuple(accounts)) for id, accounts in askers.items() if id in found}
    standings = await responses.select_standings(tx, asked)
    rows: dict[Key, Row] = {}
    judged = Judged()
    accepted: list[tuple[Waiting, Row]] = []
    change = Judge(found, now).change
    for waiting in batch:
        row = rows.get(waiting.key)
        if row is None:
            row = rows[waiting.key] = Row(standings.get(waiting.key, UNANSWERED))
        try:
            change(row, waiting)
        except Refused as refused:
            judged.refused.append((waiting, refused))
        else:
            accepted.append((waiting, row))
    puts: dict[Said, list[tuple[AccountId, str | None]]] = {}
    for (_, account), row in rows.items():
        if row.outcome:
            puts.setdefault(row.outcome.said, []).append((account, row.command))
    lost = await responses.upsert_responses(tx, puts, now) if puts else set()
    sort_out(judged, found, rows, accepted, lost)
    judged.changed.update([said.activity for said in puts])
    return judged


def sort_out(
    judged: Judged,
    found: dict[ActivityId, StoredActivity],
    rows: dict[Key, Row],
    accepted: Sequence[tuple[Waiting, Row]],
    lost: set[Key],
) -> None:
    """Who is told what. Who lost the race for a row to another batch is judged again, by what that one wrote."""
    refused, judged.refused = judged.refused, []
    for waiting, why in refused:
        if waiting.key in lost:
            retry(judged, waiting)
            continue
        judged.refused.append((waiting, why))
        if why.code is Code.ALREADY_ANSWERED:
            # The second device learns what the first one said (I5: once).
            show(judged, found[waiting.key[0]], rows[waiting.key], waiting)
    for waiting, row in accepted:
        if lost and waiting.key in lost:
            retry(judged, waiting)
        else:
            mine = show(judged, found[waiting.key[0]], row, waiting)
            judged.done.append((waiting, mine))


def retry(judged: Judged, waiting: Waiting) -> None:
    waiting.n_tries += 1
    if waiting.n_tries < AGAIN:
        judged.again.append(waiting)
    else:
        judged.refused.append((waiting, Refused(Code.OVERLOADED, "answered elsewhere at once", retry_after_ms=500)))


def show(judged: Judged, activity: StoredActivity, row: Row, waiting: Waiting) -> Body:
    """One's own response as one may see it; a submitted one is shown to all devices of the account."""
    stream = StreamId(activity.classroom)
    if row.outcome is not None:
        rev, mine, frame = row.outcome.said.rev, row.outcome.mine, row.outcome.frame
    else:
        response = row.standing.response
        assert response is not None, "an accepted answer left a row"
        rev, mine = response.rev, see(activity, waiting.account, response)
        frame = encode_mine(stream, activity.id, rev, mine)
    if waiting.word.is_submit:
        key = (stream, activity.id, rev)
        shown = judged.mine.get(key)
        if shown is None:
            shown = judged.mine[key] = {}
        shown[waiting.account] = frame
    return mine
