"""Delivery (I4, I7, I8): everybody gets every event once, in order, at their own pace, and only what they may have."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.close import Close
from protocol.codec import encode
from protocol.envelopes import Attached, Done, Event, Gauge, Gone, Ping, Reconnect, Signal, Snapshot
from protocol.ids import AccountId, Millis, Seq
from protocol.limits import BEHIND_BYTES, STALL_S
from server.hub.connection import CHUNK_BYTES
from server.hub.hub import gone
from tests.hub.world import STREAM, Socket, World, event, gauge, last_attached


def continues(socket: Socket, position: int | None) -> int | None:
    """The position after everything written; fails on a hole, a repetition or a disorder."""
    for each in socket.envelopes:
        if isinstance(each, Snapshot):
            assert position is None or each.seq >= position
            position = each.seq
        elif isinstance(each, Event):
            assert position is not None, "an event before any position"
            assert each.seq == position + 1
            position = each.seq
        elif isinstance(each, Attached):
            assert each.head == position
    return position


steps = st.lists(
    st.one_of(
        st.tuples(st.just("commit"), st.integers(1, 40), st.sampled_from([20, 2_000])),
        st.tuples(st.just("ring"), st.integers(0, 60), st.integers(1, 30)),
        st.tuples(st.just("take"), st.integers(0, 3), st.sampled_from([500, 60_000, 400_000])),
        st.tuples(st.just("fill"), st.integers(0, 3), st.sampled_from([0, 1])),
        st.tuples(st.just("join"), st.integers(0, 120), st.just(0)),
        st.tuples(st.just("again"), st.integers(0, 3), st.just(0)),
        st.tuples(st.just("turn"), st.just(0), st.just(0)),
        st.tuples(st.just("serve"), st.just(0), st.just(0)),
        st.tuples(st.just("mend"), st.integers(0, 100), st.just(0)),
    ),
    max_size=60,
)


def take_step(world: World, joined: list[tuple[Socket, int | None]], what: str, a: int, b: int) -> None:
    socket, position = joined[a % len(joined)]
    match what:
        case "commit":
            world.commit(a, size=b)
        case "ring":
            start = max(world.head - a, 0)
            world.ring(*world.book[start : start + b])
        case "take":
            world.take(socket, b)
        case "fill":
            socket.is_full = bool(b)
        case "join" if len(joined) < 6:
            position = max(world.head - a * 20, 0)
            account, is_straight = f"p{len(joined)}", len(joined) % 2 == 1
            joined.append((world.join(account, position=position, is_straight=is_straight), position))
        case "again":
            attach_again(world, socket, position)
        case "turn":
            world.turn()
        case "serve":
            world.serve()
        case "mend":
            world.now_ms += a
            world.mend()


def attach_again(world: World, socket: Socket, position: int | None) -> None:
    world.turn()
    told = continues(socket, position)
    if told is not None:
        world.attach(socket, told)


@settings(max_examples=150, deadline=None)
@given(before=st.integers(0, 700), steps=steps)
def test_whatever_happens_everybody_continues_without_a_hole(before: int, steps: list[tuple[str, int, int]]) -> None:
    world = World()
    world.commit(before)
    joined: list[tuple[Socket, int | None]] = [
        (world.join("ann", position=before, is_straight=True), before),
        (world.join("bob", position=None), None),
    ]
    for step in steps:
        take_step(world, joined, *step)
    world.settle()
    for socket, position in joined:
        assert continues(socket, position) == world.head
        assert socket.most_unsent <= BEHIND_BYTES + 2 * CHUNK_BYTES + 41 * 2_200
        assert socket.closed is None


def test_what_a_full_kernel_does_not_take_comes_later_and_nothing_overtakes_it() -> None:
    world = World()
    full, quick, leaving = (world.join(account, is_straight=True) for account in ("full", "quick", "leaving"))
    world.turn()
    full.is_full = True
    world.say(1)
    world.turn()
    assert full.connection is not None
    assert (full.unsent() > 0, full.connection.is_paused) == (True, True)
    world.leave(leaving)
    world.say(2)
    world.hub.reply(full.connection, Done(id="command1"))
    world.turn()
    assert (quick.seqs, quick.unsent(), leaving.seqs) == ([1, 2, 3], 0, [1])
    world.take(full, 10**9)
    full.is_full = False
    world.say(1)
    world.turn()
    assert (full.seqs, full.of(Done), full.unsent()) == ([1, 2, 3, 4], [Done(id="command1")], 0)
    assert quick.seqs == [1, 2, 3, 4]


def test_a_burst_of_one_turn_is_one_write_of_the_same_bytes() -> None:
    world = World()
    ann, bob = world.join("ann"), world.join("bob")
    world.turn()
    before = ann.n_writes
    world.say(16)
    world.say(16)
    world.turn()
    assert ann.n_writes == bob.n_writes == before + 1
    assert ann.seqs == bob.seqs == list(range(1, 33))


def test_each_audience_gets_its_own_view() -> None:
    world = World()
    teacher, screen = world.join("t", audience="staff"), world.join("s", audience="screen")
    world.say()
    world.turn()
    assert [each.body for each in teacher.of(Event) if isinstance(each, Event)] == [{"for": "staff", "text": "x" * 20}]
    assert [each.body for each in screen.of(Event) if isinstance(each, Event)] == [{"for": "screen", "text": "x" * 20}]


def test_a_connection_that_speaks_json_is_told_the_same() -> None:
    world = World()
    plain, spoken = world.join("ann"), world.join("bob", wire="json")
    world.say(2)
    world.turn()
    assert spoken.envelopes == plain.envelopes


def test_who_returns_continues_from_memory() -> None:
    world = World()
    world.join("ann")
    world.say(5)
    world.turn()
    bob = world.join("bob", position=2)
    world.turn()
    assert (bob.seqs, last_attached(bob), world.n_loads) == (
        [3, 4, 5],
        Attached(stream=STREAM, head=Seq(5), how="memory"),
        0,
    )


def test_who_was_away_longer_continues_from_pages() -> None:
    world = World()
    world.commit(900)
    ann = world.join("ann", position=100)
    world.settle()
    assert (ann.seqs, last_attached(ann).how) == (list(range(101, 901)), "pages")


def test_who_was_away_too_long_gets_a_snapshot() -> None:
    world = World()
    world.commit(2_100)
    ann = world.join("ann", position=50)
    world.settle()
    assert (ann.seqs, ann.of(Snapshot) != [], last_attached(ann).how) == ([], True, "snapshot")


def test_a_snapshot_ahead_of_the_bell_is_not_followed_by_what_it_holds() -> None:
    world = World()
    world.commit(3)
    world.join("ann", position=3)
    late = world.commit(2)
    bob = world.join("bob", position=None)
    world.serve()
    world.turn()
    assert last_seen(bob) == 5
    world.ring(*late)
    world.say()
    world.turn()
    assert bob.seqs == [6]


def last_seen(socket: Socket) -> int | None:
    snapshots = [each.seq for each in socket.of(Snapshot) if isinstance(each, Snapshot)]
    return snapshots[-1] if snapshots else None


def test_a_slow_reader_is_given_no_more_and_harms_nobody() -> None:
    world = World()
    slow, quick = world.join("slow"), world.join("quick")
    for _ in range(100):
        world.say(5, size=2_000)
        world.turn()
        world.take(quick, 10**9)
    assert quick.seqs == list(range(1, 501))
    assert BEHIND_BYTES < slow.unsent() <= BEHIND_BYTES + 5 * 2_100
    assert (slow.is_reading, world.hub.n_fell_behind, world.hub.catching.n_waiting) == (False, 1, 1)
    world.settle()
    assert slow.seqs == list(range(1, 501))
    assert (slow.is_reading, world.hub.catching.n_waiting) == (True, 0)


def test_replies_to_one_that_is_behind_wait_for_their_turn() -> None:
    world = World()
    slow = world.join("slow")
    world.say(300, size=2_000)
    world.turn()
    assert slow.connection is not None
    assert slow.connection.is_behind
    world.hub.reply(slow.connection, Done(id="command1"))
    world.hub.beat(slow.connection, Millis(1))
    world.turn()
    assert (slow.of(Done), slow.of(Ping)) == ([], [])
    world.settle()
    assert slow.of(Done) == [Done(id="command1")]


def test_who_takes_no_byte_is_closed_and_who_takes_one_is_not() -> None:
    world = World()
    dead, trickle = world.join("dead"), world.join("trickle")
    world.say(300, size=2_000)
    world.turn()
    for second in range(STALL_S + 1):
        world.take(trickle, 1)
        assert (dead.closed, trickle.closed) == (None, None)
        world.hub.close_stalled(second * 1000.0)
    assert (dead.closed, trickle.closed) == (Close.STALLED, None)


def test_who_just_came_to_a_node_that_is_long_up_is_not_taken_for_stalled() -> None:
    world = World()
    fresh = world.join("fresh")
    world.say(1, size=2_000)
    world.turn()
    world.hub.close_stalled(3_600_000.0)
    assert fresh.closed is None
    world.hub.close_stalled(3_600_000.0 + STALL_S * 1000)
    assert fresh.closed == Close.STALLED


@pytest.mark.parametrize("is_straight", [True, False])
def test_what_only_the_kernel_still_holds_counts_as_not_taken(is_straight: bool) -> None:
    world = World()
    dead, trickle, alive = (world.join(name, is_straight=is_straight) for name in ("dead", "trickle", "alive"))
    world.say(1, size=2_000)
    world.turn()
    for each in (dead, trickle, alive):
        world.take(each, 10**9)
    for second in range(STALL_S + 1):
        dead.n_in_kernel, trickle.n_in_kernel = 1_000, 1_000 - second
        assert (dead.closed, trickle.closed, alive.closed) == (None, None, None)
        world.hub.close_stalled(second * 1000.0)
    assert (dead.closed, trickle.closed, alive.closed) == (Close.STALLED, None, None)


def test_membership_lost_in_the_middle_of_a_burst_ends_the_stream_right_there() -> None:
    world = World()
    kicked, stays = world.join("kicked"), world.join("stays")
    burst = [event(1), event(2, lost=["kicked"]), event(3)]
    world.book += burst
    world.ring(*burst)
    world.turn()
    assert (kicked.seqs, kicked.of(Gone)) == ([1], [gone(STREAM)])
    assert stays.seqs == [1, 2, 3]
    world.say()
    world.turn()
    assert kicked.seqs == [1]


def test_membership_lost_after_it_was_read_is_found_in_the_continuation() -> None:
    world = World()
    world.join("ann")
    world.say(2)
    attachment_head = world.head
    burst = [event(3, lost=["bob"])]
    world.book += burst
    bob = Socket()
    world.ring(*burst)
    bob = world.join("bob", position=1)
    assert bob.connection is not None
    world.turn()
    # Joined again after being kicked: what it holds is of the time before, so it begins anew.
    world.serve()
    world.turn()
    assert (bob.seqs, last_seen(bob)) == ([], 3)
    assert attachment_head == 2


def test_membership_lost_while_pages_were_read_is_found() -> None:
    world = World()
    world.commit(600)
    world.join("ann", position=600)
    bob = world.join("bob", position=400)
    kick = event(601, lost=["bob"])
    world.book.append(kick)
    del world.members["bob"]
    world.ring(kick)
    world.settle()
    assert (bob.seqs, bob.of(Gone)) == ([], [gone(STREAM)])


def test_another_audience_begins_with_a_snapshot() -> None:
    world = World()
    bob = world.join("bob")
    world.say()
    world.turn()
    world.members["bob"] = "staff"
    change = event(2, recast=["bob"])
    world.book.append(change)
    world.ring(change)
    world.settle()
    world.say()
    world.turn()
    found = bob.of(Snapshot)[0]
    assert isinstance(found, Snapshot)
    assert (found.audience, found.seq, bob.seqs) == ("staff", 2, [1, 3])
    assert world.stream.reach.n_online == 0


def test_who_has_no_membership_after_all_is_told_gone() -> None:
    world = World()
    bob = world.join("bob")
    del world.members["bob"]
    change = event(1, recast=["bob"])
    world.book.append(change)
    world.ring(change)
    world.settle()
    assert (bob.seqs, bob.of(Gone)) == ([], [gone(STREAM)])


def test_the_greatest_rev_of_a_gauge_wins_and_late_joiners_get_it() -> None:
    world = World()
    ann = world.join("ann")
    world.turn()
    for rev in (1, 5, 3):
        world.hub.hear_gauge(STREAM, gauge(rev))
    world.turn()
    world.hub.hear_gauge(STREAM, gauge(4))
    world.turn()
    bob = world.join("bob")
    world.turn()
    assert [each.rev for each in ann.of(Gauge) if isinstance(each, Gauge)] == [5]
    assert [each.rev for each in bob.of(Gauge) if isinstance(each, Gauge)] == [5]


def test_a_private_gauge_goes_to_its_account_alone() -> None:
    world = World()
    phone, tablet, other = world.join("ann"), world.join("ann"), world.join("bob")
    world.turn()
    world.hub.hear_gauge(STREAM, gauge(2, private="ann"))
    world.turn()
    assert [len(each.of(Gauge)) for each in (phone, tablet, other)] == [1, 1, 0]


def test_a_gauge_for_staff_is_not_shown_to_students() -> None:
    world = World()
    teacher, student = world.join("t", audience="staff"), world.join("s")
    world.hub.hear_gauge(STREAM, gauge(1, audiences=["staff"]))
    world.turn()
    assert (len(teacher.of(Gauge)), student.of(Gauge)) == (1, [])


def test_gauges_read_from_the_book_go_to_the_live_alone() -> None:
    world = World()
    ann = world.join("ann")
    assert ann.connection is not None
    attachment = ann.connection.attachments[STREAM]
    world.hub.catching.give_gauges(
        attachment, [gauge(1), gauge(7, "mine", private="ann"), gauge(8, "mine", private="bob")]
    )
    world.leave(ann)
    world.hub.catching.give_gauges(attachment, [gauge(2)])
    bob = world.join("bob")
    assert bob.connection is not None
    world.hub.catching.give_gauges(bob.connection.attachments[STREAM], [gauge(7, "mine", private="ann")])
    world.turn()
    assert bob.of(Gauge) == []


def test_a_signal_goes_to_the_others_and_not_to_who_is_busy() -> None:
    world = World()
    sender, idle, busy = world.join("ann"), world.join("bob"), world.join("eve")
    world.turn()
    world.take(sender, 10**9)
    world.take(idle, 10**9)
    world.say(2, size=4_000)
    world.turn()
    world.take(idle, 10**9)
    signal = Signal(stream=STREAM, name="typing", account=AccountId("ann"))
    world.hub.hear_signal(STREAM, AccountId("ann"), encode(signal))
    world.turn()
    assert [each.of(Signal) for each in (sender, idle, busy)] == [[], [signal], []]


def test_heartbeats_tell_the_heads_that_were_given() -> None:
    world = World()
    ann = world.join("ann")
    world.say(3)
    world.turn()
    assert ann.connection is not None
    world.hub.beat(ann.connection, Millis(9))
    world.turn()
    assert ann.of(Ping) == [Ping(server_time=Millis(9), heads={STREAM: 3})]


def test_what_was_said_before_the_goodbye_goes_out_first() -> None:
    world = World()
    ann = world.join("ann")
    assert ann.connection is not None
    world.hub.reply(ann.connection, Reconnect(after_ms=5))
    world.hub.close(ann.connection, Close.RESTART)
    world.hub.close(ann.connection, Close.RESTART)
    world.hub.reply(ann.connection, Reconnect(after_ms=6))
    world.say()
    world.turn()
    assert (ann.of(Reconnect), ann.closed, ann.seqs) == ([Reconnect(after_ms=5)], Close.RESTART, [])


def test_a_detached_stream_is_silent() -> None:
    world = World()
    ann = world.join("ann")
    assert ann.connection is not None
    world.hub.detach(ann.connection, STREAM)
    world.hub.detach(ann.connection, STREAM)
    world.say()
    world.turn()
    assert ann.seqs == []


def test_streams_nobody_reads_are_forgotten() -> None:
    world = World()
    ann = world.join("ann")
    assert world.hub.drop_idle(10**9) == []
    world.leave(ann)
    world.leave(ann)
    assert world.hub.drop_idle(10**9) == [STREAM]
    world.say()
    world.hub.hear_gauge(STREAM, gauge(1))
    world.hub.hear_signal(STREAM, AccountId("ann"), b"")
    assert world.hub.streams == {}
