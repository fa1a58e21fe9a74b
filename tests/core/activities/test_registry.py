"""The kinds there are, and what every kind promises to the rest of the house."""

from __future__ import annotations

import msgspec
import pytest

from protocol.errors import Code
from server.core.activities.discussion import DISCUSSION
from server.core.activities.registry import KINDS, kind_of
from tests.core.making import COMPLETE, FILE, account, an_activity, refuses


def test_the_six_kinds_of_the_classroom_are_there() -> None:
    assert set(COMPLETE) <= set(KINDS)
    assert [name for name, kind in KINDS.items() if name != kind.name] == []


def test_an_unknown_kind_is_refused() -> None:
    assert kind_of("survey") is KINDS["survey"]
    with refuses(Code.UNKNOWN_KIND):
        kind_of("quiz")


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_kind_declares_exactly_what_it_takes(name: str) -> None:
    kind = KINDS[name]
    assert (kind.value is None) == (kind.accept is None)
    assert (kind.tally is None) == (kind.count is None)
    assert (kind.correction is None) == (kind.correct is None)
    assert kind.keep is None or kind.accept is not None


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_stored_bodies_carry_the_version_of_the_kind_and_fit_its_declarations(name: str) -> None:
    kind = KINDS[name]
    config = kind.check_draft(COMPLETE[name])
    assert config["v"] == kind.begin(config)["v"] == 1
    assert msgspec.to_builtins(msgspec.convert(config, kind.config)) == config
    assert msgspec.to_builtins(msgspec.convert(kind.begin(config), kind.state)) == kind.begin(config)


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_a_draft_that_was_checked_is_not_changed_by_checking_it_again(name: str) -> None:
    once = KINDS[name].check_draft(COMPLETE[name])
    assert KINDS[name].check_draft(once) == once


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_only_the_kinds_with_pictures_and_plans_name_files(name: str) -> None:
    with_file = {"announcement": {"image": FILE}, "lesson_plan": {"file": FILE}}.get(name)
    assert KINDS[name].files(KINDS[name].check_draft(COMPLETE[name])) == ()
    assert with_file is None or len(KINDS[name].files(KINDS[name].check_draft(dict(with_file)))) == 1


def test_what_a_kind_does_not_say_is_the_plainest_there_is() -> None:
    """A tally is staff's, a config everybody's, a result nobody's."""
    activity = an_activity("discussion")
    assert DISCUSSION.show_tally({"v": 1}, "closed", activity.state, "staff") == {"v": 1}
    assert DISCUSSION.show_tally({"v": 1}, "closed", activity.state, "screen") is None
    assert DISCUSSION.view(activity.config, "published", "student") == activity.config
    assert DISCUSSION.judge(activity, account(1), None) is None
    assert DISCUSSION.is_in_record(activity)
