"""Runs schemathesis as one person after the other against a node, and counts."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tests.fuzz.plan import log_ins, plan
from tests.fuzz.site import Site

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`n_told`: the operations the document tells of; `n_operations`: those that were tried; `says`: what it prints."""

    person: str
    is_clean: bool
    n_cases: int
    n_operations: int
    n_told: int
    says: str


async def fuzz(person: str, site: Site, folder: Path, *options: str) -> Outcome:
    """One whole run as `person`; `options` are those of `schemathesis run`."""
    auth, settings, told, report = (
        folder / f"{person}.{end}" for end in ("auth.json", "toml", "world.json", "report.json")
    )
    auth.write_text(log_ins())
    settings.write_text(plan(site.world, person, str(auth)))
    told.write_bytes(msgspec.json.encode(site.world))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "schemathesis.cli", "--config-file", str(settings), "run", f"{site.node.url}/openapi.json"),
        *("--checks", "all", "--no-color", "--report", "json", "--report-json-path", str(report), *options),
        cwd=folder,
        env={
            **os.environ,
            "FUZZ_PERSON": person,
            "FUZZ_REDIS": site.redis_url,
            "FUZZ_WORLD": str(told),
            "PYTHONPATH": str(ROOT),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        says, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    counted = read(report)
    return Outcome(
        person=person,
        is_clean=process.returncode == 0,
        n_cases=counted["test_cases"],
        n_operations=counted["operations"],
        n_told=counted["told"],
        says=says.decode(errors="replace"),
    )


def read(report: Path) -> Mapping[str, int]:
    """Nothing was counted where schemathesis did not even begin."""
    if not report.exists():
        return {"test_cases": 0, "operations": 0, "told": 0}
    said = json.loads(report.read_text())
    cases, operations = said["test_cases"], said["operations"]
    return {"test_cases": cases["generated"], "operations": operations["tested"], "told": operations["selected"]}
