"""A model of a few settings, trained on the spot."""

from __future__ import annotations

from typing import Any

import torch

from core.experiment import get
from core.store import paths
from core.store.record import Record
from core.training import drive


def trained(name: str, **settings: Any) -> Record:
    """The record of an experiment's training with these settings and seed 0, stored in the cache of the test."""
    finished = drive.run(get(name), get(name).strict(settings), 0, torch.device("cpu"))
    return drive.store(finished, paths.models_dir()).record
