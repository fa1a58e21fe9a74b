"""How far the students are: counted here as it changes, added up over the nodes."""

from __future__ import annotations

from protocol.ids import Seq
from server.hub.reach import EXPIRES_MS, TELL_AGAIN_MS, Reaches
from server.hub.stream import Reach
from tests.hub.world import STREAM, World


def reach(seq: int, n_online: int, n_have: int) -> Reach:
    return Reach(seq=Seq(seq), n_online=n_online, n_have=n_have)


def test_students_that_say_they_have_it_are_counted_once() -> None:
    world = World()
    ann, bob = world.join("ann"), world.join("bob")
    world.join("teacher", audience="staff")
    world.say(2)
    world.turn()
    assert ann.connection is not None
    assert bob.connection is not None
    assert world.stream.reach == reach(2, 2, 0)
    for position in (1, 2, 2, 1, 99):
        world.hub.hear_positions(ann.connection, {STREAM: Seq(position)})
    assert world.stream.reach == reach(2, 2, 1)
    world.say()
    assert world.stream.reach == reach(3, 2, 0)
    world.hub.hear_positions(bob.connection, {STREAM: Seq(3)})
    world.leave(ann)
    assert world.stream.reach == reach(3, 1, 1)
    world.leave(bob)
    assert world.stream.reach == reach(3, 0, 0)


def test_a_part_is_told_when_it_changed_and_now_and_then() -> None:
    world, reaches = World(), Reaches()
    assert reaches.to_tell(world.stream, 0) is None
    ann = world.join("ann")
    assert reaches.to_tell(world.stream, 0) == reach(0, 1, 1)
    assert reaches.to_tell(world.stream, TELL_AGAIN_MS - 1) is None
    assert reaches.to_tell(world.stream, TELL_AGAIN_MS) == reach(0, 1, 1)
    world.leave(ann)
    assert reaches.to_tell(world.stream, TELL_AGAIN_MS) == reach(0, 0, 0)
    assert reaches.to_tell(world.stream, TELL_AGAIN_MS) is None


def test_the_sum_counts_only_those_who_have_the_newest() -> None:
    reaches = Reaches()
    reaches.hear(STREAM, "a", reach(9, 30, 30), 0)
    reaches.hear(STREAM, "b", reach(10, 4, 1), 0)
    assert reaches.moved(0) == {STREAM: reach(10, 34, 1)}
    assert reaches.moved(0) == {}


def test_a_dead_node_is_forgotten() -> None:
    reaches = Reaches()
    reaches.hear(STREAM, "a", reach(9, 30, 30), 0)
    reaches.hear(STREAM, "b", reach(9, 4, 4), 1)
    reaches.moved(0)
    assert reaches.moved(EXPIRES_MS + 1) == {STREAM: reach(9, 4, 4)}
    reaches.hear(STREAM, "b", reach(9, 0, 0), EXPIRES_MS + 1)
    assert reaches.moved(EXPIRES_MS + 1) == {STREAM: reach(0, 0, 0)}
    reaches.forget(STREAM)
    assert reaches.moved(EXPIRES_MS + 1) == {}
