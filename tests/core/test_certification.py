"""What a student wrote fits the roster however it is written, and whatever does not fit is one refusal (R23)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.errors import Code, Refused
from protocol.ids import RosterEntryId
from server.core.certification import Candidate, check_fit

CANDIDATE = Candidate(entry=RosterEntryId("e" * 16), name="阿依·古丽", code="Spring-26", has_cloud=True)


@pytest.mark.parametrize("name", ["阿依·古丽", " 阿依 • 古丽", "阿依・古丽"])
@pytest.mark.parametrize("code", ["Spring-26", "spring-26 ", "ＳＰＲＩＮＧ-26"])
def test_width_case_blanks_and_dots_do_not_count(name: str, code: str) -> None:
    assert check_fit(CANDIDATE, name, code) is CANDIDATE


@pytest.mark.parametrize(
    ("candidate", "name", "code"),
    [
        (None, "阿依·古丽", "Spring-26"),
        (replace(CANDIDATE, has_cloud=False), "阿依·古丽", "Spring-26"),
        (replace(CANDIDATE, code=None), "阿依·古丽", "Spring-26"),
        (CANDIDATE, "阿依", "Spring-26"),
        (CANDIDATE, "阿依·古丽", "Spring-27"),
        (CANDIDATE, "阿依·古丽", "密码密码"),
    ],
)
def test_whatever_does_not_fit_is_one_refusal(candidate: Candidate | None, name: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_fit(candidate, name, code)
    assert refused.value.code is Code.NUMBER_UNKNOWN
