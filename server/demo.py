"""The accounts of the demo school, as they are printed for the person who starts Shangke."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    who: str
    phone: str
    password: str


LOG_INS: tuple[LogIn, ...] = ()
