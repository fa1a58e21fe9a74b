"""Reads policy.txt: the one table of who may do what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TOKENLESS = ("anonymous", "expired", "logged_out")
ACCOUNTS = (
    "stranger",
    "certified",
    "learner",
    "fellow",
    "dropped",
    "student",
    "kicked",
    "assistant",
    "teacher",
    "co_teacher",
    "other_teacher",
    "admin",
    "other_admin",
    "operator",
    "support",
    "ops",
)
ROLES = (*TOKENLESS, *ACCOUNTS)
GROUPS: Mapping[str, tuple[str, ...]] = {
    "@all": ROLES,
    "@accounts": ACCOUNTS,
    "@members": ("fellow", "student", "assistant", "teacher", "co_teacher"),
    "@staff": ("assistant", "teacher", "co_teacher"),
    "@teachers": ("teacher", "co_teacher"),
    "@course": ("learner", "fellow", "teacher", "co_teacher"),
    "@learners": ("learner", "fellow"),
}
# What they are in the other school. Roles of the platform are the same everywhere; all others are strangers there.
ELSEWHERE = {"other_teacher": "teacher", "other_admin": "admin", "operator": "operator", "support": "support"}
NOBODY, NOWHERE = "401:unauthenticated", "404:not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`outcomes`: by role; whoever is not in it gets NOBODY or NOWHERE."""

    method: str
    path: str
    thing: str
    is_used_up: bool
    is_everybodys: bool
    is_own: bool
    outcomes: Mapping[str, str]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def here(self, role: str) -> str:
        return self.outcomes.get(role, NOBODY if role in TOKENLESS else NOWHERE)

    def there(self, role: str) -> str:
        if self.is_everybodys or role in TOKENLESS:
            return self.here(role)
        return NOWHERE if self.is_own else self.outcomes.get(ELSEWHERE.get(role, ""), NOWHERE)


def rows() -> list[Row]:
    lines = (Path(__file__).parent / "policy.txt").read_text().splitlines()
    return [row_of(line.split()) for line in lines if line.strip() and not line.startswith("#")]


def row_of(words: list[str]) -> Row:
    method, path, thing, *rest = words
    return Row(
        method=method,
        path=path,
        thing=thing.rstrip("!?="),
        is_used_up="!" in thing,
        is_everybodys="?" in thing,
        is_own="=" in thing,
        outcomes=dict(read(rest)),
    )


def read(words: list[str]) -> Iterator[tuple[str, str]]:
    outcome = ""
    for word in words:
        roles = GROUPS.get(word) or ((word,) if word in ROLES else ())
        yield from ((role, outcome) for role in roles)
        outcome = outcome if roles else word
