"""The section on the next token, on a small untrained model: all that it shows is computed once more here."""

from __future__ import annotations

import html
import math
import re
from typing import Any

import pyarrow as pa
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core.analysis.generation import Sampling
from core.data import texts
from core.data.tokens import vocabulary
from core.data.visible import visible
from core.experiments.language_model import Config, build
from core.lessons.attention.next_tokens import MOST_WRITTEN, next_token
from core.lessons.attention.subject import Subject
from core.store.record import Record

pytestmark = pytest.mark.usefixtures("lab_cache")
SENTENCE = "A robot must obey the orders"
TEXT = "\n".join(f"The robot number {i} obeys the orders that people give it on day {i}." for i in range(60))
CONTEXT = 32


def make(off: tuple[tuple[int, int], ...] = (), **changes: Any) -> Subject:
    """A language model of characters with two layers of two heads."""
    config = Config(texts.keep(TEXT), "characters", 2, 2, 32, CONTEXT, 40)
    torch.manual_seed(3)
    model = build(config, torch.Generator().manual_seed(3))
    torch.nn.init.normal_(model.tokens.weight, std=0.4)
    words = vocabulary(config.data, config.tokens)
    parts = {"words": words, "record": None} | changes
    return Subject(model.eval().requires_grad_(False), age=None, off=off, name="tiny", title="the model", **parts)


@pytest.fixture
def subject(lab_cache) -> Subject:
    return make()


def script(subject, text):
    import streamlit as st

    from core.lessons.attention import next_token, sentence_guesses

    st.fragment(next_token.show)(subject, text)
    if subject.causal and subject.pieces(text).ids:
        sentence_guesses.sentence_table(subject, text)
        st.fragment(sentence_guesses.layer_guesses)(subject, text)


def show(subject: Subject, text: str = SENTENCE, **query: str) -> AppTest:
    at = AppTest.from_function(script, default_timeout=120, kwargs={"subject": subject, "text": text})
    at.query_params.update({f"a_{name}": value for name, value in query.items()})
    return fine(at.run())


def fine(at: AppTest) -> AppTest:
    assert not at.exception, [e.message for e in at.exception]
    return at


def press(at: AppTest, key: str) -> AppTest:
    return fine(at.button(key=key).click().run())


def body(at: AppTest, mark: str) -> str:
    """The HTML with this class, without its style."""
    [found] = [e.proto.body for e in at.get("html") if f'class="{mark}"' in e.proto.body]
    return found


def written(at: AppTest) -> list[str]:
    return [html.unescape(one) for one in re.findall(r"<b [^>]*>(.*?)</b>", body(at, "ll-written"), re.DOTALL)]


def drawn(at: AppTest, name: str) -> list[dict[str, Any]]:
    """The rows of the data set of this name that a chart was given."""
    [table] = [d.data.data for e in at.get("vega_lite_chart") for d in e.proto.datasets if d.name == name]
    rows = pa.ipc.open_stream(table).read_pandas().to_dict("records")
    return [{k: None if isinstance(v, float) and math.isnan(v) else v for k, v in row.items()} for row in rows]


def captions(at: AppTest) -> str:
    return "\n".join(e.value for e in at.caption)


def headings(at: AppTest) -> str:
    return "\n".join(e.value for e in at.subheader)


def logits(subject: Subject, ids: list[int]) -> torch.Tensor:
    """(T, V), computed here."""
    return subject.model(torch.tensor([ids]), heads_on=subject.heads_on)[0]


def ids(subject: Subject, text: str = SENTENCE) -> list[int]:
    return subject.words.encode(text).tolist()


# What comes next? ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("temp", "topk", "topp", "after"), [("0.8", "0", "1", "0"), ("1.5", "5", "0.9", "4"), ("0.0", "0", "1", "0")]
)
def test_the_bars_are_the_models_guess(subject, temp, topk, topp, after):
    at = show(subject, temp=temp, topk=topk, topp=topp, after=after)
    place = int(after) - 1 if after != "0" else len(SENTENCE) - 1
    row = logits(subject, ids(subject))[place]
    expected = next_token(row, Sampling(float(temp), int(topk), float(topp)))
    rows = drawn(at, "rows")
    assert [row["token"] for row in rows] == [visible(subject.words.name(c.token)) for c in expected.candidates]
    assert [row["own"] for row in rows] == pytest.approx([c.own for c in expected.candidates], rel=1e-4)
    assert [row["drawn"] for row in rows] == pytest.approx([c.drawn for c in expected.candidates], rel=1e-4)
    p = row.double().softmax(-1)
    bits = -float((p * p.log2()).sum())
    assert f"{bits:.1f} bits are open" in headings(at) and f"leaves {bits:.2f} bits open" in captions(at)
    if expected.possible < len(subject.words):
        tokens = "1 token" if expected.possible == 1 else f"{expected.possible} tokens"
        assert f"{tokens} of {len(subject.words)} can be drawn" in captions(at)
    else:
        assert f"All {len(subject.words)} tokens can be drawn" in captions(at)


