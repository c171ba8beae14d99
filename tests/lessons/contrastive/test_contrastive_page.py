"""The lesson "Contrastive" in AppTest: what it shows is computed once more here, from the weights and the record."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch.nn import functional as F

from core import data, lab, spaces
from core import spaces as subject
from core.experiment import get
from core.experiments import simclr
from core.lessons.contrastive import making_views, measured, methods, one_batch
from core.lessons.contrastive.space_map import linear
from core.maps import honest
from core.nn.contrast import nt_xent
from core.nn.views import Augment, views
from core.rng import generator
from tests.helpers.pages import buttons, component, fine, open_page, pick, words
from tests.helpers.pictures import apart, png

pytestmark = pytest.mark.usefixtures("lab_cache")


@pytest.fixture(scope="module")
def record() -> lab.Record:
    """The default model, which ships."""
    if not data.available("fashion"):
        pytest.skip("fashion is not on this machine")
    shown = lab.view("simclr", get("simclr").default(), 0)
    if not isinstance(shown, lab.Ready):
        pytest.skip("the default model is not in assets/trained")
    return shown.record


def opened(**query: str) -> AppTest:
    return fine(open_page("contrastive", **query))


def body(at: AppTest, mark: str) -> str:
    [found] = [e.proto.body for e in at.get("html") if f'class="{mark}' in e.proto.body]
    return found


def test_the_stage_shows_views_of_the_picture_and_the_cosine_of_their_z(record) -> None:
    at = opened(c_picture="7", c_draw="3", c_v_crop="100", c_v_blur="0", c_v_cutout="0", c_v_noise="50")
    shown = body(at, "ll-pair")
    images = data.load("fashion")
    x = images.test_x[7:8].float() / 255
    augment = Augment(crop=1, flip=1, colour=1, noise=0.5)
    made = views(
        x.expand(2 + making_views.ROWS * making_views.COLUMNS, -1, -1, -1), augment, generator(3, "page views")
    )
    number = int(re.search(r"a view of held-out picture (\d+)", shown)[1])
    assert number != 7, "a stranger"
    strange = views(images.test_x[number][None].float() / 255, augment, generator(3, "page stranger"))
    pictures = [png(html.unescape(uri)) for uri in re.findall(r'<img src="(.*?)"', shown)[:4]]
    for picture, expected in zip(pictures, (x[0], made[0], made[1], strange[0]), strict=True):
        assert np.abs(picture[..., 0].astype(int) - (255 * expected[0]).round().numpy().astype(int)).max() <= 1
    model, young = lab.model(record), lab.checkpoint(record, 0)
    seen = torch.cat([made[:2], strange])
    others = F.cosine_similarity(model(images.test_x[: making_views.HELD].float() / 255)[1], model(seen)[1][:1], dim=1)
    expected = []
    for network in (model, young):
        z = F.normalize(network(seen)[1], dim=1)
        expected += (z[0] @ z[1:].T).tolist()
    said = [float(n.replace("−", "-")) for n in re.findall(r"[-−]?\d\.\d\d", re.sub(r"<img.*?>", "", shown))]
    assert said == pytest.approx([*expected, float(others.mean()), float(others.max())], abs=0.0051)
    assert f"With {making_views.HELD} held-out pictures" in shown


def test_of_few_pictures_the_sentences_say_how_many_there_are(record, monkeypatch) -> None:
    images = data.load("fashion")
    few = replace(images, test_x=images.test_x[:90], test_y=images.test_y[:90], train_x=images.train_x[:400])
    monkeypatch.setattr(data, "load", lambda name: few)
    assert measured.watched_on(record).startswith(
        "This training, watched on 90 held-out pictures; the probe had 400 labels"
    )
    alone = replace(few, classes=("all",))
    monkeypatch.setattr(data, "load", lambda name: alone)
    assert "labels" not in measured.watched_on(record)


def test_one_batch_has_the_loss_of_its_rows(record) -> None:
    at = opened(c_b_t="0.5", c_b_first="30")
    before, after = [e.proto.body for e in at.get("html") if 'class="ll-matrix"' in e.proto.body]
    losses = [float(loss) for loss in re.findall(r'<td class="loss">([\d.]+)</td>', after)]
    x = data.load("fashion").test_x[30 : 30 + one_batch.PICTURES].float() / 255
    augment = simclr.augment_of(simclr.Config())
    one, other = (views(x, augment, generator(30, f"page batch {i}")) for i in range(2))
    model = lab.model(record)
    z = torch.cat([model(one)[1], model(other)[1]])
    expected = nt_xent(*z.chunk(2), 0.5)
    assert np.mean(losses) == pytest.approx(float(expected), abs=0.006)
    assert f"**{float(expected):.2f}**" in words(at)
    numbers = [float(n.replace("−.", "-0.")) for n in re.findall(r"transparent\)\">([−\d.]+)</td>", before)]
    unit = F.normalize(z, dim=1)
    cosines = (unit @ unit.T)[~torch.eye(len(z), dtype=torch.bool)]
    assert numbers == pytest.approx(cosines.tolist(), abs=0.0051)
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', after)
    for row in rows:
        shares = [float(n) for n in re.findall(r"transparent\)\">([\d.]+)</td>", row)]
        assert sum(shares) == pytest.approx(1, abs=0.06)


def test_the_page_says_what_was_measured(record) -> None:
    at = opened()
    found = record.metrics
    bars = [e.proto.body for e in at.get("html") if "ll-bars" in e.proto.body and "<dt" in e.proto.body]
    shown = [float(v) for v in re.findall(r"<span>([\d.]+)", "".join(bars))]
    wanted = [found[f"probe_{name}{end}"] for end in ("", "_10") for name in ("h", "z", "random", "raw")]
    assert shown == pytest.approx(wanted, abs=0.00051)
    metrics = {m.label: m.value for m in at.metric}
    assert metrics["Alignment"] == f"{found['alignment']:.3f}"
    assert metrics["Uniformity"] == f"{found['uniformity']:.2f}".replace("-", "−")
    assert {"c_train", "c_try0", "c_try2"} <= buttons(at)


def test_the_map_is_baked_and_a_point_has_its_true_neighbours(record, monkeypatch) -> None:
    from core.maps import service

    def never(*args, **kwargs):
        raise AssertionError("a default map is computed while somebody waits")

    monkeypatch.setattr(service, "MapProcess", never)
    at = opened(c_point="11")
    shown = component(at, r"c_map/[^/]+/umap")
    x = spaces.aged(record, None).x
    expected = (x - x[11]).norm(dim=1)
    expected[11] = float("inf")
    near = expected.topk(12, largest=False).indices.tolist()
    assert shown["chosen"] == 11 and shown["neighbours"] == near
    uris = re.findall(r'<img class="ll-\w+" src="(.*?)"', body(at, "ll-about"))
    pictures = data.load("fashion").test_x[[11, *near], 0].numpy()
    assert np.abs(apart(png(uris[0]))[0][..., 0].astype(int) - pictures[0].astype(int)).max() == 0
    sheet = png(uris[1])
    rows = [apart(row) for row in np.split(sheet, 2)]
    assert np.abs(np.concatenate(rows)[..., 0].astype(int) - pictures[1:].astype(int)).max() == 0
    y = data.load("fashion").test_y
    assert any(f"{float((y[near] == y[11]).float().mean()):.0%} of these neighbours" in t.value for t in at.text)


def test_the_stages_picture_is_put_on_the_finished_map(record) -> None:
    at = opened(c_picture="21", c_placed="on", c_method="pca")
    shown = component(at, r"c_map/[^/]+/pca")
    x, y, words = shown["mark"]
    one = spaces.aged(record, None)
    points = linear(one)
    # the picture is one of the map's own, so it lies beside its own point; alone in a batch its last digits are others
    away = np.hypot(x - points[21, 0], y - points[21, 1])
    assert away < 0.02 * np.ptp(points, axis=0).max() and words == "from the stage"
    assert component(opened(c_method="pca"), r"c_map/[^/]+/pca")["mark"] is None


def test_the_honest_panel_equals_the_analysis(record) -> None:
    at = opened()
    one = methods.small(record)
    points = linear(one)
    table = at.table[0].value
    row = table[table["map"] == "PCA"].iloc[0]
    assert row["trustworthiness"] == f"{honest.trustworthiness(one.x.numpy(), points, 15):.3f}"
    assert row["neighbour recall"] == f"{honest.neighbour_recall(one.x.numpy(), points, 15)[0]:.1%}"


@pytest.mark.parametrize(
    "query",
    [
        {"c_data": "nothing", "c_picture": "-5", "c_v_crop": "<b>", "c_draw": "1e9"},
        {"c_point": "99999999", "c_space": "mars", "c_method": "lle", "c_b_age": "??", "c_b_t": "nan"},
        {"c_folder": "pictures-0000000000000000", "c_m_seed": "x", "c_m_read": "loss"},
        {"c_folder": "../../etc/passwd", "c_perplexity": "inf", "c_neighbors": "-1", "c_min_dist": "2"},
        {"c_more": "flip-jump", "c_temperature": "0", "c_steps": "-1"},
    ],
)
def test_a_link_with_nonsense_opens_on_what_there_is(query) -> None:
    at = opened(**query)
    assert "Contrastive" in at.title[0].value


def test_other_pictures_have_a_model_and_a_lesson_of_their_own(record) -> None:
    at = opened(c_data="openmoji")
    shown = lab.view("simclr", simclr.Config(data="openmoji"), 0)
    if not isinstance(shown, lab.Ready):
        pytest.skip("the model of emoji is not in assets/trained")
    assert "c_v_gray" in {s.key for s in at.select_slider}
    at = pick(at, "c_m_read", "shape_rank")
    table = body(at, "ll-matrix wide")
    cells = re.findall(r"<td(?: style=[^>]*)?>([\d.]+)<br>", table)
    expected = [
        f"{view.record.metrics['shape_rank']:.3f}"
        for crop in simclr.CROPS
        for colour in simclr.COLOURS
        if isinstance(view := lab.view("simclr", simclr.small(crop, colour), 0), lab.Ready)
    ]
    assert cells == expected and len(cells) + table.count("not trained") == 9


def test_embeddings_are_those_of_the_model_at_its_age(record) -> None:
    for age in (None, record.checkpoints[1]):
        model = subject.encoder(record, age)
        h, z = subject.embeddings(record, age)
        x = data.load("fashion").test_x[500:503].float() / 255
        assert torch.allclose(model(x)[0], h[500:503], atol=1e-4) and torch.allclose(model(x)[1], z[500:503], atol=1e-4)
