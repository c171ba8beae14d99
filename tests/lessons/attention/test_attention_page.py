"""The lesson "Attention" in AppTest: what the stage and its steps show is computed once more here, from the model's matrices."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest
from torch.nn import functional as F

from core import data, lab
from core.charts.shades import signed
from core.data import texts
from core.data.tokens import vocabulary
from core.data.visible import visible
from core.experiment import get
from core.lessons.attention import steps
from core.lessons.attention import subject as subjects
from core.lessons.attention.links import MOST, OPENS, PIECES, SENTENCE, WHOLE
from core.store import artefacts
from core.store.record import MODEL
from core.ui import lesson
from tests.helpers.pages import buttons, fine, open_page, pick, press, put, settle, with_another_byte, words
from tests.helpers.trained import trained

LM = get("language_model")
SMALL = {"depth": 2, "heads": 4, "width": 32, "context": 32, "steps": 40}
TEXT = "\n\n".join(f"The robot {i} obeys the orders that people give it on day {i}." for i in range(60))
SHORT = "A robot must obey the orders"
FRESH = {"a_tokens": WHOLE, "a_t": OPENS}  # the link of a fresh lesson
HEADERS = [
    "What does a head do?", "What comes next?", "One sentence, its own teacher", "What would it say after each layer?",
    "Heads form while the loss falls", "This model", "Try this",
]  # fmt: skip

needs_kjv = pytest.mark.skipif(not data.available("kjv"), reason="the King James Bible is not on this machine")
needs_minilm = pytest.mark.skipif(not data.minilm.available(), reason="MiniLM is not on this machine")


@pytest.fixture(scope="module", autouse=True)
def cache(new_cache, tmp_path_factory) -> Path:
    """One cache for the module, and nothing of an earlier test in memory: each model is read once."""
    with pytest.MonkeyPatch.context() as patch:
        folder = new_cache(tmp_path_factory.mktemp("attention") / "cache")
        patch.setenv("LATENT_LAB_CACHE", str(folder))
        patch.setattr("core.store.cache._shared", None)
        patch.setattr(lab, "_board", None)
        yield folder
        settle()
        lab.board().close()


@pytest.fixture(scope="module")
def own(cache) -> artefacts.Record:
    """A small model after a few steps on a text of one's own, with its younger selves."""
    return trained("language_model", **{"data": texts.keep(TEXT), "tokens": "bpe-512"} | SMALL)


@pytest.fixture
def stage_alone(monkeypatch):
    """The page draws what a browser's first run draws: all that many tests need, in a tenth of the time."""
    monkeypatch.setattr(lesson, "first_paint", lambda prefix: True)


def page(**query: Any) -> AppTest:
    """The lesson at a link without the prefix."""
    return fine(open_page("attention", **{f"a_{name}": str(value) for name, value in query.items()}))


def own_page(record: artefacts.Record, **query: Any) -> AppTest:
    """The lesson on the small model."""
    return page(**({"from": "own", "text": record.config["data"], "t": SHORT} | SMALL | query))


def default_model(tokens: str = PIECES) -> artefacts.Record:
    shown = lab.view("language_model", LM.strict({"tokens": tokens}), 0)
    assert isinstance(shown, lab.Ready), "the lesson has no model to open on: it belongs into assets/trained"
    return shown.record


def view(at: AppTest, second: bool = False) -> dict[str, Any]:
    """What the stage was told: choice, puts, off, digest, ..."""
    [element] = [e for e in at.get("bidi_component") if e.key == ("a_look2" if second else "a_look")]
    told = json.loads(element.proto.json)
    choice, puts = told["held"]["value"], told["held"]["puts"]
    return told | {"choice": choice, "puts": puts, "off": maps(at, second)[0]["off"]}


