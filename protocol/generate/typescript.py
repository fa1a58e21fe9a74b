"""The declarations as TypeScript types: no code but a few constants, so a client pays for what it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import get_args

from msgspec import NODEFAULT, inspect

from protocol import close, envelopes, errors, limits
from protocol.generate.declared import FROM_CLIENT, FROM_SERVER, WORDS, Kinds, all_of, sentence, written_by_clients
from protocol.registry import COMMANDS, EVENTS, GAUGES, SNAPSHOTS, Declaration

HEAD = """// Made from the declarations by `shangke generate`; a test keeps it fresh. Do not edit.

export type Body = { readonly [key: string]: unknown }
"""


def typescript(kinds: Kinds) -> str:
    """The whole of messages.ts."""
    structs = _all_structs(all_of(kinds))
    return "\n".join(
        [
            HEAD,
            *(f"export type {name} = {_words(get_args(words))}" for name, words in WORDS.items()),
            f"export type Code =\n{_lines(f'  | {_quoted(code.value)}' for code in errors.Code)}",
            "",
            *_constants(),
            *(_struct(struct) for struct in structs),
            _union("FromClient", FROM_CLIENT),
            _union("FromServer", FROM_SERVER),
            _table("Commands", COMMANDS),
            _table("Events", EVENTS),
            _table("Gauges", GAUGES),
            _table("Snapshots", SNAPSHOTS),
            _kinds(kinds),
        ]
    )


def _constants() -> Iterator[str]:
    yield f"export const PROTOCOL_VERSION = {envelopes.PROTOCOL_VERSION}"
    yield f"export const SUBPROTOCOL = {_quoted(envelopes.SUBPROTOCOL_MSGPACK)}"
    for name, value in vars(limits).items():
        if name.isupper():
            yield f"export const {name} = {value}"
    yield ""
    yield "/** 4500-4999: stay away. */"
    for each in close.Close:
        yield f"export const CLOSE_{each.name} = {each.value}"
    yield ""
    yield "/** The first item of each envelope. */"
    yield "export const Tag = {"
    for declaration in (*FROM_CLIENT, *FROM_SERVER):
        yield f"  {declaration.__name__}: {declaration.__struct_config__.tag},"
    yield "} as const\n"


def _all_structs(declarations: list[Declaration]) -> list[inspect.StructType]:
    """The declarations and what is inside them, each once, inner ones first."""
    found: dict[Declaration, inspect.StructType] = {}

    def visit(shape: inspect.Type) -> None:
        if isinstance(shape, inspect.StructType):
            if shape.cls in found:
                return
            for field in shape.fields:
                visit(field.type)
            found[shape.cls] = shape
        elif isinstance(shape, inspect.UnionType):
            for each in shape.types:
                visit(each)
        elif isinstance(shape, inspect.ListType):
            visit(shape.item_type)
        elif isinstance(shape, inspect.DictType):
            visit(shape.value_type)

    for declaration in declarations:
        visit(inspect.type_info(declaration))
    return list(found.values())


def _struct(shape: inspect.StructType) -> str:
    may_omit = shape.cls in written_by_clients()
    comment = _comment(sentence(shape.cls))
    if shape.array_like:
        items = [f"tag: {shape.tag}"] if shape.tag is not None else []
        items += [f"{field.name}{_mark(field, may_omit)}: {_type(field.type)}" for field in shape.fields]
        body = _lines(f"  {item}," for item in items)
        return f"{comment}export type {shape.cls.__name__} = readonly [\n{body}\n]\n"
    fields = [] if shape.tag_field is None else [f"  readonly {shape.tag_field}: {_quoted(str(shape.tag))}"]
    fields += [f"  readonly {field.encode_name}{_mark(field, may_omit)}: {_type(field.type)}" for field in shape.fields]
    if not fields:
        return f"{comment}export type {shape.cls.__name__} = {{ readonly [key: string]: never }}\n"
    return f"{comment}export interface {shape.cls.__name__} {{\n{_lines(fields)}\n}}\n"


def _mark(field: inspect.Field, may_omit: bool) -> str:
    has_default = field.default is not NODEFAULT or field.default_factory is not NODEFAULT
    return "?" if may_omit and has_default else ""


def _type(shape: inspect.Type) -> str:
    for known, write in _WRITERS.items():
        if isinstance(shape, known):
            return write(shape)
    raise TypeError(f"no TypeScript for {shape}")


def _of_union(shape: inspect.UnionType) -> str:
    parts = [_type(each) for each in shape.types if not isinstance(each, inspect.NoneType)]
    has_null = len(parts) < len(shape.types)
    return " | ".join([*dict.fromkeys(parts), *(["null"] if has_null else [])])


def _of_list(shape: inspect.ListType) -> str:
    item = _type(shape.item_type)
    return f"readonly ({item})[]" if " " in item else f"readonly {item}[]"


def _of_dict(shape: inspect.DictType) -> str:
    value = _type(shape.value_type)
    return "Body" if value == "unknown" else f"{{ readonly [key: string]: {value} }}"


def _of_literal(shape: inspect.LiteralType) -> str:
    for name, words in WORDS.items():
        if set(get_args(words)) == set(shape.values):
            return name
    return _words(shape.values)


_WRITERS: Mapping[type[inspect.Type], Callable[..., str]] = {
    inspect.StructType: lambda shape: shape.cls.__name__,
    inspect.UnionType: _of_union,
    inspect.StrType: lambda shape: "string",
    inspect.BoolType: lambda shape: "boolean",
    inspect.IntType: lambda shape: "number",
    inspect.FloatType: lambda shape: "number",
    inspect.NoneType: lambda shape: "null",
    inspect.ListType: _of_list,
    inspect.DictType: _of_dict,
    inspect.LiteralType: _of_literal,
    inspect.CustomType: lambda shape: "unknown",
    inspect.AnyType: lambda shape: "unknown",
}


def _union(name: str, declarations: tuple[Declaration, ...]) -> str:
    return f"export type {name} =\n{_lines(f'  | {each.__name__}' for each in declarations)}\n"


def _table(name: str, declarations: Mapping[str, Declaration]) -> str:
    rows = _lines(f"  {_quoted(key)}: {each.__name__}" for key, each in declarations.items())
    return f"export interface {name} {{\n{rows}\n}}\n"


def _kinds(kinds: Kinds) -> str:
    rows = []
    for name, kind in kinds.items():
        shapes = "; ".join(f"{part}: {'null' if shape is None else shape.__name__}" for part, shape in kind.shapes())
        verbs = _words(kind.verbs) if kind.verbs else "never"
        rows.append(f"  {name}: {{ {shapes}; verb: {verbs} }}")
    return f"export interface Kinds {{\n{_lines(rows)}\n}}\n"


def _comment(text: str) -> str:
    lines = text.splitlines()
    if len(lines) <= 1:
        return f"/** {text} */\n" if text else ""
    inner = _lines(f" * {line}".rstrip() for line in lines)
    return f"/**\n{inner}\n */\n"


def _words(words: tuple[object, ...] | list[object]) -> str:
    return " | ".join(_quoted(word) if isinstance(word, str) else str(word) for word in words)


def _quoted(word: str) -> str:
    return f"'{word}'"


def _lines(lines: Iterator[str] | list[str]) -> str:
    return "\n".join(lines)
