"""From text to picture: the rule that reads attributes, the Frechet distance, codes, losses against slow twins, and a short training."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.analysis import attributes, frechet
from core.data import captions, scenes
from core.experiment import BadValue, Context
from core.experiments import clip, text_to_image
from core.nn import diffusion
from core.rng import generator
from core.training.frozen import frozen

pytestmark = pytest.mark.usefixtures("one_thread")
CPU = torch.device("cpu")
SMALL = {
    "PICTURES": 96, "BATCH": 8, "OF_CODES": 8, "HELD": 8, "SEEN": 6, "DRAWS": 2, "STEPS": 2, "PRIOR_STEPS": 2, "WEIGHTS": (1.0, 2.0), "KEPT_DIRECTIONS": (1, 64),
}  # fmt: skip


@pytest.fixture
def small(monkeypatch):
    """Few pictures, steps and samples."""
    for name, value in SMALL.items():
        monkeypatch.setattr(text_to_image, name, value)
    monkeypatch.setattr(frechet, "RESAMPLES", 3)


@pytest.fixture(scope="module")
def model():
    found = text_to_image.build(text_to_image.Config(), generator(0, "test text to image"))
    found.clip = frozen("clip", {"data": "shapes"})
    return found.eval().requires_grad_(False)


# The rule -------------------------------------------------------------------------------------------------------------


def test_the_rule_reads_all_real_pictures_of_one_figure():
    drawn, x = scenes.load("validation")
    rows = [i for i, scene in enumerate(drawn) if len(scene.figures) == 1]
    truth = torch.tensor([drawn[i].figures[0] for i in rows])
    for name, hit in attributes.right(attributes.read(x[rows]), truth).items():
        assert float(hit.double().mean()) > 0.99, name


def test_the_rule_sees_no_figure_in_an_empty_page_a_full_one_or_noise():
    g = generator(0, "noise")
    for x in (
        torch.zeros(2, 3, 32, 32),
        torch.full((2, 3, 32, 32), 200.0),
        torch.randint(256, (2, 3, 32, 32), generator=g),
    ):
        assert (attributes.read(x.to(torch.uint8)) == attributes.NOTHING).all()


def test_the_rule_forgives_a_little_noise_and_not_a_smear():
    drawn, x = scenes.load("validation")
    rows = [i for i, scene in enumerate(drawn) if len(scene.figures) == 1][:60]
    truth = torch.tensor([drawn[i].figures[0] for i in rows])
    noisy = (
        (x[rows].float() + 12 * torch.randn(60, 3, 32, 32, generator=generator(0, "noise")))
        .clamp(0, 255)
        .to(torch.uint8)
    )
    assert float(attributes.right(attributes.read(noisy), truth)["product"].double().mean()) > 0.9
    smeared = F.avg_pool2d(x[rows].float(), 17, 1, 8).to(torch.uint8)
    assert float(attributes.right(attributes.read(smeared), truth)["product"].double().mean()) < 0.3


def test_what_was_not_asked_for_counts_as_right_and_no_figure_never_does():
    read = torch.tensor([[2, 1, 0], [2, 1, 0], [-1, -1, -1]])
    right = attributes.right(read, torch.tensor([[2, -1, -1], [2, 1, 1], [-1, -1, -1]]))
    assert right["shape"].tolist() == [True, True, False]
    assert right["size"].tolist() == [True, False, False]
    assert right["product"].tolist() == [True, False, False]


# The distance -----------------------------------------------------------------------------------------------------------


def test_the_frechet_distance_has_its_closed_form():
    g = generator(0, "frechet")
    x = torch.randn(400, 6, generator=g, dtype=torch.float64)
    assert frechet.frechet(x, x) == pytest.approx(0, abs=1e-9)
    assert frechet.frechet(x, x + 2) == pytest.approx(6 * 4)
    assert frechet.frechet(x, 3 * x) == pytest.approx(float(4 * torch.cov(x.T).trace() + 4 * x.mean(0).square().sum()))
    mixed = x @ torch.randn(6, 6, generator=g, dtype=torch.float64)
    product = torch.cov(x.T) @ torch.cov(mixed.T)
    root = np.sqrt(
        np.linalg.eigvals(product.numpy()).astype(complex)
    ).real.sum()  # tr of the root of a product that is not symmetric
    wanted = (
        float((x.mean(0) - mixed.mean(0)).square().sum() + torch.cov(x.T).trace() + torch.cov(mixed.T).trace())
        - 2 * root
    )
    assert frechet.frechet(x, mixed) == pytest.approx(wanted, rel=1e-8)
    assert frechet.frechet(mixed, x) == pytest.approx(wanted, rel=1e-8)


def test_a_cloud_that_is_farther_has_an_interval_above_zero():
    g = generator(1, "frechet")
    real = torch.randn(200, 3, generator=g)
    clouds = {"near": real + 0.1 * torch.randn(200, 3, generator=g), "far": real + 1}
    low, high = frechet.differences(real, clouds, "near", generator(0, "again"))["far"]
    assert 0 < low < 3 < high + 1


# Codes ------------------------------------------------------------------------------------------------------------------


def test_principal_directions_are_those_of_the_covariance(model):
    codes = F.normalize(torch.randn(300, 64, generator=generator(0, "codes")) + 1, dim=1)
    middle, directions, spread = text_to_image.principal(codes)
    values, vectors = torch.linalg.eigh(torch.cov(codes.T, correction=0))
    torch.testing.assert_close(spread.square(), values.flip(0).clamp_min(0), atol=1e-6, rtol=1e-3)
    assert float((directions[0] @ vectors[:, -1]).abs()) == pytest.approx(1, abs=1e-3)
    torch.testing.assert_close(middle, codes.mean(0))
    told = text_to_image.build(text_to_image.Config(), generator(0, "x"))
    told.middle, told.directions = middle, directions
    torch.testing.assert_close(text_to_image.cut(told, codes, 64), codes, atol=1e-5, rtol=1e-4)
    one = text_to_image.cut(told, codes, 1)
    along = (codes - middle) @ directions[0]
    torch.testing.assert_close(one, F.normalize(middle + along[:, None] * directions[0], dim=1), atol=1e-5, rtol=1e-4)


def test_the_arc_has_even_angles():
    one, other = F.normalize(torch.randn(2, 8, generator=generator(0, "arc"), dtype=torch.float64), dim=1)
    points = [text_to_image.between(one, other, share) for share in (0, 0.25, 0.5, 0.75, 1)]
    torch.testing.assert_close(points[0], one)
    torch.testing.assert_close(points[-1], other)
    angles = [float((a @ b).arccos()) for a, b in itertools.pairwise(points)]
    assert angles == pytest.approx([float((one @ other).arccos()) / 4] * 4) and all(
        float(p.norm()) == pytest.approx(1) for p in points
    )
    assert text_to_image.between(one, one, 0.3) is one


def test_least_squares_finds_a_linear_map(model):
    g = generator(0, "least squares")
    x, w = torch.randn(500, 5, generator=g), torch.randn(5, 5, generator=g)
    found = text_to_image.least_squares(x, x @ w + 0.7, ridge=1e-9)
    torch.testing.assert_close(found[:-1], w, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(found[-1], torch.full((5,), 0.7), atol=1e-3, rtol=1e-3)


def test_the_prior_keeps_the_candidate_that_is_nearer_to_the_text(model):
    texts = clip.encode_texts(model.clip, ["a red disc", "a blue star", "green"])
    noise = text_to_image.noises(3, 64, generator(0, "prior")).codes
    found = text_to_image.by_diffusion(model, texts, noise)
    each = [text_to_image.by_diffusion(model, texts, one[None]) for one in noise]
    cosines = torch.stack([(one * texts).sum(1) for one in each])
    torch.testing.assert_close((found * texts).sum(1), cosines.amax(0))
    torch.testing.assert_close(found.norm(dim=1), torch.ones(3))


# Losses -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", diffusion.PATHS)
@pytest.mark.parametrize("target", diffusion.TARGETS)
def test_the_decoders_loss_is_that_of_a_slow_twin(path, target):
    model = text_to_image.build(text_to_image.Config(path=path, target=target), generator(3, "init"))
    torch.nn.init.normal_(model.decoder.out.weight, std=0.1, generator=generator(4, "out"))
    x = scenes.load("validation")[1][:4]
    texts = clip.encode_texts(model.clip, ["a red disc", "star"])
    loss = text_to_image.decoder_loss(model, x, texts, generator(5, "noise"))
    g = generator(5, "noise")
    dropped = torch.rand(4, generator=g) < text_to_image.DROPPED
    t = text_to_image.between_times(4, g)
    noise = torch.randn(4, 3, 32, 32, generator=g)
    total = []
    for i in range(4):
        code = clip.encode_pictures(model.clip, x[i : i + 1]) if i < 2 else texts[i - 2 : i - 1]
        told = model.decoder.tell(8.0 * code, "image" if i < 2 else "text")  # the root of 64
        told = model.decoder.nothing[None] if dropped[i] else told
        x0 = x[i : i + 1].float() / 127.5 - 1
        a, s = (float(level) for level in diffusion.levels(t[i], path))
        said = model.decoder(a * x0 + s * noise[i], t[i : i + 1], told)
        wanted = {
            "picture": x0,
            "noise": noise[i : i + 1],
            "v": noise[i : i + 1] - x0 if path == "straight" else a * noise[i : i + 1] - s * x0,
        }[target]
        total.append((said - wanted).square().mean())
    torch.testing.assert_close(loss, torch.stack(total).mean(), rtol=1e-4, atol=1e-5)


def test_the_first_half_of_a_batch_is_told_pictures_and_the_second_texts(model):
    x, texts = scenes.load("validation")[1][:4], clip.encode_texts(model.clip, ["a red disc", "star"])
    trained = text_to_image.build(text_to_image.Config(), generator(3, "init"))
    torch.nn.init.normal_(trained.decoder.out.weight, generator=generator(4, "out"))
    text_to_image.decoder_loss(trained, x, texts, generator(8, "noise")).backward()
    assert trained.decoder.image.weight.grad.abs().sum() > 0 and trained.decoder.text.weight.grad.abs().sum() > 0
    assert all(p.grad is None or not p.grad.abs().sum() for p in trained.clip.parameters() if not p.requires_grad)


def test_times_cover_all_that_is_learned():
    t = text_to_image.between_times(1000, generator(0, "times"))
    assert float(t.min()) >= diffusion.FIRST and float(t.max()) <= diffusion.LAST
    counts = torch.histc(t, 10, diffusion.FIRST, diffusion.LAST)
    assert (counts - 100).abs().max() <= 2


# Data -------------------------------------------------------------------------------------------------------------------


def test_what_learns_never_sees_a_combination_that_is_held_out(small):
    part = text_to_image.learned_from("shapes")
    wanted = {scenes.noun(*pair) for pair in scenes.HELD_OUT}
    assert len(part) == 96 and not any(text in wanted for said in part.texts for text in said)
    assert torch.equal(part.x, text_to_image.learned_from("shapes").x)
    triples = {scenes.noun(*triple) for triple in text_to_image.TRIPLES}
    assert len(triples) == 12 and not any(text in triples for said in part.texts for text in said)
    g = generator(0, "many")
    sizes = {scene.figures[0] for scene in text_to_image.one_figure(3_000, "triple", g)}
    assert len(sizes) == 60 - 12 and {triple[:2] for triple in text_to_image.TRIPLES} <= {
        figure[:2] for figure in sizes
    }


def test_captions_have_the_codes_of_their_texts(model, small):
    part = text_to_image.learned_from("shapes").some(range(12))
    said = text_to_image.Captions(model, part)
    torch.testing.assert_close(said.full(), clip.encode_texts(model.clip, part.names), atol=1e-5, rtol=1e-4)
    g = generator(0, "captions")
    rows = torch.arange(12).repeat(40)
    drawn, own = said.draw(rows, g), clip.encode_texts(model.clip, part.names)[rows]
    full = (drawn - own).norm(dim=1) < 1e-4
    assert 0.5 < float(full.double().mean()) < 0.75  # one half, and those that are drawn among all
    for code, row in zip(drawn[:24], rows[:24].tolist(), strict=True):
        texts = clip.encode_texts(model.clip, part.texts[row])
        assert float((texts - code).norm(dim=1).min()) < 1e-4


# Training ---------------------------------------------------------------------------------------------------------------


def trained(config, seed=0):
    loop = text_to_image.train(config, Context(CPU, seed))
    events = []
    while True:
        try:
            events.append(next(loop))
        except StopIteration as end:
            return events, end.value


def test_a_short_training_learns_measures_and_repeats(small):
    config = dataclasses.replace(text_to_image.Config(), steps=24)
    events, outcome = trained(config)
    losses = [event.metrics["loss"] for event in events if getattr(event, "metrics", {}).get("loss")]
    assert losses[-1] < losses[0] and outcome.steps == 24
    for variant in text_to_image.VARIANTS:
        assert outcome.metrics[f"frechet.{variant}"] > 0
        for name in (*attributes.NAMES, attributes.PRODUCT):
            assert 0 <= outcome.metrics[f"attribute_accuracy.{variant}.{name}"] <= 1
    again = trained(config)[1]
    assert all(torch.equal(value, again.state[name]) for name, value in outcome.state.items())
    frozen_now = {name: value for name, value in outcome.state.items() if name.startswith("clip.")}
    shipped = frozen("clip", {"data": "shapes"}).state_dict()
    assert all(
        torch.equal(value.float(), shipped[name.removeprefix("clip.")].half().float())
        for name, value in frozen_now.items()
    )
    model = text_to_image.build(config)
    model.load_state_dict({name: value.float() for name, value in outcome.state.items()})
    loop = text_to_image.measure(model.eval().requires_grad_(False), config, Context(CPU, 0))
    with pytest.raises(StopIteration) as end:
        while True:
            next(loop)
    measured = end.value.value
    assert (
        measured["attribute_accuracy.prior_decoder.colour"]
        == outcome.metrics["attribute_accuracy.prior_decoder.colour"]
    )
    assert measured["frechet.text_decoder"] == pytest.approx(outcome.metrics["frechet.text_decoder"], rel=1e-4)


def test_it_builds_on_what_ships_or_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr("core.store.paths.baked_dir", lambda: tmp_path)
    with pytest.raises(BadValue, match="python -m core bake clip"):
        frozen("clip", {"data": "shapes"})


def test_a_picture_is_drawn_from_the_same_noise_by_every_way(model, small):
    asked = text_to_image.Asked("shapes", "triple", 1)
    assert len(asked.texts) == 8 and all(scene in captions.words("shapes") for scene in asked.texts[0].split())
    texts = clip.encode_texts(model.clip, asked.texts[:3])
    ways = text_to_image.ways(model, texts, clip.encode_pictures(model.clip, asked.own[:3]), asked.noise.codes[:, :3])
    assert tuple(ways) == (*text_to_image.VARIANTS, *text_to_image.OTHERS)
    assert torch.equal(ways["text_as_image"][0], ways["text_decoder"][0]) and ways["text_decoder"][1] == "text"
    one, same = (text_to_image.decode(model, texts, asked.noise.pictures[:3], "text", steps=2) for _ in range(2))
    assert one.dtype == torch.uint8 and torch.equal(one, same)