def maps(at: AppTest, second: bool = False) -> tuple[dict[str, Any], np.ndarray]:
    """Header and weights (L, C, T, T) that the stage was given."""
    key = "a_look2/weights" if second else "a_look/weights"
    [message] = [e.proto.bytes for e in at.get("bidi_component") if e.key == key]
    (size,) = struct.unpack("<I", message[:4])
    header = json.loads(message[4 : 4 + size])
    kind, top = ("<u2", 65_535) if header["bytes"] == 2 else (np.uint8, 255)
    body = np.frombuffer(message[4 + size + 768 :], kind)
    L, C, T = header["shape"]
    if not header["causal"]:
        return header, body.reshape(L, C, T, T) / top
    weights = np.zeros((L, C, T, T))
    weights[..., *np.tril_indices(T)] = body.reshape(L, C, -1) / top  # row after row what is not forbidden
    return header, weights


def says(at: AppTest, value: dict[str, Any], stamp: Any, **changes: Any) -> None:
    """Put a message of the browser into the session."""
    at.session_state["a_look"] = {"held": {"value": value, "puts": view(at)["puts"], "stamp": stamp, **changes}}


def choose(at: AppTest, layer: int, column: int, pin: int | None, stamp: str, look: str = "both") -> AppTest:
    """What the browser sends when somebody has chosen a head."""
    says(at, {"layer": layer, "column": column, "pin": pin, "view": look}, stamp)
    return fine(at.run())


def body(at: AppTest, mark: str) -> str:
    """The HTML with this class."""
    [found] = [e.proto.body for e in at.get("html") if f'class="{mark}"' in e.proto.body]
    return found


def table(at: AppTest) -> dict[str, Any]:
    """What the steps were told."""
    [element] = [e for e in at.get("bidi_component") if e.key == "a_step_by_step"]
    return json.loads(element.proto.json)


def captions(at: AppTest) -> str:
    return "\n".join(e.value for e in at.caption)


@torch.no_grad()
def by_hand(model, ids: list[int], off: tuple[tuple[int, int], ...] = ()) -> list[tuple[torch.Tensor, ...]]:
    """For each layer q, k, v (H, T, d), the weights (H, T, T) and what the heads say (H, T, d), by PyTorch's own kernel: with
    the unit matrix as values it gives the weights themselves."""
    T, H = len(ids), model.heads
    x = model.tokens.weight[ids] + model.positions.weight[:T]
    found = []
    for layer, block in enumerate(model.blocks):
        q, k, v = block.attention.qkv(block.norm1(x)).view(T, 3, H, -1).permute(1, 2, 0, 3)
        weights = F.scaled_dot_product_attention(q, k, torch.eye(T).expand(H, T, T), is_causal=True)
        said = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        found.append((q, k, v, weights, said))
        on = torch.tensor([float((layer, head) not in off) for head in range(H)])
        x = x + block.attention.out((said * on[:, None, None]).transpose(0, 1).flatten(1))
        x = x + block.mlp(block.norm2(x))
    return found


def weights_by_hand(record: artefacts.Record, text: str, age: int | None = None, off=()) -> np.ndarray:
    model = lab.model(record) if age is None else lab.checkpoint(record, age)
    ids = vocabulary(record.config["data"], record.config["tokens"]).encode(text).tolist()
    return np.stack([weights for *_, weights, _ in by_hand(model, ids, off)])


# The page opens --------------------------------------------------------------------------------------------------


@needs_kjv
def test_a_fresh_lesson_shows_a_sentence_of_whole_words_in_all_heads():
    record = default_model(WHOLE)
    at = page()
    assert not at.error and not at.info and not at.warning
    assert at.text_input(key="a_t").value == OPENS and at.text_input(key="a_t2").value == ""
    header, weights = maps(at)
    L, H = record.config["depth"], record.config["heads"]
    assert weights[:, :H] == pytest.approx(weights_by_hand(record, OPENS), abs=1e-4)
    assert [token.strip() for token in header["tokens"]] == re.findall(r"\w+|[^\w\s]", OPENS), "no word is cut"
    assert header["columns"][H:] == ["mean", "max", "rollout"]
    assert weights[:, H] == pytest.approx(weights[:, :H].mean(1), abs=1e-4)
    assert [e.value for e in at.header] == HEADERS
    assert f"<code>{record.key}</code>" in words(at) and "shipped with the lab" in words(at)
    assert dict(at.query_params) == FRESH, "and the link says so, as older links mean other ones by saying nothing"

    scores = np.array(record.metrics["head_scores"]["previous"])
    layer, head = np.unravel_index(scores.argmax(), (L, H))
    shown = view(at)["choice"]
    assert (shown["layer"], shown["column"], shown["pin"]) == (layer, head, None), (
        "the best previous-token head is large"
    )
    assert f"**Layer {layer + 1}, head {head + 1}**" in words(at) and f"{scores.max():.0%} of its weight" in words(at)


