"""The masked auto-encoder of clips: clips that move as they say, exact masks, the loss as loops, and a network that cannot peek."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from core import data
from core.analysis.clip_fills import clip_mean_fill, hidden_mse, previous_frame
from core.data import clips
from core.data.clips import FRAMES, HEADINGS, SIDE
from core.events import Outcome, Preview, Step
from core.experiment import Context
from core.experiments import video_mae
from core.experiments.video_mae import (
    CUBE_FRAMES,
    CUBES,
    EXPERIMENT,
    PATCH,
    PLACES,
    SHAPE,
    SLOTS,
    Asking,
    Config,
    VideoAutoencoder,
    build,
    fill_in,
    holes_of,
    lent,
    lent_ways,
    loss_on,
)
from core.nn.cubes import KINDS, cube_positions, cubify, exact_share, hide_cubes, indices, mask_to_voxels, uncubify
from core.nn.masks import hidden_count
from core.training import pace

CPU = torch.device("cpu")
pytestmark = pytest.mark.usefixtures("one_thread")
seeds, quick = st.integers(0, 2**31), settings(max_examples=25, deadline=None)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def network(channels: int = 3) -> VideoAutoencoder:
    """Every parameter is random, biases and norms too, so that a forgotten one is noticed."""
    model, g = VideoAutoencoder(channels), seeded(7)
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.randn(p.shape, generator=g) * 0.1 + float(p.ndim == 1 and p.mean() > 0.5))
    return model.eval()


def scene(
    channels: int = 3, batch: int = 2, kind: str = "agnostic", ratio: float = 0.9
) -> tuple[torch.Tensor, torch.Tensor]:
    """Random clips and a mask of each."""
    x = torch.rand(batch, channels, FRAMES, SIDE, SIDE, generator=seeded(1))
    return x, hide_cubes(kind, ratio, batch, SHAPE, seeded(2))


# Cubes and masks --------------------------------------------------------------------------------------------------


@quick
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 4), seeds)
def test_cubes_and_clips_are_inverse_and_hold_their_voxels(channels, slots, n, frames, size, seed):
    x = torch.rand(2, channels, slots * frames, n * size, n * size, generator=seeded(seed))
    cubes = cubify(x, frames, size)
    assert torch.equal(uncubify(cubes, frames, size, channels, n), x)
    for cube in range(slots * n * n):
        s, row, column = cube // (n * n), cube // n % n, cube % n
        slow = [
            float(x[1, c, s * frames + t, row * size + i, column * size + j])
            for t in range(frames)
            for i in range(size)
            for j in range(size)
            for c in range(channels)
        ]
        assert cubes[1, cube].tolist() == slow


def test_a_clip_that_is_no_whole_number_of_cubes_is_refused():
    with pytest.raises(ValueError, match="cannot be cut"):
        cubify(torch.zeros(1, 1, 5, 8, 8), 2, 4)


@quick
@given(st.sampled_from(KINDS), st.floats(0, 1), st.integers(1, 4), seeds)
def test_every_kind_hides_exactly_its_count_and_one_at_least_and_not_all(kind, ratio, batch, seed):
    hidden = hide_cubes(kind, ratio, batch, SHAPE, seeded(seed))
    unit = {"agnostic": 1, "block": 1, "space": SLOTS, "time": PLACES**2}[kind]
    count = unit * hidden_count(ratio, CUBES // unit)
    assert (hidden.sum(dim=1) == count).all() and 0 < count < CUBES
    assert exact_share(kind, ratio, SHAPE) == count / CUBES
    assert torch.equal(hidden, hide_cubes(kind, ratio, batch, SHAPE, seeded(seed)))


@quick
@given(st.floats(0, 1), seeds)
def test_tubes_are_equal_over_time_and_slots_are_hidden_whole(ratio, seed):
    tubes = hide_cubes("space", ratio, 3, SHAPE, seeded(seed)).view(3, SLOTS, PLACES, PLACES)
    assert (tubes == tubes[:, :1]).all()
    frames = holes_of(tubes.flatten(1))
    assert (frames == frames[:, :, :1]).all(), "each frame hides the same pixels"
    slots = hide_cubes("time", ratio, 3, SHAPE, seeded(seed)).view(3, SLOTS, -1)
    assert (slots == slots[..., :1]).all()


@quick
@given(st.floats(0.02, 0.98), seeds)
def test_a_block_is_a_cuboid_but_for_its_outermost_layer(ratio, seed):
    hidden = hide_cubes("block", ratio, 1, SHAPE, seeded(seed)).view(SLOTS, PLACES, PLACES)
    spans = [hidden.any(dim=d1).any(dim=d2).nonzero().flatten() for d1, d2 in ((2, 1), (2, 0), (1, 0))]
    assert all(len(span) == span.max() - span.min() + 1 for span in spans)
    hidden = hidden[tuple(slice(int(span.min()), int(span.max()) + 1) for span in spans)]
    for axis in range(3):
        for _ in range(2):  # take off a face that is not hidden whole, at one end and at the other
            if hidden.shape[axis] and not hidden.select(axis, -1).all():
                hidden = hidden.narrow(axis, 0, hidden.shape[axis] - 1)
            hidden = hidden.flip(axis)
    assert hidden.all()


def test_masks_hide_every_cube_now_and_then_and_an_unknown_kind_is_refused():
    for kind in KINDS:
        share = hide_cubes(kind, 0.25, 400, SHAPE, seeded()).float().mean(dim=0)
        assert share.min() > 0.02 and share.max() < 0.9, kind
    with pytest.raises(ValueError, match="unknown"):
        hide_cubes("tube", 0.5, 1, SHAPE, seeded())


def test_positions_tell_all_cubes_apart_and_code_time_and_place_by_themselves():
    p = cube_positions(64, SLOTS, PLACES)
    assert p.shape == (CUBES, 64) and torch.cdist(p, p).fill_diagonal_(9).min() > 0.05
    grid = p.view(SLOTS, PLACES**2, 64)
    assert (grid[:, :, :32] == grid[:1, :, :32]).all() and (grid[:, :, 32:] == grid[:, :1, 32:]).all()


# Fills that learned nothing ---------------------------------------------------------------------------------------


@quick
@given(st.sampled_from(KINDS), st.sampled_from([0.3, 0.75, 0.98]), seeds)
def test_the_copy_is_the_nearest_earlier_then_later_then_the_mean(kind, ratio, seed):
    hidden = hide_cubes(kind, ratio, 1, (3, 2), seeded(seed))
    x = torch.rand(1, 2, 6, 4, 4, generator=seeded(seed))
    holes = mask_to_voxels(hidden, 2, 2, 2)
    filled, mean = previous_frame(x, holes), clip_mean_fill(x, holes)
    for c in range(2):
        seen = [float(v) for v in x[0, c][~holes[0, 0]]]
        for t in range(6):
            for i in range(4):
                for j in range(4):
                    at = holes[0, 0, :, i, j]
                    expected = float(x[0, c, t, i, j])
                    if at[t]:
                        order = [*range(t - 1, -1, -1), *range(t + 1, 6)]
                        found = [u for u in order if not at[u]]
                        assert float(mean[0, c, t, i, j]) == pytest.approx(sum(seen) / len(seen), abs=1e-5)
                        expected = float(x[0, c, found[0], i, j]) if found else sum(seen) / len(seen)
                    assert float(filled[0, c, t, i, j]) == pytest.approx(expected, abs=1e-5)


def test_the_error_counts_hidden_voxels_alone():
    x, hidden = scene()
    holes = holes_of(hidden)
    other = torch.where(holes, x, 1 - x)
    assert hidden_mse(x, other, holes).abs().max() == 0
    off = torch.where(holes, x + 0.5, x)
    torch.testing.assert_close(hidden_mse(x, off, holes), torch.full((2,), 0.25))


# The network and its loss -----------------------------------------------------------------------------------------


@pytest.mark.twin("core/experiments/video_mae.py", "core/nn/attention.py")
def test_asking_is_torch_s_multihead_attention_and_an_mlp():
    block, g = Asking(32, 4), seeded(3)
    with torch.no_grad():
        for p in block.parameters():
            p.copy_(torch.randn(p.shape, generator=g) * 0.3)
    theirs = nn.MultiheadAttention(32, 4, batch_first=True)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([block.ask.weight, block.told.weight]))
        theirs.in_proj_bias.copy_(torch.cat([block.ask.bias, block.told.bias]))
        theirs.out_proj.load_state_dict(block.out.state_dict())
    x, others = torch.randn(2, 5, 32, generator=g), torch.randn(2, 7, 32, generator=g)
    y = x + theirs(block.norm(x), others, others, need_weights=False)[0]
    torch.testing.assert_close(block(x, others), y + block.mlp(block.norm2(y)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("target", ["pixels", "normalised"])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_loss_is_the_paper_s_written_as_loops(channels, target):
    model, (x, hidden) = network(channels), scene(channels, ratio=0.98)
    asked = indices(hidden)[:, 5:45]
    with torch.no_grad():
        loss = float(loss_on(model, x, hidden, asked, target))
        guess = model.decode(model.encode_visible(x, indices(~hidden)), indices(~hidden), asked)
    errors = []
    for b in range(2):
        for k, cube in enumerate(asked[b].tolist()):
            s, row, column = cube // PLACES**2, cube // PLACES % PLACES, cube % PLACES
            truth = [
                video_mae.WHITE * float(x[b, c, s * CUBE_FRAMES + t, row * PATCH + i, column * PATCH + j])
                for t in range(CUBE_FRAMES)
                for i in range(PATCH)
                for j in range(PATCH)
                for c in range(channels)
            ]
            if target == "normalised":
                mean = sum(truth) / len(truth)
                variance = sum((v - mean) ** 2 for v in truth) / (len(truth) - 1)
                truth = [(v - mean) / math.sqrt(variance + 1e-6) for v in truth]
            errors += [(g - t) ** 2 for g, t in zip(guess[b, k].tolist(), truth, strict=True)]
    assert loss == pytest.approx(sum(errors) / len(errors), rel=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_network_never_sees_hidden_voxels(kind):
    model, (x, hidden) = network(), scene(kind=kind, ratio=0.75)
    holes, filled = holes_of(hidden), fill_in(model, x, hidden)
    elsewhere = torch.where(holes, torch.rand(x.shape, generator=seeded(3)), x)
    assert torch.equal(fill_in(model, elsewhere, hidden) * holes, filled * holes)
    assert torch.equal(filled[~holes.expand_as(x)], x[~holes.expand_as(x)]), "visible voxels stay what they are"
    seen = torch.where(holes, x, 1 - x)
    assert not torch.allclose(fill_in(model, seen, hidden) * holes, filled * holes, atol=1e-3)


def test_with_neighbours_as_lenders_a_normalised_model_does_not_peek_and_with_the_truth_it_does():
    model, (x, hidden) = network(), scene(ratio=0.75)
    holes = holes_of(hidden)
    brighter = torch.where(holes, x * 0.5 + 0.4, x)
    honest, lending = (
        lambda x, lender=lender: fill_in(model, x, hidden, "normalised", lender) * holes
        for lender in ("neighbours", "truth")
    )
    assert torch.equal(honest(brighter), honest(x))
    assert not torch.allclose(lending(brighter), lending(x), atol=1e-2)
    ways = lent_ways(model, x, hidden)
    assert torch.equal(ways["truth"] * holes, lending(x)) and torch.equal(ways["neighbours"] * holes, honest(x))
    cubes = cubify(ways["nothing"], CUBE_FRAMES, PATCH)[hidden]
    torch.testing.assert_close(cubes, cubify(x, CUBE_FRAMES, PATCH)[hidden].mean(-1, keepdim=True).expand_as(cubes))


def test_the_nearer_a_visible_cube_the_more_it_lends():
    x, hidden = scene(batch=1, ratio=0.9)
    mean, std = lent(x, hidden, "neighbours")
    visible = indices(~hidden)[0].tolist()
    for cube in indices(hidden)[0, ::60].tolist():
        here = (cube // PLACES**2, cube // PLACES % PLACES, cube % PLACES)
        weights = [
            1
            / max(
                1,
                sum(
                    (a - b) ** 2 for a, b in zip(here, (v // PLACES**2, v // PLACES % PLACES, v % PLACES), strict=True)
                ),
            )
            ** 2
            for v in visible
        ]
        for got, of in zip(
            (mean, std), video_mae.statistics(video_mae.scaled(cubify(x, CUBE_FRAMES, PATCH))), strict=True
        ):
            expected = sum(w * float(of[0, v]) for w, v in zip(weights, visible, strict=True)) / sum(weights)
            assert float(got[0, cube]) == pytest.approx(expected, rel=1e-4)
    with pytest.raises(ValueError, match="unknown"):
        lent(x, hidden, "nobody")


def test_each_clip_is_filled_in_as_if_it_were_alone_and_nothing_to_ask_is_no_fault():
    model, (x, hidden) = network(1), scene(1)
    filled = fill_in(model, x, hidden)
    assert filled.shape == x.shape and filled.min() >= 0 and filled.max() <= 1
    torch.testing.assert_close(filled[1:], fill_in(model, x[1:], hidden[1:]), rtol=0, atol=1e-5)
    assert torch.equal(fill_in(model, x, torch.zeros_like(hidden)), x)
    assert (fill_in(model, x, torch.ones_like(hidden)) == 0.5).all()


def test_a_hidden_cube_s_guess_does_not_depend_on_which_others_are_asked():
    model, (x, hidden) = network(), scene()
    asked, visible = indices(hidden), indices(~hidden)
    latent = model.encode_visible(x, visible)
    torch.testing.assert_close(
        model.decode(latent, visible, asked[:, 10:12]),
        model.decode(latent, visible, asked)[:, 10:12],
        rtol=1e-4,
        atol=1e-5,
    )


def test_features_are_means_over_halves_of_time_and_quarters_of_the_picture():
    model, (x, _) = network(), scene()
    tokens = model.encode_visible(x, video_mae.LATTICE.expand(2, -1))
    where = video_mae.LATTICE.tolist()
    assert len(where) == CUBES // 4
    slow = []
    for late in (False, True):
        for low in (False, True):
            for right in (False, True):
                mine = [
                    i
                    for i, cube in enumerate(where)
                    if (
                        cube // PLACES**2 >= SLOTS // 2,
                        cube // PLACES % PLACES >= PLACES // 2,
                        cube % PLACES >= PLACES // 2,
                    )
                    == (late, low, right)
                ]
                slow.append(tokens[:, mine].mean(dim=1))
    torch.testing.assert_close(model.features(x), torch.cat(slow, dim=1), rtol=1e-4, atol=1e-5)


def test_the_seed_decides_the_first_weights_and_positions_are_not_stored():
    first, second, other = (build(Config(), seeded(s)).state_dict() for s in (0, 0, 1))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["embed.weight"], other["embed.weight"])
    assert "positions" not in first and sum(v.numel() for v in first.values()) * 2 < 1_000_000


# Clips ------------------------------------------------------------------------------------------------------------

SOURCES = [name for name in clips.SOURCES if data.available(name)]


@pytest.mark.parametrize("source", SOURCES)
def test_clips_are_the_same_each_time_a_longer_set_begins_with_a_shorter_and_parts_differ(source):
    short, again = clips.load(source, "test", 30), clips.render(source, "test", 0)
    assert torch.equal(short.frames, again.frames[:30]) and short.frames.dtype == torch.uint8
    assert short.frames.shape == (30, 3 if source == "shapes" else 1, FRAMES, SIDE, SIDE)
    assert torch.equal(clips.load(source, "test", 130).frames[:30], short.frames)
    assert not torch.equal(clips.load(source, "train", 30).frames, short.frames)
    assert len(short.classes) > int(short.label.max()) and set(short.heading.tolist()) <= set(range(len(HEADINGS)))
    assert "going" in short.about(0)


def test_unknown_clips_are_refused():
    with pytest.raises(ValueError, match="unknown"):
        clips.load("fashion", "train", 5)


def test_things_move_as_they_say_stay_inside_and_change_their_speed():
    room = torch.full((clips.RENDERED,), 0.5)
    at, way, speed = clips._path(room, seeded())
    assert at.abs().max() <= 0.5 + 1e-6
    middle = (FRAMES - 1) // 2
    step = at[:, middle + 1] - at[:, middle]
    away = (at.abs() < 0.3).all(dim=2)[:, middle - 1 : middle + 3].all(dim=1)  # no edge is near
    assert away.sum() > 5
    torch.testing.assert_close(step[away], (way * speed[:, None])[away], rtol=0.02, atol=1e-3)
    first, last = (at[:, 1] - at[:, 0]).norm(dim=1), (at[:, -1] - at[:, -2]).norm(dim=1)
    assert ((first / last)[away] - 1).abs().median() > 0.05
    turned = ((at[:, 1:] - at[:, :-1]).sign() * way.sign()[:, None]).amin(dim=(1, 2)) < 0
    assert 0.2 < turned.float().mean() < 1, "many turn back at an edge"


@pytest.mark.parametrize("source", SOURCES)
def test_a_heading_is_what_the_pixels_do(source):
    """The centre of the main thing's brightness moves that way, where nothing is in front of it and it is fast."""
    g = seeded()
    sprite = clips._figures(g)[0] if source == "shapes" else clips._digits("train", 0, g)[0]
    at, way, _ = clips._path(torch.full((clips.RENDERED,), 0.5), g)
    cover = clips._moved(sprite, at, torch.full((clips.RENDERED,), 0.45), torch.zeros(clips.RENDERED, FRAMES))
    axis = (torch.arange(SIDE) + 0.5) / SIDE * 2 - 1
    mass = cover.sum(dim=(2, 3))
    x, y = (cover.sum(dim=2) * axis).sum(-1) / mass, (cover.sum(dim=3) * axis).sum(-1) / mass
    moved = torch.stack([x, y], dim=-1)[:, 9] - torch.stack([x, y], dim=-1)[:, 6]
    straight = (at.abs() < 0.35).all(dim=2)[:, 5:11].all(dim=1)
    assert straight.sum() > 5 and (moved[straight] * way[straight]).sum(dim=1).min() > 0


