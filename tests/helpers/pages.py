"""Pages in AppTest, without a browser: how tests open them, touch them, and read what they show."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from streamlit.testing.v1 import AppTest

from core.store.record import CHECKPOINTS, MODEL

ROUTER = Path(__file__).resolve().parents[2] / "core" / "ui" / "router.py"
PATIENCE = 120  # seconds for a page or a training; far more than it takes, for a busy machine


def open_page(slug: str, **query: str) -> AppTest:
    """The page as a deep link opens it: no other page has run in the session before."""
    at = AppTest.from_file(str(ROUTER), default_timeout=PATIENCE)
    at.query_params.update(query)
    if slug != "home":
        at.switch_page(f"../../pages/{slug}.py")
    return at.run()


def fine(at: AppTest) -> AppTest:
    assert not at.exception, [e.message for e in at.exception]
    return at


def words(at: AppTest) -> str:
    """All sentences on the page."""
    parts = [e.value for kind in (at.markdown, at.info, at.error, at.warning, at.caption, at.title) for e in kind]
    return "\n".join([*parts, *(e.proto.body for e in at.get("html") if "<style" not in e.proto.body)])


def buttons(at: AppTest) -> set[str]:
    return {button.key for button in at.button}


def press(at: AppTest, key: str) -> AppTest:
    return fine(at.button(key=key).click().run())


def pick(at: AppTest, key: str, value: Any) -> AppTest:
    """Press one of a segmented control's segments."""
    [found] = [e for e in at.get("button_group") if e.key == key]
    return fine(found.set_value(value).run())


def options(at: AppTest, key: str) -> list[str]:
    [found] = [e for e in at.get("button_group") if e.key == key]
    return found.options


def put(at: AppTest, key: str, text: str) -> AppTest:
    return fine(at.text_input(key=key).set_value(text).run())


def settle() -> None:
    """Wait until nothing is computed in the background any more."""
    for thread in threading.enumerate():
        if thread.name == "background":
            thread.join(PATIENCE)


def tables(element: Any) -> list[pd.DataFrame]:
    """The tables that a chart was given."""
    packed = [dataset.data.data for dataset in element.proto.datasets] + [element.proto.data.data]
    return [pa.ipc.open_stream(one).read_pandas() for one in packed if one]


def drawn(at: AppTest, *columns: str) -> pd.DataFrame:
    """The first table with these columns that a chart on the page was given."""
    for element in at.get("vega_lite_chart"):
        for table in tables(element):
            if {*columns} <= {*table.columns}:
                return table
    raise AssertionError(f"no chart has {columns}")


def component(at: AppTest, key: str) -> dict[str, Any]:
    """What the browser's part of a component was given."""
    [found] = [e for e in at.get("bidi_component") if re.fullmatch(key, e.key) and e.proto.json]
    return {"mounted as": found.key, **json.loads(found.proto.json)}


def without_a_byte(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def with_another_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-1] ^= 255
    file.write_bytes(content)


def as_text(file: Path) -> None:
    file.write_text("{")


DAMAGES = {
    "no record": ("record.json", as_text),
    "weights cut": (MODEL, without_a_byte),
    "weights altered": (MODEL, with_another_byte),
    "checkpoints cut": (CHECKPOINTS, without_a_byte),
    "no weights": (MODEL, Path.unlink),
}
