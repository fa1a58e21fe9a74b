"""Clears away uploads that a crash broke off."""

from __future__ import annotations

from server.files import receive
from server.files.storage import open_storage
from server.store import activities
from workers.context import Context, config_of, road_of

TIMEOUT_S = 300


async def sweep_files(context: Context) -> None:
    db = road_of(context).db
    await receive.sweep(db, open_storage(config_of(context)), await activities.select_now(db))
