"""A phone's life on the socket: it comes back, catches up, and says nothing twice."""

from __future__ import annotations

from random import Random

import pytest

from protocol.account import Membership, MembershipBegun, MembershipEnded
from protocol.activity import ActivityChanged, ActivityExtended, Mine, PostRemoved
from protocol.classroom import ClassroomRenamed, Delivery, Session, SessionEnded, SessionStarted
from protocol.client.backoff import MOST_S, wait_s
from protocol.client.client import PROBE_S, Client
from protocol.client.clock import SAMPLES, ServerClock
from protocol.client.held import Held
from protocol.client.notice import Answered, Changed, Lost, Open, Shut, Stopped
from protocol.client.outbox import MOMENT_S, Outbox
from protocol.codec import encode, to_body
from protocol.envelopes import (
    Attach,
    Attached,
    Audience,
    Body,
    Command,
    Detach,
    Done,
    Event,
    Fault,
    Gone,
    Hello,
    Ping,
    Pong,
    Reconnect,
    Refresh,
    RefusedReply,
    Signal,
)
from protocol.ids import AccountId, ClassroomId, Millis, PostId, Seq, SessionId, StreamId
from tests.protocol.makers import (
    ME,
    OWN,
    QUIZ,
    ROOM,
    ROOM_STREAM,
    SERVER_TIME,
    Bench,
    a_classroom,
    a_command,
    a_gauge,
    a_quiz,
    a_snapshot,
    an_account,
    an_event,
    attached,
)

OTHER = "O" * 16
GONE = Gone(stream=ROOM_STREAM, code="not_found", zh="内容不存在", en="Not found.")


def hello(*streams: Attach) -> Hello:
    return Hello(token="token", client_kind="web", client_version="1", streams=list(streams))


def ping(**heads: int) -> Ping:
    return Ping(server_time=Millis(SERVER_TIME), heads=heads)


def renamed(seq: int, name: str = "代数") -> Event:
    return an_event(seq, ClassroomRenamed(name=name))


def room(bench: Bench) -> Held:
    return bench.client.held[ROOM_STREAM]


@pytest.fixture
def in_class() -> Bench:
    bench = Bench()
    bench.is_in_class()
    bench.client.notices()
    return bench


# Coming in


def test_a_new_client_asks_for_its_account_and_then_for_its_classrooms() -> None:
    bench = Bench()
    bench.client.start(bench.now)
    assert bench.wants() == [Open()]
    bench.client.opened(bench.now)
    assert bench.wants() == [hello(Attach(stream=ME))]
    assert bench.is_welcomed() == []
    assert bench.says(a_snapshot(4, an_account(ROOM, OTHER)), attached(ME, 4)) == [
        Attach(stream=ROOM),
        Attach(stream=OTHER),
        Pong(positions={ME: 4}),
    ]
    assert bench.client.account is not None
    assert bench.client.account.account == an_account(ROOM, OTHER)


def test_a_client_that_follows_by_name_asks_for_nothing_else() -> None:
    bench = Bench(follows_all=False)
    bench.client.follow(StreamId(OTHER), bench.now)
    assert bench.connects() == [Open(), hello(Attach(stream=ME), Attach(stream=OTHER))]
    bench.is_welcomed()
    assert bench.says(a_snapshot(4, an_account(ROOM)), attached(ME, 4)) == [Pong(positions={ME: 4})]
    bench.client.unfollow(StreamId(OTHER), bench.now)
    assert bench.wants() == [Detach(stream=OTHER)]


def test_a_stream_is_shown_as_the_projector_sees_it_and_back(in_class: Bench) -> None:
    in_class.client.follow(ROOM_STREAM, in_class.now, as_screen=True)
    assert in_class.wants() == [Attach(stream=ROOM, as_screen=True)]
    in_class.says(a_snapshot(3, a_classroom(code="ABCDEF"), "screen"), attached(ROOM, 3))
    assert room(in_class).audience == "screen"
    in_class.client.unfollow(ROOM_STREAM, in_class.now)
    assert in_class.wants() == [Attach(stream=ROOM)]


