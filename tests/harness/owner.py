"""The owner of a test's database: what the service itself may not do, such as putting faults into it."""

from __future__ import annotations

from typing import LiteralString

import asyncpg

from server.embedded.postgres import OWNER
from server.store import schema


async def as_owner(database_url: str, *statements: LiteralString) -> None:
    connection = await asyncpg.connect(database_url.replace(f"//{schema.APP}@", f"//{OWNER}@"))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
