"""Ids of things: drawn, never counted (docs/security.md, 60)."""

from __future__ import annotations

from itertools import pairwise

from protocol.ids import ID_ALPHABET, ID_LENGTH
from server.ids import draw_id


def test_security_60_no_id_tells_of_another() -> None:
    """No order, no common part, every letter at every place: 95 bits of chance."""
    drawn = [draw_id() for _ in range(4_000)]
    assert len(set(drawn)) == 4_000
    assert {len(each) for each in drawn} == {ID_LENGTH}
    for place in range(ID_LENGTH):
        assert {each[place] for each in drawn} == set(ID_ALPHABET)
    n_rising = sum(before < after for before, after in pairwise(drawn))
    assert 1_800 < n_rising < 2_200