@needs_kjv
def test_older_links_keep_the_tokens_and_the_sentence_that_they_left_out():
    at = page(layer=1)
    assert at.text_input(key="a_t").value == SENTENCE and "".join(maps(at)[0]["tokens"]) == SENTENCE
    assert f"<code>{default_model().key}</code>" in words(at) and dict(at.query_params).keys() <= {"a_layer", "a_head"}


@needs_kjv
@pytest.mark.skipif(not data.available("wordnet"), reason="WordNet is not on this machine")
def test_another_text_is_looked_at_in_tokens_for_which_there_is_a_model():
    at = page()
    for source in ("wordnet", "kjv"):
        pick(at, "a_from", source)
        assert maps(at) and at.query_params.get("a_tokens", PIECES) == PIECES


@needs_kjv
def test_a_model_without_its_younger_selves_leads_to_the_one_that_has_them():
    at = page()
    assert not [slider for slider in at.select_slider if slider.key == "a_age"]
    press(at, "a_with_ages")
    assert at.select_slider(key="a_age") and at.text_input(key="a_t").value == OPENS
    assert "a_tokens" not in at.query_params


def test_the_first_paint_is_the_stage_and_the_rest_follows(own, monkeypatch):
    monkeypatch.setattr(lesson, "first_paint", lambda prefix: True)
    at = own_page(own, layer=99)
    first = view(at)
    assert not at.header and not at.get("vega_lite_chart")
    assert len(at.info) == 1
    monkeypatch.setattr(lesson, "first_paint", lambda prefix: False)
    fine(at.run())
    assert view(at) == first and [e.value for e in at.header] == HEADERS
    assert [e.value for e in at.info] == [
        "The head or token that the link asks for does not exist here; another one is shown."
    ]


@needs_minilm
def test_minilm_looks_both_ways():
    at = page(**{"from": "minilm"})
    header, weights = maps(at)
    assert header["shape"][:2] == [6, 15] and not header["causal"]
    assert (header["tokens"][0], header["tokens"][-1]) == ("[CLS]", "[SEP]") and header["tokens"][1:3] == ["A", "robot"]
    assert weights[:, :12].sum(-1) == pytest.approx(1, abs=1e-3)
    assert np.triu(weights[0, 0], 1).sum() > 0.1
    assert not [e for e in at.get("bidi_component") if e.key == "a_look2"], "there is no second sentence"
    assert [e.value for e in at.header] == ["What does a head do?", "What comes next?", "This model", "Try this"]
    assert [e.value for e in at.info] == [
        "MiniLM was not trained to guess the next token: choose a language model above."
    ]
    assert "a_train" not in buttons(at), "others trained it"


