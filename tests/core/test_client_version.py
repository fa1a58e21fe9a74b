"""Which clients are too old (R7)."""

from __future__ import annotations

import pytest

from protocol.errors import Code, Refused
from server.core.client_version import check_version, least_version, read_version


@pytest.mark.parametrize(
    ("version", "is_served"),
    [
        *((new, True) for new in ("2.4", "2.4.0", "2.10", "3", "2.4.1-beta")),
        *((old, False) for old in ("2.3.9", "2", "", "dev", "-3")),
    ],
)
def test_r7_a_client_older_than_the_least_version_is_told_to_update(version: str, is_served: bool) -> None:
    if is_served:
        check_version(("web=9", "app=2.4"), "app", version)
        return
    with pytest.raises(Refused) as caught:
        check_version(("web=9", "app=2.4"), "app", version)
    assert (caught.value.code, caught.value.data) == (Code.UPDATE_REQUIRED, {"least": "2.4"})
    assert caught.value.wording.zh == "请更新至最新版本"


def test_r7_a_kind_that_is_not_named_is_served_in_any_version() -> None:
    check_version(("app=2.4",), "web", "")
    check_version((), "app", "0")


@pytest.mark.parametrize("wrong", ["app", "app=", "app=x", "fax=1", "app=1.2.3.4.5", "app=1 "])
def test_a_least_version_is_a_kind_and_numbers(wrong: str) -> None:
    assert least_version("app=2.4") == "app=2.4"
    with pytest.raises(ValueError, match="must be like"):
        least_version(wrong)


def test_versions_compare_by_number() -> None:
    assert read_version("0.10") > read_version("0.9.9")
