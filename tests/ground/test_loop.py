"""The helpers of the training loops, against the same written out."""

from __future__ import annotations

import importlib

import pytest
import torch
from torch import nn

from core.data.pixels import as_bytes, in_batches
from core.events import Step
from core.experiment import Context, get
from core.training import loop
from core.training.loop import Ages, Meanwhile, Ration, Stages, adamw, can_fuse, set_rate


def numbered(i: int) -> nn.Module:
    """A model whose one weight says which step it comes from."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, float(i))
    return model


def kept(shares: tuple[float, ...], steps: int) -> list[int]:
    ages, model = Ages(shares), numbered(0)
    for i in range(steps):
        model.weight.data.fill_(i)
        ages.keep(i, i / steps, model)
    assert [float(state["weight"]) for _, state in ages.kept] == [float(i) for i, _ in ages.kept]
    return [i for i, _ in ages.kept]


def test_ages_are_kept_at_the_first_step_that_has_passed_a_share():
    assert kept((0.0, 0.25, 0.5), 8) == [0, 2, 4]
    assert kept((0.5, 0.0), 8) == [0, 4]  # in any order
    assert kept((0.0, 0.3), 8) == [0, 3]  # 2.4 steps
    assert kept((0.0, 0.02, 0.05, 0.1), 4) == [0, 1]  # the second step passes three of them
    assert kept((), 8) == [] and kept((1.0,), 8) == []


@pytest.mark.parametrize("name", ["mae", "simclr"])
def test_every_number_of_steps_on_a_menu_keeps_every_age_at_its_share(name):
    shares = importlib.import_module(f"core.experiments.{name}").AGES
    for steps in get(name).knobs()["steps"].choices:
        assert kept(shares, steps) == sorted({-(-round(share * steps * 100) // 100) for share in shares}), steps


def test_what_is_kept_does_not_move_with_the_model():
    ages, model = Ages([0.0]), numbered(1)
    ages.keep(0, 0.0, model)
    nn.init.constant_(model.weight, 9.0)
    assert float(ages.kept[0][1]["weight"]) == 1.0


def test_a_ration_takes_its_share_of_the_time_and_no_more(monkeypatch):
    now = [10.0]
    monkeypatch.setattr(loop.time, "perf_counter", lambda: now[0])
    ration = Ration(0.25)
    assert ration.due()
    with ration:
        now[0] += 2.0
    assert not ration.due()
    now[0] += 7.9
    assert not ration.due()
    now[0] += 0.1
    assert ration.due()


def test_stages_count_what_is_over_and_say_that_they_run():
    stages = Stages(2)
    said = [stages.going(), stages.over(), stages.going(), stages.over()]
    assert said == [Step(i, 2, {}, phase="measuring") for i in (0, 1, 1, 2)]


class Mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Parameter(torch.ones(3, 3))  # two dimensions, and yet no layer's
        self.layers = nn.Sequential(
            nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2, 2), nn.LayerNorm(2)
        )


def test_adamw_decays_the_weights_of_layers_alone():
    model = Mixed()
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    optimiser = adamw(model, rate=0.1, decay=0.5)
    for p in model.parameters():
        p.grad = torch.zeros_like(p)
    optimiser.step()  # without a gradient nothing but the decay is left
    for name, p in model.named_parameters():
        shrunk = 1 - 0.1 * 0.5 if name in ("layers.0.weight", "layers.3.weight") else 1.0
        torch.testing.assert_close(p.detach(), before[name] * shrunk)


@pytest.mark.parametrize("name", ["mae", "simclr"])
def test_adamw_splits_a_network_by_dimension_as_the_papers_code_does(name):
    """What is no bias, no norm and no token of these two networks has two or four dimensions."""
    exp = get(name)
    model = exp.build(exp.config())
    decayed, plain = (group["params"] for group in adamw(model, 1e-3, 0.05).param_groups)
    assert all(p.ndim in (2, 4) for p in decayed) and all(p.ndim in (1, 3) for p in plain)
    assert len(decayed) + len(plain) == len(list(model.parameters()))


def test_the_rate_is_that_of_all_groups_and_kernels_are_fused_where_torch_has_them():
    optimiser = adamw(Mixed(), 1e-3, 0.1, (0.8, 0.9))
    set_rate(optimiser, 0.25)
    assert [group["lr"] for group in optimiser.param_groups] == [0.25, 0.25]
    assert [group["betas"] for group in optimiser.param_groups] == [(0.8, 0.9)] * 2
    assert can_fuse(torch.device("cpu")) and can_fuse(torch.device("cuda")) and not can_fuse(torch.device("mps"))


def test_batches_are_all_pictures_in_their_order_in_floats():
    x = torch.arange(5 * 3 * 2 * 2, dtype=torch.uint8).view(5, 3, 2, 2)
    parts = list(in_batches(x, 2))
    assert [len(part) for part in parts] == [2, 2, 1]
    assert torch.equal(torch.cat(parts), x.float() / 255)
    assert (as_bytes(torch.cat(parts)) == x.permute(0, 2, 3, 1).numpy()).all()
    assert next(in_batches(x[:0], 2)).shape == (0, 3, 2, 2)
    assert as_bytes(torch.tensor([-0.5, 0.5, 2.0]).view(1, 1, 1, 3)).tolist() == [[[[0], [128], [255]]]]


def test_a_stage_is_told_of_the_weights_a_few_times():
    told, model = [], numbered(0)
    context = Context(torch.device("cpu"), 0, learned=lambda i, state, trained: told.append((i, state, trained)))
    meanwhile = Meanwhile(context)
    for i in range(20):
        model.weight.data.fill_(i)
        meanwhile.look(i, i / 20, model)
    assert [(i, float(state["weight"])) for i, state, _ in told] == [(2, 2.0), (6, 6.0), (12, 12.0)]
    assert not any(trained for *_, trained in told)
    Meanwhile(Context(torch.device("cpu"), 0)).look(1, 1.0, model)  # nobody listens
