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
EXAMPLES, FEWER = {"head": "40"}, "8"
# A walk ends early where the world is not as it was when it began; another one begins until the time is up.
WALK_S, SHORTER = {"head": "240"}, "45"


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
                shown(phases, await fuzz(person, site, folder, "--phases", phases, *most))
                for person in people
                for phases, *most in runs(person)
            ]
    print(f"{sum(each.n_cases for each in outcomes)} cases, seed {SEED}")
    return 0 if all(each.is_clean for each in outcomes) else 1


def runs(person: str) -> tuple[tuple[str, ...], ...]:
    return (
        ("examples,coverage,fuzzing", "--max-examples", EXAMPLES.get(person, FEWER)),
        ("stateful", "--max-examples", "40", "--max-time", WALK_S.get(person, SHORTER)),
    )


def shown(phases: str, outcome: Outcome) -> Outcome:
    print(outcome.says if not outcome.is_clean else "", end="")
    verdict = "clean" if outcome.is_clean else "NOT CLEAN"
    print(
        f"{outcome.person}, {phases}: {outcome.n_cases} cases, {outcome.n_operations} operations, {verdict}", flush=True
    )
    return outcome


if __name__ == "__main__":
    assert sorted(ORDER) == sorted(PEOPLE), "everybody has their turn"
    sys.exit(uvloop.run(main(sys.argv[1:] or list(ORDER))))