def test_heads_that_are_switched_off_act_everywhere(lab_cache):
    whole, less = show(make()), show(make(off=((0, 0), (1, 1))))
    own = [[row["own"] for row in drawn(at, "rows")] for at in (whole, less)]
    expected = next_token(logits(make(off=((0, 0), (1, 1))), ids(make()))[-1])
    assert own[1] == pytest.approx([c.own for c in expected.candidates], rel=1e-4) and own[0] != own[1]
    assert body(whole, "ll-lessons") != body(less, "ll-lessons")
    assert drawn(whole, "cells") != drawn(less, "cells")
    assert written(press(whole, "a_twenty_more")) != written(press(less, "a_twenty_more"))


# Writing ---------------------------------------------------------------------------------------------------------


def test_the_text_grows_and_a_link_writes_it_again(subject):
    at = show(subject)
    assert written(at) == [] and "a_written" not in at.query_params
    press(at, "a_one_more")
    first = written(at)
    press(at, "a_twenty_more")
    assert len(written(at)) == 21 and written(at)[:1] == first
    assert at.query_params["a_written"] == "21"
    again = show(make(), written="21")
    assert written(again) == written(at)
    assert written(show(make(), written="21", drawseed="7")) != written(at)
    press(at, "a_start_again")
    assert written(at) == [] and "a_written" not in at.query_params


def test_the_bars_show_what_follows_the_written_text(subject):
    at = show(subject, written="3")
    everything = ids(subject) + [subject.words.pieces.index(one.encode()) for one in raw(subject, 3)]
    p = logits(subject, everything)[-1].softmax(-1)
    rows = drawn(at, "rows")
    assert [row["own"] for row in rows] == pytest.approx(p.sort(descending=True).values[:10].tolist(), rel=1e-4)


def raw(subject: Subject, count: int) -> list[str]:
    """The tokens that seed 0 writes, not as they are shown. Only for tokens that are whole characters."""
    from core.lessons.attention import next_token as part

    draw = part.Draw(Sampling(0.8), 0)
    made = part._continuation(subject, tuple(ids(subject)), draw).tokens(count)
    names = [subject.words.pieces[one.token] for one in made]
    if any(name[0] > 127 for name in names):
        pytest.skip("this model writes bytes")
    return [name.decode() for name in names]


def test_a_token_carries_the_probability_with_which_it_was_drawn(subject):
    at = show(subject, written="2", topk="3")
    shares = [int(share) for share in re.findall(r"--p:(\d+)%", body(at, "ll-written"))]
    p = logits(subject, ids(subject))[-1].div(0.8).topk(3).values.softmax(-1).tolist()
    assert shares[0] in [round(100 * share) for share in p]
    assert "drawn with" in body(at, "ll-written") and "The 2 written tokens" in captions(at)


def test_the_text_stops_growing_and_the_context_is_said(subject):
    at = show(subject, written=str(MOST_WRITTEN - 5))
    seen = len(SENTENCE) + MOST_WRITTEN
    press(at, "a_twenty_more")
    assert len(written(at)) == MOST_WRITTEN and at.query_params["a_written"] == str(MOST_WRITTEN)
    assert at.button(key="a_one_more").disabled and at.button(key="a_twenty_more").disabled
    assert not at.button(key="a_start_again").disabled
    assert f"last {CONTEXT} tokens; of the {seen} here the first {seen - CONTEXT} no longer" in captions(at)
    assert "no longer count" not in captions(show(subject, written="2"))


# The table -------------------------------------------------------------------------------------------------------


def test_the_table_is_the_loss_of_the_sentence(subject):
    at = show(subject)
    rows = re.findall(r"<tr><td.*?</tr>", body(at, "ll-lessons"))
    log_p = logits(subject, ids(subject)).double().log_softmax(-1)
    losses = [-float(log_p[t, label]) / math.log(2) for t, label in enumerate(ids(subject)[1:])]
    assert [float(re.search(r"<span>([\d.]+)</span>", row)[1]) for row in rows] == pytest.approx(losses, abs=0.006)
    ranks = [1 + int((log_p[t] > log_p[t, label]).sum()) for t, label in enumerate(ids(subject)[1:])]
    assert [int(re.search(r'"r">(\d+)<', row)[1]) for row in rows] == ranks
    assert [re.search(r'"y"><bdi>(.*?)</bdi>', row)[1] for row in rows] == list(SENTENCE.replace(" ", "·")[1:])
    assert "…" not in rows[11] and "…" in rows[12]
    mean = sum(losses) / len(losses)
    assert f"27 guesses cost {sum(losses):.1f} bits, {mean:.2f} each, {mean:.2f} bits a character" in headings(at)
    worst = max(range(27), key=losses.__getitem__)
    label = SENTENCE[worst + 1].replace(" ", "·")
    assert f"the worst “{label}” after" in at.markdown[0].value


