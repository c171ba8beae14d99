"""Two encoders in one space: the loss against the paper's pseudo-code and open_clip, captions, thresholds, and a short training."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.analysis import two_encoders
from core.data import captions, scenes
from core.experiment import BadValue, Context
from core.experiments import clip
from core.nn.pair_losses import sigmoid_pairs, symmetric
from core.rng import generator

pytestmark = pytest.mark.usefixtures("one_thread")
CPU = torch.device("cpu")


# The loss ------------------------------------------------------------------------------------------------------------


def batch(n: int = 7, width: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    g = generator(0, "test clip")
    return tuple(torch.randn(n, width, generator=g, dtype=torch.float64) for _ in range(2))


def figure_3(I_f: np.ndarray, T_f: np.ndarray, t: float) -> float:
    """The pseudo-code of Radford et al. 2021, figure 3, in NumPy, from the features on."""

    def l2_normalize(x, axis):
        return x / np.linalg.norm(x, axis=axis, keepdims=True)

    def cross_entropy_loss(logits, labels, axis):
        logits = logits if axis == 1 else logits.T
        return np.mean([np.log(np.exp(row).sum()) - row[label] for row, label in zip(logits, labels, strict=True)])

    I_e = l2_normalize(I_f, axis=1)
    T_e = l2_normalize(T_f, axis=1)
    logits = np.dot(I_e, T_e.T) * np.exp(t)
    labels = np.arange(len(I_f))
    loss_i = cross_entropy_loss(logits, labels, axis=0)
    loss_t = cross_entropy_loss(logits, labels, axis=1)
    return (loss_i + loss_t) / 2


class ClipLoss:
    """open_clip's ClipLoss (open_clip/loss.py) on one machine, as it is published: cross-entropy of both logits, halved."""

    def __call__(self, image_features, text_features, logit_scale):
        logits_per_image = logit_scale * image_features @ text_features.T
        logits_per_text = logit_scale * text_features @ image_features.T
        labels = torch.arange(logits_per_image.shape[0])
        return (F.cross_entropy(logits_per_image, labels) + F.cross_entropy(logits_per_text, labels)) / 2


def with_gradients(loss, a: torch.Tensor, b: torch.Tensor, t: float) -> tuple[torch.Tensor, ...]:
    """The loss of raw features and the log of the scale, and its gradients with respect to all three."""
    a, b, log_scale = (x.clone().requires_grad_() for x in (a, b, torch.tensor(t, dtype=torch.float64)))
    value = loss(F.normalize(a, dim=1), F.normalize(b, dim=1), log_scale.exp())
    return value.detach(), *torch.autograd.grad(value, (a, b, log_scale))


@pytest.mark.parametrize("temperature", [0.01, 0.07, 1.0])
def test_the_symmetric_loss_is_the_papers_pseudo_code(temperature):
    a, b = batch()
    t = math.log(1 / temperature)
    value, *gradients = with_gradients(symmetric, a, b, t)
    assert float(value) == pytest.approx(figure_3(a.numpy(), b.numpy(), t), rel=1e-12)
    step = 1e-6  # the gradients against central differences of the pseudo-code
    for which, i, j in ((0, 0, 0), (0, 3, 2), (1, 5, 4)):
        moved = [x.clone() for x in (a, b)]
        sides = []
        for sign in (1, -1):
            moved[which] = (a, b)[which].clone()
            moved[which][i, j] += sign * step
            sides.append(figure_3(moved[0].numpy(), moved[1].numpy(), t))
        assert float(gradients[which][i, j]) == pytest.approx((sides[0] - sides[1]) / (2 * step), rel=1e-4, abs=1e-8)
    slope = (figure_3(a.numpy(), b.numpy(), t + step) - figure_3(a.numpy(), b.numpy(), t - step)) / (2 * step)
    assert float(gradients[2]) == pytest.approx(slope, rel=1e-4, abs=1e-8)


