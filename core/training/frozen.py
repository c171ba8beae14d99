"""Models that other experiments trained and that ship with the program: an experiment builds on one, and does not change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from core.experiment import BadValue, get
from core.store import artefacts, paths
from core.training.drive import as_float32


def frozen(name: str, settings: Mapping[str, Any]) -> nn.Module:
    """The shipped model of an experiment, on the CPU, that learns no more. settings: what differs from the experiment's defaults.

    It is the shipped one even where the person has trained the same setting: on another machine that has other weights, and what others built
    on would not fit. Raises BadValue where it does not ship, core.data.Missing, artefacts.Damaged.
    """
    experiment = get(name)
    config = experiment.strict(settings)
    record = artefacts.read_record(paths.baked_dir(), name, experiment.key(config, 0))
    if record is None:
        raise BadValue(
            f"This builds on the shipped model of {name}, which is not here: python -m core bake {name} makes it."
        )
    model = experiment.build(config)
    model.load_state_dict(as_float32(artefacts.load_state(paths.baked_dir(), record)))
    return model.eval().requires_grad_(False)
