"""The masked auto-encoder: the published network, the published loss, and a training that tells the truth."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from core import data
from core.analysis.fills import masked_mse
from core.analysis.probes import PENALTIES, Labelled, nearest_neighbours
from core.compat import torchvision
from core.data.augment import shift_and_mirror
from core.events import Outcome, Preview, Step
from core.experiment import Context
from core.experiments import mae
from core.experiments.mae import EXPERIMENT, PATCH, Config, MaskedAutoencoder, build, fill_in, loss_and_prediction
from core.nn.masks import hide
from core.nn.patches import mask_to_pixels
from core.nn.weights import stored
from core.training import pace
from core.training.schedule import warm_cosine

CPU = torch.device("cpu")
SMALL = Config(data="mnist", width=32, depth=1, decoder_depth=1, steps=100)


pytestmark = pytest.mark.usefixtures("one_thread")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def network(channels: int, side: int) -> MaskedAutoencoder:
    """Every parameter is random, biases and norms too, so that a forgotten one is noticed."""
    model = MaskedAutoencoder(channels, side, width=32, depth=2, decoder_width=48, decoder_depth=1)
    g = seeded(7)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn(p.shape, generator=g) * 0.1)
    return model


def scene(channels: int, side: int, batch: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    """Random pictures and noise (B, N)."""
    g = seeded(1)
    return torch.rand(batch, channels, side, side, generator=g), torch.rand(batch, (side // PATCH) ** 2, generator=g)


# (a) The same network elsewhere -----------------------------------------------------------------------------------


def block_names(ours: str, theirs: str) -> dict[str, tuple[str, ...]]:
    return {
        f"{ours}.{a}.{kind}": tuple(f"{theirs}.{b}.{kind}" for b in bs)
        for kind in ("weight", "bias")
        for a, bs in {
            "norm1": ["layernorm_before"],
            "attention.qkv": ["attention.q_proj", "attention.k_proj", "attention.v_proj"],
            "attention.out": ["attention.o_proj"],
            "norm2": ["layernorm_after"],
            "mlp.0": ["mlp.fc1"],
            "mlp.2": ["mlp.fc2"],
        }.items()
    }


def parameter_names(model: MaskedAutoencoder) -> dict[str, tuple[str, ...]]:
    """Our parameter -> Hugging Face's, several where they are stacked in ours."""
    names = {"class_token": ("vit.embeddings.cls_token",), "mask_token": ("decoder.mask_token",)}
    for ours, theirs in {
        "embed": "vit.embeddings.patch_embeddings.projection",
        "encoder_norm": "vit.layernorm",
        "bridge": "decoder.decoder_embed",
        "decoder_norm": "decoder.decoder_norm",
        "head": "decoder.decoder_pred",
    }.items():
        names |= {f"{ours}.{kind}": (f"{theirs}.{kind}",) for kind in ("weight", "bias")}
    for i in range(len(model.encoder)):
        names |= block_names(f"encoder.{i}", f"vit.layers.{i}")
    for i in range(len(model.decoder)):
        names |= block_names(f"decoder.{i}", f"decoder.decoder_layers.{i}")
    return names


def to_convolution(weight: torch.Tensor, channels: int) -> torch.Tensor:
    """Our patch embedding (D, PATCH*PATCH*C) as their convolution (D, C, PATCH, PATCH)."""
    return weight.view(len(weight), PATCH, PATCH, channels).permute(0, 3, 1, 2)


