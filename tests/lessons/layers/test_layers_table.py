"""A person's own table: what is read of it, and what is said of one that cannot be used."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.read_text import Unreadable
from core.lessons.layers import links, own_points, packed, table_points
from core.lessons.layers.table_points import SPREAD, read_points
from tests.helpers.layers_page import page, send, shown
from tests.helpers.pages import fine, press, words

ROWS = [(0.0, 1.0, "red"), (2.0, 3.0, "blue"), (4.0, -1.0, "red"), (6.0, 5.0, "blue"), (8.0, 0.0, "red")]
GOOD = "x,y,class\n" + "\n".join(f"{x},{y},{c}" for x, y, c in ROWS)


@pytest.mark.parametrize("sign", [",", ";", "\t", " "])
def test_a_table_is_read_whatever_separates_its_columns(sign):
    found = read_points(GOOD.replace(",", sign))
    assert found.names == ("x", "y", "class") and found.classes == ("blue", "red") and not found.notes
    points = np.array([(x, y) for x, y, _ in found.points])
    truth = np.array([(x, y) for x, y, _ in ROWS])
    np.testing.assert_allclose(points, SPREAD * (truth - truth.mean(0)) / truth.std(0))
    assert [group for *_, group in found.points] == [1, 0, 1, 0, 1]


def test_a_table_without_titles_and_with_decimal_commas_is_read():
    found = read_points("1,5;2;a\n2,5;3;b\n0,5;1;a\n1;0;b")
    assert found.names == ("column 1", "column 2", "column 3") and len(found.points) == 4
    assert found.points[0][0] > found.points[3][0]


def test_a_column_is_the_class_by_its_name_and_words_are_passed_over():
    found = read_points("label,name,a,b\n1,ann,1,2\n2,bob,3,5\n1,cid,2,2\n2,dan,0,1")
    assert found.names == ("a", "b", "label") and found.classes == ("1", "2")


def test_rows_without_a_number_are_left_out_and_that_is_said():
    found = read_points(GOOD + "\nnan,1,red\ninf,2,blue\nsome words,3,red\n1,2,\n1e999,1,red\n5")
    assert len(found.points) == 5
    assert found.notes == ("6 of 11 rows have no number or no class where one is needed, and are left out.",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\n \n", "The table is empty"),
        ("just some words\nand more of them\nand so on here", "needs three columns"),
        ("1,2\n3,4", "needs three columns"),
        ("x,y,class\n1,2,a\n2,3,a\n3,4,a\n5,6,a", "the same class"),
        ("x,y,class\n1,2,a\n1,3,b\n1,4,a\n1,6,b", "the same number in every row"),
        ("x,y,class\n1,2,a\n2,3,b", "Only 2 rows"),
        ("\n".join(["1," * 1_000 + "a"] * 9), "more than 1,000 columns"),
        ("1 " * 500_000, "more than 1,000 columns"),
    ],
)
def test_a_table_that_cannot_be_used_gets_one_sentence(text, said):
    with pytest.raises(Unreadable, match=said):
        read_points(text)


def test_of_a_million_rows_some_are_read_by_lot_and_that_is_said():
    line = "{:d},{:d},{}\n".format
    text = "x,y,class\n" + "".join(line(i % 997, i % 991, "abcde"[i % 5]) for i in range(1_000_000))
    found = read_points(text)
    assert len(found.points) == packed.MOST_POINTS
    assert found.notes[0] == "Of 1,000,000 rows 4,000 were read, chosen by lot."
    assert any("400 are shown" in note for note in found.notes)


def test_a_wide_table_is_read_without_keeping_its_cells(monkeypatch):
    """Pictures as a table have 785 columns; all cells of all rows were tried as numbers, for minutes."""
    tried, one = [0], table_points._number_or_nothing
    monkeypatch.setattr(
        table_points, "_number_or_nothing", lambda cell: tried.__setitem__(0, tried[0] + 1) or one(cell)
    )
    line = "{},{},{}{}".format
    text = "\n".join(line("ab"[i % 2], i % 97, i % 89, ",0" * 997) for i in range(1_000))
    found = read_points("label,p,q" + ",r" * 997 + "\n" + text)
    assert found.names == ("p", "q", "label") and len(found.points) == packed.MOST_POINTS
    assert tried[0] < 1_000 * (table_points.TRIED + 5)


def test_names_of_a_table_are_no_markdown_and_have_an_end():
    picture = "![a](https://example.org/a.png)"
    at = fine(
        page().text_area(key="ly_pasted").set_value(GOOD.replace("red", picture).replace("class", "c" * 99)).run()
    )
    [said] = [e.value for e in at.text if "5 points" in e.value]
    assert f"({'c' * 24}: {picture[:24]}, blue)" in said and "example.org" not in words(at)


def test_a_table_that_is_too_large_is_said_before_it_is_decoded():
    with pytest.raises(Unreadable, match=r"has 20\.1 MB; at most 20 MB: keep fewer rows"):
        own_points._text(b"1" * 20_000_001)


def test_a_table_is_read_once(monkeypatch):
    at, times = page(), []
    monkeypatch.setattr(own_points, "read_points", lambda text: times.append(1) or read_points(text))
    at.text_area(key="ly_pasted").set_value(GOOD).run().run()
    assert len(times) == 1 and any("5 points" in e.value for e in at.text)
    at.text_area(key="ly_pasted").set_value("1,2").run().run()
    assert len(times) == 2 and len(at.error) == 1
    at.text_area(key="ly_pasted").set_value(GOOD).run()
    assert len(times) == 3 and not at.error


def test_a_pasted_table_goes_onto_the_stage():
    at = send(page(), width=4)
    fine(at.text_area(key="ly_pasted").set_value(GOOD).run())
    press(at, "ly_put_table")
    setting = shown(at)
    assert (setting["data"], setting["width"]) == ("own", 4)
    points = packed.unpack(setting["points"])
    assert points == packed.unpack(packed.pack(read_points(GOOD).points)) and len(points) == 5
    assert (
        at.query_params[links.POINTS.key] == [setting["points"]]
        or at.query_params[links.POINTS.key] == setting["points"]
    )


def test_a_table_that_is_no_text_is_said_and_loses_nothing():
    at = send(page(), data="xor", step=12)
    fine(at.file_uploader(key="ly_table").set_value(("a.csv", b"\x89PNG\x00\x01" * 99, "text/csv")).run())
    assert len(at.error) == 1
    assert (shown(at)["data"], shown(at)["step"]) == ("xor", 12)