def test_everything_before_the_welcome_waits() -> None:
    bench = Bench()
    bench.connects()
    bench.client.command(a_command(), bench.now)
    assert bench.wants() == []
    assert bench.is_welcomed() == [a_command()]


def test_starting_twice_opens_once() -> None:
    bench = Bench()
    bench.client.start(bench.now)
    bench.client.start(bench.now)
    assert bench.wants() == [Open()]


def test_a_classroom_that_no_page_follows_any_more_is_still_the_accounts(in_class: Bench) -> None:
    in_class.client.follow(ROOM_STREAM, in_class.now)
    in_class.says(attached(ROOM, 3))
    in_class.client.unfollow(ROOM_STREAM, in_class.now)
    assert in_class.wants() == []
    assert room(in_class).seq == 3


def test_looking_at_a_client_that_is_on_its_way_changes_nothing() -> None:
    bench = Bench()
    bench.client.wake(bench.now)
    bench.connects()
    bench.client.wake(bench.now)
    assert bench.wants() == []


def test_a_server_that_is_silent_before_its_welcome_is_not_heard_from_yet() -> None:
    bench = Bench()
    bench.connects()
    assert bench.says(ping()) == [Pong(positions={})]
    assert bench.client.phase == "greeting"


# Following


def test_events_are_applied_in_order_and_old_ones_ignored(in_class: Bench) -> None:
    in_class.says(renamed(4, "代数"), renamed(4, "几何"), renamed(2, "几何"), an_event(5, None))
    assert (room(in_class).classroom.name, room(in_class).seq) == ("代数", 5)
    assert in_class.client.notices() == [Changed(ROOM_STREAM), Changed(ROOM_STREAM)]


def test_an_event_of_a_later_version_only_counts(in_class: Bench) -> None:
    later = Event(stream=ROOM_STREAM, seq=Seq(4), at=Millis(1), name="classroom.painted", body={"colour": "red"})
    in_class.says(later, renamed(5))
    assert (room(in_class).classroom.name, room(in_class).seq) == ("代数", 5)


def test_a_gap_is_asked_for_once_and_healed(in_class: Bench) -> None:
    ask = Attach(stream=ROOM, position=3, audience="student")
    assert in_class.says(renamed(5, "五"), renamed(6, "六")) == [ask]
    assert room(in_class).seq == 3
    assert in_class.says(ping(**{ROOM: 6})) == [Pong(positions={ME: 1, ROOM: 3})]
    in_class.says(renamed(4, "四"), renamed(5, "五"), renamed(6, "六"), attached(ROOM, 6))
    assert (room(in_class).classroom.name, room(in_class).seq) == ("六", 6)
    assert in_class.says(renamed(8)) == [Attach(stream=ROOM, position=6, audience="student")]


def test_a_lost_last_message_is_found_by_the_heartbeat(in_class: Bench) -> None:
    assert in_class.says(ping(**{ROOM: 4, ME: 1, OTHER: 9})) == [
        Pong(positions={ME: 1, ROOM: 3}),
        Attach(stream=ROOM, position=3, audience="student"),
    ]


def test_what_is_not_followed_is_not_kept(in_class: Bench) -> None:
    in_class.says(an_event(1, ClassroomRenamed(name="x"), OTHER), ping())
    assert StreamId(OTHER) not in in_class.client.held


def test_positions_are_reported_at_most_once_a_second(in_class: Bench) -> None:
    assert in_class.says(renamed(4)) == [Pong(positions={ROOM: 4})]
    assert in_class.says(renamed(5)) == []
    assert in_class.says(renamed(6)) == []
    assert in_class.passes(0.9) == []
    assert in_class.passes(0.1) == [Pong(positions={ROOM: 6})]
    assert in_class.passes(5.0) == []