def test_what_counting_needs_is_said_where_the_record_knows(lab_cache):
    found = {"bits_per_character": 1.934, "bigram_bpc": 2.861}
    record = Record("language_model", "0" * 16, 1, {}, 0, "cpu", 1.0, 40, found, (), "", 1)
    said = "On held-out text it needs 1.93 bits a character; counting which token follows which needs 2.86."
    assert said in show(make(record=record)).markdown[0].value
    assert "held-out" not in show(make(record=record, off=((0, 0),))).markdown[0].value
    assert "held-out" not in show(make()).markdown[0].value


# Logit lens ------------------------------------------------------------------------------------------------------


def test_the_lens_ends_with_the_models_guess_and_its_claim_is_counted(subject):
    at = show(subject)
    cells = drawn(at, "cells")
    assert len(cells) == 16 * 3
    best = logits(subject, ids(subject)).argmax(-1).tolist()
    last = [cell["guess"] for cell in cells if cell["column"] == 2]
    assert last == [visible(subject.words.name(i)) for i in best[:16]]
    top = subject.model.read_out(torch.stack(subject.reading(SENTENCE).states)).argmax(-1)
    shares = (top == top[-1]).double().mean(1).tolist()
    row = next((i for i in range(2) if shares[i] >= 0.5), 1)
    said = f"after layer {row} of 2" if row else "with the embeddings alone"
    assert re.search(rf"{said}, [\d.]+% of the guesses are those that it ends with", headings(at))
    assert f"{100 * shares[row]:.0f}%" in headings(at)


def test_the_lens_can_be_moved_and_coloured_by_what_comes(subject):
    at = show(subject, lens="label", lensfrom="12")
    cells = drawn(at, "cells")
    assert [cell["read"] for cell in cells if not cell["column"]] == list(SENTENCE.replace(" ", "·")[12:])
    p = logits(subject, ids(subject)).softmax(-1)
    values = [cell["value"] for cell in cells if cell["column"] == 2]
    expected = [float(p[t, ids(subject)[t + 1]]) for t in range(12, len(SENTENCE) - 1)]
    assert values[:-1] == pytest.approx(expected, rel=1e-4) and values[-1] is None
    assert ", rank " in cells[0]["said"] and cells[-1]["said"] == "–"


# Bad input -------------------------------------------------------------------------------------------------------


def test_an_encoder_is_not_asked_for_a_next_token(lab_cache):
    at = show(make(words=None))
    [said] = [e.value for e in at.info]
    assert "not trained to guess the next token" in said and not at.get("vega_lite_chart") and not at.button


@pytest.mark.parametrize("text", ["A", "é", "\u202e", "🙂", " ", "x" * 500, "a\n\n\tb"])
def test_any_sentence_has_its_section(subject, text):
    at = press(show(subject, text), "a_twenty_more")
    assert len(written(at)) == 20 and not at.error
    assert len(drawn(at, "rows")) == 10
    count = len(subject.pieces(text).ids)
    assert len(drawn(at, "cells")) == 3 * min(count, 16)
    assert len(at.info) == (count == 1)
    assert (f"longer than the {CONTEXT} tokens" in captions(at)) == (len(text) > CONTEXT)


def test_nothing_to_start_from_is_said(subject):
    at = show(subject, "")
    assert "needs a token to start from" in at.info[0].value and not at.get("vega_lite_chart")


def test_text_acts_neither_as_html_nor_as_markdown(subject):
    text = "<b>*_$x$ \u202e&amp;🙂"
    at = show(subject, text, after="1")
    page = body(at, "ll-written") + body(at, "ll-lessons")
    assert "&lt;b&gt;*_$x$ &lt;RLO&gt;&amp;amp;🙂" in page and "\u202e" not in page
    assert "<bdi>&lt;F0&gt;</bdi>" in page and "<bdi>&lt;</bdi>" in page
    assert "after “\\<”" in headings(at)
    assert "\u202e" not in headings(at) + "".join(e.value for e in at.markdown)


@pytest.mark.parametrize(
    "query",
    [
        {"temp": "9"},
        {"topk": "x"},
        {"topp": "-1"},
        {"drawseed": "1e9"},
        {"written": "9999"},
        {"after": "77"},
        {"lens": "<b>"},
        {"lensfrom": "nan"},
    ],
)
def test_a_link_that_asks_for_the_impossible_gets_the_nearest_and_a_note(subject, query):
    at = show(subject, **query)
    assert len(at.session_state["_a_notes"]) == 1
    assert len(at.get("vega_lite_chart")) == 2
