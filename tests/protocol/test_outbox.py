"""A command is sent until it is answered, with the same id, and no longer than it makes sense."""

from __future__ import annotations

import pytest

from protocol.client.outbox import ANSWER_S, IN_FLIGHT, MOMENT_S, TRIES, Outbox
from protocol.envelopes import Command, Done, RefusedReply
from tests.protocol.makers import a_command


def refused(command: Command, code: str = "slow_down", retry_after_ms: int | None = None) -> RefusedReply:
    return RefusedReply(id=command.id, code=code, retry=True, zh="", en="", retry_after_ms=retry_after_ms)


def an_outbox(*commands: Command) -> Outbox:
    outbox = Outbox()
    for command in commands:
        outbox.put(command, 0.0)
    return outbox


def test_commands_are_sent_once_in_the_order_of_wishing() -> None:
    outbox = an_outbox(a_command(2), a_command(1))
    assert outbox.take(0.0) == [a_command(2), a_command(1)]
    assert outbox.take(1.0) == []


def test_what_was_in_flight_is_sent_again_unchanged_after_a_loss() -> None:
    outbox = an_outbox(a_command(1), a_command(2))
    outbox.take(0.0)
    assert outbox.answered(Done(id=a_command(1).id), 1.0) == (a_command(1).id,)
    outbox.disconnected()
    assert outbox.take(2.0) == [a_command(2)]


def test_an_answer_to_nothing_settles_nothing() -> None:
    outbox = an_outbox(a_command(1))
    assert outbox.answered(Done(id="unknown-command"), 0.0) == ()
    assert len(outbox) == 1


def test_a_refusal_settles_the_command() -> None:
    outbox = an_outbox(a_command(1))
    assert outbox.answered(refused(a_command(1), "too_late"), 0.0) == (a_command(1).id,)
    assert len(outbox) == 0


@pytest.mark.parametrize("code", ["slow_down", "overloaded"])
def test_a_passing_refusal_is_tried_again_when_the_server_said(code: str) -> None:
    outbox = an_outbox(a_command(1))
    outbox.take(0.0)
    assert outbox.answered(refused(a_command(1), code, 1500), 10.0) == ()
    assert (outbox.take(11.4), outbox.next_try()) == ([], 11.5)
    assert outbox.take(11.5) == [a_command(1)]


def test_a_passing_refusal_is_told_after_enough_tries() -> None:
    outbox = an_outbox(a_command(1))
    now = 0.0
    for n_refused in range(TRIES):
        assert outbox.take(now) == [a_command(1)]
        assert outbox.answered(refused(a_command(1)), now) == ()
        now += 2**n_refused
    outbox.take(now)
    assert outbox.answered(refused(a_command(1)), now) == (a_command(1).id,)


def test_only_so_many_are_in_flight() -> None:
    outbox = an_outbox(*[a_command(number) for number in range(IN_FLIGHT + 2)])
    assert len(outbox.take(0.0)) == IN_FLIGHT
    assert outbox.next_try() is None
    outbox.answered(Done(id=a_command(0).id), 0.0)
    assert outbox.next_try() == 0.0
    assert outbox.take(0.0) == [a_command(IN_FLIGHT)]


def test_a_newer_save_takes_the_place_of_one_not_yet_sent() -> None:
    old, new = a_command(1, "response.save", value={"a": 1}), a_command(2, "response.save", value={"a": 2})
    newest = a_command(3, "response.save", value={"a": 3})
    other = Command(id="command-of-other", op="response.save", stream=old.stream, body={"activity": "other"})
    outbox = an_outbox(old, other, new, newest)
    assert outbox.take(0.0) == [other, newest]
    assert outbox.answered(Done(id=newest.id), 0.0) == (old.id, new.id, newest.id)


def test_a_save_in_flight_stays() -> None:
    old, new = a_command(1, "response.save"), a_command(2, "response.save")
    outbox = an_outbox(old)
    assert outbox.take(0.0) == [old]
    outbox.put(new, 0.0)
    assert outbox.take(0.0) == [new]
    assert outbox.answered(Done(id=new.id), 0.0) == (new.id,)


def test_a_wish_of_the_moment_is_given_up_and_an_answer_is_kept() -> None:
    wish, answer = a_command(1, "session.start"), a_command(2)
    outbox = an_outbox(wish, answer)
    assert (outbox.next_expiry(), outbox.expired(MOMENT_S - 1)) == (MOMENT_S, ())
    assert outbox.expired(MOMENT_S) == (wish.id,)
    assert outbox.take(MOMENT_S) == [answer]
    outbox.disconnected()
    assert (outbox.next_expiry(), outbox.expired(ANSWER_S)) == (ANSWER_S, (answer.id,))
    assert outbox.next_expiry() is None


def test_what_is_in_flight_is_not_given_up() -> None:
    outbox = an_outbox(a_command(1, "session.start"))
    outbox.take(0.0)
    assert (outbox.next_expiry(), outbox.expired(MOMENT_S)) == (None, ())


def test_an_outbox_survives_the_program() -> None:
    outbox = an_outbox(
        a_command(1, value={"text": "因为"}), a_command(2, "response.save"), a_command(3, "response.save")
    )
    outbox.take(0.0)
    outbox.answered(refused(a_command(1), retry_after_ms=500), 0.0)
    again = Outbox.load(outbox.dump())
    assert again.take(1.0) == [a_command(1, value={"text": "因为"}), a_command(3, "response.save")]
    assert again.answered(Done(id=a_command(3).id), 1.0) == (a_command(2).id, a_command(3).id)
