"""Which file holds what is generated."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from protocol.generate.asyncapi import asyncapi
from protocol.generate.declared import Kinds
from protocol.generate.tables import fill
from protocol.generate.typescript import typescript

TYPES = Path("web/client/generated/messages.ts")
ASYNCAPI = Path("protocol/asyncapi.json")
PROSE = Path("protocol/PROTOCOL.md")


def files(prose: str, kinds: Kinds) -> Mapping[Path, str]:
    """Every generated file by its path from the root. `prose` is PROTOCOL.md as it is."""
    return {TYPES: typescript(kinds), ASYNCAPI: asyncapi(kinds), PROSE: fill(prose, kinds)}
