"""The parts "What does a head do?" and "Heads form" of the lesson Attention, each figure computed once more here."""

from __future__ import annotations

import html
import json
import math
import re
import threading
from dataclasses import replace
from statistics import median

import pandas as pd
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core import data, lab
from core.analysis.held_out import without
from core.data import texts
from core.data.tokens import vocabulary
from core.experiment import get
from core.lessons.attention import effects
from core.lessons.attention.charts_heads import signed
from core.nn.bert import sentence_embedding
from core.store import artefacts
from core.store.paths import models_dir
from core.training import drive
from tests.helpers.pages import PATIENCE, buttons, fine, press, settle, tables, words

LM = get("language_model")
TEXT = "the cat saw the dog"


@pytest.fixture(scope="module")
def trained(new_cache, tmp_path_factory):
    """The record of a small model after a few steps on a text of its own, stored with its younger selves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_LAB_CACHE", str(new_cache(tmp_path_factory.mktemp("heads") / "cache")))
        patch.setattr("core.store.cache._shared", None)
        patch.setattr(lab, "_board", None)
        animals = ("cat", "dog", "cow", "hen", "fox")
        text = "\n\n".join(
            f"the {a} saw the {b} and the {b} ran from the {a} to the {c}"
            for a in animals for b in animals for c in animals if len({a, b, c}) == 3
        )  # fmt: skip
        config = LM.strict(
            {
                "data": texts.keep(text),
                "tokens": "characters",
                "depth": 2,
                "heads": 2,
                "width": 32,
                "context": 32,
                "steps": 40,
            }
        )
        finished = drive.run(LM, config, 0, torch.device("cpu"))
        yield drive.store(finished, models_dir()).record
        settle()
        lab.board().close()


def lesson(record, text: str, which: str = "ours") -> None:
    """What the page does with both parts; the first line stands for the stage."""
    import streamlit as st

    from core.lessons.attention import forming, head_effects, switchboard
    from core.lessons.attention.subject import minilm, ours
    from core.ui import notes

    subject = minilm() if which == "minilm" else ours(record, "The model")
    st.text(f"stage: {subject.title} without {subject.off}")
    switchboard.show(subject, text)
    if subject.pieces(text).ids:
        st.fragment(head_effects.show)(subject, text)
    forming.show(subject)
    st.fragment(forming.measured)(subject)
    for note in notes.take("a"):
        st.info(note)


def page(record, text: str = TEXT, which: str = "ours", **query: str) -> AppTest:
    at = AppTest.from_function(lesson, default_timeout=PATIENCE, args=(record, text, which))
    at.query_params.update({f"a_{name}": value for name, value in query.items()})
    return ready(at)


def ready(at: AppTest) -> AppTest:
    """The page when nothing is computed any more: nothing polls in AppTest, so it is run again."""
    fine(at.run())
    if at.get("progress"):
        settle()
        fine(at.run())
    return at


def stage(at: AppTest) -> str:
    return at.text[0].value


def pills(at: AppTest, layer: int):
    [found] = [e for e in at.get("button_group") if e.key == f"a_lit{layer}"]
    return found


def drawn(at: AppTest, column: str) -> pd.DataFrame:
    """The first table with this column that a chart was given."""
    for element in at.get("vega_lite_chart"):
        sets = json.loads(element.proto.spec).get("datasets", {}).values()
        for table in [*(pd.DataFrame(rows) for rows in sets), *tables(element)]:
            if column in table.columns:
                return table
    raise AssertionError(f"no chart has {column}")


def cells(at: AppTest) -> list[tuple[str, str, str]]:
    """(token, figure, class) of the line of tokens."""
    [body] = [e.proto.body for e in at.get("html") if 'role="list"' in e.proto.body]
    found = re.findall(r'<div role="listitem" class="(\w*)"[^>]*><bdi>(.*?)</bdi><span>(.*?)</span></div>', body)
    return [(html.unescape(token), html.unescape(figure), way) for way, token, figure in found]


def loss(record, off=(), step=None) -> float:
    model = lab.model(record) if step is None else lab.checkpoint(record, step)
    heads_on = without(model, list(off)) if off else None
    return effects.held_out_bits(model, record.config["data"], record.config["tokens"], heads_on)


# The switchboard -------------------------------------------------------------------------------------------------


def test_a_pill_switches_a_head_off_and_the_stage_follows(trained):
    at = page(trained)
    assert stage(at) == "stage: The model without ()" and pills(at, 1).value == [1, 2]
    fine(pills(at, 1).unselect(2).run())
    assert stage(at) == "stage: The model without ((0, 1),)", "in the same run"
    assert at.query_params["a_off"] == "1.2" or at.query_params["a_off"] == ["1.2"]
    fine(pills(at, 2).set_value([]).run())
    assert stage(at).endswith("((0, 1), (1, 0), (1, 1))") and pills(at, 1).value == [1]
    fine(pills(at, 1).select(2).run())
    assert stage(at).endswith("((1, 0), (1, 1))")
    press(at, "a_all_on")
    assert stage(at).endswith("()") and "a_off" not in at.query_params and pills(at, 2).value == [1, 2]


def test_groups_and_all_but_a_group(trained):
    at = page(trained, off="1.1")
    titles = {b.label: b.key for b in at.button if b.key.startswith("a_group")}
    scores = {
        kind: trained.metrics["head_scores"][kind] for kind in ("previous", "first", "same", "induction", "itself")
    }
    kinds = {kind: effects.of_kind(scores, kind) for kind in scores}
    assert sum("heads (" in title for title in titles) == sum(map(bool, kinds.values()))
    press(at, titles["Layer 2"])
    assert stage(at).endswith("((0, 0), (1, 0), (1, 1))"), "a group joins what is off"
    press(at, "a_swap")
    assert stage(at).endswith("((0, 1),)") and at.query_params["a_off"] in ("1.2", ["1.2"])


def test_a_group_of_a_kind_is_the_heads_that_are_labelled_so(trained):
    scores = trained.metrics["head_scores"] | {"previous": [[0.9, 0.1], [0.1, 0.95]]}
    record = replace(trained, metrics=trained.metrics | {"head_scores": scores})
    at = page(record)
    [key] = [b.key for b in at.button if b.label == "Previous token heads (2)"]
    press(at, key)
    assert stage(at).endswith("((0, 0), (1, 1))")


@pytest.mark.parametrize("off", ["9.9", "x", "1.1-1.1-0.0", "1.1" * 3000, "\x00", "1.2-7.1"])
def test_a_link_of_nonsense_switches_off_what_there_is(trained, off):
    at = page(trained, off=off)
    assert stage(at).split("without ")[1] in ("()", "((0, 0),)", "((0, 1),)")


# Measured --------------------------------------------------------------------------------------------------------


def test_the_chart_and_the_claim_are_the_records(trained):
    at = page(trained, off="2.1")
    bars = drawn(at, "best").drop_duplicates("head").set_index("head")
    single = effects.effects_of(trained.metrics)
    assert {f"{a + 1}.{b + 1}": v for (a, b), v in single.items()} == pytest.approx(bars["effect"].to_dict())
    assert bars["off"].to_dict() == {"1.1": False, "1.2": False, "2.1": True, "2.2": False}
    previous = trained.metrics["head_scores"]["previous"]
    best = max(single, key=lambda at: previous[at[0]][at[1]])
    claim = next(s.value for s in at.subheader if s.value.startswith("Measured: switching"))
    middle = median(single.values())
    assert f"head {best[0] + 1}.{best[1] + 1}, the " in claim
    assert f"{'raises' if single[best] >= 0 else 'lowers'} the loss by {signed(abs(single[best]))[1:]} bits" in claim
    assert f"{'more' if single[best] > middle else 'no more'} than the median head ({signed(middle)})" in claim


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            [[0.5, 0.1], [0.1, 0.2]],
            "1.1, the best previous-token head, raises the loss by 0.500 bits per character, more than the median head (+0.150)",
        ),
        (
            [[-0.05, 0.1], [0.1, 0.2]],
            "1.1, the best previous-token head, lowers the loss by 0.0500 bits per character, no more than the median head (+0.100)",
        ),
    ],
)
def test_the_claim_is_made_whichever_way_it_came_out(trained, values, said):
    scores = trained.metrics["head_scores"] | {"previous": [[0.9, 0.1], [0.1, 0.2]]}
    at = page(replace(trained, metrics=trained.metrics | {"head_effects": values, "head_scores": scores}))
    assert said in "".join(s.value for s in at.subheader)
    assert ("Without 1 of the 4 the loss falls" in words(at)) == (values[0][0] < 0)


def test_a_record_without_effects_says_so(trained):
    at = page(replace(trained, metrics=trained.metrics | {"head_effects": [[None, None], [None, None]]}), off="1.1")
    assert "no effects of single heads" in words(at) and f"**{loss(trained, [(0, 0)]):.3f}**" in words(at)


def test_the_held_out_loss_of_a_combination_stands_beside_the_whole_models(trained):
    off = [(0, 1), (1, 0)]
    at = page(trained, off="1.2-2.1")
    before, after = loss(trained), loss(trained, off)
    text = words(at)
    assert f"Without these 2 heads the loss is **{after:.3f}** bits per character" in text
    assert f"**{before:.3f}**: {signed(after - before)}." in text
    total = sum(effects.effects_of(trained.metrics)[head] for head in off)
    assert f"**{signed(after - before)}**; the changes by each of them alone add up to **{signed(total)}**" in text
    bars = "".join(e.proto.body for e in at.get("html"))
    for value in (after, before, trained.metrics["trigram_bpc"], trained.metrics["unigram_bpc"]):
        assert f"<span>{value:.3f}</span>" in bars


def test_the_background_is_waited_for_with_a_sentence(trained, monkeypatch):
    from core import background

    monkeypatch.setattr(background, "_service", background.Service(abandoned=PATIENCE))  # nothing of other tests in it
    at = AppTest.from_function(lesson, default_timeout=PATIENCE, args=(trained, TEXT))
    at.query_params["a_off"] = "1.1-2.2"
    hold = threading.Event()
    first = background.ask("a test of heads", lambda progress: hold.wait(PATIENCE))
    try:
        assert first.live
        fine(at.run())
        assert at.get("progress") and "these 2 heads the loss" not in words(at)
    finally:
        hold.set()
    settle()
    fine(at.run())
    assert not at.get("progress") and "these 2 heads the loss" in words(at)


def test_single_heads_have_no_sum_and_younger_models_neither(trained):
    assert "add up to" not in words(page(trained, off="1.2"))
    step = trained.checkpoints[-1]
    at = page(trained, off="1.2-2.1", age=str(step))
    assert "add up to" not in words(at) and "measured for the finished model alone" in words(at)
    assert f"**{loss(trained, [(0, 1), (1, 0)], step):.3f}**" in words(at)
    assert "Measured on the finished model, not at the age that is shown." in words(at)


# The sentence ----------------------------------------------------------------------------------------------------


def test_each_token_has_its_probability_before_and_after(trained):
    at = page(trained, off="1.1-1.2")
    ids = vocabulary(trained.config["data"], "characters").encode(TEXT).tolist()
    model = lab.model(trained)
    sides = []
    for heads_on in (None, without(model, [(0, 0), (0, 1)])):
        p = model(torch.tensor([ids]), heads_on=heads_on)[0].softmax(-1)
        sides.append([float(p[i - 1, ids[i]]) for i in range(1, len(ids))])
    shown = cells(at)
    assert [token for token, _, _ in shown] == list(TEXT[1:].replace(" ", "·"))
    for (_, figure, way), before, after in zip(shown, *sides, strict=True):
        left, right = (float(part.strip(" %<")) / 100 for part in figure.split("→"))
        assert left == pytest.approx(before, abs=0.0051) and right == pytest.approx(after, abs=0.0051)
        assert way == ("up" if after - before > 0.005 else "down" if after - before < -0.005 else "")
    bits = [-sum(map(math.log2, side)) for side in sides]
    assert f"**{bits[1]:.1f} bits** without these 2 heads and **{bits[0]:.1f}** with all heads on" in words(at)


def test_with_all_heads_on_the_sentence_has_its_loss_and_guess(trained):
    at = page(trained)
    assert "All heads are on. The 18 tokens after the first cost" in words(at)
    assert not [e for e in at.get("html") if 'role="list"' in e.proto.body]


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=alert(1)>", "**b** $x$", "ملك שלום", "👩‍🔬", "a\tb\n\x07", "\u202eabc", "\ud800x"]
)
def test_any_sentence_is_shown_as_it_is(trained, text):
    at = page(trained, text, off="1.1")
    bodies = "".join(e.proto.body for e in at.get("html"))
    assert "<img" not in bodies and "\u202e" not in bodies and "\x07" not in bodies
    assert len(cells(at)) == len(vocabulary(trained.config["data"], "characters").tokens(text, 32).ids) - 1
    if text.isascii() and text.isprintable():
        assert "".join(token for token, _, _ in cells(at)) == text[1:].replace(" ", "·")


def test_one_token_and_none(trained):
    at = page(trained, "t", off="1.1")
    assert "After the last token" in words(at) and not [e for e in at.get("html") if 'role="list"' in e.proto.body]
    assert "Write a sentence above" in words(page(trained, "", off="1.1"))


def test_the_table_has_every_head(trained):
    [table] = [e.value for e in at_tables(page(trained, off="2.2"))]
    assert table["head"].tolist() == ["1.1", "1.2", "2.1", "2.2"] and table["on"].tolist() == ["on"] * 3 + ["off"]
    scores = trained.metrics["head_scores"]
    for column, kind in {
        "previous token": "previous",
        "induction": "induction",
        "entropy": "entropy",
        "distance": "distance",
    }.items():
        assert table[column].tolist() == pytest.approx([x for row in scores[kind] for x in row])
    assert table["effect"].tolist() == pytest.approx([x for row in trained.metrics["head_effects"] for x in row])
    step = trained.checkpoints[2]
    [young] = [e.value for e in at_tables(page(trained, age=str(step)))]
    row = next(row for row in trained.metrics["ages"] if row["step"] == step)
    assert young["entropy"].tolist() == pytest.approx([x for line in row["head_scores"]["entropy"] for x in line])
    assert "effect" not in young


def at_tables(at: AppTest):
    return [e for e in at.dataframe if "entropy" in e.value.columns]


# An encoder ------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not data.minilm.available(), reason="MiniLM is not on this machine")
def test_minilm_has_no_held_out_loss_but_an_embedding(lab_cache):
    text = "A robot must obey"
    at = page(None, text, "minilm", off="1.3-6.12")
    assert stage(at).endswith("((0, 2), (5, 11))") and pills(at, 6).value == list(range(1, 12))
    model, pieces = lab.minilm(), data.minilm.tokens(text, 128)
    on = torch.ones(6, 12)
    on[0, 2] = on[5, 11] = 0
    a, b = (model(torch.tensor([pieces.ids]), heads_on=heads) for heads in (None, on))
    cosine = float((sentence_embedding(a) * sentence_embedding(b)).sum())
    assert f"has cosine **{cosine:.3f}** with the whole model's" in words(at) and cosine < 0.9999
    each = torch.cosine_similarity(a[0], b[0], dim=-1).tolist()
    assert [(token, figure) for token, figure, _ in cells(at)] == [
        (token, f"{c:.2f}") for token, c in zip(pieces.texts, each, strict=True)
    ]
    assert "was not trained to guess the next token" in words(at) and not at.get("vega_lite_chart")
    assert "younger selves were not published" in words(at)
    assert len(at_tables(at)[0].value) == 72


# Heads form ------------------------------------------------------------------------------------------------------


def test_the_slider_changes_the_stage_and_the_mark(trained):
    at = page(trained)
    slider = at.select_slider(key="a_age")
    assert slider.value == 40 and "a_age" not in at.query_params
    fine(slider.set_value(8).run())
    assert stage(at) == "stage: The model, at step 8 without ()" and at.query_params["a_age"] in ("8", ["8"])
    rows = growth(at)
    assert rows[rows["now"].eq(True)]["step"].unique().tolist() == [8]
    row = next(row for row in trained.metrics["ages"] if row["step"] == 8)
    best = max(x for line in row["head_scores"]["previous"] for x in line)
    assert "At step 8 head **" in words(at) and f"**{best:.2f}** of its weight" in words(at)


def growth(at: AppTest) -> pd.DataFrame:
    """All rows that the chart of loss and scores was given."""
    for element in at.get("vega_lite_chart"):
        sets = json.loads(element.proto.spec).get("datasets", {}).values()
        found = [table for table in [*map(pd.DataFrame, sets), *tables(element)] if "part" in table.columns]
        if found:
            return pd.concat(found)
    raise AssertionError("no chart of the ages")


def test_the_chart_of_ages_is_the_records(trained):
    at = page(trained)
    rows = growth(at)
    loss_rows = rows[rows["part"] == "loss"].drop_duplicates("step").set_index("step")["value"].to_dict()
    expected = {row["step"]: row["bits_per_character"] for row in trained.metrics["ages"]}
    assert loss_rows == pytest.approx(expected | {40: trained.metrics["bits_per_character_sample"]})
    for kind in ("previous", "first", "same", "induction"):
        shown = (
            rows[(rows["part"] == "score") & (rows["name"] == kind)].drop_duplicates("step").set_index("step")["value"]
        )
        best = {
            row["step"]: max(x for line in row["head_scores"][kind] for x in line) for row in trained.metrics["ages"]
        }
        assert shown.drop(40).to_dict() == pytest.approx(best)
    rules = rows[rows["part"] == "rule"].drop_duplicates("name").set_index("name")["value"].to_dict()
    expected = {name + "s": trained.metrics[f"{name}_bpc"] for name in ("unigram", "bigram", "trigram")}
    order = trained.metrics["best_ngram_order"]
    assert rules == expected | ({f"{order}-grams": trained.metrics["best_ngram_bpc"]} if order > 3 else {})


def test_the_heat_shows_the_kind_that_is_chosen(trained):
    at = page(trained, kind="induction")
    heat = drawn(at, "score")
    assert len(heat) == 7 * 4
    row = next(row for row in trained.metrics["ages"] if row["step"] == 20)
    shown = heat[heat["step"] == 20].set_index("head")["score"].to_dict()
    assert shown == pytest.approx(
        {f"{a + 1}.{b + 1}": row["head_scores"]["induction"][a][b] for a in (0, 1) for b in (0, 1)}
    )
    assert heat[heat["now"]]["step"].unique().tolist() == [40]


def with_previous(record, best: list[float]):
    """The record with this best previous-token score at each age."""
    ages = [
        row | {"head_scores": row["head_scores"] | {"previous": [[0.0, score], [0.0, 0.0]]}}
        for row, score in zip(record.metrics["ages"], best, strict=False)
    ]
    scores = record.metrics["head_scores"] | {"previous": [[0.0, best[-1]], [0.0, 0.0]]}
    return replace(record, metrics=record.metrics | {"ages": ages, "head_scores": scores})


def test_the_heading_says_when_a_head_was_born_or_that_none_was(trained):
    ages = {row["step"]: row["bits_per_character"] for row in trained.metrics["ages"]}
    at = page(with_previous(trained, [0.1, 0.1, 0.1, 0.2, 0.3, 0.6, 0.9]))
    claim = next(s.value for s in at.subheader if "previous-token head appears" in s.value)
    assert "between step 8 and 20" in claim and "(score 0.30 → 0.60)" in claim
    assert f"{'falls' if ages[20] < ages[8] else 'rises'} from {ages[8]:.2f} to {ages[20]:.2f}" in claim
    at = page(with_previous(trained, [0.1] * 7))
    assert any("no previous-token head appears that stays (the best score is 0.10" in s.value for s in at.subheader)
    at = page(with_previous(trained, [0.5] * 7))
    assert any("from the start on (score 0.50 at step 0)" in s.value for s in at.subheader)


def test_without_younger_selves_there_is_no_slider_but_what_was_measured(trained):
    record = replace(trained, checkpoints=())
    at = page(record, age="8")
    assert not at.select_slider and "stored without its younger selves" in words(at)
    assert len(growth(at)[growth(at)["part"] == "loss"].drop_duplicates("step")) == 7
    nothing = page(replace(record, metrics=trained.metrics | {"ages": []}))
    assert "holds no younger selves" in words(nothing)


@pytest.mark.parametrize("age", ["", "nan", "9" * 3000, "-1", "<b>"])
def test_an_age_that_is_none_becomes_one_and_that_is_said(trained, age):
    at = page(trained, age=age)
    assert at.select_slider(key="a_age").value in (*trained.checkpoints, 40)
    assert "a_age" not in at.query_params or at.query_params["a_age"] in ("0", ["0"], "40", ["40"])
    if len(age) < 100:
        assert "Age of the model: the link asks for a value that is not available here" in words(at) or age == "-1"


def test_no_button_is_there_twice(trained):
    assert {"a_all_on", "a_swap"} <= buttons(page(trained))
    assert artefacts.find("language_model", trained.key) is not None
