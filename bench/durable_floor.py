"""The durable floor as a contestant: what two nodes, a commit and a bell cost with nothing around them.

Where ours misses a wish, this tells how much of the way there is left to go, measured in the same run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from bench.contestant import bare_seat
from bench.ground import ROOT, Ground
from bench.peers.durable_pair import ANSWER
from bench.pgbench import find_tools, run
from bench.process import Node, end, free_port, start
from bench.seat import BINARY, Seat, client_frame

N_NODES = 2
DATABASE = "postgres"
TABLE = Path(__file__).parent / "kept_table.sql"
# As long as an answer of ours; the floor's parser knows only the longer sort of frame.
ANSWER_BYTES = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorStage:
    nodes: tuple[Node, ...]
    n_rooms: int
    waves: Iterator[int] = field(default_factory=count)

    @property
    def n_publishers(self) -> int:
        return 1

    def seat(self, n_th: int, room: int, node: int) -> Seat:
        return bare_seat(self.nodes[node].port, room, is_publisher=False)

    def publisher(self, n_th: int, room: int, node: int) -> Seat:
        return bare_seat(self.nodes[node].port, room, is_publisher=True)

    def wave(self, n_each: int) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        number, n_answers = next(self.waves), n_each * self.n_rooms
        receipts = [ANSWER + f"w{number:03d}a{n_th:018d}".encode() for n_th in range(n_answers)]
        commands = [client_frame(receipt.ljust(ANSWER_BYTES, b"."), BINARY) for receipt in receipts]
        return tuple(commands), tuple(receipts)

    def n_queries(self) -> int:
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DurableFloor:
    name: str = "durable floor x 2"
    disciplines: frozenset[str] = frozenset({"fanout", "answers"})

    @contextmanager
    def up(self, ground: Ground, n_rooms: int, n_members: int) -> Iterator[FloorStage]:
        url = ground.postgres.url(DATABASE)
        run(find_tools().psql, "--quiet", "--no-psqlrc", f"--file={TABLE}", url)
        with ExitStack() as stack:
            nodes = []
            for n_th in range(N_NODES):
                port = free_port()
                argv = (sys.executable, "-m", "bench.peers.durable_pair", str(port))
                env = {"REDIS_URL": ground.redis.url(), "DATABASE_URL": url}
                node = start(argv, port=port, cwd=ROOT, env=env, log=ground.folder / f"durable-floor-{n_th}.log")
                stack.callback(end, node.process)
                nodes.append(node)
            yield FloorStage(nodes=tuple(nodes), n_rooms=n_rooms)
