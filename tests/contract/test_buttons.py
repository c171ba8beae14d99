"""What a button does stands in its callback: what a run answers to it is lost where the next run overtakes that run."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "core"
BUTTONS = {"button", "form_submit_button", "download_button"}


def answered(source: str) -> list[int]:
    """The lines of buttons whose answer somebody reads."""
    tree = ast.parse(source)
    unread = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    return [call.lineno for call in calls if call.func.attr in BUTTONS and id(call) not in unread]


def test_nobody_reads_what_a_button_returns():
    files = [file for folder in ("ui", "lessons") for file in (CORE / folder).rglob("*.py")]
    assert len(files) > 100
    assert {str(file): lines for file in files if (lines := answered(file.read_text("utf-8")))} == {}


@pytest.mark.parametrize(
    "source", ["if st.button('a'): b()", "x = left.button('a')", "f(st.form_submit_button('a') and c)"]
)
def test_it_is_found(source):
    assert answered(source) == [1] and answered(f"st.button('a', on_click=b)\n{source}") == [2]