@pytest.mark.parametrize(
    ("source", "tokens"), [("kjv", "bpe-2048"), ("kjv", "characters"), ("wordnet", "bpe-512"), ("own", "bpe-512")]
)
def test_other_texts_and_tokens_open_on_a_model_or_on_a_sentence(source, tokens):
    if source != "own" and not data.available(source):
        pytest.skip(f"{source} is not on this machine")
    at = page(**{"from": source, "tokens": tokens})
    if source == "own":
        assert at.file_uploader(key="a_file") and at.text_area(key="a_pasted")
        assert not at.info and not at.error and "a_train" not in buttons(at)
        return
    shown = lab.view("language_model", LM.lenient({"data": source, "tokens": tokens})[0], 0)
    assert "a_train" in buttons(at) and not at.error
    if isinstance(shown, lab.Ready):
        assert maps(at)[1][:, : shown.record.config["heads"]] == pytest.approx(
            weights_by_hand(shown.record, SENTENCE), abs=1e-4
        )
        assert not at.info
    else:
        assert [e.value for e in at.info] == [
            "The language model for this setting has not been trained yet. Train below, or press *Default settings*."
        ]
        assert not [e for e in at.get("bidi_component") if e.key == "a_look"]


def test_a_text_of_ones_own(own):
    at = own_page(own)
    assert maps(at)[1][:, :4] == pytest.approx(weights_by_hand(own, SHORT), abs=1e-4)
    assert f"<code>{own.key}</code>" in words(at) and "on your text" in words(at)
    lost = own_page(own, text="text-0123456789abcdef0123456789abcdef")
    assert ["no longer on this server" in e.value for e in lost.info] == [True] and not lost.error
    assert lost.text_area(key="a_pasted")


@pytest.mark.parametrize("gone", ["kjv", "minilm", "both"])
def test_what_is_not_on_this_machine_is_said_and_never_missed(own, stage_alone, monkeypatch, gone):
    here = data.available
    if gone != "minilm":
        monkeypatch.setattr(data, "available", lambda name: name != "kjv" and here(name))
    if gone != "kjv":
        monkeypatch.setattr(data.minilm, "available", lambda: False)
    at = own_page(own)
    assert maps(at)[1].shape[0] == 2
    assert ("The King James Bible is not on this machine" in captions(at)) == (gone != "minilm")
    assert ("MiniLM, a real pretrained encoder, is not on this machine" in captions(at)) == (gone != "kjv")
    assert (data.minilm.HOW_TO_GET in captions(at)) == (gone != "kjv")
    asked = own_page(own, **{"from": "minilm" if gone == "minilm" else "kjv"})
    assert len([e for e in asked.info if "the link asks for a value that is not available here" in e.value]) == 1


def test_a_damaged_model_is_one_sentence(own, cache, tmp_path, monkeypatch):
    shutil.copytree(cache, tmp_path / "cache", symlinks=True)
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("core.store.cache._shared", None)
    monkeypatch.setattr(lab, "_board", None)
    with_another_byte(tmp_path / "cache" / "models" / own.name / own.key / MODEL)
    at = own_page(own)
    assert len(at.error) == 1 and not at.get("vega_lite_chart")
    lab.board().close()


# The stage -------------------------------------------------------------------------------------------------------


def test_a_chosen_head_and_token_are_shown_and_in_the_link(own):
    at = own_page(own)
    choose(at, 1, 2, 3, "hand-1", "lines")
    assert view(at)["choice"] == {"layer": 1, "column": 2, "pin": 3, "view": "lines"}
    asked = {name: at.query_params.get(f"a_{name}") for name in ("layer", "head", "pin", "look_at")}
    assert asked == {"layer": "2", "head": "3", "pin": "4", "look_at": "lines"}
    assert "**Layer 2, head 3**" in words(at)
    there = own_page(own, **asked)
    assert view(there)["choice"] == view(at)["choice"]
    assert table(there) == table(at)

    for i, column in enumerate((4, 5, 6), 2):  # what is made of the heads has no steps
        choose(at, 1, column, 3, f"hand-{i}")
        assert not [e for e in at.get("bidi_component") if e.key == "a_step_by_step"]
        assert "Choose one head to see its numbers step by step" in captions(at)
    for i, message in enumerate(
        ({"layer": 9}, {"column": -1}, {"pin": "1"}, {"view": "<b>"}, {"stamp": 7}, {"puts": 99}), 9
    ):
        value = {"layer": 0, "column": 0, "pin": 0, "view": "both"}
        changed = {name: message.get(name, given) for name, given in value.items()}
        rest = {name: given for name, given in message.items() if name not in value}
        says(at, changed, **{"stamp": f"hand-{i}"} | rest)
        fine(at.run())
        if message != {"layer": 9}:
            assert view(at)["choice"]["column"] in (0, 6), "what no browser sends is passed over"


