"""The matrix of commands: each is wished by every role on their own stream, another's and one that is not there, with
what is another's under the name of one's own, against the one table of policy.txt (Security 56, 57, 59).

They come in over a socket, as clients send them; who has no token gets no socket, and is asked over REST.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from protocol.envelopes import Command, Done, RefusedReply
from protocol.errors import Code
from protocol.registry import COMMANDS
from server.core.access import ALLOWED
from tests.edge.raw import open_raw
from tests.harness.inside import inside
from tests.harness.site import Person, Site
from tests.matrix.policy import ACCOUNTS, TOKENLESS, Row, rows
from tests.matrix.wishes import WISHES, Wish, astray, missing, new_id
from tests.matrix.world import Side, World, a_world

OF_COMMANDS = [row for row in rows() if row.method == "COMMAND"]
NOWHERE = Code.NOT_FOUND.value
Say = Callable[[str, Wish], Awaitable[str]]


def test_every_command_has_a_row_and_every_row_a_command() -> None:
    assert [row.path for row in OF_COMMANDS] == list(COMMANDS)
    assert set(ALLOWED) == set(COMMANDS) == set(WISHES)


@pytest.mark.limit(120)
async def test_every_role_gets_what_the_policy_says(site: Site, database: str, redis_url: str, tmp_path: Path) -> None:
    """Security 57: a student's wish for what is the teacher's is forbidden. 59: nothing of B under the name of A."""
    world, wrong = await a_world(site), list[str]()
    async with inside("a", database_url=database, redis_url=redis_url, folder=tmp_path) as node:
        for row in OF_COMMANDS:
            for role in ACCOUNTS:
                async with a_socket(world, world.roles[role], node.port) as say:
                    wrong += [f"{row.path} {fault}" for fault in await wish_as(world, row, role, say)]
    for row in OF_COMMANDS:
        for role in TOKENLESS:
            heard = await said_over_rest(world, world.roles.get(role), row.path, (world.here.classroom, {}))
            wrong += [] if heard == Code.UNAUTHENTICATED else [f"{row.path} {role}: {heard}"]
    assert wrong == [], "\n".join(wrong)


async def wish_as(world: World, row: Row, role: str, say: Say) -> list[str]:
    """What is not as the policy says."""
    # How fast those ask over REST who set the scene is not what this is about.
    world.site.clock.pass_by(seconds=2)
    asked, asker = WISHES[row.path], world.roles[role]
    here, there = await asked(world, world.here, asker), await asked(world, world.there, asker)
    tries: dict[str, tuple[Wish, str]] = {
        "missing": (missing(here), NOWHERE),
        "there": (there, expected(row, role, world.there, world)),
        "here": (here, expected(row, role, world.here, world)),
    }
    if "activity" in here[1]:
        tries["astray"] = (astray(here, there), NOWHERE)
    found = {where: await say(row.path, wish) for where, (wish, _) in tries.items()}
    return [
        f"{role} {where}: {found[where]}, not {outcome}"
        for where, (_, outcome) in tries.items()
        # Who may not ask here at all may hear so before anybody looks for what is elsewhere.
        if found[where] != outcome and not (where == "astray" and found[where] == found["here"] == Code.FORBIDDEN)
    ]


def expected(row: Row, role: str, side: Side, world: World) -> str:
    outcome = row.here(role) if side is world.here else row.there(role)
    return outcome.removeprefix("404:")


@contextlib.asynccontextmanager
async def a_socket(world: World, asker: Person, port: int) -> AsyncIterator[Say]:
    """Of a device of its own, so that no limit on one device is met."""
    device = await world.device(asker)
    async with open_raw(port) as raw:
        await raw.greet(device.logged_in.token)

        async def say(op: str, wish: Wish) -> str:
            command = Command(id=new_id(), op=op, stream=wish[0], body=wish[1])
            raw.say(command)
            while True:
                heard = await raw.next()
                if isinstance(heard, Done | RefusedReply) and heard.id == command.id:
                    return "done" if isinstance(heard, Done) else str(heard.code)

        yield say


async def said_over_rest(world: World, asker: Person | None, op: str, wish: Wish) -> str:
    command = {"id": new_id(), "op": op, "stream": wish[0], "body": wish[1]}
    answer = await world.site.client.post("/api/commands", json=command, headers=asker.headers if asker else {})
    return "done" if answer.status_code == 200 else str(answer.json()["code"])
