"""What a server does before its first visitor, where it hangs on Streamlit's inside."""

from __future__ import annotations

import ast
import inspect

from streamlit import delta_generator

from core.course import LESSONS
from core.ui import boot, lesson


def test_streamlit_still_asks_once_whether_this_is_a_console():
    """Where this fails, the line in core/ui/boot.py that keeps the first visitor from waiting for it has to follow."""
    asks = ast.unparse(ast.parse(inspect.getsource(delta_generator._maybe_print_use_warning)))
    assert "if not _use_warning_has_been_displayed:" in asks and "is_repl()" in asks
    assert "delta_generator._use_warning_has_been_displayed = True" in inspect.getsource(boot)


def test_all_modules_of_a_lesson_are_imported(monkeypatch):
    asked = []
    real = lesson.importlib.import_module
    monkeypatch.setattr(lesson.importlib, "import_module", lambda name: asked.append(name) or real(name))
    for one in LESSONS:
        asked.clear()
        lesson.import_all(one.slug)
        assert f"core.lessons.{one.slug}.links" in asked and len(asked) > 5