@pytest.mark.parametrize("pin", [1, 4, None])
def test_the_steps_are_those_of_scaled_dot_product_attention(own, pin):
    """Against torch.nn.functional.scaled_dot_product_attention on q, k and v made here from the model's matrices."""
    layer, head = 1, 2
    at = own_page(own, layer=layer + 1, head=head + 1, **({} if pin is None else {"pin": pin + 1}))
    ids = vocabulary(own.config["data"], own.config["tokens"]).encode(SHORT).tolist()
    q, k, v, weights, said = (part[head] for part in by_hand(lab.model(own), ids)[layer])
    T, d = k.shape
    query = T - 1 if pin is None else pin
    told = table(at)
    assert told["titles"] == ["key", f"k ({d} numbers)", "q·k", f"÷ √{d} = {d**0.5:.2f}", "softmax", "weight × v"]
    rows = told["rows"]
    rows = [*rows[query::-1], *rows[query + 1 :]]  # the page begins with the query's own and goes back
    assert [row["token"]["text"] for row in rows] == [visible(token) for token in maps(at)[0]["tokens"]]
    assert [row["at"] for row in rows] == list(range(T)) and told["asks"] == rows[query]["token"]
    assert (told["count"], told["seen"], told["others"]) == (T, query + 1, None)
    for i, row in enumerate(rows):
        assert float(row["product"].replace("−", "-")) == pytest.approx(float(q[query] @ k[i]), abs=0.0051)
        if i > query:
            assert row["weight"] is None
            continue
        assert float(row["scaled"].replace("−", "-")) == pytest.approx(float(q[query] @ k[i]) / d**0.5, abs=0.0051)
        assert row["weight"] == pytest.approx(float(weights[query, i]), abs=1e-5)
    assert told["sum"] == pytest.approx(1, abs=1e-5)

    weighted = (weights[query, : query + 1, None] * v[: query + 1]).numpy()
    top = np.abs(weighted).max()
    for mark, vectors in (("s", said[query][None].numpy()), ("v", weighted)):
        uri = told["pictures"][mark].removeprefix("data:image/png;base64,")
        pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(uri))).convert("RGB"), int)
        assert np.abs(pixels - signed(vectors, top)).max() <= 2, mark


def test_of_a_long_sentence_the_keys_with_most_weight_have_rows_and_the_others_one_together():
    at = page(t="And the king of Judah said unto all the people, Hear ye this word. " * 12, layer=2, head=1, pin=100)
    weights = maps(at)[1][1, 0, 99, :100]
    told = table(at)
    shown = [row["weight"] for row in told["rows"]]
    assert len(shown) == steps.MOST < len(weights) < 128
    assert sorted(shown) == pytest.approx(
        sorted(weights)[-steps.MOST :], abs=0.003
    )  # in the message weights have 8 bits
    assert told["others"]["text"] == f"{128 - steps.MOST} others, 28 of them not seen"
    assert sum(shown) + told["others"]["together"] == pytest.approx(1, abs=1e-5)


def test_younger_selves_are_on_the_stage(own):
    at = own_page(own)
    finished = maps(at)[1]
    young = own.checkpoints[0]
    fine(at.select_slider(key="a_age").set_value(young).run())
    assert maps(at)[1][:, :4] == pytest.approx(weights_by_hand(own, SHORT, young), abs=1e-4)
    assert maps(at)[1] != pytest.approx(finished, abs=1e-3)
    assert at.query_params["a_age"] == str(young)
    linked = own_page(own, age=young)
    assert view(linked) == view(at) | {name: view(linked)[name] for name in ("held", "puts")}


