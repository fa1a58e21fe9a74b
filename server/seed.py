"""Fills an empty database with a demo school, through the same road as everybody."""

from __future__ import annotations

import argparse

import uvloop

from server.config import Config, needing_servers, with_secret


def command(config: Config, arguments: argparse.Namespace) -> None:
    uvloop.run(seed(with_secret(needing_servers(config))))


async def seed(config: Config) -> None:
    """Fill the database at `config.database_url` with the people of `demo.LOG_INS`; leave one that holds accounts."""
