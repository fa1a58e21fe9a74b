"""Five hundred phones answer around the deadline; the server's clock decides about each, and the numbers agree."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from random import Random

import pytest

from protocol.client.client import Identity
from protocol.envelopes import Body, Done
from protocol.errors import Code, Refused
from protocol.ids import Millis, StreamId
from server.core.moment import millis
from server.ids import draw_id
from server.store.bulk import seed_bench
from server.token import draw_token
from tests.harness.node import Nodes
from tests.harness.phone import Phone
from tests.harness.school import School, a_school

N_STUDENTS = 500
LIMIT_S = 6
QUESTION = {"type": "single", "text": "1 + 1", "options": ["1", "2"], "key": 1}
EXERCISE: Body = {"questions": [QUESTION], "time_limit_s": LIMIT_S}
ANSWER: Body = {"answers": [1]}
SEED = 6


@pytest.mark.limit(150)
async def test_r77_d7_every_answer_around_the_deadline_is_counted_or_refused(
    database: str, redis_url: str, nodes: Nodes
) -> None:
    """A hundred have saved a draft in time and send in the two seconds after; the others send within the last second,
    or too late."""
    async with a_school(database, redis_url) as school, contextlib.AsyncExitStack() as stack:
        urls = [(await nodes.start(name)).socket_url for name in ("a", "b")]
        (made,) = await seed_bench(school.db, 1, N_STUDENTS, draw_id, draw_token)
        classroom = made.classroom
        await school.session(made.teacher, classroom)
        phones = []
        for number, (account, token) in enumerate(zip(made.students, made.student_tokens, strict=True)):
            identity = Identity(account=account, token=token, client_kind="web", client_version="1.0.0")
            phone = Phone(urls[number % 2], identity, draw=Random(number))
            phone.start()
            stack.push_async_callback(phone.close)
            phones.append(phone)
        for phone in phones:
            await phone.until(lambda each: each.has(classroom), limit_s=60)

        exercise = await school.publish(made.teacher, classroom, "exercise", EXERCISE)
        for phone in phones:
            await phone.until(lambda each: each.held(classroom).classroom.activities != [])
        deadline = phones[0].held(classroom).classroom.activities[0].deadline_at
        assert deadline is not None
        drafting, answering = phones[:100], phones[100:]
        body: Body = {"activity": exercise, "value": ANSWER}
        await asyncio.gather(*(each.command("response.save", classroom, body) for each in drafting))

        draw = Random(SEED)
        outcomes = await asyncio.gather(
            *(submit_at(school, each, classroom, body, deadline + draw.randint(100, 1_500)) for each in drafting),
            *(submit_at(school, each, classroom, body, deadline + draw.randint(-1_000, 300)) for each in answering),
        )
        await phones[0].until(lambda each: each.held(classroom).classroom.activities[0].phase == "closed")

        n_done = outcomes.count("done")
        refused = Counter(outcomes) - Counter({"done": n_done})
        assert set(refused) <= {Code.TOO_LATE, Code.ACTIVITY_CLOSED}
        assert n_done + refused.total() == N_STUDENTS
        assert outcomes[:100] == ["done"] * 100
        assert 0 < n_done < N_STUDENTS
        await numbers_agree(school, exercise, n_done)


async def submit_at(school: School, phone: Phone, classroom: StreamId | str, body: Body, at: int) -> str:
    """Send at that moment of the server's clock; what came back."""
    now: Millis = millis(await school.db.fetchval("SELECT clock_timestamp()"))
    await asyncio.sleep(max(0, at - now) / 1000)
    try:
        done: Done = await phone.command("response.submit", classroom, body)
    except Refused as refused:
        return refused.code
    assert done.result is not None
    return "done"


async def numbers_agree(school: School, exercise: str, n_done: int) -> None:
    """Rows, and the final tally of the close event, say what the students were told."""
    rows = await school.db.fetch(
        "SELECT account_id, phase, is_auto FROM response WHERE activity_id = $1 AND phase = 'submitted'", exercise
    )
    assert len(rows) == n_done
    assert not any(row["is_auto"] for row in rows)
    found = await school.db.fetchval("SELECT tally->>'n_submitted' FROM activity WHERE id = $1", exercise)
    assert found == str(n_done)
    options = await school.db.fetchval("SELECT tally#>>'{questions,0,options,1}' FROM activity WHERE id = $1", exercise)
    assert options == str(n_done)
