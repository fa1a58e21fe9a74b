"""What the REST layer is made with. The app builds it once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from server.census import Census
from server.config import Config
from server.entrance import Entrance
from server.files.storage import Storage
from server.limiter import Limiter
from server.people import People
from server.rest.pace import Pace
from server.road import Road
from server.store.pool import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    config: Config
    database: Database
    road: Road
    entrance: Entrance
    limiter: Limiter
    storage: Storage
    people: People
    census: Census
    pace: Pace = field(default_factory=Pace)
    # Rosters being written as .xlsx at once: each takes some seconds of a core.
    workbooks: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    # Images being remade at once: each may take 120 MB and a core.
    images: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
