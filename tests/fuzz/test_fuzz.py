"""A little of `make fuzz` in every run: the document is what the server does, and a hole in a fence is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocol.ids import AccountId
from server.store.platform_roles import insert_role
from server.store.pool import connect
from tests.fuzz.run import fuzz
from tests.fuzz.site import a_site
from tests.harness.node import Nodes


@pytest.mark.limit(240)
async def test_a_few_hundred_cases_find_nothing(nodes: Nodes, tmp_path: Path) -> None:
    """No fault, no status that the document does not tell of, nobody where they have no place."""
    site = await a_site(nodes)
    # Counted, not timed: a slow machine tries no less than a fast one.
    outcome = await fuzz("head", site, tmp_path, "--phases", "fuzzing,stateful", "--max-examples", "3")
    assert outcome.is_clean, outcome.says
    assert outcome.n_operations == outcome.n_told, outcome.says
    assert outcome.n_cases > 3 * outcome.n_told, outcome.says
    assert " status=500 " not in site.node.log()


@pytest.mark.limit(120)
async def test_whoever_comes_in_without_a_place_is_seen(nodes: Nodes, tmp_path: Path) -> None:
    """The twin: the stranger is given an operator's place, of which the plan does not know."""
    site = await a_site(nodes)
    async with connect(nodes.database_url, most=2) as database, database.transaction() as tx:
        await insert_role(tx, AccountId(site.world.own["stranger"]), "operator")
    outcome = await fuzz("stranger", site, tmp_path, "--phases", "fuzzing", "-n", "5", "--include-path", "/api/pushes")
    assert not outcome.is_clean
    assert "came in as stranger, which is for: operator" in outcome.says
