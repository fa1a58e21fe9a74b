"""评分标准 applied (R51): the kinds' weights in percent, and what a learner made of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# So many contributions to the discussion are the whole of its share.
DISCUSSION_FULL = 5
DISCUSSION = "discussion"
KINDS = ("quiz", "homework", "exam", DISCUSSION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a learner made of one assessment. `best`: the points of the best attempt; None: none was submitted.

    `is_due`: nothing more can be made of it.
    """

    kind: str
    best: float | None
    of_points: float
    is_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One weighted part of a total. `share` is None while there is nothing to judge it by."""

    kind: str
    weight: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """`percent` of what could be made so far: None while that is nothing."""

    percent: float | None
    parts: tuple[Part, ...]


def total(weights: Mapping[str, int], results: Sequence[Result], n_posts: int) -> Total:
    """The total so far. A part that has nothing to judge yet is left out of it, and its weight with it."""
    parts = tuple(
        Part(kind=kind, weight=weight, share=_share(kind, results, n_posts))
        for kind in KINDS
        if (weight := weights.get(kind, 0)) > 0
    )
    judged = [(each.weight, each.share) for each in parts if each.share is not None]
    weight = sum(each for each, _ in judged)
    percent = round(100 * sum(each * share for each, share in judged) / weight, 2) if weight else None
    return Total(percent=percent, parts=parts)


def _share(kind: str, results: Sequence[Result], n_posts: int) -> float | None:
    if kind == DISCUSSION:
        return min(n_posts, DISCUSSION_FULL) / DISCUSSION_FULL
    counted = [each for each in results if each.kind == kind and (each.is_due or each.best is not None)]
    most = sum(each.of_points for each in counted)
    return sum(each.best or 0.0 for each in counted) / most if most else None