def test_a_membership_that_begins_is_attached_and_one_that_ends_is_dropped(in_class: Bench) -> None:
    began = MembershipBegun(membership=Membership(classroom=ClassroomId(OTHER), role="student"))
    assert in_class.says(an_event(2, began, ME)) == [Attach(stream=OTHER), Pong(positions={ME: 2})]
    in_class.says(an_event(3, MembershipEnded(classroom=ROOM, how="left"), ME))
    assert ROOM_STREAM not in in_class.client.held


def test_a_stream_that_is_gone_is_not_asked_for_until_the_account_is_in_it_again(in_class: Bench) -> None:
    in_class.says(GONE)
    assert ROOM_STREAM not in in_class.client.held
    assert in_class.client.notices() == [Lost(GONE)]
    in_class.breaks()
    assert in_class.returns() == [hello(Attach(stream=ME, position=1, audience="self"))]
    in_class.is_welcomed()
    in_class.says(attached(ME, 1), an_event(2, MembershipEnded(classroom=ROOM, how="kicked"), ME))
    began = MembershipBegun(membership=Membership(classroom=ROOM, role="student"))
    assert Attach(stream=ROOM) in in_class.says(an_event(3, began, ME))


def test_a_new_audience_comes_as_a_snapshot(in_class: Bench) -> None:
    in_class.says(a_gauge("tally", 1, {"n": 1}), a_snapshot(4, a_classroom(code="ABCDEF"), "staff"))
    assert (room(in_class).audience, room(in_class).seq, room(in_class).tally(QUIZ)) == ("staff", 4, None)


# Gauges


def test_the_newest_gauge_counts_whatever_comes_later(in_class: Bench) -> None:
    in_class.says(a_gauge("tally", 2, {"n": 2}), a_gauge("tally", 1, {"n": 1}))
    assert room(in_class).tally(QUIZ) == {"n": 2}
    in_class.says(a_gauge("tally", 3, None), a_gauge("tally", 2, {"n": 2}))
    assert room(in_class).tally(QUIZ) is None


def test_the_own_response_and_the_delivery_come_as_gauges(in_class: Bench) -> None:
    mine = Mine(phase="saved", value={}, saved_at=Millis(1), submitted_at=None, is_auto=False, result=None)
    delivery = Delivery(seq=4, n_online=34, n_have=31)
    assert (room(in_class).mine(QUIZ), room(in_class).delivery) == (None, None)
    in_class.says(a_gauge("mine", 1, to_body(mine)), a_gauge("delivery", 8, to_body(delivery), key=""))
    assert (room(in_class).mine(QUIZ), room(in_class).delivery) == (mine, delivery)


def test_gauges_stay_over_a_snapshot_as_long_as_their_activity_is_shown(in_class: Bench) -> None:
    in_class.says(a_gauge("tally", 2, {"n": 2}), a_snapshot(9, a_classroom(activities=[a_quiz()])))
    assert room(in_class).tally(QUIZ) == {"n": 2}
    in_class.says(a_snapshot(10, a_classroom()))
    assert room(in_class).tally(QUIZ) is None


def test_gauges_end_with_the_session(in_class: Bench) -> None:
    in_class.says(a_gauge("tally", 2, {"n": 2}), an_event(4, SessionEnded(session=SessionId("S" * 16))))
    assert room(in_class).gauges == {}
    lesson = Session(id=SessionId("T" * 16), number=2, started_at=Millis(1))
    in_class.says(a_gauge("tally", 2, {"n": 2}), an_event(5, SessionStarted(session=lesson)))
    assert room(in_class).gauges == {}


