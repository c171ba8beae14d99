"""The masked auto-encoder, trained as it is and measured on few pictures: for what a page does when a training ends.

LATENT_LAB_EXPERIMENTS=OFFER puts it in the place of the experiment of that name, in servers and training processes. Its keys
are the same, and so is what is measured; measured on all pictures, a network of 100 steps takes ten times as long as its training.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator
from typing import Any

from core.data import Images
from core.events import Event, Outcome
from core.experiment import Context
from core.experiments import mae

OFFER = f"mae={__name__}"
FEW = 500  # held-out pictures, and labelled ones that a probe learns from
_measure = mae.measure


def _briefly(model: mae.MaskedAutoencoder, config: mae.Config, pictures: Images, context: Context) -> Any:
    few = dataclasses.replace(pictures, test_x=pictures.test_x[:FEW], test_y=pictures.test_y[:FEW])
    return _measure(model, config, few, context)


def train(config: mae.Config, context: Context) -> Generator[Event, None, Outcome]:
    mae.measure, mae.PROBED = _briefly, FEW  # in the training process alone
    return (yield from mae.train(config, context))


EXPERIMENT = dataclasses.replace(mae.EXPERIMENT, train=train)