# Training ---------------------------------------------------------------------------------------------------------


def run(config: Config, seed: int) -> tuple[list, Outcome]:
    events, loop = [], video_mae.train(config, Context(CPU, seed))
    while True:
        try:
            events.append(next(loop))
        except StopIteration as end:
            return events, end.value


probe = video_mae.linear_probe


def nothing_measured(*_):
    """In place of `measure`."""
    yield from ()
    return {}


@pytest.fixture(scope="module")
def small():
    patch = pytest.MonkeyPatch()
    patch.setattr(pace, "STEP_SECONDS", 0.0)
    patch.setattr(video_mae, "BATCH", 8)
    patch.setattr(video_mae, "TESTED", 40)
    patch.setattr(video_mae, "TESTED_ELSEWHERE", 5)
    patch.setattr(video_mae, "PROBED", 60)
    patch.setattr(video_mae, "RATIOS", (0.75, 0.98))
    patch.setattr(video_mae, "linear_probe", lambda split: probe(split, [10.0]))  # one penalty shows as much as ten
    yield
    patch.undo()


@pytest.fixture(scope="module", params=["pixels", "normalised"])
def trained(request, small) -> tuple[Config, list, Outcome]:
    config = Config(steps=20, clips=250, target=request.param)
    return config, *run(config, 0)


