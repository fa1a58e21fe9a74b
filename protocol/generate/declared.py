"""Everything that is declared, gathered for the generators; the kinds come from outside: they live in the server."""

from __future__ import annotations

import inspect as python
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

import msgspec

from protocol import account, activity, courses, envelopes, inbox, ops, people, rest, schools, study, topics
from protocol.envelopes import FromClient, FromServer
from protocol.registry import COMMANDS, EVENTS, GAUGES, SNAPSHOTS, Declaration

FROM_CLIENT: tuple[Declaration, ...] = get_args(FromClient)
FROM_SERVER: tuple[Declaration, ...] = get_args(FromServer)
MODULES = (rest, people, schools, courses, topics, study, inbox, ops)
REST: tuple[Declaration, ...] = tuple(
    each
    for module in MODULES
    for each in vars(module).values()
    if python.isclass(each) and issubclass(each, msgspec.Struct) and each.__module__ == module.__name__
)
REST_REQUESTS: tuple[Declaration, ...] = tuple(each for module in MODULES for each in module.REQUESTS)
# Sets of words that have a name; everywhere else they are written out.
WORDS: Mapping[str, object] = {
    "Audience": envelopes.Audience,
    "ClientKind": envelopes.ClientKind,
    "EndedHow": account.EndedHow,
    "ItemKind": inbox.ItemKind,
    "Phase": activity.Phase,
    "Role": account.Role,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KindShapes:
    """What a kind of activity declares; None: it has no such thing. `verbs` are what `activity.act` may name."""

    config: Declaration
    state: Declaration
    value: Declaration | None
    tally: Declaration | None
    result: Declaration | None
    correction: Declaration | None
    verbs: tuple[str, ...]

    def shapes(self) -> Iterator[tuple[str, Declaration | None]]:
        for name in ("config", "state", "value", "tally", "result", "correction"):
            yield name, getattr(self, name)


Kinds = Mapping[str, KindShapes]


def written_by_clients() -> frozenset[Declaration]:
    """Declarations whose fields with a default may be left out; servers always write every field."""
    return frozenset([*FROM_CLIENT, *COMMANDS.values(), *REST_REQUESTS])


def all_of(kinds: Kinds) -> list[Declaration]:
    """Every declaration once, in the order in which a reader meets them."""
    of_kinds = [shape for kind in kinds.values() for _, shape in kind.shapes() if shape is not None]
    named = [
        *FROM_CLIENT,
        *FROM_SERVER,
        *COMMANDS.values(),
        *EVENTS.values(),
        *GAUGES.values(),
        *SNAPSHOTS.values(),
        *REST,
        *of_kinds,
    ]
    return list(dict.fromkeys(named))


def sentence(declaration: Declaration) -> str:
    """The declaration's docstring; nothing where it has none of its own."""
    own = declaration.__doc__ or ""
    return python.cleandoc(own)
