"""What a batch of answers reads is looked up by its keys, whatever the tables were like before the rush."""

from __future__ import annotations

from protocol.ids import AccountId, ActivityId, ClassroomId
from server.ids import draw_id
from server.store.pool import connect
from server.store.responses import Said, Standing, insert_responses, select_now, select_standings
from tests.harness.owner import as_owner

N = 50


async def test_no_table_is_read_whole_though_it_was_empty_when_postgresql_last_looked(database: str) -> None:
    await as_owner(database, "ANALYZE")
    asked = {ActivityId(draw_id()): (ClassroomId(draw_id()), [AccountId(draw_id()) for _ in range(N)])}
    puts = {
        Said(activity=id, value="{}", anonymous=None, body_hash=bytes(32), rev=1): [
            (who, draw_id()) for who in accounts
        ]
        for id, (_, accounts) in asked.items()
    }
    async with connect(database, most=1) as db, db.transaction() as tx:
        now = await select_now(tx)
        # Often enough that the plan is kept.
        for _ in range(10):
            assert await select_standings(tx, asked) == {
                (id, who): Standing(role=None) for id, (_, accounts) in asked.items() for who in accounts
            }
            # They are nobody's students.
            assert await insert_responses(tx, puts, now) == 0
        whole = await tx.fetch("SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE seq_scan > 0")
        assert [tuple(row) for row in whole] == []