def test_a_training_speaks_its_loss_falls_and_its_metrics_are_all_there(trained):
    config, events, outcome = trained
    steps = [e for e in events if isinstance(e, Step) and e.phase == "training"]
    loss = [e.metrics["loss"] for e in steps]
    assert len(loss) == 20 and np.isfinite(loss).all() and np.mean(loss[-5:]) < np.mean(loss[:5])
    assert set(EXPERIMENT.metric_names) <= set(outcome.metrics)
    assert {row["kind"] for row in outcome.metrics["by_ratio"]} == set(KINDS)
    assert ("lent" in outcome.metrics) == (config.target == "normalised")
    measuring = [e for e in events if isinstance(e, Step) and e.phase == "measuring"]
    assert [e.i for e in measuring] == sorted(e.i for e in measuring) and measuring[-1].i == measuring[-1].total
    first, last = (e for e in (events[0], next(e for e in reversed(events) if isinstance(e, Preview))))
    assert set(first.arrays) == {"filled", "original", "masked"} and set(last.arrays) == {"filled"}
    assert all(p.dtype == np.uint8 and p.shape == (4, SIDE, SIDE, 3) for p in first.arrays.values())


def test_the_metrics_follow_from_the_stored_weights(trained):
    config, _, outcome = trained
    model = build(config)
    model.load_state_dict({name: value.float() for name, value in outcome.state.items()})
    loop = video_mae.measure(model.eval(), config, Context(CPU, 0))
    while True:
        try:
            next(loop)
        except StopIteration as end:
            assert end.value == outcome.metrics
            return


