"""Sessions: the lessons of a classroom, open and past."""

from __future__ import annotations

from protocol.classroom import SessionEnded, SessionStarted
from server.core.fact import Fact
from server.core.moment import instant
from server.store.pool import Tx


async def apply_started(tx: Tx, fact: Fact, body: SessionStarted) -> None:
    """Raises Refused(ALREADY_IN_SESSION) by the table's own rule, should the decision ever miss it (R69)."""
    await tx.execute(
        """
          WITH counted AS (UPDATE classroom SET n_sessions = $3 WHERE id = $1)
        INSERT INTO session (id, classroom_id, number, started_at)
        VALUES ($2, $1, $3, $4)
        """,
        fact.stream,
        body.session.id,
        body.session.number,
        instant(body.session.started_at),
    )


async def apply_ended(tx: Tx, fact: Fact, body: SessionEnded) -> None:
    await tx.execute("UPDATE session SET ended_at = $2 WHERE id = $1", body.session, fact.at)