def sentence_numbers(at: AppTest) -> tuple[str, str, list[str]]:
    """What the page says of the sentence: the table of guesses, its tokens without the heads, and what is measured."""
    sentence = next(e.value for e in at.markdown if "After the last token" in e.value)
    return body(at, "ll-lessons"), sentence, [e.value for e in at.subheader]


def test_a_head_that_is_off_changes_later_layers_and_all_on_restores_every_number(own):
    at = own_page(own)
    whole, before = maps(at), (view(at)["digest"], sentence_numbers(at))
    pick(at, "a_lit1", [1, 3, 4])
    off = maps(at)[1]
    assert view(at)["off"] == [1] and at.query_params["a_off"] == "1.2"
    assert off[:, :4] == pytest.approx(weights_by_hand(own, SHORT, off=((0, 1),)), abs=1e-4)
    assert (off[0, :4] == whole[1][0, :4]).all(), "it still looks where it looked"
    assert np.abs(off[1, :4] - whole[1][1, :4]).max() > 1e-3, "the next layer hears something else"
    assert view(at)["digest"] != before[0] and sentence_numbers(at)[:2] != before[1][:2]
    assert "**Off:** 1.2 (layer.head), 1 of 8 heads." in words(at)
    linked = own_page(own, off="1.2")
    assert view(linked)["digest"] == view(at)["digest"] and sentence_numbers(linked) == sentence_numbers(at)
    settle()
    press(at, "a_all_on")
    assert (view(at)["digest"], sentence_numbers(at)) == before and view(at)["off"] == []
    assert "a_off" not in at.query_params


def test_the_heads_that_are_off_stay_in_the_link(own):
    """Also where the page comes back without it, as after a visit to another page."""
    at = own_page(own, off="1.2-2.4")
    assert view(at)["off"] == [1, 7 + 3 * 1 + 0]
    at.query_params.pop("a_off")
    fine(at.run())
    assert at.query_params["a_off"] == "1.2-2.4"
    settle()


def test_a_second_sentence_follows_the_same_head(own):
    second = "the orders that people give"
    at = own_page(own, t2=second, layer=2, head=3, pin=2)
    header, weights = maps(at, second=True)
    assert "".join(header["tokens"]) == second
    assert weights[:, :4] == pytest.approx(weights_by_hand(own, second), abs=1e-4)
    told = view(at, second=True)
    assert told["follows"] == view(at)["key"] == "a_look" and not told["grid"]
    assert told["choice"] == view(at)["choice"]
    assert header["result_id"] != maps(at)[0]["result_id"]
    choose(at, 0, 1, None, "hand-1")
    assert (
        view(at, second=True)["choice"] == view(at)["choice"] == {"layer": 0, "column": 1, "pin": None, "view": "both"}
    )
    put(at, "a_t2", "it")
    choose(at, 0, 1, 4, "hand-2")
    assert view(at, second=True)["choice"]["pin"] is None, "no such token in the other sentence"
    put(at, "a_t2", "  ")
    put(at, "a_t2", "")
    assert not [e for e in at.get("bidi_component") if e.key == "a_look2"] and "a_t2" not in at.query_params


# Bad input -------------------------------------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</bdi></td></table><h1>big</h1>", "**bold** _i_ `c` ~~s~~",
    "[link](javascript:alert(1))", "$x^2$ and $$\\frac{1}{0}$$", ":red[text] :material/check: :smile:", "# heading", "- list", "1. one",
    "![x](http://e.vil/x.png)", "a | b\n--- | ---\n1 | 2", "&lt;b&gt; &amp; &#60;", "'; DROP TABLE models;--", "{{7*7}} ${7*7} %s {0}",
)  # fmt: skip
STRANGE = (
    "😀👩‍👩‍👧 🇩🇪", "שלום עולם", "ملك الملوك", "a\u202eb\u202dc\u2066d\u2069", "tab\tbell\x07null\x00del\x7f", "\u0301\u0301x", "한국어 日本語", "\ufeff\u200b\u00ad",
    "\ufffd\ufffe\U0010ffff", "𝕏" * 9,
)  # fmt: skip


