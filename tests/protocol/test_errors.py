"""Every refusal can be told to people, and every close code says what to do."""

from __future__ import annotations

import pytest

from protocol.close import Close, may_come_back
from protocol.errors import WORDINGS, Code, Refused


@pytest.mark.parametrize("code", Code)
def test_every_code_is_worded_in_both_languages(code: Code) -> None:
    wording = Refused(code).wording
    assert wording is WORDINGS[code]
    assert any("\u4e00" <= character <= "\u9fff" for character in wording.zh)
    assert wording.en.isascii()
    assert 400 <= wording.status < 600


def test_a_refusal_says_what_and_why() -> None:
    refused = Refused(Code.BAD_FIELD, "blank", retry_after_ms=5, data={"field": "name"})
    assert (str(refused), str(Refused(Code.TOO_LATE))) == ("bad_field: blank", "too_late")
    assert (refused.retry_after_ms, refused.data) == (5, {"field": "name"})


def test_close_codes_from_4500_on_mean_stay_away() -> None:
    away = {Close.UNAUTHENTICATED, Close.LOGGED_OUT, Close.TOO_MANY_DEVICES}
    away |= {Close.UPDATE_REQUIRED, Close.UNSUPPORTED_PROTOCOL}
    assert {code for code in Close if not may_come_back(code)} == away
    assert all(may_come_back(code) for code in (1000, 1001, 1006, 4499, 5000))