def test_the_quoted_errors_are_those_of_one_clip_at_a_time(trained):
    config, _, outcome = trained
    model = build(config)
    model.load_state_dict({name: value.float() for name, value in outcome.state.items()})
    frames = clips.load("shapes", "test", 40).frames
    hidden = hide_cubes("time", 0.75, 40, SHAPE, Context(CPU, 0).generator("test masks time 0.75"))
    errors = []
    for x, h in zip(frames.split(1), hidden.split(1), strict=True):
        x = x.float() / 255
        errors.append(
            [
                float(hidden_mse(x, fill, holes_of(h)))
                for fill in (fill_in(model, x, h, config.target), previous_frame(x, holes_of(h)))
            ]
        )
    model_mse, copy_mse = np.mean(errors, axis=0)
    assert outcome.metrics["masked_mse.time"] == pytest.approx(model_mse, rel=1e-4)
    assert outcome.metrics["previous_frame_mse.time"] == pytest.approx(copy_mse, rel=1e-4)


def test_the_same_seed_gives_the_same_weights_and_another_does_not(small, monkeypatch):
    monkeypatch.setattr(video_mae, "measure", nothing_measured)
    config = Config(steps=3, clips=250, kind="block", mask_ratio=0.95)
    (_, one), (_, same), (_, other) = (run(config, seed) for seed in (0, 0, 1))
    assert all(torch.equal(one.state[name], same.state[name]) for name in one.state)
    assert not torch.equal(one.state["head.weight"], other.state["head.weight"])


def test_augmentation_runs_half_backwards_and_leaves_digits_unmirrored():
    x = torch.arange(FRAMES)[:, None, None].expand(FRAMES, 4, 4) * 10 + torch.arange(4)
    x = x.to(torch.uint8).expand(200, 1, -1, -1, -1)
    plain = video_mae.changed(x, seeded(), mirror=False)
    backwards = (plain[:, 0, 0, 0, 0] > plain[:, 0, -1, 0, 0]).float().mean()
    assert 0.4 < backwards < 0.6 and (plain[..., 1] > plain[..., 0]).all()
    colour = torch.rand(200, 3, 2, 4, 4, generator=seeded()).mul(255).to(torch.uint8)
    turned = video_mae.changed(colour, seeded(), mirror=True)
    assert torch.equal(turned.flatten(1).sort().values, colour.flatten(1).sort().values), "the same voxels elsewhere"
