"""The command that brings a database to the schema this code knows."""

from __future__ import annotations

import argparse
import asyncio

from server.config import Config, needing_database
from server.store import schema
from server.store.schema import Phase


def command(config: Config, arguments: argparse.Namespace) -> None:
    through = Phase.PRE if arguments.pre else Phase.POST
    before, after = asyncio.run(schema.migrate(needing_database(config).database_url, through=through))
    came_from = f"at version {before.version}" if before else "empty"
    print(f"the database was {came_from} and is at version {after.version}")