@pytest.mark.parametrize(("audience", "tally"), [("staff", {"n": 2}), ("student", None), ("screen", None)])
def test_a_tally_that_a_verb_may_have_hidden_is_shown_to_staff_alone(
    in_class: Bench, audience: Audience, tally: Body | None
) -> None:
    in_class.says(a_snapshot(4, a_classroom(activities=[a_quiz()]), audience), a_gauge("tally", 2, {"n": 2}))
    hide = ActivityChanged(activity=QUIZ, kind="survey", verb="hide_results", phase="published", state={})
    in_class.says(an_event(5, hide))
    assert room(in_class).tally(QUIZ) == tally


def test_gauges_of_the_account_stay(in_class: Bench) -> None:
    own = a_gauge("unread", 1, {"n": 1})
    in_class.says(type(own)(stream=OWN, name="unread", key="", rev=1, value={"n": 1}), a_snapshot(2, an_account(ROOM)))
    assert list(in_class.client.held[OWN].gauges) == [("unread", "")]


# Commands


def test_an_unanswered_command_is_sent_again_with_the_same_id_after_a_reconnect(in_class: Bench) -> None:
    in_class.client.command(a_command(1), in_class.now)
    in_class.client.command(a_command(2), in_class.now)
    assert in_class.wants() == [a_command(1), a_command(2)]
    in_class.says(Done(id=a_command(1).id))
    assert in_class.client.notices() == [Answered(a_command(1).id, Done(id=a_command(1).id))]
    in_class.breaks()
    in_class.returns()
    assert in_class.is_welcomed() == [a_command(2)]


def test_an_outbox_of_the_last_run_is_sent() -> None:
    outbox = Outbox()
    outbox.put(a_command(), 999.0)
    bench = Bench(outbox=Outbox.load(outbox.dump()))
    bench.connects()
    assert bench.is_welcomed() == [a_command()]


def test_a_refusal_is_told(in_class: Bench) -> None:
    refusal = RefusedReply(id=a_command().id, code="too_late", retry=False, zh="已超过截止时间", en="The time is over.")
    in_class.client.command(a_command(), in_class.now)
    in_class.says(refusal, Done(id="of-another-tab"))
    assert in_class.client.notices() == [Answered(a_command().id, refusal)]


def test_a_passing_refusal_is_tried_again_by_itself(in_class: Bench) -> None:
    in_class.client.command(a_command(), in_class.now)
    in_class.says(RefusedReply(id=a_command().id, code="slow_down", retry=True, zh="", en="", retry_after_ms=800))
    assert in_class.passes(1.0) == [a_command()]
    assert in_class.client.notices() == []


def test_a_wish_of_the_moment_is_given_up_when_there_is_no_network(in_class: Bench) -> None:
    in_class.breaks()
    in_class.client.command(a_command(1, "session.start"), in_class.now)
    in_class.passes(MOMENT_S)
    assert in_class.client.notices() == [Answered(a_command(1).id, None)]


# Going and coming back


def test_a_resume_carries_every_stream_with_its_position(in_class: Bench) -> None:
    in_class.breaks()
    assert in_class.returns() == [
        hello(
            Attach(stream=ME, position=1, audience="self"),
            Attach(stream=ROOM, position=3, audience="student"),
        )
    ]


def test_it_waits_longer_after_each_failure_and_starts_anew_after_a_good_connection() -> None:
    bench = Bench()
    bench.client.start(bench.now)
    waits = []
    for _ in range(40):
        bench.breaks()
        due = bench.client.due()
        assert due is not None
        waits.append(due - bench.now)
        bench.passes(waits[-1])
    assert waits[0] <= 4.0
    assert max(waits) <= MOST_S
    assert max(waits[3:]) > 20.0
    bench.client.opened(bench.now)
    bench.is_welcomed()
    bench.passes(10.0)
    bench.breaks()
    assert (bench.client.due() or 0) - bench.now <= 4.0


