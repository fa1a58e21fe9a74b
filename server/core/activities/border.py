"""Where plain bodies become a kind's declared structs, and the other way round."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from protocol.envelopes import Body
from protocol.errors import Code, Refused

S = TypeVar("S", bound=msgspec.Struct)
_PLACE = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_MISSING = re.compile(r"required field `(?P<name>[^`]+)`")


def stored(body: Body, declaration: type[S]) -> S:
    """A body that this kind wrote. One that does not fit is our fault, never Refused."""
    return msgspec.convert(body, declaration, strict=True)


def config(body: Body, declaration: type[S]) -> S:
    """A config, state or correction from outside. Raises Refused(BAD_FIELD) naming the place: `questions.2.options`."""
    return _read(body, declaration, Code.BAD_FIELD)


def answer(body: Body, declaration: type[S]) -> S:
    """An answer from outside. Raises Refused(BAD_ANSWER) naming the place: `answers.2`."""
    return _read(body, declaration, Code.BAD_ANSWER)


def body(struct: msgspec.Struct) -> Body:
    plain: Body = msgspec.to_builtins(struct)
    return plain


def bad_field(field: str, why: str) -> Refused:
    return Refused(Code.BAD_FIELD, why, data={"field": field})


def bad_answer(field: str, why: str) -> Refused:
    return Refused(Code.BAD_ANSWER, why, data={"field": field})


def _read(plain: Body, declaration: type[S], code: Code) -> S:
    try:
        return msgspec.convert(plain, declaration, strict=True)
    except msgspec.ValidationError as error:
        raise Refused(code, str(error), data={"field": _place(str(error))}) from None


def _place(sentence: str) -> str:
    """`… required field `key` - at `$.questions[2]`` -> `questions.2.key`: what a form can point at."""
    place = _PLACE.search(sentence)
    missing = _MISSING.search(sentence)
    path = "" if place is None else place["path"].replace("[", ".").replace("]", "")
    return ".".join(part for part in (path.strip("."), missing["name"] if missing else "") if part)