@pytest.mark.parametrize("temperature", [0.01, 0.07, 1.0])
def test_the_symmetric_loss_is_that_of_open_clip_with_its_gradients(temperature):
    a, b = batch(16, 8)
    ours = with_gradients(symmetric, a, b, math.log(1 / temperature))
    twins = [ClipLoss()]
    try:
        from open_clip.loss import ClipLoss as Theirs
    except ImportError:
        pass
    else:
        twins.append(Theirs())
    for twin in twins:
        for got, expected in zip(ours, with_gradients(twin, a, b, math.log(1 / temperature)), strict=True):
            torch.testing.assert_close(got, expected)


def test_a_batch_has_the_loss_that_its_config_names():
    model = clip.build(clip.Config(loss="sigmoid"), generator(0, "init"))
    a, b = (F.normalize(x.float(), dim=1) for x in batch(4))
    which = torch.tensor([0, 1, 0, 2])
    same = which[:, None] == which
    for equal, given in (("left out", same), ("negatives", None)):
        config = clip.Config(loss="sigmoid", equal=equal)
        wanted = sigmoid_pairs(a, b, model.scale, model.bias, given)
        torch.testing.assert_close(clip.pair_loss(model, config, a, b, which), wanted)
        wanted = symmetric(a, b, model.scale, given)
        torch.testing.assert_close(clip.pair_loss(model, clip.Config(equal=equal), a, b, which), wanted)


def test_the_temperature_is_learned_or_fixed_and_never_below_a_hundredth():
    learned, fixed = (clip.build(clip.Config(temperature=t), generator(0, "init")) for t in ("learned", "0.3"))
    assert learned.log_scale.requires_grad and not fixed.log_scale.requires_grad
    assert 1 / learned.scale.item() == pytest.approx(0.07) and 1 / fixed.scale.item() == pytest.approx(0.3)
    with torch.no_grad():
        learned.log_scale.fill_(9.0)
    assert learned.scale.item() == 100


# Captions ------------------------------------------------------------------------------------------------------------


def test_words_of_a_text_and_where_it_is_cut():
    assert captions.in_words("Côte d’Ivoire, 10 o'clock!") == ["cote", "d'ivoire", "10", "o'clock"]
    assert captions.in_words("…!?") == [] and not captions.is_cut("a cat")
    long = "word " * 10_000
    assert len(captions.in_words(long)) == captions.MOST_WORDS and captions.is_cut(long)


