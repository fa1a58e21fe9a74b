"""我的课程 of people in twenty courses each: how long it takes inside the hub, request read to answer made.

Run by itself: `python -m bench.my_courses`. Over HTTP, four people at a time; the times are those of the hub's own log.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
from pathlib import Path
from time import perf_counter

import httpx

from bench.ground import ground
from bench.quantile import quantile
from bench.search import a_catalogue
from bench.shangke import DATABASE, Shangke
from protocol.ids import AccountId, SchoolId
from server.ids import draw_id
from server.store import bulk
from server.store.pool import connect

N_COURSES = 5_000
N_LEARNERS = 5_000
N_EACH = 20
N_AT_ONCE = 4
ROUTE = "/api/me/courses"
TOOK = re.compile(rf"route={ROUTE} status=200 ms=([0-9.]+)")


async def measure(folder: Path, n_asked: int) -> None:
    async with ground(folder) as shared:
        with Shangke().up(shared, 1, N_LEARNERS) as stage:
            async with connect(shared.postgres.url(DATABASE), most=2) as db:
                await bulk.seed_courses(db, SchoolId(draw_id()), AccountId(draw_id()), a_catalogue(N_COURSES))
                await bulk.seed_enrollments(db, N_EACH)
            node, tokens = stage.nodes[0], list(stage.rooms[0].people.student_tokens)
            seen_ms = await ask(f"http://127.0.0.1:{node.port}", tokens, n_asked)
            server_ms = [float(each) for each in TOOK.findall(node.log.read_text())]
    assert len(server_ms) == n_asked, "the hub logs every request"
    print(f"{n_asked} asked, {N_EACH} courses each, of {N_LEARNERS} learners in {N_COURSES} courses")
    for name, took_ms in (("in the hub", server_ms), ("seen outside", seen_ms)):
        print(f"{name:<14} p50 {quantile(took_ms, 0.5):6.1f} ms   p99 {quantile(took_ms, 0.99):6.1f} ms")


async def ask(url: str, tokens: list[str], n_asked: int) -> list[float]:
    took_ms: list[float] = []

    async def some(web: httpx.AsyncClient, n_th: int) -> None:
        for number in range(n_th, n_asked, N_AT_ONCE):
            began = perf_counter()
            token = tokens[number * 17 % len(tokens)]
            answer = await web.get(ROUTE, headers={"Authorization": f"Bearer {token}"})
            took_ms.append((perf_counter() - began) * 1_000)
            assert len(answer.json()["courses"]) > N_EACH // 2, answer.text

    async with httpx.AsyncClient(base_url=url, trust_env=False) as web:
        await asyncio.gather(*(some(web, n_th) for n_th in range(N_AT_ONCE)))
    return took_ms


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.my_courses", description=__doc__)
    parser.add_argument("--asked", type=int, default=4_000)
    n_asked = parser.parse_args().asked
    with tempfile.TemporaryDirectory(prefix="shangke-", dir="/tmp") as folder:
        asyncio.run(measure(Path(folder), n_asked))


if __name__ == "__main__":
    main()
