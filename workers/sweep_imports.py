"""Takes up imports that a dead worker left, or whose job was lost with Redis."""

from __future__ import annotations

from datetime import timedelta

from protocol.ids import FileId
from server.files.storage import open_storage
from server.store import activities, roster_imports
from workers.context import Context, config_of, road_of
from workers.import_roster import work_at

TIMEOUT_S = 600
# A batch takes well under a second; whoever was silent for so long is gone.
QUIET = timedelta(seconds=30)
# A file that kills every worker that opens it must not do so for ever.
OVERDUE = timedelta(minutes=30)
AT_ONCE = 10


async def sweep_imports(context: Context) -> None:
    db, storage = road_of(context).db, open_storage(config_of(context))
    now = await activities.select_now(db)
    for roster_import, created_at in await roster_imports.select_left(db, QUIET, AT_ONCE):
        if now - created_at > OVERDUE and await roster_imports.fail_overdue(db, roster_import):
            await storage.delete(FileId(roster_import))
            continue
        await work_at(db, storage, roster_import)