def test_a_connection_that_breaks_at_once_does_not_start_the_counting_anew() -> None:
    bench = Bench()
    bench.client.start(bench.now)
    waits = []
    for _ in range(30):
        bench.client.opened(bench.now)
        bench.is_welcomed()
        bench.passes(1.0)
        bench.breaks()
        waits.append((bench.client.due() or 0) - bench.now)
        bench.passes(waits[-1])
    assert max(waits) > 20.0


def test_the_first_retries_of_a_class_are_spread_over_four_seconds() -> None:
    draw = Random(1)
    waits = [wait_s(1, draw) for _ in range(500)]
    assert min(waits) < 0.1
    assert max(waits) <= 4.0
    assert sum(waits) / 500 == pytest.approx(2.0, abs=0.2)


def test_the_servers_slot_is_kept(in_class: Bench) -> None:
    assert in_class.says(Reconnect(after_ms=7000)) == []
    in_class.passes(1.0)
    in_class.breaks(1012)
    assert in_class.passes(5.9) == []
    assert in_class.passes(0.1) == [Open()]


def test_a_client_that_is_not_cut_off_moves_by_itself_when_its_slot_comes(in_class: Bench) -> None:
    in_class.says(Reconnect(after_ms=7000))
    assert in_class.passes(7.0) == [Shut(), Open()]


def test_a_person_who_looks_does_not_wait(in_class: Bench) -> None:
    in_class.breaks()
    in_class.client.wake(in_class.now)
    assert in_class.wants() == [Open()]
    in_class.client.wake(in_class.now)
    assert in_class.wants() == []


def test_even_a_person_who_looks_waits_as_long_as_the_server_said(in_class: Bench) -> None:
    fault = Fault(code="slow_down", retry=True, zh="", en="", retry_after_ms=6000)
    in_class.says(fault)
    assert in_class.client.notices() == [fault]
    in_class.breaks(4429)
    in_class.client.wake(in_class.now)
    assert in_class.passes(5.9) == []
    assert in_class.passes(0.2) == [Open()]


def test_a_refused_handshake_says_when_to_come_back() -> None:
    bench = Bench()
    bench.client.start(bench.now)
    bench.wants()
    bench.client.closed(1006, bench.now, retry_after_s=20.0)
    assert bench.passes(19.9) == []
    assert Open() in bench.passes(10.2)


@pytest.mark.parametrize("code", [4501, 4502, 4503, 4504, 4505, 4999])
def test_it_stays_away_when_told_so(in_class: Bench, code: int) -> None:
    in_class.breaks(code)
    assert in_class.client.notices() == [Stopped(code)]
    in_class.client.wake(in_class.now)
    assert in_class.passes(600) == []
    in_class.client.start(in_class.now)
    assert in_class.wants() == [Open()]


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1009, 1011, 1012, 4400, 4408, 4410, 4429, 4453, 4499])
def test_it_comes_back_from_every_other_close(in_class: Bench, code: int) -> None:
    in_class.breaks(code)
    assert in_class.passes(4.0)[:1] == [Open()]


def test_silence_is_a_dead_connection(in_class: Bench) -> None:
    in_class.says(ping())
    assert in_class.passes(27.5) == []
    in_class.says(ping())
    assert in_class.passes(34.9) == []
    assert in_class.passes(0.1) == [Shut()]
    assert in_class.client.phase == "waiting"


def test_after_a_long_sleep_the_connection_is_asked_whether_it_lives(in_class: Bench) -> None:
    in_class.passes(20.0)
    in_class.client.wake(in_class.now)
    assert in_class.wants() == [Attach(stream=ME, position=1, audience="self")]
    in_class.says(Attached(stream=OWN, head=Seq(1), how="memory"))
    assert in_class.passes(PROBE_S + 1) == []
    in_class.client.wake(in_class.now)
    in_class.wants()
    assert in_class.passes(PROBE_S)[:1] == [Shut()]


def test_a_lively_connection_is_not_asked(in_class: Bench) -> None:
    in_class.says(ping())
    in_class.passes(1.0)
    in_class.client.wake(in_class.now)
    assert in_class.wants() == []


