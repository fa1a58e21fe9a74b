"""The matrix of commands: each is wished by every role on their own stream, another's and one that is not there, with
what is another's under the name of one's own, against the one table of policy.txt (Security 56, 57, 59).

They come in over REST: it is the same road that a socket's commands travel.
"""

from __future__ import annotations

import pytest

from protocol.errors import Code
from protocol.registry import COMMANDS
from server.core.access import ALLOWED
from tests.harness.site import Person, Site
from tests.matrix.policy import ACCOUNTS, TOKENLESS, Row, rows
from tests.matrix.wishes import WISHES, Wish, astray, missing, new_id
from tests.matrix.world import Side, World, a_world

OF_COMMANDS = [row for row in rows() if row.method == "COMMAND"]
NOWHERE = Code.NOT_FOUND.value


def test_every_command_has_a_row_and_every_row_a_command() -> None:
    assert [row.path for row in OF_COMMANDS] == list(COMMANDS)
    assert set(ALLOWED) == set(COMMANDS) == set(WISHES)


@pytest.mark.limit(120)
async def test_every_role_gets_what_the_policy_says(site: Site) -> None:
    """Security 57: a student's wish for what is the teacher's is forbidden. 59: nothing of B under the name of A."""
    world, wrong = await a_world(site), list[str]()
    for row in OF_COMMANDS:
        for role in ACCOUNTS:
            wrong += [f"{row.path} {fault}" for fault in await wish_as(world, row, role)]
        for role in TOKENLESS:
            heard = await said(world, world.roles.get(role), row.path, (world.here.classroom, {}))
            wrong += [] if heard == Code.UNAUTHENTICATED else [f"{row.path} {role}: {heard}"]
    assert wrong == [], "\n".join(wrong)


async def wish_as(world: World, row: Row, role: str) -> list[str]:
    """What is not as the policy says."""
    world.site.clock.pass_by(seconds=2)  # how fast anybody asks is not what this is about
    asked, asker = WISHES[row.path], world.roles[role]
    here, there = await asked(world, world.here, asker), await asked(world, world.there, asker)
    tries: dict[str, tuple[Wish, str]] = {
        "missing": (missing(here), NOWHERE),
        "there": (there, expected(row, role, world.there, world)),
        "here": (here, expected(row, role, world.here, world)),
    }
    if "activity" in here[1]:
        tries["astray"] = (astray(here, there), NOWHERE)
    found = {where: await said(world, asker, row.path, wish) for where, (wish, _) in tries.items()}
    return [
        f"{role} {where}: {found[where]}, not {outcome}"
        for where, (_, outcome) in tries.items()
        # Who may not ask here at all may hear so before anybody looks for what is elsewhere.
        if found[where] != outcome and not (where == "astray" and found[where] == found["here"] == Code.FORBIDDEN)
    ]


def expected(row: Row, role: str, side: Side, world: World) -> str:
    outcome = row.here(role) if side is world.here else row.there(role)
    return outcome.removeprefix("404:")


async def said(world: World, asker: Person | None, op: str, wish: Wish) -> str:
    command = {"id": new_id(), "op": op, "stream": wish[0], "body": wish[1]}
    answer = await world.site.client.post("/api/commands", json=command, headers=asker.headers if asker else {})
    return "done" if answer.status_code == 200 else str(answer.json()["code"])
