"""The section "Look at the weights" in AppTest: what it says is computed once more here, from the weights."""

from __future__ import annotations

import base64
import html
import io
import re
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest
from torch.nn import functional as F

from core.charts.shades import signed
from core.data import minilm
from core.experiment import get
from core.experiments import language_model
from core.lessons.attention import matrices, weights_of_head
from core.store import artefacts, paths
from tests.helpers.pages import drawn, fine, pick, tables, words
from tests.lessons.attention.made import SENTENCE, TEXT, made


def app(own: bool) -> None:
    import streamlit as st

    from core.lessons.attention import subject, weights
    from tests.lessons.attention.made import SENTENCE, made

    one = made() if own else subject.minilm()
    weights.show(one, st.session_state.get("sentence", SENTENCE), st.session_state.get("stage", (1, 0)))


def page(own: bool = True, state: dict[str, Any] | None = None, **query: str) -> AppTest:
    at = AppTest.from_function(app, args=(own,), default_timeout=120)
    at.query_params.update({f"a_{name}": value for name, value in query.items()})
    for name, value in (state or {}).items():
        at.session_state[name] = value
    return fine(at.run())


def pictures(at: AppTest) -> list[np.ndarray]:
    found = re.findall(r'src="data:image/png;base64,([^"]+)"', words(at))
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(one)))) for one in found]


pytestmark = pytest.mark.usefixtures("lab_cache")


def test_the_matrices_are_those_of_the_head_on_the_stage():
    at, model = page(), made().model
    weight = model.blocks[1].attention.qkv.weight.numpy()
    q, k, v = (weight[32 * i : 32 * i + 16] for i in range(3))  # of the first head, transposed
    o = model.blocks[1].attention.out.weight.numpy()[:, :16].T
    top = np.quantile(np.abs(np.concatenate([m.ravel() for m in (q, k, v, o)])), 0.995)
    shown = pictures(at)
    for matrix, picture in zip((q, k, v, o), shown, strict=False):
        assert np.abs(signed(matrix, top).astype(int) - picture).max() <= 1
    squares = np.linalg.svd(q.T, compute_uv=False) ** 2
    assert (
        f"32 × 16 · norm {np.sqrt(squares.sum()):.2f} · largest singular value {squares[0] / squares.sum():.0%} of"
        in words(at)
    )
    curves = [t for element in at.get("vega_lite_chart") for t in tables(element) if "matrix" in t]
    [found] = [table for table in curves if set(table["matrix"]) == {"W Q"}]
    np.testing.assert_allclose(found["share"], np.cumsum(squares) / squares.sum(), atol=1e-5)
    assert "spread like random numbers" in words(at)  # it has learned nothing


@pytest.mark.parametrize(
    ("share", "claim"), [(0.9, "uses few"), (0.55, "only a little less"), (0.51, "spread like random")]
)
def test_the_claim_about_directions_follows_the_numbers(share, claim):
    chance = torch.tensor([0.49, 0.50, 0.51, 0.50])
    said = weights_of_head._uses_few({"q": 0.4, "v": share}, chance, 4, 16)
    assert claim in said and f"$W_V$ the largest 4 hold {share:.0%} of the squares, of random numbers 50%" in said


def test_the_head_follows_the_stage_and_the_link_and_can_be_chosen():
    at = page(wl="1", wh="2")
    assert "layer 1, head 2" in words(at)
    at.session_state["stage"] = (1, 1)
    assert "layer 2, head 2" in words(fine(at.run()))
    assert "layer 1, head 2" in words(pick(at, "a_wl", 1))
    at.session_state["stage"] = (0, 0)
    assert "layer 1, head 1" in words(fine(at.run()))
    assert "layer 2, head 2" in words(page(wl="99", wh="7"))


def softless(values: torch.Tensor) -> np.ndarray:
    return (values - values.mean(1, keepdim=True)).numpy()


@pytest.mark.parametrize("circuit", ["qk", "ov"])
def test_the_circuits_are_those_of_the_head(circuit):
    at, subject = page(see="circuits", wc=circuit), made()
    ids = list(dict.fromkeys(subject.pieces(SENTENCE).ids))
    model, attention = subject.model, subject.model.blocks[1].attention
    x = model.blocks[1].norm1(model.tokens.weight[torch.tensor(ids)])
    if circuit == "qk":
        q, k, _ = F.linear(x, attention.qkv.weight, attention.qkv.bias).split(32, 1)
        expected = softless(q[:, :16] @ k[:, :16].T / 4)
    else:
        v = F.linear(x, attention.qkv.weight, attention.qkv.bias)[:, 64:80]
        said = v @ attention.out.weight[:, :16].T
        expected = softless((said - said.mean(1, keepdim=True)) @ model.tokens.weight[torch.tensor(ids)].T)
    chart = drawn(at, "a", "b", "value")
    np.testing.assert_allclose(chart["value"].to_numpy().reshape(expected.shape), expected, atol=1e-5)
    assert list(chart["a"].drop_duplicates())[:4] == ["T", "h", "e", "·"]
    if circuit == "ov":
        own = int((expected.argmax(1) == np.arange(len(ids))).sum())
        assert f"**{own} of {len(ids)}**" in words(at)