def test_no_training_scene_has_a_combination_that_is_held_out():
    assert len(scenes.HELD_OUT) == 6 and {s for s, _ in scenes.HELD_OUT} == {c for _, c in scenes.HELD_OUT} == set(
        range(6)
    )
    for part in ("train", "validation", "test"):
        drawn, x = scenes.load(part)
        held = [scene.is_held_out for scene in drawn]
        assert len(x) == len(drawn) == scenes.COUNTS[part] and sum(held) == (len(drawn) // 2 if part == "test" else 0)


def test_a_caption_says_what_is_drawn():
    drawn, x = scenes.load("test")
    hues = torch.tensor(list(scenes.COLOURS.values()))
    for scene, picture in zip(drawn[:80], x[:80].float() / 255, strict=True):
        said = scene.caption()
        assert all(f"{scenes.SIZES[size]} {scenes.HUES[c]} {scenes.SHAPES[s]}" in said for s, c, size in scene.figures)
        for _, colour, _ in scene.figures:  # its colour is there
            assert float((picture - hues[colour][:, None, None]).abs().sum(0).min()) < 0.05
        if len(scene.figures) == 1:
            middle = 2 * (picture.sum(0) > 0.3).nonzero().double().mean(0) / scenes.SIDE - 1
            assert (middle / 0.42).round().int().tolist() == [place - 1 for place in scene.place]
            assert scenes.where(*scene.place) in said
    turned = scenes.other_order(drawn[1])
    assert sorted(turned.caption().split()) == sorted(drawn[1].caption().split()) and turned != drawn[1]


def test_all_captions_of_one_figure_differ_and_carry_their_attributes():
    said, told = scenes.captions_of_one(), scenes.attributes_of_one()
    assert len(set(said)) == len(said) == 648 and len({tuple(row) for row in told.tolist()}) == 648
    assert all(
        scenes.SHAPES[shape] in text and scenes.HUES[hue] in text
        for text, (shape, hue, _, _) in zip(said, told.tolist(), strict=True)
    )


def test_families_of_emoji_are_in_one_part_and_other_names_are_captions_too():
    parts = [captions.part("openmoji", which) for which in captions.PARTS]
    groups = [set(part.group.tolist()) for part in parts]
    assert not (groups[0] & groups[1] or groups[0] & groups[2] or groups[1] & groups[2])
    assert all(len(part) == len(part.x) == len(part.label) for part in parts)
    said = {texts[0]: texts for part in parts for texts in part.texts}
    assert "crow" in said["black bird"]
    words = set(captions.words("openmoji"))
    assert all(word in words for texts in said.values() for text in texts for word in captions.in_words(text))


def test_a_batch_holds_each_family_once_as_long_as_there_are_enough():
    group = torch.tensor([0, 0, 0, 1, 2, 2])
    g = generator(0, "families")
    assert sorted(group[clip.Families(group).draw(3, g)].tolist()) == [0, 1, 2]
    assert len(clip.Families(group).draw(8, g)) == 8


# Thresholds ----------------------------------------------------------------------------------------------------------


def test_ranks_and_recalls_against_a_loop():
    similar = torch.rand(9, 9, generator=generator(0, "ranks"))
    expected = [sum(float(v) > float(similar[i, i]) for v in similar[i]) for i in range(9)]
    assert two_encoders.ranks(similar).tolist() == expected
    assert two_encoders.recalls(similar)["5"] == pytest.approx(sum(r < 5 for r in expected) / 9)


def test_the_threshold_is_the_best_of_all_possible_ones():
    g = generator(0, "threshold")
    there, absent = torch.randn(40, generator=g) + 1, torch.randn(40, generator=g)

    def right(cut: float) -> float:
        return float((there >= cut).double().mean() + (absent < cut).double().mean()) / 2

    cut = two_encoders.threshold(there, absent)
    assert right(cut) == max(right(float(value) + 1e-7) for value in torch.cat([there, absent]))
    assert 2 < two_encoders.threshold(torch.tensor([3.0, 4.0]), torch.tensor([1.0, 2.0])) < 3


def test_trials_hold_the_own_text_first_or_not_at_all():
    similar = torch.rand(6, 12, generator=generator(0, "trials"))
    right = torch.arange(6)
    wrong = torch.ones(6, 12, dtype=torch.bool).scatter_(1, right[:, None], False)
    found = two_encoders.trials(similar, right, wrong, generator(0, "test"), candidates=4)
    assert torch.equal(found.with_own[:, 0], similar.diag()) and found.without_own.shape == (6, 4)
    assert not (found.without_own == similar.diag()[:, None]).any()
    assert torch.equal(two_encoders.surest(found.with_own), found.with_own.amax(1))


def test_calibration_is_scikit_learns_logistic_regression():
    from sklearn.linear_model import LogisticRegression

    g = generator(0, "calibration")
    own, other = 0.4 + 0.2 * torch.randn(200, generator=g), 0.2 * torch.randn(200, generator=g)
    slope, intercept = two_encoders.calibrated(two_encoders.Trials(own[:, None], other[:, None]))
    x = torch.cat([own, other])[:, None].numpy()
    twin = LogisticRegression(C=1e3, tol=1e-10, max_iter=1000).fit(x, np.repeat([1, 0], 200))
    assert slope == pytest.approx(float(twin.coef_[0, 0]), rel=2e-3)
    assert intercept == pytest.approx(float(twin.intercept_[0]), rel=2e-3, abs=2e-3)


def test_the_gap_is_the_distance_of_the_means():
    a = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    assert two_encoders.gap(a, -a) == pytest.approx(math.sqrt(2)) and two_encoders.gap(a, a) == 0


# A short training ----------------------------------------------------------------------------------------------------


def small(name: str) -> captions.Pairs:
    """Few pictures of each part."""
    counts = {"train": 300, "validation": 80, "test": 120}
    return captions.Pairs(name, *(captions.part(name, which).some(range(count)) for which, count in counts.items()))


def run(loop):
    while True:
        try:
            next(loop)
        except StopIteration as end:
            return end.value


@pytest.fixture(scope="module", params=["openmoji", "shapes"])
def trained(request):
    config = clip.EXPERIMENT.strict({"steps": 40, "data": request.param, "batch": 16, "width": 16})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clip.captions, "load", small)
        patch.setattr(clip, "DRAWS", 2)
        patch.setattr(clip, "SHOTS", (1, 2))
        outcome = run(clip.train(config, Context(CPU, 0)))
        model = clip.build(config)
        model.load_state_dict({name: value.float() for name, value in outcome.state.items()})
        model.eval().requires_grad_(False)
        again = run(clip.EXPERIMENT.measure(model, config, Context(CPU, 0), ()))
    return config, outcome, model, again


