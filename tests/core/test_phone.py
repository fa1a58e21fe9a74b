"""Phone numbers and the ways people write them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import Code, Refused
from server.core.phone import mask, normalise


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "+8613800138000",
        "+86 138 0013 8000",
        "008613800138000",
        "8613800138000",
        "138-0013-8000",
        "１３８００１３８０００",
        "＋８６１３８００１３８０００",
        "13800138000\n",
        "\t138 0013\u30008000 ",
        "(+86) 138.0013.8000",
        "\u202a13800138000\u202c",
        "\ufeff13800138000",
    ],
)
def test_one_number_has_one_form(written: str) -> None:
    assert normalise(written) == "+8613800138000"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "1380013800",
        "138001380000",
        "12800138000",
        "+1 202 555 0100",
        "+85251234567",
        "13800138000x",
        "13800138000;13900139000",
        "١٣٨٠٠١٣٨٠٠٠",
        "8686 13800138000",
        "1" * 10_000,
    ],
)
def test_what_is_no_mobile_number_of_the_mainland_is_refused(written: str) -> None:
    with pytest.raises(Refused) as caught:
        normalise(written)
    assert caught.value.code is Code.BAD_PHONE


@given(st.text(alphabet="+0123456789 -()８６\u202a\n", max_size=24))
def test_whatever_is_written_is_refused_or_a_number_in_its_one_form(written: str) -> None:
    with suppress(Refused):
        phone = normalise(written)
        assert normalise(phone) == phone


def test_a_shown_number_hides_its_middle() -> None:
    assert mask("+8613800138000") == "138****8000"
