"""评分标准 applied (R51)."""

from __future__ import annotations

from server.core.grading import Part, Result, Total, total

WEIGHTS = {"quiz": 30, "homework": 20, "exam": 50, "discussion": 0}


def made(kind: str, best: float | None, of_points: float, is_due: bool = True) -> Result:
    return Result(kind=kind, best=best, of_points=of_points, is_due=is_due)


def test_a_total_is_the_weighted_share_of_each_kind() -> None:
    results = [made("quiz", 5, 10), made("quiz", 10, 10), made("homework", 8, 10), made("exam", 50, 100)]
    assert total(WEIGHTS, results, 0) == Total(
        percent=63.5,
        parts=(
            Part(kind="quiz", weight=30, share=0.75),
            Part(kind="homework", weight=20, share=0.8),
            Part(kind="exam", weight=50, share=0.5),
        ),
    )


def test_what_is_to_come_is_left_out_and_what_was_missed_counts_nothing() -> None:
    results = [made("quiz", 10, 10), made("quiz", None, 10), made("exam", None, 100, is_due=False)]
    assert total(WEIGHTS, results, 0) == Total(
        percent=50.0,
        parts=(
            Part(kind="quiz", weight=30, share=0.5),
            Part(kind="homework", weight=20, share=None),
            Part(kind="exam", weight=50, share=None),
        ),
    )


def test_five_contributions_are_the_whole_of_the_discussions_share() -> None:
    assert [total({"discussion": 10}, [], n).percent for n in (0, 1, 5, 50)] == [0.0, 20.0, 100.0, 100.0]


def test_without_weights_or_anything_made_there_is_no_total() -> None:
    assert total({}, [made("quiz", 1, 1)], 0) == Total(percent=None, parts=())
    assert total({"quiz": 100}, [], 0).percent is None
    assert total({"quiz": 100}, [made("quiz", 0, 0)], 0).percent is None
