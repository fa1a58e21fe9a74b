"""Fills an empty database with a demo school, through the same road as everybody."""

from __future__ import annotations

from dataclasses import dataclass

from server.config import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """A demo account, as it is printed for the person who starts Shangke."""

    who: str
    phone: str
    password: str


LOG_INS: tuple[LogIn, ...] = ()


async def seed(config: Config) -> bool:
    """Fill the database at `config.database_url`; False when it already holds accounts and nothing was done."""
    return False