def markdown(at: AppTest) -> str:
    return "\n".join(
        e.value for kind in (at.markdown, at.caption, at.info, at.error, at.header, at.subheader) for e in kind
    )


@pytest.mark.parametrize("model", ["ours", pytest.param("minilm", marks=needs_minilm)])
def test_whatever_is_typed_is_shown_literally(own, model):
    at = own_page(own) if model == "ours" else page(**{"from": "minilm"})
    for text in HOSTILE + STRANGE:
        put(at, "a_t", text)
        header, weights = maps(at)
        assert not at.error, text
        assert weights.shape[-1] == len(header["tokens"]) > 0, text
        assert at.query_params["a_t"] == text, "the link holds it as it was typed"
        for sign in ("<script", "<img src=x", "<h1"):
            assert sign not in markdown(at) and not [e for e in at.get("html") if sign in e.proto.body], text
        for sign in ("**bold", "[link](", "$x^2", ":red[", "![x]", "~~s"):
            assert sign not in markdown(at), text
    if model == "ours":
        put(at, "a_t", "<script>alert(1)")
        assert "&lt;script&gt;alert(1)" in body(at, "ll-written")


@pytest.mark.parametrize("text", ["", "   ", "\n\t "])
def test_nothing_to_look_at_is_one_sentence(own, text):
    at = own_page(own, t=text)
    assert [e.value for e in at.info] == ["There is nothing to look at yet: write a sentence above."] and not at.error
    assert not [e for e in at.get("bidi_component") if e.key.startswith("a_look")]
    put(at, "a_t", "The")
    assert "".join(maps(at)[0]["tokens"]) == "The" and not at.error


def test_one_character_and_a_text_that_is_too_long(own):
    at = own_page(own, t="x")
    assert maps(at)[1].shape[-1] == 1 and maps(at)[1][:, :4] == pytest.approx(1)
    assert [row["weight"] for row in table(at)["rows"]] == [pytest.approx(1)] and table(at)["others"] is None
    assert [e.value for e in at.info] == ["A sentence of one token has nothing to guess: write one more."]

    long = "the robot obeys the orders of people " * 200
    put(at, "a_t", long[:MOST])
    header, weights = maps(at)
    assert weights.shape[-1] == SMALL["context"]
    read = "".join(header["tokens"])
    assert long.startswith(read)
    end = visible(read[-24:])
    assert f"longer than 32 tokens: it is read up to “…{end}”, {len(read):,} characters." in captions(at)
    assert captions(at).count("The sentence is longer than") == 2, "above the stage, and where the text goes on"
    linked = own_page(own, t=long[:5_000])
    assert maps(linked)[0]["tokens"] == header["tokens"] and linked.text_input(key="a_t").value == long[:MOST]


GARBAGE = {
    "layer": "99", "head": "zzz", "pin": "-1", "look_at": "<b>", "off": "9.9-x", "age": "17", "temp": "inf", "topk": "...", "topp": "nan",
    "drawseed": "9" * 400, "written": "-4", "after": "1e9", "lens": "*", "kind": "<script>alert(1)</script>", "see": "$x$", "seed": "-7",
}  # fmt: skip


def test_garbage_in_the_link_opens_the_page_with_a_note_for_each(own):
    at = own_page(own, **GARBAGE)
    assert not at.error and len(maps(at)[0]["tokens"]) > 3
    notes = "\n".join(e.value for e in at.info)
    for named in (
        "The head or token",
        "A head that the link switches off",
        "Age of the model",
        "Temperature",
        "Top-k",
        "Top-p",
        "Seed of the draws",
        "Seed:",
        "Tokens written",
        "Guess after token",
    ):
        assert notes.count(named) == 1, named
    left = {name.removeprefix("a_"): value for name, value in at.query_params.items()}
    assert not [name for name, value in GARBAGE.items() if left.get(name) == value], (
        "none of it is in the link any more"
    )
    fine(at.run())
    assert not at.info, "said once"


