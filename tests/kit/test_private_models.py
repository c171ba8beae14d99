"""The Models page: what a session may see of others, and what it may stop and delete."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from streamlit.testing.v1 import AppTest
from torch import nn

from core import lab
from core.data import own
from core.store import artefacts, paths
from core.store.cache import About
from core.store.record import Record
from core.training.job import Request
from core.training.jobs import Board

SECRET = "xyzzyquux"
TEXT = "\n\n".join(f"The {SECRET} number {i} walks through the {i % 7} gardens of the king." for i in range(200))
KEYS = {"ours": "a" * 16, "theirs": "b" * 16}


def script() -> None:
    from core.ui import model_list, teacher
    from core.ui.links import Table
    from core.ui.own import text

    link = text.declare(Table("wv"))
    text.form(link)
    text.chosen(link)
    model_list.runs()
    model_list.trained()
    model_list.resident()
    teacher.ask()


@pytest.fixture(autouse=True)
def board(tmp_path, monkeypatch):
    """A board without devices: what is asked for waits. No model ships."""
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("LATENT_LAB_TEACHER", raising=False)
    monkeypatch.setattr(paths, "baked_dir", lambda: tmp_path / "none")
    monkeypatch.setattr("core.store.cache._shared", None)
    monkeypatch.setattr(lab, "_board", Board(devices=()))
    yield lab.board()
    lab.board().close()


def page(**query: str) -> AppTest:
    at = AppTest.from_function(script, default_timeout=60)
    at.query_params.update(query)
    return fine(at.run())


def fine(at: AppTest) -> AppTest:
    assert not at.exception, [e.message for e in at.exception]
    return at


def brought(at: AppTest) -> str:
    """Bring the text; its name."""
    at.text_area(key="wv_pasted").set_value(TEXT)
    fine(at.button(key="wv_paste").click().run())
    [name] = at.session_state["_own"]
    assert at.query_params["wv_text"] in (name, [name])
    return name


def stored(key: str, data: str) -> Record:
    record = Record("word2vec", key, 1, {"data": data}, 0, "CPU", 1.0, 1, {}, (), "2026-01-01", 1)
    return artefacts.save(paths.models_dir(), record, {})


def asked(board: Board, key: str, data: str, session: str) -> None:
    board.submit(Request("word2vec", {"data": data}, 0, key), session_id=session, keep=True)
    board.queue.get(key).message = f"a word of {SECRET} and {data}"


def everything(at: AppTest) -> str:
    return repr(at) + "".join(str(element.proto) for element in at.main if hasattr(element, "proto"))


def keys(at: AppTest) -> set[str]:
    return {e.key for e in at.button} | {e.key for e in at.get("download_button")}


def test_another_session_finds_neither_name_nor_content_of_what_was_brought(board):
    anna, ben = page(), page()
    name = brought(anna)
    stored(KEYS["ours"], name), stored(KEYS["theirs"], "kjv")
    asked(board, "c" * 16, name, "somebody")
    fine(anna.run()), fine(ben.run())
    assert any("text of yours" in m.value for m in anna.markdown) and f"delete_{KEYS['ours']}" in keys(anna)
    assert not any(KEYS["ours"] in key for key in keys(ben)) and f"delete_{KEYS['theirs']}" in keys(ben)
    assert any("text of somebody" in m.value for m in ben.markdown), "the place in the queue is seen, not what it is"
    assert any("not listed: 1." in c.value for c in ben.caption)
    digits = name.removeprefix("text-")
    shown = everything(ben)
    assert SECRET not in shown and not any(digits[i : i + 8] in shown for i in range(len(digits) - 8))


def test_who_opens_the_link_is_shown_the_model_too(board):
    name = brought(page())
    stored(KEYS["ours"], name)
    assert f"delete_{KEYS['ours']}" in keys(fine(page(wv_text=name).run()))


@pytest.mark.parametrize("guess", ["text-" + "0" * 32, "text-" + "0" * 16, "pictures-" + "0" * 32, "*", ""])
def test_a_guessed_name_opens_nothing(board, guess):
    name = brought(page())
    stored(KEYS["ours"], name)
    at = page(wv_text=guess)
    assert KEYS["ours"] not in everything(at) and len(at.info) <= 1 and "_own" not in at.session_state


def test_a_text_of_a_link_of_an_older_version_is_one_sentence():
    [said] = page(wv_text="text-" + "0" * 16).info
    assert (
        said.value
        == "The link is of an older version, whose names of own text could be guessed: bring it again for a new link."
    )


def test_a_download_holds_no_name(board):
    at = page()
    record = stored(KEYS["ours"], brought(at))
    with zipfile.ZipFile(io.BytesIO(lab.package(record))) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    assert json.loads(content[f"word2vec-{KEYS['ours']}/record.json"])["config"] == {"data": "own"}
    assert not any(b"text-" in one for one in content.values()) and len(content) == 2


def test_how_long_it_stays_is_said_where_one_brings_it():
    assert any(own.KEPT in caption.value and "7 days" in caption.value for caption in page().caption)


# Stop and delete -------------------------------------------------------------------------------------------------


def test_a_session_stops_what_it_started_and_not_what_others_watch(board):
    ben = page()
    asked(board, KEYS["ours"], "kjv", "anna.1")
    fine(ben.run())
    fine(ben.button(key=f"stop_{KEYS['ours']}").click().run())
    assert board.snapshot(KEYS["ours"]).live and "stop_everyone" not in keys(ben)
    assert any("only who started it, or the teacher" in w.value for w in ben.warning)


def test_a_model_that_another_session_shows_is_kept_and_it_says_so(board):
    ben = page()
    stored(KEYS["theirs"], "kjv")
    fine(ben.run())
    annas = lab.Watcher("anna.1")
    annas.key = KEYS["theirs"]
    fine(ben.button(key=f"delete_{KEYS['theirs']}").click().run())
    assert artefacts.find("word2vec", KEYS["theirs"]) and any("1 other person watches" in w.value for w in ben.warning)
    annas.key = ""
    fine(ben.button(key=f"delete_{KEYS['theirs']}").click().run())
    assert artefacts.find("word2vec", KEYS["theirs"]) is None and not ben.warning


def test_with_the_code_a_session_may_do_the_rest(board, monkeypatch):
    assert "teacher_code" not in {field.key for field in page().text_input}, "without a code there is no place for it"
    monkeypatch.setenv("LATENT_LAB_TEACHER", "open sesame")
    at = page()
    asked(board, KEYS["ours"], "kjv", "anna.1")
    said(at, "wrong")
    assert [e.value for e in at.error] == ["That is not the code."]
    said(at, "open sesame")
    assert not at.error and not at.text_input and "wv_text" not in at.query_params
    assert "sesame" not in str(dict(at.query_params)) + everything(at)
    fine(at.button(key=f"stop_{KEYS['ours']}").click().run())
    fine(at.button(key="stop_everyone").click().run())
    assert not board.snapshot(KEYS["ours"]).live


def said(at: AppTest, code: str) -> None:
    at.text_input(key="teacher_code").set_value(code)
    next(button for button in at.button if button.label == "Enter").click()
    fine(at.run())


def test_the_budget_is_said_by_sort_and_the_sums_are_those_of_the_store(board):
    before, _ = budget_said()  # other tests of this process may have left something
    lab.model_cache().get("m", lambda: nn.Linear(250_000, 1, bias=False), "A model")  # 1 MB
    lab.model_cache().value("r", lambda: bytes(2_500_000), lambda: About("Some bytes"))
    shown, used = budget_said()
    assert list(shown) == ["models", "words", "data", "maps", "results"] and sum(shown.values()) == pytest.approx(
        used, abs=0.3
    )
    assert {name: shown[name] - before[name] for name in shown} == pytest.approx(
        {"models": 1, "words": 0, "data": 0, "maps": 0, "results": 2.5}, abs=0.11
    )
    lab.model_cache().drop("r")
    assert budget_said()[0] == pytest.approx(before | {"models": before["models"] + 1}, abs=0.11)


def budget_said() -> tuple[dict[str, float], float]:
    """Megabytes of each sort and in all, as the page says them."""
    text = "\n".join(one.value for one in page().markdown)
    [(used, most)] = re.findall(r"([\d.]+) MB of at most (\d+) MB are in use; the least recently used goes first", text)
    assert float(most) == round(lab.model_cache().budget / 1e6)
    [line] = [line for line in text.splitlines() if line.startswith("models ")]
    return {name: float(size) for name, size in re.findall(r"(\w+) ([\d.]+) MB", line)}, float(used)
