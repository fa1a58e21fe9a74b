"""Searching a catalogue of 100,000 courses: how long a page takes, by kind of query, through the handlers' functions.

Run by itself: `python -m bench.search`. In this process, against a real PostgreSQL.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from pathlib import Path
from time import perf_counter

from bench.quantile import quantile
from protocol.courses import CourseId
from protocol.ids import AccountId, SchoolId
from server.core.catalogue import seek
from server.embedded import run_postgres
from server.ids import draw_id
from server.rest.courses.cards import read_cards
from server.rest.courses.catalogue import POPULAR, search
from server.rest.courses.page import PAGE
from server.store import bulk, catalogue, schema
from server.store.catalogue import FIRST
from server.store.pool import Database, connect

DATABASE = "postgres"
COURSES = 100_000
ROUNDS = 60
SUBJECTS = (
    "高等数学 线性代数 概率论 大学物理 有机化学 无机化学 数据结构 操作系统 计算机网络 编译原理 机器学习 微观经济学 "
    "宏观经济学 中国近代史 世界文学 艺术概论 工程力学 材料科学 生物化学 细胞生物学 马克思主义 心理学 社会学 教育学 "
    "Calculus Algorithms Python 电路分析 信号与系统 自动控制"
).split()
ASPECTS = "基础 入门 进阶 导论 实验 案例 应用 选讲 前沿 研讨 精讲 方法 原理 设计 实践 分析".split()
PLACES = "江南 北方 东海 西南 中原 岭南 长江 黄河 昆仑 泰山".split()
FAMILY, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚"
QUERIES = {
    "two characters, rare": ["拓扑", "天琴"],
    "two characters, common": ["数学", "基础", "物理", "大学", "设计"],
    "one character": ["数", "学"],
    "title": ["高等数学", "机器学习", "计算机网络", "世界文学 前沿"],
    "teacher": ["王伟芳", "李静", "张敏丽"],
    "school": ["江南大学", "昆仑大学3"],
    "mixed": ["高等数学 江南", "Python 王", "calculus"],
    "nothing": ["量子烹饪", "%%", "zzzz"],
    "no query": [""],
}


def a_course(chance: random.Random, number: int) -> tuple[str, list[str]]:
    title = f"{chance.choice(SUBJECTS)}{chance.choice(ASPECTS)} {number % 97}"
    if number % 20_000 == 7:
        title = f"拓扑{title}"
    teacher = chance.choice(FAMILY) + "".join(chance.choices(GIVEN, k=2))
    return title, [teacher, f"{chance.choice(PLACES)}大学{chance.randrange(20)}"]


def a_catalogue(n_courses: int) -> list[tuple[CourseId, str, list[str], int]]:
    """The same each time, but for the ids."""
    chance = random.Random(1)
    courses = []
    for number in range(n_courses):
        title, others = a_course(chance, number)
        courses.append((CourseId(draw_id()), title, others, int(chance.paretovariate(1) * 10)))
    return courses


async def page(db: Database, query: str) -> int:
    """What `GET /api/courses` does between its bytes."""
    sought = seek(query)
    async with db.snapshot() as snapshot:
        now = await snapshot.fetchval("SELECT now()")
        if sought is None:
            found = [(POPULAR, each) for each in await catalogue.select_popular(snapshot, FIRST, PAGE + 1)]
        else:
            await catalogue.plan_each(snapshot)
            found = await search(snapshot, sought, 0, FIRST, PAGE + 1)
        return len(await read_cards(snapshot, [hit.id for _, hit in found[:PAGE]], now))


async def measure(folder: Path, n_courses: int) -> None:
    async with run_postgres(folder / "postgres") as postgres:
        await schema.migrate(postgres.url(DATABASE))
        async with connect(postgres.url(DATABASE)) as db:
            began = perf_counter()
            await bulk.seed_courses(db, SchoolId(draw_id()), AccountId(draw_id()), a_catalogue(n_courses))
            print(f"{n_courses} courses made in {perf_counter() - began:.1f} s")
            everything: list[float] = []
            for name, queries in QUERIES.items():
                took_ms, n_hits = await timed(db, queries)
                everything += took_ms
                print(line(name, took_ms), f"  hits on the first page: {n_hits}")
            print(line("all", everything))


async def timed(db: Database, queries: list[str]) -> tuple[list[float], list[int]]:
    n_hits = [await page(db, query) for query in queries]
    took_ms = []
    for _ in range(ROUNDS):
        for query in queries:
            began = perf_counter()
            await page(db, query)
            took_ms.append((perf_counter() - began) * 1_000)
    return took_ms, n_hits


def line(name: str, took_ms: list[float]) -> str:
    ordered = sorted(took_ms)
    return f"{name:<24} p50 {quantile(ordered, 0.5):6.1f} ms   p99 {quantile(ordered, 0.99):6.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("--courses", type=int, default=COURSES)
    n_courses = parser.parse_args().courses
    with tempfile.TemporaryDirectory(prefix="shangke-", dir="/tmp") as folder:
        asyncio.run(measure(Path(folder), n_courses))


if __name__ == "__main__":
    main()