def test_a_socket_that_does_not_open_or_greet_is_given_up() -> None:
    bench = Bench()
    bench.client.start(bench.now)
    bench.wants()
    assert bench.passes(10.0)[:1] == [Shut()]
    bench.passes(4.0)
    bench.client.opened(bench.now)
    bench.wants()
    assert bench.passes(10.0)[:1] == [Shut()]


def test_who_leaves_is_not_brought_back(in_class: Bench) -> None:
    in_class.client.stop()
    assert in_class.wants() == [Shut()]
    in_class.client.closed(1000, in_class.now)
    in_class.client.received(encode(ping()), in_class.now)
    in_class.client.opened(in_class.now)
    assert (in_class.passes(100), in_class.client.phase) == ([], "idle")
    in_class.client.stop()
    assert in_class.wants() == []


def test_a_newer_token_is_told_at_once_and_used_from_then_on(in_class: Bench) -> None:
    in_class.client.refresh("newer")
    assert in_class.wants() == [Refresh(token="newer")]
    in_class.breaks()
    in_class.client.refresh("newest")
    sent = in_class.returns()[0]
    assert isinstance(sent, Hello)
    assert sent.token == "newest"


def test_a_signal_is_passed_on(in_class: Bench) -> None:
    signal = Signal(stream=ROOM_STREAM, name="typing", account=AccountId("L" * 16))
    in_class.says(signal)
    assert in_class.client.notices() == [signal]


# Time


def test_server_time_is_shown_whatever_the_devices_clock_says() -> None:
    clock = ServerClock()
    assert clock.time(5.0) == 5000
    clock.welcomed(SERVER_TIME, asked=10.0, now=10.2)
    assert clock.time(10.2) == SERVER_TIME + 100
    assert clock.time(15.2) == SERVER_TIME + 5100


def test_a_delayed_heartbeat_does_not_move_the_clock() -> None:
    clock = ServerClock()
    clock.welcomed(SERVER_TIME, asked=10.0, now=10.0)
    clock.heard(SERVER_TIME + 25_000, 38.0)
    assert clock.time(40.0) == SERVER_TIME + 30_000


def test_a_device_whose_clock_runs_fast_is_followed() -> None:
    clock = ServerClock()
    clock.welcomed(SERVER_TIME, asked=0.0, now=0.0)
    for heartbeat in range(1, SAMPLES + 2):
        clock.heard(SERVER_TIME + heartbeat * 24_000, heartbeat * 25.0)
    now = (SAMPLES + 1) * 25.0
    assert clock.time(now) < SERVER_TIME + now * 1000 - 1000


def test_the_clients_clock_is_set_by_the_welcome_and_the_heartbeats(in_class: Bench) -> None:
    in_class.says(Ping(server_time=Millis(SERVER_TIME + 60_000), heads={}))
    assert in_class.client.clock.time(in_class.now) == SERVER_TIME + 60_000


# Together


def test_a_removed_text_stays_removed_after_a_resume(in_class: Bench) -> None:
    in_class.says(an_event(4, PostRemoved(activity=QUIZ, post=PostId("P" * 16), removed_by="author")))
    in_class.says(an_event(5, ActivityExtended(activity=QUIZ, deadline_at=Millis(7))))
    assert room(in_class).classroom.activities == [a_quiz(deadline_at=7)]


def test_commands_ids_are_those_of_the_caller(in_class: Bench) -> None:
    command = Command(id="of-my-own-choice", op="session.start", stream=ROOM)
    in_class.client.command(command, in_class.now)
    assert in_class.wants() == [command]


def test_a_client_speaks_json_where_somebody_reads_along() -> None:
    identity = Bench().client._identity
    client = Client(identity, draw=Random(1), wire="json")
    client.start(0.0)
    client.opened(0.0)
    assert client.actions()[1:] != []
