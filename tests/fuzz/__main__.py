"""`make fuzz`: thousands of cases as everybody, one after the other. Prints what was found and how many there were."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import uvloop

from tests.fuzz.plan import SEED
from tests.fuzz.run import Outcome, fuzz
from tests.fuzz.site import a_site
from tests.fuzz.world import PEOPLE
from tests.harness import node, servers

# Whoever can do more comes later, so that the world is still whole for those before.
ORDER = ("stranger", "support", "operator", "student", "admin", "teacher", "head")
EXAMPLES = {"head": "40"}
FEWER = "8"


async def main(people: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="shangke-fuzz-") as name:
        folder = Path(name)
        async with (
            servers.servers(folder) as running,
            servers.database(running.postgres) as database,
            node.node_factory(database, running.redis.url(), folder) as nodes,
        ):
            site = await a_site(nodes)
            outcomes = [
                shown(await fuzz(person, site, folder, "--max-examples", EXAMPLES.get(person, FEWER)))
                for person in people
            ]
    print(f"{sum(each.n_cases for each in outcomes)} cases, seed {SEED}")
    return 0 if all(each.is_clean for each in outcomes) else 1


def shown(outcome: Outcome) -> Outcome:
    print(outcome.says if not outcome.is_clean else "", end="")
    verdict = "clean" if outcome.is_clean else "NOT CLEAN"
    print(f"{outcome.person}: {outcome.n_cases} cases, {outcome.n_operations} operations, {verdict}", flush=True)
    return outcome


if __name__ == "__main__":
    assert sorted(ORDER) == sorted(PEOPLE), "everybody has their turn"
    sys.exit(uvloop.run(main(sys.argv[1:] or list(ORDER))))