def test_the_most_frequent_tokens_are_counted_in_the_text():
    chart = drawn(page(see="circuits", wt="frequent"), "a", "b", "value")
    shown = "".join(chart["a"].drop_duplicates()).replace("·", " ").replace("↵", "\n")
    passages = [line + "\n" for line in TEXT.split("\n\n")]
    counts = [sum(p.count(sign) for p in passages) for sign in shown]
    assert counts == sorted(counts, reverse=True) and counts[0] > counts[-1]


def test_places_are_compared_by_distance():
    at, model = page(see="positions"), made().model
    x = model.positions.weight.numpy()
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    near, far = (np.diagonal(unit @ unit.T, d).mean() for d in (1, 16))
    assert near > far
    assert f"more alike than distant ones:** mean cosine {near:.2f} one place apart, {far:.2f} 16 apart" in words(at)
    began = np.concatenate(
        [[f(i / 1000 ** (j / 32)) for j in range(0, 32, 2) for f in (np.sin, np.cos)] for i in range(32)]
    )
    unit_then = began.reshape(32, 32) / np.linalg.norm(began.reshape(32, 32), axis=1, keepdims=True)
    then = [np.diagonal(unit_then @ unit_then.T, d).mean() for d in (1, 16)]
    assert f"before the training places are sine waves, with {then[0]:.2f} and {then[1]:.2f}" in words(at)
    assert "Nobody told" not in words(at)
    assert np.abs(signed(unit @ unit.T, 1).astype(int) - pictures(at)[2]).max() <= 1
    curve = drawn(at, "distance", "cosine")
    np.testing.assert_allclose(curve["cosine"], [np.diagonal(unit @ unit.T, d).mean() for d in range(1, 17)], atol=1e-5)


def test_the_places_of_the_shipped_model_began_more_alike_than_they_ended():
    """Cosines of neighbours at step 0 and at the end, of the stored weights: the sentence on the page is about these."""
    experiment = get("language_model")
    record = artefacts.read_record(paths.baked_dir(), "language_model", experiment.key(language_model.Config(), 0))
    (step, first), *_ = artefacts.load_checkpoints(paths.baked_dir(), record)
    last = artefacts.load_state(paths.baked_dir(), record)
    near = [
        float(matrices.by_distance(matrices.cosines(state["positions.weight"].float()))[1]) for state in (first, last)
    ]
    began = matrices.by_distance(matrices.cosines(language_model.waves(128, 96)))
    assert step == 0 and near[0] == pytest.approx(float(began[1]), abs=2e-3)
    assert near == pytest.approx([0.96, 0.87], abs=0.01)


def bars(at: AppTest) -> dict[str, float]:
    found = re.findall(r"<dt[^>]*>(.*?)</dt><dd.*?<span>([^< ]*)", words(at))
    return {html.unescape(label): float(value) for label, value in found}


def test_nearest_tokens_are_those_of_highest_cosine_and_all_are_literal():
    subject = made()
    row = subject.words.encode("<")[0]
    at = page(see="tokens", wn=str(row))
    x = subject.model.tokens.weight.numpy()
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    cosines = unit @ unit[row]
    order = [i for i in np.argsort(-cosines) if i != row][:8]
    found = bars(at)
    assert list(found.values())[:8] == pytest.approx(cosines[order], abs=0.006)
    assert found["mean of all tokens"] == pytest.approx(np.delete(cosines, row).mean(), abs=0.006)
    assert "Nearest to **\\<**" in words(at) and "<b>" not in "".join(m.value for m in at.markdown)
    chart = drawn(at, "word", "group", "x", "y")
    kinds = dict(zip(chart["word"], chart["group"], strict=True))
    assert kinds["T"] == "capital" and kinds["<"] == kinds["·"] == "sign"


@pytest.mark.parametrize("see", ["matrices", "circuits", "positions", "tokens"])
@pytest.mark.parametrize("sentence", ["", "\ud800\u202e\x00", "x" * 5000])
def test_any_sentence(see, sentence):
    page(see=see, state={"sentence": sentence})


@pytest.mark.skipif(not minilm.available(), reason="MiniLM is not on this machine")
def test_minilm_has_all_ways():
    at = page(own=False, see="tokens", ww="robot", state={"sentence": "a robot"})
    assert "robots" in list(bars(at))[:3]
    at = fine(at.text_input(key="a_ww").set_value("unrobotlike").run())
    assert "in pieces only" in words(at)
    at = fine(at.text_input(key="a_ww").set_value("").run())
    assert "Write a word" in words(at)
    at = pick(at, "a_see", "positions")
    assert "the first 256 of 512" in words(at) and "first place lies far" in words(at)
    assert {"[CLS]", "robot"} <= set(drawn(pick(at, "a_see", "circuits"), "a", "b", "value")["a"])
    assert "384 × 32" in words(pick(at, "a_see", "matrices"))
