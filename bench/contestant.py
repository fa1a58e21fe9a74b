"""The contract of a contestant, and the peers: what to start and how the load client enters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bench.event import event_frame
from bench.ground import PEER_PYTHON, ROOT, Ground
from bench.process import Node, end, free_port, start
from bench.seat import Seat, plain_seat, socketio_seat

BARE_HEADER_BYTES = 4


class Stage(Protocol):
    """A contestant that is up."""

    @property
    def nodes(self) -> tuple[Node, ...]: ...

    def seat(self, n_th: int, room: int, node: int) -> Seat:
        """Member number `n_th` of a room, on one of the nodes."""

    def publisher(self, n_th: int, room: int, node: int) -> Seat:
        """A member of the room that may publish."""

    @property
    def n_publishers(self) -> int:
        """How many a room needs so that no limit on one person's rate is measured."""


@runtime_checkable
class DurableStage(Stage, Protocol):
    """A stage whose acknowledgements mean that something is in the book."""

    def wave(self, n_each: int) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        """Something new to answer: for each of the first `n_each` seats of every room, in the order of
        `many_rooms`, the command to send and the bytes that acknowledge it."""

    def n_queries(self) -> int:
        """Database queries so far."""


@runtime_checkable
class PatientStage(Stage, Protocol):
    """A stage that keeps what was published for those who come late or take long."""

    def speaker(self, n_th: int, node: int, payload_bytes: int) -> Seat:
        """A publisher of room 0 whose payloads are this long."""

    def laggard(self, n_th: int, node: int, n_events: int, label: str) -> Seat:
        """A member of room 0 behind a bad network, who has its first `n_events` events already."""

    def n_connected(self, node: int, label: str) -> int:
        """How many laggards of this label the node holds a connection of."""

    def n_fell_behind(self) -> int:
        """How often a connection was given no more because it had too much unsent."""


class Contestant(Protocol):
    """Something that can be started on the ground and measured."""

    @property
    def name(self) -> str: ...

    @property
    def disciplines(self) -> frozenset[str]:
        """What it can compete in."""

    def up(self, ground: Ground, n_rooms: int, n_members: int) -> AbstractContextManager[Stage]:
        """Start it, with `n_members` seats in each of `n_rooms` rooms possible; stop it afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerStage:
    """A peer that is up. Anybody may publish there and nobody is limited."""

    nodes: tuple[Node, ...]
    make_seat: Callable[..., Seat]

    @property
    def n_publishers(self) -> int:
        return 1

    def seat(self, n_th: int, room: int, node: int) -> Seat:
        return self.make_seat(self.nodes[node].port, room, is_publisher=False)

    def publisher(self, n_th: int, room: int, node: int) -> Seat:
        return self.make_seat(self.nodes[node].port, room, is_publisher=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A peer as command lines: one process for each node, joined by Redis if it has more than one."""

    name: str
    argv: Callable[[int], tuple[str, ...]]
    make_seat: Callable[..., Seat]
    n_nodes: int = 2
    disciplines: frozenset[str] = frozenset({"fanout", "idle", "comeback"})

    @contextmanager
    def up(self, ground: Ground, n_rooms: int, n_members: int) -> Iterator[PeerStage]:
        with ExitStack() as stack:
            nodes = []
            for n_th in range(self.n_nodes):
                port = free_port()
                log = ground.folder / f"{self.name.replace(' ', '-')}-{n_th}.log"
                env = {"REDIS_URL": ground.redis.url()}
                node = start(self.argv(port), port=port, cwd=ROOT, env=env, log=log)
                stack.callback(end, node.process)
                nodes.append(node)
            yield PeerStage(nodes=tuple(nodes), make_seat=self.make_seat)


def on_uvicorn(module: str) -> Callable[[int], tuple[str, ...]]:
    """How every Python peer is served: uvicorn's fastest choices, its own pings out of the way."""

    def argv(port: int) -> tuple[str, ...]:
        options = "--loop uvloop --http httptools --ws websockets-sansio --ws-ping-interval 3600 --log-level warning"
        return (str(PEER_PYTHON), "-m", "uvicorn", f"bench.peers.{module}:app", f"--port={port}", *options.split())

    return argv


def bare_argv(port: int) -> tuple[str, ...]:
    return (str(PEER_PYTHON), "-m", "bench.peers.bare_write", str(port))


def joined_argv(port: int) -> tuple[str, ...]:
    return (*bare_argv(port), "joined")


def pair_argv(port: int) -> tuple[str, ...]:
    return (str(PEER_PYTHON), "-m", "bench.peers.bare_pair", str(port))


def node_argv(port: int) -> tuple[str, ...]:
    return ("node", "bench/peers/socketio_node/server.mjs", str(port))


def bare_seat(port: int, room: int, *, is_publisher: bool) -> Seat:
    """Whose server puts four bytes before a payload, and then has written as many as we do."""
    return plain_seat(port, room, is_publisher=is_publisher, payload_bytes=len(event_frame()) - BARE_HEADER_BYTES)


BARE = Peer(
    name="bare uvloop write",
    argv=bare_argv,
    make_seat=bare_seat,
    n_nodes=1,
    disciplines=frozenset({"fanout", "idle"}),
)
PEERS = (
    BARE,
    Peer(
        name="bare write, joined",
        argv=joined_argv,
        make_seat=bare_seat,
        n_nodes=1,
        disciplines=frozenset({"fanout"}),
    ),
    Peer(name="bare write x 2", argv=pair_argv, make_seat=bare_seat, disciplines=frozenset({"fanout"})),
    Peer(name="naive Starlette", argv=on_uvicorn("naive_starlette"), make_seat=plain_seat),
    Peer(name="Socket.IO (Node)", argv=node_argv, make_seat=socketio_seat),
    Peer(name="python-socketio", argv=on_uvicorn("socketio_py"), make_seat=socketio_seat),
    Peer(name="Channels", argv=on_uvicorn("channels_django"), make_seat=plain_seat),
)
