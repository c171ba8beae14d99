"""assets/components/messages.d.ts says what Python sends to each component: no more, no less.

Each component that is on `Component` has a module of its name in tests/contract/messages. Its `send()` mounts the component
in every form that its message can have; here that runs as a page, and what the mounts send is compared with the interface.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.server import bundle
from core.ui.components import source
from tests.helpers.interfaces import Checker, Declarations

NAMES = sorted(folder.name for folder in bundle.ASSETS.iterdir() if (folder / f"{folder.name}.js").is_file())
SENDERS = sorted(path.stem for path in (Path(__file__).parent / "messages").glob("*.py"))
TEXTS = {name: (bundle.ASSETS / name).read_text("utf-8") for name in ("types.d.ts", "messages.d.ts")}
DECLARED = Declarations(*TEXTS.values())


def interface(name: str) -> str:
    """patch_painter -> PatchPainterData."""
    return "".join(word.capitalize() for word in name.split("_")) + "Data"


@pytest.fixture(scope="session")
def sent() -> dict[str, list[Any]]:
    """What `send` of each module makes its component send, as the browser gets it: JSON, or bytes."""
    found: dict[str, list[Any]] = {name: [] for name in NAMES}
    mount = source.Component.__call__

    def call(self: source.Component, *, key: str, data: Any, **changes: Any) -> None:
        found[self.name].append(data if isinstance(data, bytes) else json.loads(json.dumps(data)))
        mount(self, key=key, data=data, **changes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source.Component, "__call__", call)
        for name in SENDERS:
            script = f"from tests.contract.messages import {name}\n\n{name}.send()\n"
            page = AppTest.from_string(script, default_timeout=60).run()
            assert not page.exception, (name, page.exception[0].stack_trace)
    return found


def faults_of(messages: list[Any], name: str, declared: Declarations = DECLARED) -> list[str]:
    checker = Checker(declared)
    faults = [fault for message in messages for fault in checker.check(interface(name), message)]
    return faults + [f"{part}: no message has it" for part in checker.unseen]


@pytest.mark.parametrize("name", NAMES)
def test_the_interface_is_what_python_sends(name, sent):
    assert interface(name) in DECLARED, f"messages.d.ts has no {interface(name)}"
    assert sent[name], f"tests/contract/messages/{name}.py sends nothing"
    assert faults_of(sent[name], name) == []


def test_every_interface_has_a_component():
    assert {name for name in DECLARED if name.endswith("Data")} == {interface(name) for name in NAMES}
    assert set(SENDERS) <= set(NAMES)


FIELD = re.compile(r"^  (\w+)(\??): (.+)$", re.MULTILINE)
OWNER = re.compile(r"^export (?:interface|type) (\w+)", re.MULTILINE)


@pytest.mark.parametrize("line", ["", "  {0}?: {2}\n", "  {0}: {2} | Never\n", "  {0}{1}: {2}\n  more: Never\n"])
def test_an_interface_with_another_field_does_not_pass(line, sent):
    """Each field in turn: gone, optional (or no more), with a type too many, and with another field behind it."""
    text = TEXTS["messages.d.ts"]
    fields = list(FIELD.finditer(text))
    assert len(fields) > 20
    told = {interface(name): name for name in NAMES}  # declaration -> whose messages are the first to be asked about it
    for field in fields:
        owner = OWNER.findall(text[: field.start()])[-1]
        new = line.replace("?", "") if field[2] and line.startswith("  {0}?") else line
        other = f"{text[: field.start()]}{new.format(*field.groups())}{text[field.end() :]}"
        declared = Declarations(TEXTS["types.d.ts"], f"{other}\nexport type Never = [null, null]\n")
        names = filter(None, (told.get(owner), *NAMES))
        told[owner] = next((name for name in names if faults_of(sent[name], name, declared)), None)
        assert told[owner], field[0]


# The checker ------------------------------------------------------------------------------------------------------

TEXT = """
import type { Held } from "./types.d.ts"
/** { not: a declaration } */
export interface Held<T> {
  value: T
  puts: number // how often
}
export type Way = "left" | "right"
export interface SmallData {
  held: Held<Inner>; title?: string
  ways: Way[]
  pair: [x: number, y: number | null]
  rest: [name: string, ...numbers: number[]]
  many: Record<string, (string | number)[]>
}
export interface Inner { on: boolean, none: null }
export type BytesData = Packed<{ n: number }>
"""
GOOD = {
    "held": {"value": {"on": True, "none": None}, "puts": 1},
    "title": "a",
    "ways": ["left", "right"],
    "pair": [1, 2.5],
    "rest": ["a", 1, 2],
    "many": {"a": ["x", 1]},
}
OTHER = {key: value for key, value in GOOD.items() if key != "title"} | {"pair": [1, None]}


def test_what_is_right_passes():
    assert faults_of([GOOD, OTHER], "small", Declarations(TEXT)) == []
    assert faults_of([b"\x07\0\0\0" + b'{"n":1}' + b"rest"], "bytes", Declarations(TEXT)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"more": 1}, "SmallData.more: Python sends it"),
        ({"title": 3}, "SmallData.title: 3 is no string"),
        ({"held": {"value": {"on": True, "none": None}}}, "SmallData.held.puts: is missing"),
        ({"held": {"value": {"on": 1, "none": None}, "puts": 1}}, "SmallData.held.value.on: 1 is no boolean"),
        ({"held": {"value": {"on": True, "none": 0}, "puts": 1}}, "SmallData.held.value.none: 0 is no null"),
        ({"held": {"value": {"on": True, "none": None}, "puts": True}}, "SmallData.held.puts: True is no number"),
        ({"ways": ["up"]}, "SmallData.ways[]: 'up' is not"),
        ({"ways": "left"}, "SmallData.ways: 'left' is no array"),
        ({"pair": [1]}, "SmallData.pair: [1] is no tuple of 2"),
        ({"pair": [1, 2, 3]}, "SmallData.pair: [1, 2, 3] is no tuple of 2"),
        ({"pair": [float("nan"), 1]}, "SmallData.pair[0]: nan is no number"),
        ({"rest": ["a", "b"]}, "SmallData.rest[...]: 'b' is no number"),
        ({"many": {"a": [None]}}, "SmallData.many{}[]: None is no"),
        ({"many": []}, "SmallData.many: [] is no record"),
    ],
)
def test_what_is_wrong_is_said(change, said):
    faults = faults_of([GOOD, OTHER, GOOD | change], "small", Declarations(TEXT))
    assert len(faults) == 1 and faults[0].startswith(said), faults


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([GOOD], ["SmallData.pair[1] as null", "SmallData.title left out"]),
        ([OTHER], ["SmallData.pair[1] as number", "SmallData.title"]),
        ([GOOD | {"ways": []}, OTHER | {"ways": []}], ["SmallData.ways[]"]),
        ([GOOD | {"ways": ["left"]}, OTHER | {"ways": ["left"]}], ["SmallData.ways[] as 'right'"]),
        ([GOOD | {"rest": ["a"]}, OTHER | {"rest": ["a"]}], ["SmallData.rest[...]"]),
        ([GOOD | {"many": {}}, OTHER | {"many": {}}], ["SmallData.many{}"]),
    ],
)
def test_what_no_message_has_is_said(messages, said):
    assert faults_of(messages, "small", Declarations(TEXT)) == [f"{part}: no message has it" for part in said]


@pytest.mark.parametrize("data", [b"", b"\x07\0\0\0{}", b"\x02\0\0\0{]", {"n": 1}, b'\x09\0\0\0{"n": "a"}'])
def test_bytes_without_the_header_are_told(data):
    assert len(faults_of([data], "bytes", Declarations(TEXT))) == 1


@pytest.mark.parametrize("text", ["keyof X", "{ a: string", "[...x: string]", "a.b", "{ [name: string]: number }"])
def test_a_type_that_is_not_understood_is_no_type(text):
    with pytest.raises((ValueError, KeyError)):
        Checker(Declarations(f"export type SmallData = {text}\n")).check("SmallData", {"a": "b"})
