"""docs/architecture.md names a test for each invariant; this holds it to its word, and proves I3 itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for folder in ("protocol", "server", "workers") for path in (ROOT / folder).rglob("*.py"))
SQL = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|COPY|LISTEN|NOTIFY)\s")
# They start, watch or examine the server itself, and ask it nothing about the product.
ABOUT_THE_SERVER = {"server/up.py", "server/doctor.py", "server/embedded/postgres.py"}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def importers(module: str, name: str) -> set[str]:
    return {
        named(path)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == module and any(each.name == name for each in node.names)
    }


def callers(method: str) -> set[str]:
    return {
        named(path)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
    }


def test_i3_one_door_each() -> None:
    with_sql = {named(path) for path in SOURCES if any(SQL.match(text) for text in texts(path))}
    assert {path for path in with_sql if not path.startswith("server/store/")} <= ABOUT_THE_SERVER
    assert {named(path) for path in SOURCES if {"SUBSCRIBE", "PUBLISH"} & set(texts(path))} == {"server/bus.py"}
    assert callers("pubsub") | importers("redis.asyncio.client", "PubSub") <= {"server/bus.py"}
    assert importers("server.store.events", "append") == {"server/road.py"}
    # Posts have a lane of the road of their own.
    assert importers("server.store.posts", "append_posts") == {"server/posting.py"}
    assert importers("arq", "create_pool") | importers("arq.connections", "ArqRedis") <= {
        "server/enqueue.py",
        "workers/run.py",
    }


def test_each_invariant_names_a_test_that_names_it() -> None:
    table = (ROOT / "docs" / "architecture.md").read_text()
    rows = re.findall(r"^\| (I\d+) \|.*\|(.*)\|$", table, re.MULTILINE)
    assert [invariant for invariant, _ in rows] == [f"I{number}" for number in range(1, 12)]
    for invariant, proofs in rows:
        tests = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", proofs)
        assert tests, invariant
        for file, test in tests:
            module = (ROOT / file).read_text()
            assert f"def {test}(" in module, f"{invariant}: {file}::{test}"
            assert re.search(rf"\b{invariant}\b", module, re.IGNORECASE) or f"_{invariant.lower()}_" in module, (
                f"{file} does not name {invariant}"
            )
