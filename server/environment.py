"""Typed reading of environment variables: every variable said once, every fault told at once.

It knows parsers and faults, not which variables there are: that is `config`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")
E = TypeVar("E", bound=Enum)


class Secret:
    """A text that no log, traceback or error message can show. `reveal` it where it is used, nowhere else."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return secrets.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One row of the table of settings."""

    name: str
    doc: str
    default: str


class Environment:
    """Takes variables out of a mapping, and remembers what was asked for and what was wrong."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.variables: list[Variable] = []
        self.faults: list[str] = []

    def take(self, name: str, doc: str, parse: Callable[[str], T], default: T, *, shown: str = "") -> T:
        """The parsed value of `name`, or `default`; `shown` describes a default that depends on other things.

        An empty variable counts as not set: that is how compose files write it.
        """
        self.variables.append(Variable(name=name, doc=doc, default=shown or describe(default)))
        given = self._values.get(name)
        if not given:
            return default
        try:
            return parse(given)
        except ValueError as error:
            self.faults.append(f"{name} {error}")
            return default

    def unknown(self, prefix: str) -> list[str]:
        """The names that begin with `prefix` and that nobody took: most often a typing mistake."""
        known = {variable.name for variable in self.variables}
        return sorted(name for name in self._values if name.startswith(prefix) and name not in known)


def describe(default: object) -> str:
    if isinstance(default, bool):
        return "`1`" if default else "`0`"
    return f"`{default.value if isinstance(default, Enum) else default}`"


def text(value: str) -> str:
    return value


def path(value: str) -> Path:
    return Path(value).absolute()


def flag(value: str) -> bool:
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise ValueError("must be 1 or 0")


def between(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        # int() would take ' 1_0' and the digits of other scripts.
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise ValueError(f"must be a number from {least} to {most}")
        return int(value)

    return parse


def member(kind: type[E]) -> Callable[[str], E]:
    def parse(value: str) -> E:
        for each in kind:
            if each.value == value:
                return each
        raise ValueError(f"must be one of {', '.join(str(each.value) for each in kind)}")

    return parse


def url(*schemes: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if urlsplit(value).scheme not in schemes:
            raise ValueError(f"must begin with {' or '.join(f'{scheme}:' for scheme in schemes)}")
        return value.rstrip("/")

    return parse


def origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or value != f"{parts.scheme}://{parts.netloc}":
        raise ValueError(f"must be like https://class.example.edu, with nothing after the host, not {value!r}")
    return value.lower()


def list_of(parse_one: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    def parse(value: str) -> tuple[str, ...]:
        return tuple(parse_one(word.strip()) for word in value.split(",") if word.strip())

    return parse