def twin_of(model: MaskedAutoencoder, side: int, target: str, mask_ratio: float) -> nn.Module:
    """Hugging Face's ViTMAEForPreTraining with the same weights."""
    torchvision()  # transformers imports it and would stop beside a CPU build of torch
    from transformers import ViTMAEConfig, ViTMAEForPreTraining
    from transformers.models.vit_mae.modeling_vit_mae import build_2d_sinusoidal_position_embedding

    width, decoder_width = model.class_token.shape[-1], model.mask_token.shape[-1]
    twin = ViTMAEForPreTraining(
        ViTMAEConfig(
            hidden_size=width, num_hidden_layers=len(model.encoder), num_attention_heads=width // 16,
            intermediate_size=4 * width, decoder_hidden_size=decoder_width,
            decoder_num_hidden_layers=len(model.decoder), decoder_num_attention_heads=decoder_width // 16,
            decoder_intermediate_size=4 * decoder_width, hidden_act="gelu", layer_norm_eps=1e-5, qkv_bias=True,
            image_size=side, patch_size=PATCH, num_channels=model.channels, mask_ratio=mask_ratio,
            norm_pix_loss=target == "normalised",
        )
    ).eval()  # fmt: skip
    theirs = dict(twin.named_parameters())
    with torch.no_grad():
        for name, p in model.named_parameters():
            value = to_convolution(p, model.channels) if name == "embed.weight" else p
            parts = parameter_names(model)[name]
            for part, piece in zip(parts, value.chunk(len(parts)) if len(parts) > 1 else [value], strict=True):
                theirs[part].copy_(piece)
        # Made from a config and not from a checkpoint, theirs leaves all positions at zero: they are made by their
        # own function, its halves swapped as their comment asks for; the class token's stay zero.
        for name in ("vit.embeddings.position_embeddings", "decoder.decoder_pos_embed"):
            positions = build_2d_sinusoidal_position_embedding(model.n, model.n, theirs[name].shape[-1])
            theirs[name][0, 1:] = positions.roll(positions.shape[1] // 2, dims=1)
    return twin


@pytest.mark.twin(
    "core/experiments/mae.py", "core/nn/blocks.py", "core/nn/attention.py", "core/nn/masks.py", "core/nn/patches.py"
)
@pytest.mark.parametrize("target", ["pixels", "normalised"])
@pytest.mark.parametrize(("channels", "side"), [(1, 28), (3, 32)])
def test_loss_and_every_gradient_equal_hugging_face_vit_mae(channels, side, target):
    model, (x, noise) = network(channels, side), scene(channels, side)
    twin = twin_of(model, side, target, mask_ratio=0.75)
    for ours, positions in (
        (model.positions, twin.vit.embeddings.position_embeddings),
        (model.decoder_positions, twin.decoder.decoder_pos_embed),
    ):
        torch.testing.assert_close(ours, positions[0, 1:], rtol=0, atol=1e-6)

    visible = int(noise.shape[1] * 0.25)
    loss, prediction = loss_and_prediction(model, x, noise, visible, target)
    theirs = twin(x * 2 - 1, noise=1 - noise)  # theirs keeps the lowest noise
    torch.testing.assert_close(loss, theirs.loss, rtol=1e-5, atol=0)
    torch.testing.assert_close(prediction, theirs.logits, rtol=0, atol=1e-4)

    loss.backward()
    theirs.loss.backward()
    grads = {name: p.grad for name, p in twin.named_parameters() if p.requires_grad}
    compared = set()
    for name, p in model.named_parameters():
        parts = parameter_names(model)[name]
        compared.update(parts)
        ours = to_convolution(p.grad, channels) if name == "embed.weight" else p.grad
        torch.testing.assert_close(
            ours, torch.cat([grads[part] for part in parts]), rtol=1e-4, atol=1e-5, msg=lambda m, n=name: f"{n}: {m}"
        )
        assert ours.abs().max() > 1e-5, f"{name} gets no gradient, so the comparison says nothing"
    assert compared == set(grads), "a parameter of theirs has no counterpart"


# (b) The loss -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["pixels", "normalised"])
@pytest.mark.parametrize(("channels", "side"), [(1, 28), (3, 32)])
def test_the_loss_is_the_paper_s_written_as_loops(channels, side, target):
    model, (x, noise) = network(channels, side), scene(channels, side, batch=2)
    visible, n = 10, side // PATCH
    with torch.no_grad():
        loss, prediction = loss_and_prediction(model, x, noise, visible, target)
    patch_errors = []
    for b in range(2):
        ranked = sorted(range(n * n), key=lambda p, b=b: -float(noise[b, p]))
        for p in ranked[visible:]:
            top, left = p // n * PATCH, p % n * PATCH
            truth = [
                2 * float(x[b, c, top + i, left + j]) - 1
                for i in range(PATCH)
                for j in range(PATCH)
                for c in range(channels)
            ]
            if target == "normalised":
                mean = sum(truth) / len(truth)
                variance = sum((v - mean) ** 2 for v in truth) / (len(truth) - 1)
                truth = [(v - mean) / (variance + 1e-6) ** 0.5 for v in truth]
            guess = prediction[b, p].tolist()
            patch_errors.append(sum((g - t) ** 2 for g, t in zip(guess, truth, strict=True)) / len(truth))
    assert len(patch_errors) == 2 * (n * n - visible)
    assert float(loss) == pytest.approx(sum(patch_errors) / len(patch_errors), rel=1e-5)


# (c), (f) Filling in ----------------------------------------------------------------------------------------------


def test_fill_in_never_looks_at_hidden_pixels():
    model, (x, _) = network(3, 32), scene(3, 32)
    hidden = hide("random", 0.75, 3, 8, seeded(2))
    holes = mask_to_pixels(hidden, PATCH)
    filled = fill_in(model, x, hidden, "pixels")
    elsewhere = torch.where(holes, torch.rand(x.shape, generator=seeded(3)), x)
    assert torch.equal(fill_in(model, elsewhere, hidden, "pixels"), filled)
    seen = torch.where(holes, x, 1 - x)
    assert not torch.allclose(fill_in(model, seen, hidden, "pixels"), filled, atol=1e-3)


def test_with_normalised_targets_only_mean_and_contrast_of_hidden_patches_are_lent():
    model, (x, _) = network(1, 28), scene(1, 28)
    hidden = hide("random", 0.75, 3, 7, seeded(2))
    holes = mask_to_pixels(hidden, PATCH)
    filled = fill_in(model, x, hidden, "normalised")
    turned = x.unflatten(2, (7, 4)).unflatten(4, (7, 4)).transpose(3, 5).flatten(4, 5).flatten(2, 3)  # in each patch
    same_moments = torch.where(holes, turned, x)
    assert not torch.equal(same_moments, x)
    torch.testing.assert_close(fill_in(model, same_moments, hidden, "normalised"), filled, rtol=0, atol=1e-5)
    brighter = torch.where(holes, x * 0.5 + 0.4, x)
    assert not torch.allclose(fill_in(model, brighter, hidden, "normalised"), filled, atol=1e-2)


@pytest.mark.parametrize("target", ["pixels", "normalised"])
def test_each_picture_is_filled_in_as_if_it_were_alone_and_within_the_gray_scale(target):
    model, (x, _) = network(3, 32), scene(3, 32)
    hidden = hide("block", 0.6, 3, 8, seeded(2))
    filled = fill_in(model, x, hidden, target)
    assert filled.shape == x.shape and filled.min() >= 0 and filled.max() <= 1
    for b in range(3):
        alone = fill_in(model, x[b : b + 1], hidden[b : b + 1], target)
        torch.testing.assert_close(filled[b : b + 1], alone, rtol=0, atol=1e-5)


def test_with_everything_hidden_the_picture_does_not_matter():
    model, (x, _) = network(1, 28), scene(1, 28)
    everything = torch.ones(3, 49, dtype=torch.bool)
    filled = fill_in(model, x, everything, "pixels")
    assert filled.isfinite().all()
    torch.testing.assert_close(filled[0], filled[1], rtol=0, atol=1e-6)
    patches = filled[0].unfold(1, PATCH, PATCH).unfold(2, PATCH, PATCH).flatten(0, 2)
    assert not torch.allclose(patches[0], patches[20], atol=1e-3), "positions still tell mask tokens apart"


def test_with_nothing_hidden_every_patch_reaches_the_encoder_in_its_place():
    model, (x, _) = network(1, 28), scene(1, 28)
    filled = fill_in(model, x, torch.zeros(3, 49, dtype=torch.bool), "pixels")
    shuffled = model.encode_visible(x, torch.rand(3, 49, generator=seeded(5)), 49)
    expected = mae.to_pixels(model, model.decode(shuffled), x, "pixels")
    torch.testing.assert_close(filled, expected, rtol=0, atol=1e-5)


def test_the_trace_changes_no_pixel_and_shows_the_decoder():
    model, (x, _) = network(1, 28), scene(1, 28)
    hidden = hide("random", 0.75, 3, 7, seeded(2))
    trace = []
    torch.testing.assert_close(
        fill_in(model, x, hidden, "pixels", trace), fill_in(model, x, hidden, "pixels"), rtol=0, atol=1e-5
    )
    assert [tuple(seen.weights.shape) for seen in trace] == [(3, 3, 50, 50)]


# (d), (e) The network by itself -----------------------------------------------------------------------------------


def test_the_seed_decides_the_first_weights():
    first, second, other = (build(SMALL, seeded(s)).state_dict() for s in (0, 0, 1))
    assert all(torch.equal(first[name], second[name]) for name in first)
    drawn = [name for name in first if not torch.equal(first[name], other[name])]
    matrices = [name for name, value in first.items() if value.ndim == 2]
    assert set(drawn) == {*matrices, "class_token", "mask_token"}


def test_the_global_seed_decides_nothing():
    torch.manual_seed(0)
    first = build(SMALL, seeded()).state_dict()
    torch.manual_seed(1)
    second = build(SMALL, seeded()).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_first_weights_are_xavier_uniform_and_tokens_are_small():
    state = build(Config(width=128), seeded()).state_dict()
    for name, value in state.items():
        if value.ndim == 2:
            bound = (6 / sum(value.shape)) ** 0.5
            assert value.abs().max() <= bound and value.std() == pytest.approx(bound / 3**0.5, rel=0.1), name
    assert state["class_token"].std() == pytest.approx(0.02, rel=0.25)
    assert (state["embed.bias"] == 0).all() and (state["encoder_norm.weight"] == 1).all()


@pytest.mark.parametrize(("name", "channels", "side"), [("fashion", 1, 28), ("mnist", 1, 28), ("openmoji", 3, 32)])
def test_the_network_fits_its_data_set(name, channels, side):
    model = build(Config(data=name, width=48), seeded())
    x = torch.rand(2, channels, side, side, generator=seeded())
    assert fill_in(model, x, hide("random", 0.5, 2, side // PATCH, seeded()), "pixels").shape == x.shape
    assert "positions" not in "".join(model.state_dict())


@pytest.mark.parametrize(("channels", "side"), [(1, 28), (3, 32)])
def test_features_are_the_quarter_means_of_the_patch_tokens(channels, side):
    model, (x, noise) = network(channels, side), scene(channels, side)
    n = side // PATCH
    with torch.no_grad():
        got = model.features(x)
        shuffled = model.encode_visible(x, noise, n * n)  # the order in which patches are read must not matter
    assert got.shape == (3, 4 * 32)
    halves = (range(0, -(-n // 2)), range(n // 2, n))  # for odd n the middle belongs to both
    for b in range(3):
        where = {int(p): i for i, p in enumerate(shuffled.keep[b])}
        quarters = [
            torch.stack([shuffled.latent[b, 1 + where[r * n + c]] for r in rows for c in columns]).mean(dim=0)
            for rows in halves
            for columns in halves
        ]
        torch.testing.assert_close(got[b], torch.stack(quarters, dim=1).flatten(), rtol=0, atol=1e-5)


def test_features_do_not_depend_on_the_other_pictures_of_the_batch():
    model, (x, _) = network(1, 28), scene(1, 28)
    with torch.no_grad():
        torch.testing.assert_close(model.features(x)[1:2], model.features(x[1:2]), rtol=0, atol=1e-5)
        assert not torch.allclose(model.features(x)[0], model.features(x)[1], atol=1e-3)


def test_augmentation_shifts_by_at_most_two_pixels_and_mirrors_half():
    ramp = (torch.arange(28)[:, None] * 8 + torch.arange(28)).to(torch.uint8).expand(400, 1, 28, 28)
    out = shift_and_mirror(ramp, seeded(), mirror=True)
    seen = set()
    for picture in out[:, 0].int():
        mirrored = bool(picture[14, 13] > picture[14, 14])
        straight = picture.flip(1) if mirrored else picture
        down, across = divmod(int(straight[14, 14]) - 14 * 9 + 2 * 9, 8)
        rows = (torch.arange(28) + down - 2).clamp(0, 27)
        columns = (torch.arange(28) + across - 2).clamp(0, 27)
        assert torch.equal(straight, (rows[:, None] * 8 + columns).int())
        seen.add((mirrored, down - 2, across - 2))
    assert len(seen) == 2 * 5 * 5, "every shift, straight and mirrored"
    assert torch.equal(out, shift_and_mirror(ramp, seeded(), mirror=True))
    plain = shift_and_mirror(ramp, seeded(), mirror=False).int()
    assert (plain[:, 0, 14, 14] > plain[:, 0, 14, 13]).all(), "digits are never mirrored"


# (g), (h) Training ------------------------------------------------------------------------------------------------


def tiny_data() -> data.Images:
    """Three classes of smooth stripes, 28 x 28."""
    g = seeded(11)
    y = torch.arange(96) % 3
    phase, tilt = torch.rand(96, 1, 1, generator=g) * 6, torch.rand(96, 1, 1, generator=g)
    row, column = torch.arange(28.0)[:, None] / 9, torch.arange(28.0)[None] / 9
    wave = torch.sin((1 + y.view(-1, 1, 1)) * (row * tilt + column * (1 - tilt)) + phase)
    x = ((wave + 1) * 127.5).round().to(torch.uint8)[:, None]
    source = data.Source("stripes", "made by the test", "none", "none")
    return data.Images("mnist", x[:64], y[:64], x[64:], y[64:], ("a", "b", "c"), source, "0" * 16)


def run(config: Config, seed: int) -> tuple[list, Outcome]:
    events, loop = [], mae.train(config, Context(CPU, seed))
    while True:
        try:
            events.append(next(loop))
        except StopIteration as end:
            return events, end.value


@pytest.fixture(scope="module")
def tiny():
    patch = pytest.MonkeyPatch()
    pictures = tiny_data()
    patch.setattr(data, "load", lambda name: pictures)
    patch.setattr(pace, "STEP_SECONDS", 0.0)  # every step speaks
    patch.setattr(mae, "RATIOS", (0.25, 0.75, 0.98))
    yield pictures
    patch.undo()


@pytest.fixture(scope="module")
def trained(tiny) -> tuple[list, Outcome]:
    return run(SMALL, 0)


def restored(state) -> MaskedAutoencoder:
    model = build(SMALL)
    model.load_state_dict({name: value.float() for name, value in state.items()})
    return model.eval()


def test_every_step_is_told_and_the_loss_falls(trained):
    steps = [e for e in trained[0] if isinstance(e, Step) and e.phase == "training"]
    assert [(e.i, e.total) for e in steps] == [(i, 100) for i in range(1, 101)]
    loss = [e.metrics["loss"] for e in steps]
    assert np.isfinite(loss).all()
    assert np.mean(loss[-10:]) < 0.5 * np.mean(loss[:10])


def test_measuring_is_told_too_and_never_goes_back(trained):
    events = trained[0]
    first = next(i for i, e in enumerate(events) if isinstance(e, Step) and e.phase == "measuring")
    measuring = [e for e in events[first:]]
    assert {e.phase for e in measuring} == {"measuring"}
    shown = [e.i for e in measuring]
    assert shown == sorted(shown) and shown[-1] == measuring[-1].total == 3 + 3


def test_previews_are_small_pictures_of_the_exhibit(trained, tiny):
    previews = [e for e in trained[0] if isinstance(e, Preview)]
    assert (previews[0].i, previews[-1].i) == (0, 100)
    assert set(previews[0].arrays) == {"filled", "original", "masked"} and set(previews[-1].arrays) == {"filled"}
    for preview in previews:
        for picture in preview.arrays.values():
            assert picture.dtype == np.uint8 and picture.shape == (6, 28, 28, 1) and picture.flags.c_contiguous
    original, masked = (previews[0].arrays[name] for name in ("original", "masked"))
    assert np.array_equal(original, tiny.test_x[:6].permute(0, 2, 3, 1).numpy())
    grey = (masked == 128) & (original != 128)
    assert 0.7 < grey.mean() < 0.8
    assert np.array_equal(masked[~grey], original[~grey])
    assert np.array_equal(previews[-1].arrays["filled"][masked != 128], original[masked != 128])


def test_the_last_preview_is_made_by_the_stored_weights(trained, tiny):
    hidden = hide("random", 0.75, 6, 7, Context(CPU, 0).generator("exhibit"))
    x = tiny.test_x[:6].float() / 255
    filled = torch.where(mask_to_pixels(hidden, PATCH), fill_in(restored(trained[1].state), x, hidden, "pixels"), x)
    shown = [e for e in trained[0] if isinstance(e, Preview)][-1].arrays["filled"]
    expected = (filled * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    assert np.abs(shown.astype(int) - expected).max() <= 1


def test_metrics_are_named_finite_and_consistent(trained):
    outcome = trained[1]
    assert set(EXPERIMENT.metric_names) <= set(outcome.metrics)
    assert all(np.isfinite(outcome.metrics[name]) for name in EXPERIMENT.metric_names)
    quoted = next(row for row in outcome.metrics["by_ratio"] if row["ratio"] == 0.75)
    assert outcome.metrics["masked_mse"] == quoted["model"]
    assert (outcome.metrics["mean_fill_mse"], outcome.metrics["neighbour_fill_mse"]) == (
        quoted["mean"],
        quoted["neighbour"],
    )
    assert [row["ratio"] for row in outcome.metrics["by_ratio"]] == [0.25, 0.75, 0.98]
    assert outcome.metrics["masked_mse"] < outcome.metrics["mean_fill_mse"], "a hundred steps beat the mean on stripes"
    assert outcome.steps == 100 and (outcome.metrics["held_out"], outcome.metrics["probe_labels"]) == (32, 52)
    assert outcome.metrics["probe_validation"] == 12, "a fifth of 64"


def test_each_representation_has_its_own_penalty_and_intervals_hold_the_differences(trained):
    metrics = trained[1].metrics
    for name in ("", "_raw", "_random"):
        assert metrics[f"probe_penalty{name}"] in PENALTIES and set(metrics[f"knn_chosen{name}"]) == {"k", "distance"}
    for kind, other in (("probe", "probe_accuracy_raw"), ("random", "probe_accuracy_random"), ("knn", "knn_accuracy_raw")):  # fmt: skip
        low, high = metrics[f"{kind}_interval"]
        ours = metrics["knn_accuracy" if kind == "knn" else "probe_accuracy"]
        assert low <= ours - metrics[other] <= high, kind
    for row in metrics["by_ratio"]:
        low, high = row["over_neighbour"]
        assert low < row["model"] / row["neighbour"] < high


def test_what_is_measured_is_what_is_stored(trained, tiny):
    outcome = trained[1]
    assert {value.dtype for value in outcome.state.values()} == {torch.float16}
    model, context = restored(outcome.state), Context(CPU, 0)
    x = tiny.test_x.float() / 255
    hidden = hide("random", 0.75, 32, 7, context.generator("test masks 0.75"))
    error = masked_mse(x, fill_in(model, x, hidden, "pixels"), hidden, PATCH).mean()
    assert float(error) == pytest.approx(outcome.metrics["masked_mse"], rel=1e-5)
    with torch.no_grad():
        labelled = Labelled(tiny, mae.PROBED)
        accuracy = nearest_neighbours(labelled.split([model.features(x.float() / 255) for x in labelled.x])).accuracy
    assert accuracy == pytest.approx(outcome.metrics["knn_accuracy"], abs=1 / 32 + 1e-9)


def test_younger_models_are_kept_and_the_first_is_untrained(trained):
    checkpoints = trained[1].checkpoints
    assert [step for step, _ in checkpoints] == [0, 2, 8, 25, 50]
    untrained = stored(build(SMALL, Context(CPU, 0).generator("init")))
    assert all(torch.equal(checkpoints[0][1][name], untrained[name]) for name in untrained)
    assert not torch.equal(checkpoints[4][1]["head.weight"], trained[1].state["head.weight"])


def test_the_same_seed_trains_the_same_weights_and_another_seed_others(trained, tiny, monkeypatch):
    monkeypatch.setattr(mae, "measure", no_measure)
    again, other = run(SMALL, 0)[1], run(SMALL, 1)[1]
    assert all(torch.equal(trained[1].state[name], again.state[name]) for name in again.state)
    assert not torch.equal(again.state["head.weight"], other.state["head.weight"])


def no_measure(model: nn.Module, config: Config, pictures: data.Images, context: Context):
    yield Step(1, 1, {}, phase="measuring")
    return {}


@pytest.mark.parametrize(
    "change", [{"target": "normalised"}, {"sampling": "block"}, {"sampling": "grid", "mask_ratio": 0.5}]
)
def test_other_targets_and_masks_train_too(tiny, monkeypatch, change):
    monkeypatch.setattr(mae, "measure", no_measure)
    events, _ = run(dataclasses.replace(SMALL, **change), 0)
    loss = [e.metrics["loss"] for e in events if isinstance(e, Step) and e.phase == "training"]
    assert np.mean(loss[-10:]) < 0.9 * np.mean(loss[:10])


def test_the_learning_rate_warms_up_and_ends_at_zero():
    assert warm_cosine(0.0) == 0.0 and warm_cosine(1.0) == 0.0
    assert warm_cosine(0.025) == pytest.approx(0.5, abs=0.01)
    assert warm_cosine(0.05) == pytest.approx(1.0, abs=0.01)
    assert warm_cosine(0.5) == pytest.approx(0.5)


def test_warm_runs_the_network_with_the_trace_that_the_page_asks_for(tiny, monkeypatch):
    asked = []
    monkeypatch.setattr(mae, "fill_in", lambda *a, **k: asked.append(k.get("trace")) or fill_in(*a, **k))
    EXPERIMENT.warm(build(SMALL, seeded()), SMALL)
    assert len(asked) == 1 and len(asked[0]) == 1
