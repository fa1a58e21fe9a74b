"""The tables of PROTOCOL.md, between its markers; the prose around them is written by people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import NODEFAULT, inspect

from protocol import limits
from protocol.close import Close, may_come_back
from protocol.errors import WORDINGS
from protocol.generate.declared import FROM_CLIENT, FROM_SERVER, Kinds, sentence
from protocol.registry import COMMANDS, EVENTS, GAUGES, SNAPSHOTS, Declaration

MARKED = re.compile(r"(<!-- (?P<name>\w+) -->\n).*?(<!-- /(?P=name) -->)", re.DOTALL)


def fill(text: str, kinds: Kinds) -> str:
    """PROTOCOL.md with every marked table written anew. Raises KeyError for a marker nobody knows."""
    tables: Mapping[str, Callable[[], str]] = {
        "envelopes": lambda: _envelopes((*FROM_CLIENT, *FROM_SERVER)),
        "commands": lambda: _bodies(COMMANDS),
        "events": lambda: _bodies(EVENTS),
        "gauges": lambda: _bodies(GAUGES),
        "snapshots": lambda: _bodies(SNAPSHOTS),
        "kinds": lambda: _kinds(kinds),
        "codes": _codes,
        "closes": _closes,
        "limits": _limits,
    }
    return MARKED.sub(lambda found: f"{found[1]}{tables[found['name']]()}\n{found[3]}", text)


def _envelopes(declarations: Iterable[Declaration]) -> str:
    rows = [[str(each.__struct_config__.tag), each.__name__, _fields(each), _first_line(each)] for each in declarations]
    return _table(["tag", "envelope", "then", "meaning"], rows)


def _bodies(declarations: Mapping[str, Declaration]) -> str:
    rows = [[f"`{name}`", _fields(each), _first_line(each)] for name, each in declarations.items()]
    return _table(["name", "fields", "meaning"], rows)


def _kinds(kinds: Kinds) -> str:
    rows = []
    for name, kind in kinds.items():
        parts = [_fields(shape) if shape is not None else "–" for _, shape in kind.shapes()]
        rows.append([f"`{name}`", *parts, ", ".join(f"`{verb}`" for verb in kind.verbs) or "–"])
    return _table(["kind", "config", "state", "value", "tally", "result", "correction", "verbs"], rows)


def _codes() -> str:
    rows = [
        [f"`{code.value}`", "yes" if wording.retry else "no", str(wording.status), wording.zh, wording.en]
        for code, wording in WORDINGS.items()
    ]
    return _table(["code", "retry", "HTTP", "zh", "en"], rows)


def _closes() -> str:
    rows = [[str(each.value), each.name, "come back" if may_come_back(each) else "stay away"] for each in Close]
    return _table(["code", "name", "the client"], rows)


def _limits() -> str:
    return _table(
        ["limit", "value"], [[f"`{name}`", f"{value:,}"] for name, value in vars(limits).items() if name.isupper()]
    )


def _fields(declaration: Declaration) -> str:
    """Names; a question mark where a field may be left out."""
    shape = inspect.type_info(declaration)
    assert isinstance(shape, inspect.StructType), "declarations are structs"
    return ", ".join(f"`{field.encode_name}`{_mark(field)}" for field in shape.fields) or "–"


def _mark(field: inspect.Field) -> str:
    return "?" if field.default is not NODEFAULT or field.default_factory is not NODEFAULT else ""


def _first_line(declaration: Declaration) -> str:
    return sentence(declaration).split("\n\n")[0].replace("\n", " ")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
