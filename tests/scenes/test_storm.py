"""Nothing is lost and nothing comes twice, whatever is killed; and the scene that says so would notice if it did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenes.storm import Plan, storm


@pytest.mark.limit(420)
async def test_i2_i4_i5_everybody_ends_with_every_event_once_and_in_order(
    database: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    count = await storm(Plan(), database, tmp_path)
    record_property("storm", str(count))
    assert count.faults() == {}
    assert count.n_clients == 300


@pytest.mark.limit(180)
@pytest.mark.parametrize(
    ("broken", "faults"),
    [
        ("no_gap_repair", {"behind", "wrong_states"}),
        ("no_deduplication", {"twice"}),
        ("ack_before_commit", {"lost"}),
    ],
)
async def test_the_same_scene_fails_without_one_of_the_promises(
    database: str, tmp_path: Path, broken: str, faults: set[str]
) -> None:
    plan = Plan(
        n_students=9, seconds=12.0, blow_every_s=2.0, settle_s=8.0, program=f"tests.harness.broken {broken}", seed=2
    )
    count = await storm(plan, database, tmp_path)
    assert faults <= count.faults().keys(), str(count)


@pytest.mark.limit(180)
async def test_the_small_scene_holds_with_all_of_them(database: str, tmp_path: Path) -> None:
    plan = Plan(n_students=9, seconds=12.0, blow_every_s=2.0, settle_s=30.0, seed=2)
    count = await storm(plan, database, tmp_path)
    assert count.faults() == {}, str(count)
