"""The stream log: in order, once each, whatever the bell does; what is missing is known, what is old is gone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from protocol.ids import Seq
from protocol.limits import GAP_WAIT_MS, WINDOW_EVENTS
from server.hub.log import ASK_AGAIN_MS, StreamLog
from server.hub.prepared import Prepared
from tests.hub.world import event


def bare(seq: int, *, forgets: bool = False) -> Prepared:
    return Prepared(seq=Seq(seq), frames={}, forgets=forgets)


def opened(head: int = 0) -> StreamLog:
    log = StreamLog()
    log.open(Seq(head), 0)
    return log


def seqs(events: object) -> list[int]:
    assert isinstance(events, (list, tuple)), "there is a continuation"
    return [each.seq for each in events]


@given(
    head=st.integers(0, 5),
    rung=st.lists(st.lists(st.integers(1, 40), max_size=6), max_size=30),
)
def test_events_come_out_once_and_in_order_under_loss_repetition_and_disorder(head: int, rung: list[list[int]]) -> None:
    log = opened(head)
    out: list[int] = []
    for seq_batch in rung:
        out += seqs(log.accept([bare(seq) for seq in seq_batch], 0))
        assert out == list(range(head + 1, log.head + 1))
        missing = {seq for batch in rung for seq in batch if seq > log.head}
        assert not log.has_gap or missing
    out += seqs(log.accept([bare(seq) for seq in range(log.head + 1, 41)], 0))
    assert out == list(range(head + 1, 41))
    assert not log.has_gap


@given(n=st.integers(0, WINDOW_EVENTS + 100), position=st.integers(0, WINDOW_EVENTS + 100))
def test_a_continuation_is_complete_or_refused(n: int, position: int) -> None:
    log = opened()
    log.accept([bare(seq) for seq in range(1, n + 1)], 0)
    found = log.since(Seq(position))
    if position > n or n - position > WINDOW_EVENTS:
        assert found is None
    else:
        assert seqs(found) == list(range(position + 1, n + 1))


def test_what_comes_before_the_head_is_read_is_held() -> None:
    log = StreamLog()
    assert log.accept([bare(4), bare(6)], 0) == []
    assert not log.is_open
    assert seqs(log.open(Seq(3), 0)) == [4]
    assert log.has_gap


def test_a_hole_is_reported_after_its_wait_and_then_only_once_in_a_while() -> None:
    log = opened()
    log.accept([bare(2)], 1_000)
    assert not log.missing(1_000 + GAP_WAIT_MS - 1)
    assert log.missing(1_000 + GAP_WAIT_MS)
    assert not log.missing(1_000 + GAP_WAIT_MS + ASK_AGAIN_MS - 1)
    assert log.missing(1_000 + GAP_WAIT_MS + ASK_AGAIN_MS)


def test_the_lost_last_event_is_found_by_the_head_of_the_book() -> None:
    log = opened(7)
    log.see_head(Seq(7), 0)
    assert not log.has_gap
    log.see_head(Seq(8), 0)
    assert log.missing(GAP_WAIT_MS)
    assert seqs(log.accept([bare(8)], GAP_WAIT_MS)) == [8]
    assert not log.has_gap


def test_progress_gives_a_hole_its_wait_anew() -> None:
    log = opened()
    log.accept([bare(3)], 0)
    log.accept([bare(1)], 40)
    assert not log.missing(40 + GAP_WAIT_MS - 1)
    assert log.missing(40 + GAP_WAIT_MS)


def test_early_events_are_bounded_and_the_nearest_are_kept() -> None:
    log = opened()
    log.accept([bare(seq) for seq in range(2, 2_000)], 0)
    assert seqs(log.accept([bare(1)], 0)) == list(range(1, WINDOW_EVENTS + 2))


def test_early_events_of_an_unopened_log_are_bounded() -> None:
    log = StreamLog()
    log.accept([bare(seq) for seq in range(1, 2_000)], 0)
    assert len(log.open(Seq(0), 0)) == WINDOW_EVENTS


def test_what_must_be_told_no_more_leaves_memory() -> None:
    log = opened()
    log.accept([bare(1), bare(2), bare(3, forgets=True), bare(4)], 0)
    assert log.since(Seq(1)) is None
    assert seqs(log.since(Seq(2))) == [3, 4]


def test_the_window_is_filled_from_the_book_as_far_as_it_fits() -> None:
    log = opened(600)
    log.accept([bare(601)], 0)
    log.prefill([bare(seq) for seq in range(1, 602)])
    assert log.first == 601 - WINDOW_EVENTS + 1
    assert seqs(log.since(Seq(598))) == [599, 600, 601]


def test_older_events_that_do_not_touch_the_window_are_not_taken() -> None:
    log = opened(10)
    log.prefill([bare(seq) for seq in range(1, 9)])
    assert log.since(Seq(5)) is None
    log.prefill([])
    assert log.first == 11


def test_a_full_window_takes_nothing_older() -> None:
    log = opened()
    log.accept([event(seq) for seq in range(1, WINDOW_EVENTS + 2)], 0)
    log.prefill([event(1)])
    assert log.first == 2
