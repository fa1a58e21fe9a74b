"""What every command is judged by, read at once under the lock: the clock, its earlier answer, who wishes, where."""

from __future__ import annotations

from datetime import datetime

import asyncpg
import msgspec

from protocol.account import Role
from protocol.ids import AccountId, StreamId
from server.core.state import Classroom
from server.store.classrooms import read_classroom
from server.store.commands import Answered
from server.store.pool import Tx


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """`answered`: what the same command was answered before. `name`: as the actor goes by in the classroom, else the
    account's. `classroom`: when the stream is one."""

    now: datetime
    answered: Answered | None
    role: Role | None
    name: str
    classroom: Classroom | None


async def select_situation(tx: Tx, account: AccountId | None, command: str, stream: StreamId) -> Situation:
    """`account` None: the system, whose commands are answered by the state itself."""
    row = await tx.fetchrow(
        """
        SELECT clock.now, coalesce(membership.name, account.name, '') AS actor_name, membership.role,
               command.op, command.stream_id AS command_stream, command.body_hash, command.result, command.seq,
               classroom.id, classroom.name, code, is_code_open, n_members, n_sessions, run_id,
               session.id AS session_id, session.number AS session_number, session.started_at AS session_started_at
          FROM (SELECT clock_timestamp() AS now OFFSET 0) AS clock
          LEFT JOIN account    ON account.id = $2 AND account.state = 'active'
          LEFT JOIN command    ON command.account_id = $2 AND command.command_id = $3
          LEFT JOIN classroom  ON classroom.id = $1
          LEFT JOIN membership ON membership.classroom_id = $1 AND membership.account_id = account.id
                              AND membership.state = 'joined'
          LEFT JOIN session    ON session.classroom_id = $1 AND session.ended_at IS NULL
        """,
        stream,
        account,
        command,
    )
    assert row is not None, "the clock is always there"
    return read_situation(row, account, command)


def read_situation(row: asyncpg.Record, account: AccountId | None, command: str) -> Situation:
    answered = None
    if account is not None and row["op"] is not None:
        answered = Answered(
            account=account,
            command=command,
            op=row["op"],
            stream=row["command_stream"],
            body_hash=row["body_hash"],
            result=row["result"],
            seq=row["seq"],
        )
    return Situation(
        now=row["now"],
        answered=answered,
        role=row["role"],
        name=row["actor_name"],
        classroom=read_classroom(row) if row["id"] is not None else None,
    )