def test_what_is_measured_follows_from_the_weights(trained):
    config, outcome, _, again = trained
    assert set(clip.EXPERIMENT.metric_names) <= set(outcome.metrics) and again == outcome.metrics
    assert outcome.metrics["modality_gap"] > 0 and 0 < outcome.metrics["chance_recall_at_10"] <= 1
    assert outcome.metrics["chance_zero_shot"] == 1 / (648 if config.data == "shapes" else outcome.metrics["captions"])


def test_the_same_seed_gives_the_same_weights_and_another_one_others(trained):
    config, outcome, _, _ = trained
    if config.data == "shapes":
        return
    pairs = small(config.data)
    model, _ = run(clip.learn(config, Context(CPU, 0), pairs))
    assert all(torch.equal(value.half(), outcome.state[name]) for name, value in model.state_dict().items())


def test_both_encoders_give_unit_vectors_of_any_text(trained):
    _, _, model, _ = trained
    texts = ["a cat", "", "qqzzx", "word " * 10_000, "a\ud800", "猫"]
    vectors = clip.encode_texts(model, texts)
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(len(texts)))
    torch.testing.assert_close(
        clip.encode_texts(model, texts[:1])[0], vectors[0]
    )  # whatever stands beside it in the batch
    assert clip.read(model, ["qqzzx"])[0].unknown == ("qqzzx",)
    x = captions.part("shapes", "test").x[:3]
    torch.testing.assert_close(clip.encode_pictures(model, x).norm(dim=1), torch.ones(3))
    assert clip.encode_ensemble(model, ["a cat"]).norm() == pytest.approx(1)


def test_a_bag_of_words_cannot_tell_two_orders_apart():
    config = clip.EXPERIMENT.strict({"data": "shapes", "text": "bag of words", "width": 8})
    model = clip.build(config, generator(0, "init")).eval().requires_grad_(False)
    found = clip.word_order(model)
    assert found["right"] == 0.5
    ordered = (
        clip.build(dataclasses.replace(config, text="transformer"), generator(0, "init")).eval().requires_grad_(False)
    )
    assert clip.word_order(ordered)["right"] != 0.5


def test_words_need_glove_and_say_so(monkeypatch):
    monkeypatch.setattr(clip.glove, "available", lambda: False)
    model = clip.build(clip.Config(), generator(0, "init"))
    with pytest.raises(BadValue, match="GloVe"):
        clip.start_from_glove(model)
    assert clip.read(model, ["a zebrafish"])[0].unknown == ("zebrafish",)
