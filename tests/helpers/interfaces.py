"""The part of TypeScript's declarations that assets/components/messages.d.ts is written in, and whether data are of a type.

Understood: `export interface` and `export type`, with type parameters; fields that may be left out (`name?: type`); string,
number, boolean, null, Uint8Array; literals; unions; arrays; tuples, their labels and their rest; objects written in place;
`Record<string, type>`. `Packed<Header>` is bytes: the header's length (uint32, little-endian), the header as JSON, and the rest.

`Checker` compares both ways: what the data have and the type does not, and what the type has and no data ever had.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r'\s+|//.*|/\*[\s\S]*?\*/|("[^"\n]*"|-?\d+(?:\.\d+)?|\.\.\.|\w+|[^\s\w])')
_DECLARED = re.compile(r"^export (interface|type) (\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Named:
    """A type by its name, and what stands in its angle brackets."""

    name: str
    given: tuple[Type, ...] = ()


@dataclass(frozen=True)
class Literal:
    value: str | float | bool


@dataclass(frozen=True)
class Array:
    of: Type


@dataclass(frozen=True)
class Tuple:
    parts: tuple[Type, ...]
    rest: Type | None


@dataclass(frozen=True)
class Union:
    members: tuple[Type, ...]


@dataclass(frozen=True)
class Field:
    name: str
    type: Type
    optional: bool


@dataclass(frozen=True)
class Object:
    fields: tuple[Field, ...]


Type = Named | Literal | Array | Tuple | Union | Object


@dataclass(frozen=True)
class Declared:
    parameters: tuple[str, ...]
    type: Type


class Declarations(Mapping[str, Declared]):
    """All that some files declare. A declaration is read when it is asked for: files may hold others that nobody needs."""

    def __init__(self, *texts: str) -> None:
        self._texts: dict[str, str] = {}
        for text in texts:
            starts = list(_DECLARED.finditer(text))
            ends = [start.start() for start in starts[1:]] + [len(text)]
            for start, end in zip(starts, ends, strict=True):
                assert start[2] not in self._texts, f"{start[2]} is declared twice"
                self._texts[start[2]] = text[start.start() : end]

    def __getitem__(self, name: str) -> Declared:
        return _declared(self._texts[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@functools.cache
def _declared(text: str) -> Declared:
    """What a declaration says. It is read once: a message asks for the same one at each of its values."""
    return _Reader(text).declared()


class _Reader:
    """One declaration, token by token. Raises ValueError for what is not understood."""

    def __init__(self, text: str) -> None:
        self._tokens = [token[1] for token in _TOKEN.finditer(text) if token[1]]
        self._at = 0

    def declared(self) -> Declared:
        self._take("export")
        kind, _, parameters = self._next(), self._next(), ()
        if self._found("<"):
            parameters = tuple(self._list(">", self._next))
        if kind == "interface":
            return Declared(parameters, self._object())
        self._take("=")
        return Declared(parameters, self._type())

    def _type(self) -> Type:
        self._found("|")
        members = [self._postfix()]
        while self._found("|"):
            members.append(self._postfix())
        return members[0] if len(members) == 1 else Union(tuple(members))

    def _postfix(self) -> Type:
        found = self._primary()
        while self._found("["):
            self._take("]")
            found = Array(found)
        return found

    def _primary(self) -> Type:
        token = self._peek()
        if token == "{":
            return self._object()
        self._next()
        if token == "(":
            found = self._type()
            self._take(")")
            return found
        if token == "[":
            parts = self._list("]", self._part)
            rest = parts.pop()[0] if parts and parts[-1][1] else None
            assert not any(is_rest for _, is_rest in parts), "the rest of a tuple is its end"
            return Tuple(tuple(part for part, _ in parts), None if rest is None else _of_array(rest))
        if token[0] == '"':
            return Literal(token[1:-1])
        if token in ("true", "false"):
            return Literal(token == "true")
        if re.fullmatch(r"-?\d.*", token):
            return Literal(float(token))
        if not token.isidentifier():
            raise ValueError(f"{token} is no beginning of a type")
        given = tuple(self._list(">", self._type)) if self._found("<") else ()
        return Named(token, given)

    def _part(self) -> tuple[Type, bool]:
        """One part of a tuple: its type, and whether it is the rest."""
        is_rest = self._found("...")
        if self._peek().isidentifier() and self._tokens[self._at + 1] == ":":  # a label
            self._next()
            self._take(":")
        return self._type(), is_rest

    def _object(self) -> Object:
        self._take("{")
        fields = []
        while not self._found("}"):
            name, optional = self._next(), self._found("?")
            self._take(":")
            fields.append(Field(name.strip('"'), self._type(), optional))
            _ = self._found(";") or self._found(",")
        return Object(tuple(fields))

    def _list(self, end: str, read: Callable[[], Any]) -> list[Any]:
        found = []
        while not self._found(end):
            found.append(read())
            if self._peek() != end:
                self._take(",")
        return found

    def _peek(self) -> str:
        if self._at == len(self._tokens):
            raise ValueError("a declaration ends too early")
        return self._tokens[self._at]

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _found(self, token: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at] == token
        self._at += found
        return found

    def _take(self, token: str) -> None:
        if not self._found(token):
            raise ValueError(f"{self._tokens[self._at : self._at + 1]} stands where {token} should")


def _of_array(found: Type) -> Type:
    if not isinstance(found, Array):
        raise ValueError("the rest of a tuple is an array")
    return found.of


class Checker:
    """Compares data with declared types, and keeps in mind which parts of the types it has seen.

    `check` any number of data; then `unseen` says what none of them had.
    """

    def __init__(self, declarations: Mapping[str, Declared]) -> None:
        self.declarations = declarations
        self._parts: dict[str, bool] = {}  # part of a type -> whether it was seen

    def check(self, name: str, value: Any) -> list[str]:
        """Where `value` is not of the declared type; seen parts are kept in mind only where it is."""
        faults, seen = self._compare(Named(name), value, name)
        for part, was in seen:
            self._parts[part] = self._parts.get(part, False) or was
        return faults

    @property
    def unseen(self) -> list[str]:
        return sorted(part for part, was in self._parts.items() if not was)

    def _compare(self, wanted: Type, value: Any, path: str) -> tuple[list[str], list[tuple[str, bool]]]:
        """The faults, and the parts of the type with whether they were seen."""
        match wanted:
            case Named():
                return self._named(wanted, value, path)
            case Literal():
                same = value == wanted.value and isinstance(value, bool) == isinstance(wanted.value, bool)
                return ([] if same else [f"{path}: {_short(value)} is not {wanted.value!r}"]), []
            case Array():
                if not isinstance(value, list):
                    return [f"{path}: {_short(value)} is no array"], []
                return self._all([(wanted.of, item, f"{path}[]") for item in value], [(f"{path}[]", bool(value))])
            case Tuple():
                return self._tuple(wanted, value, path)
            case Object():
                return self._object(wanted, value, path)
            case Union():
                return self._union(wanted, value, path)

    def _all(
        self, pairs: list[tuple[Type, Any, str]], seen: list[tuple[str, bool]]
    ) -> tuple[list[str], list[tuple[str, bool]]]:
        faults: list[str] = []
        for pair in pairs:
            more, parts = self._compare(*pair)
            faults += more
            seen = seen + parts
        return faults, seen

    def _named(self, wanted: Named, value: Any, path: str) -> tuple[list[str], list[tuple[str, bool]]]:
        kind = _KINDS.get(wanted.name)
        if kind is not None:
            return ([] if kind(value) else [f"{path}: {_short(value)} is no {wanted.name}"]), []
        if wanted.name == "Record":
            if not isinstance(value, dict):
                return [f"{path}: {_short(value)} is no record"], []
            pairs = [(wanted.given[1], item, f"{path}{{}}") for item in value.values()]
            return self._all(pairs, [(f"{path}{{}}", bool(value))])
        if wanted.name == "Packed":
            header = header_of(value)
            if header is None:
                return [f"{path}: {_short(value)} is not packed"], []
            return self._compare(wanted.given[0], header, path)
        declared = self.declarations[wanted.name]
        given = dict(zip(declared.parameters, wanted.given, strict=True))
        return self._compare(_put_in(declared.type, given), value, path)

    def _tuple(self, wanted: Tuple, value: Any, path: str) -> tuple[list[str], list[tuple[str, bool]]]:
        fixed = len(wanted.parts)
        if not isinstance(value, list) or len(value) < fixed or (wanted.rest is None and len(value) > fixed):
            return [f"{path}: {_short(value)} is no tuple of {fixed}"], []
        pairs = [(part, item, f"{path}[{i}]") for i, (part, item) in enumerate(zip(wanted.parts, value, strict=False))]
        if wanted.rest is None:
            return self._all(pairs, [])
        pairs += [(wanted.rest, item, f"{path}[...]") for item in value[fixed:]]
        return self._all(pairs, [(f"{path}[...]", len(value) > fixed)])

    def _object(self, wanted: Object, value: Any, path: str) -> tuple[list[str], list[tuple[str, bool]]]:
        if not isinstance(value, dict):
            return [f"{path}: {_short(value)} is no object"], []
        names = {field.name for field in wanted.fields}
        faults = [f"{path}.{name}: Python sends it, the interface does not have it" for name in value.keys() - names]
        faults += [f"{path}.{f.name}: is missing" for f in wanted.fields if not f.optional and f.name not in value]
        seen = [(f"{path}.{f.name}", f.name in value) for f in wanted.fields if f.optional]
        seen += [(f"{path}.{f.name} left out", f.name not in value) for f in wanted.fields if f.optional]
        there = [(f.type, value[f.name], f"{path}.{f.name}") for f in wanted.fields if f.name in value]
        more, parts = self._all(there, seen)
        return faults + more, parts

    def _union(self, wanted: Union, value: Any, path: str) -> tuple[list[str], list[tuple[str, bool]]]:
        tries = [self._compare(member, value, path) for member in wanted.members]
        fitting = [i for i, (faults, _) in enumerate(tries) if not faults]
        if not fitting:
            closest = min((faults for faults, _ in tries), key=lambda faults: (_at(path, faults), len(faults)))
            return closest, []
        seen = [(f"{path} as {_name(m)}", i == fitting[0]) for i, m in enumerate(wanted.members)]
        return [], seen + tries[fitting[0]][1]


def header_of(value: Any) -> Any:
    """The header of packed bytes; None where they are not."""
    if not isinstance(value, bytes) or len(value) < 4:
        return None
    length = int.from_bytes(value[:4], "little")
    if len(value) < 4 + length:
        return None
    try:
        return json.loads(value[4 : 4 + length])
    except ValueError:
        return None


def _put_in(wanted: Type, given: Mapping[str, Type]) -> Type:
    """The type with other types in the place of its parameters."""
    match wanted:
        case Named(name, more):
            return given[name] if name in given else Named(name, tuple(_put_in(part, given) for part in more))
        case Array(of):
            return Array(_put_in(of, given))
        case Tuple(parts, rest):
            return Tuple(tuple(_put_in(p, given) for p in parts), None if rest is None else _put_in(rest, given))
        case Union(members):
            return Union(tuple(_put_in(member, given) for member in members))
        case Object(fields):
            return Object(tuple(Field(f.name, _put_in(f.type, given), f.optional) for f in fields))
    return wanted


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_KINDS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "Uint8Array": lambda value: isinstance(value, bytes),
}


def _at(path: str, faults: list[str]) -> bool:
    """Whether the value as a whole is of another kind: then a fault further inside tells more."""
    return any(fault.startswith(f"{path}:") for fault in faults)


def _name(member: Type) -> str:
    match member:
        case Named(name):
            return name
        case Literal(value):
            return repr(value)
        case Array(of):
            return f"{_name(of)}[]"
        case Object(fields):
            return "{" + ", ".join(field.name for field in fields) + "}"
        case Tuple(parts):
            return f"[{', '.join(map(_name, parts))}]"
    return "a union"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
