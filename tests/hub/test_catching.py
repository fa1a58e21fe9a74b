"""Catching up: what the book gives late, twice, or not at all leaves nobody with a hole."""

from __future__ import annotations

from protocol.envelopes import Attached, Gone, Snapshot
from protocol.ids import Seq
from protocol.limits import WINDOW_EVENTS
from server.hub.connection import LOADS
from tests.hub.world import STREAM, Socket, World, event, last_attached


def behind_the_window(world: World, back: int = 700) -> Socket:
    """Somebody whose continuation is not in memory, and was asked for."""
    world.commit(1_000)
    world.join("first", position=1_000)
    socket = world.join("ann", position=1_000 - back)
    assert len(world.wanted) == 1
    return socket


def test_a_window_filled_once_serves_all_who_return() -> None:
    world = World()
    world.commit(300)
    sockets = [world.join(f"p{number}", position=290) for number in range(5)]
    world.hub.catching.give_window(world.stream, world.book[-WINDOW_EVENTS:])
    for attachment in world.wanted:
        world.hub.catching.retry(attachment)
    world.turn()
    assert [each.seqs for each in sockets] == [list(range(291, 301))] * 5
    assert {last_attached(each).how for each in sockets} == {"memory"}


def test_a_book_that_does_not_reach_back_gives_a_snapshot() -> None:
    for page in ([], [event(900)]):
        world = World()
        socket = behind_the_window(world)
        world.hub.catching.give_page(world.wanted.pop(), page)
        world.settle()
        assert (socket.seqs, len(socket.of(Snapshot)), last_attached(socket).how) == ([], 1, "snapshot")


def test_what_is_read_for_one_who_left_is_dropped() -> None:
    world = World()
    socket = behind_the_window(world)
    attachment = world.wanted.pop()
    world.leave(socket)
    world.hub.catching.give_page(attachment, world.book[300:600])
    world.hub.catching.give_snapshot(attachment, Seq(1_000), b"")
    world.hub.catching.give_access(attachment, "staff", Seq(1_000))
    world.hub.catching.give_nothing(attachment)
    world.hub.catching.retry(attachment)
    world.turn()
    assert socket.envelopes == []


def test_what_is_read_for_other_eyes_is_dropped() -> None:
    world = World()
    socket = behind_the_window(world)
    attachment = world.wanted.pop()
    world.members["ann"] = "staff"
    change = event(1_001, recast=["ann"])
    world.book.append(change)
    world.ring(change)
    world.hub.catching.give_page(attachment, world.book[300:600])
    world.settle()
    (snapshot,) = socket.of(Snapshot)
    assert isinstance(snapshot, Snapshot)
    assert (snapshot.audience, socket.seqs) == ("staff", [])


def test_a_change_heard_between_reading_the_membership_and_joining_is_heeded() -> None:
    for lost, recast, told in ((["ann"], [], "gone"), ([], ["ann"], "snapshot")):
        world = World()
        world.commit(10)
        socket = world.join("ann", position=10)
        assert socket.connection is not None
        world.hub.detach(socket.connection, STREAM)
        change = event(11, lost=lost, recast=recast)
        world.book.append(change)
        world.ring(change)
        world.attach(socket, 8, checked=10)
        world.settle()
        assert (told, bool(socket.of(Gone)), bool(socket.of(Snapshot))) == (told, told == "gone", told == "snapshot")
        assert 11 not in socket.seqs


def test_only_so_much_is_read_for_one_connection_at_a_time() -> None:
    world = World()
    world.commit(3)
    socket = world.join("ann", position=None)
    assert socket.connection is not None
    socket.connection.n_loading = LOADS
    world.wanted.clear()
    world.attach(socket, None)
    assert world.wanted == []
    socket.connection.n_loading = 0
    world.hub.catching.go_on()
    assert len(world.wanted) == 1


def test_a_stream_attached_again_is_answered_again_and_told_once() -> None:
    world = World()
    socket = world.join("ann")
    world.say(2)
    world.turn()
    world.attach(socket, 2)
    world.say()
    world.turn()
    assert socket.seqs == [1, 2, 3]
    assert [each.head for each in socket.of(Attached) if isinstance(each, Attached)] == [0, 2]