@pytest.mark.parametrize("value", ["", "\x00", "a" * 6_000, "a" * 7_000, "1.1-" * 1000, "🎭" * 50, "1_0"])
def test_any_value_of_any_parameter_opens_the_page(own, value):
    names = (
        "layer",
        "head",
        "pin",
        "look_at",
        "off",
        "age",
        "temp",
        "topk",
        "topp",
        "written",
        "after",
        "t2",
        "look",
        "lit1",
    )
    at = own_page(own, **dict.fromkeys(names, value))
    assert not at.error and maps(at)[1].shape[0] == 2
    settle()


@pytest.mark.parametrize(
    ("off", "heads"), [("9.9", []), ("1.2-9.9", [1]), ("1.2-1.2", [1]), ("01.2", []), ("1.2-", [1])]
)
def test_a_head_that_does_not_exist_is_said(own, stage_alone, off, heads):
    at = own_page(own, off=off)
    assert view(at)["off"] == heads
    fits = off == "1.2-1.2"
    assert ["A head that the link switches off does not exist" in e.value for e in at.info] == [True] * (not fits)
    assert at.query_params.get("a_off") == ("1.2" if heads else None)
    settle()


# What sets the page up -------------------------------------------------------------------------------------------


@needs_kjv
def test_reset_puts_everything_back():
    fresh = page()
    shown, numbers = (view(fresh)["digest"], view(fresh)["choice"]), sentence_numbers(fresh)
    at = page(
        t="And he said",
        t2="And she said",
        off="1.1",
        layer=2,
        head=2,
        pin=2,
        temp="1.5",
        written=20,
        age=0,
    )
    assert view(at)["digest"] != shown[0]
    press(at, "a_reset")
    assert (view(at)["digest"], view(at)["choice"]) == shown and sentence_numbers(at) == numbers
    assert dict(at.query_params) == FRESH and not at.info
    assert at.text_input(key="a_t").value == OPENS and at.text_input(key="a_t2").value == ""
    assert not [e for e in at.get("bidi_component") if e.key == "a_look2"]
    choose(at, 1, 1, 1, "hand-1")
    assert view(at)["choice"]["pin"] is None or view(at)["choice"]["pin"] == 1
    press(at, "a_reset")
    assert (view(at)["digest"], view(at)["choice"]) == shown, "what the browser still holds does not come back"
    settle()


def test_the_cards_set_up_their_cases(own):
    at = own_page(own, off="1.1")
    choose(at, 1, 1, 1, "hand-1")
    press(at, "a_try0")
    scores = np.array(own.metrics["head_scores"]["induction"])
    head = view(at)["choice"]
    assert divmod(int(scores.argmax()), scores.shape[1]) == (head["layer"], head["column"]), (
        "the head that the card is about"
    )
    assert head["pin"] is None and not np.any(view(at)["off"])
    assert at.query_params["a_layer"] == str(head["layer"] + 1) or "a_layer" not in at.query_params
    assert at.text_input(key="a_t").value.startswith("And Moses said") and at.query_params["a_t"].startswith(
        "And Moses"
    )
    press(at, "a_try1")
    assert maps(at, second=True)[0]["tokens"] != maps(at)[0]["tokens"]
    if data.minilm.available():
        press(at, "a_try2")
        assert at.query_params["a_from"] == subjects.MINILM and maps(at)[0]["tokens"][0] == "[CLS]"
        assert "looks at **the first token**" in words(at)
        assert at.text_input(key="a_t").value == SENTENCE


@needs_kjv
def test_words_in_pieces_are_an_exhibit():
    at = press(page(), "a_try3")
    assert maps(at)[0]["tokens"][:5] == ["A", " ", "ro", "b", "o"] and "a_t" not in at.query_params
    press(at, "a_try0")
    assert at.query_params["a_tokens"] == WHOLE and " Moses" in maps(at)[0]["tokens"]
