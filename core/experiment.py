"""An experiment: a frozen config of knobs, a model, and a training loop that yields events.

Each file in `core/experiments/` ends with one `EXPERIMENT = Experiment(...)`. Everything else in the
project (command line, worker, pages, tests) learns about an experiment through this record alone.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import json
import math
import os
import re
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import nn

    from core.events import Event, Outcome

# The one list of experiments. Names are modules of core.experiments; listing them costs no import of torch.
EXPERIMENT_NAMES: tuple[str, ...] = (
    "mae",
    "autoencoder",
    "denoising",
    "word2vec",
    "language_model",
    "simclr",
    "features",
    "pretrained_features",
    "colorization",
    "masked_lm",
    "video_mae",
    "mask_ratio",
    "spectrogram_mae",
    "clip",
    "audio_visual",
    "text_to_image",
)


LARGEST_SEED = 9999


class BadValue(ValueError):
    """A knob, a value or a name that does not exist; the message is one line that names what is allowed."""


@dataclass(frozen=True)
class Knob:
    """What a person may choose about one config field: one of the choices, or with `many` a set of them, which is a
    tuple in the order of the choices and "1-2-4" as text. With `own`, names of this pattern are possible too: of what
    a person brought."""

    label: str
    choices: tuple[Any, ...]
    help: str = ""
    unit: str = ""
    many: bool = False
    own: re.Pattern[str] | None = None

    def holds(self, value: Any) -> bool:
        """Whether a config may have this value."""
        if not self.many:
            return value in self.choices or self._is_own(value)
        return (
            isinstance(value, tuple)
            and bool(value)
            and repr(value) == repr(tuple(c for c in self.choices if c in value))
        )

    def match(self, raw: Any) -> tuple[Any] | None:
        """The value that `raw` (text, or a JSON value) names, wrapped, or None."""
        if not self.many:
            return (raw,) if self._is_own(raw) else match(raw, self.choices)
        found = [match(part, self.choices) for part in _parts(raw)]
        if not found or None in found:
            return None
        return (tuple(choice for choice in self.choices if (choice,) in found),)

    def nearest(self, raw: Any) -> tuple[Any] | None:
        """The value nearest to a number that is no choice; of a set, the members that are choices. None where none is."""
        if not self.many:
            return nearest(raw, self.choices)
        return self.match([part for part in _parts(raw) if match(part, self.choices)])

    def _is_own(self, value: Any) -> bool:
        return self.own is not None and isinstance(value, str) and self.own.fullmatch(value) is not None

    @staticmethod
    def text(value: Any) -> str:
        """How a value stands in a URL and on the command line; `match` reads it back."""
        return "-".join(map(str, value)) if isinstance(value, tuple) else str(value)


def knob(
    default: Any,
    label: str,
    choices: tuple[Any, ...],
    *,
    help: str = "",
    unit: str = "",
    own: re.Pattern[str] | None = None,
) -> Any:
    """A dataclass field with a default and a short menu of choices (train knobs are menus so that bakes hit).

    Raises ValueError for a default that is no choice.
    """
    return _field(default, Knob(label, choices, help, unit, own=own))


def set_knob(default: tuple[Any, ...], label: str, choices: tuple[Any, ...], *, help: str = "", unit: str = "") -> Any:
    """A dataclass field whose value is a set of the choices, at least one.

    Raises ValueError for a default that is none, and for a choice with a sign in it that joins choices in a link.
    """
    if any("-" in str(choice) or "," in str(choice) for choice in choices):
        raise ValueError(f"a choice of {label!r} has a sign in it that joins choices")
    return _field(default, Knob(label, choices, help, unit, many=True))


def _field(default: Any, made: Knob) -> Any:
    if not made.holds(default):
        raise ValueError(f"default {default!r} of {made.label!r} is not among its choices {made.choices}")
    return field(default=default, metadata={"knob": made})


def _parts(raw: Any) -> list[Any]:
    """The members that a set names: of a list or tuple, or of "1-2-4" or "1,2,4"; no more than a menu can hold."""
    if isinstance(raw, str):
        raw = raw.replace(",", "-").split("-")
    return list(raw)[:64] if isinstance(raw, list | tuple) else [raw]


def knobs(config_type: type) -> dict[str, Knob]:
    """Field name -> Knob, in the order of declaration."""
    return {f.name: f.metadata["knob"] for f in dataclasses.fields(config_type)}


def _never() -> bool:
    return False


def _nobody(*told: Any, **more: Any) -> None:
    pass


@dataclass(frozen=True)
class Context:
    """What a run is given besides its config.

    enough:  whether it should learn no more, and measure what it has.
    learned: is told steps, state and checkpoints (as in Outcome) when learning is over and measuring begins, so that a stage has
             the model meanwhile; and, with trained=False, of the model as it is now and then (`core.training.loop.Meanwhile`). A
             loop whose stage shows what is measured has nothing to tell.
    """

    device: torch.device
    seed: int
    enough: Callable[[], bool] = _never
    learned: Callable[..., None] = _nobody

    def generator(self, purpose: str) -> torch.Generator:
        """A seeded generator for one purpose ("init", "masks", ...): changing one draw never shifts another."""
        from core.rng import generator

        return generator(self.seed, purpose)


@dataclass(frozen=True, eq=False)
class BakedMap:
    """A 2-D map that ships: of embeddings x (N, D), by a method of core.maps with its settings.

    name: of x, which together with the model's fingerprint names the map; key: names it instead, where x is no model's.
    """

    name: str
    x: torch.Tensor
    method: str = "umap"
    settings: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None


@dataclass(frozen=True)
class Experiment:
    """The record by which the rest of the project knows an experiment.

    data_of:  config -> name of the data set it trains on (see core.data).
    build:    config -> an untrained module; `init` randomness comes from the generator given.
    train:    (config, context) -> generator of events whose return value is the Outcome.
    presets:  named settings; "quick" exists for every experiment. "default" is the config without arguments.
    baked:    overrides of the defaults for the models that ship in assets/trained.
    metric_names: the names that `metrics` must hold.
    keeps_ages: config -> whether a baked model ships with its younger selves, which cost several times its size.
    maps:     (model, config, younger selves by their step) -> the maps that ship beside a baked model.
    measure:  (model, config, context, younger selves as (step, state)) -> generator of events whose return value are the metrics
              that follow from the weights: `bake --measure` asks for them without a training.
    warm:     (model, config) -> runs once, before the first visitor: the first pass of a network is the slow one.
    """

    name: str
    version: int
    title: str
    config: type
    data_of: Callable[[Any], str]
    build: Callable[..., nn.Module]
    train: Callable[[Any, Context], Generator[Event, None, Outcome]]
    presets: Mapping[str, Mapping[str, Any]]
    baked: tuple[Mapping[str, Any], ...]
    metric_names: tuple[str, ...]
    keeps_ages: Callable[[Any], bool] = lambda config: True
    maps: Callable[[nn.Module, Any, Mapping[int, nn.Module]], Iterable[BakedMap]] = lambda model, config, younger: ()
    measure: Callable[..., Generator[Event, None, dict[str, object]]] | None = None
    warm: Callable[[nn.Module, Any], object] = lambda model, config: None

    def knobs(self) -> dict[str, Knob]:
        return knobs(self.config)

    def default(self) -> Any:
        """The default config; where the default data set cannot be had, the first one that can."""
        from core import data

        config = self.config()
        name = self.data_of(config)
        if "data" not in self.knobs() or data.available(name):
            return config
        for other in self.knobs()["data"].choices:
            if data.available(other):
                return dataclasses.replace(config, data=other)
        return config

    def strict(self, raw: Mapping[str, Any]) -> Any:
        """Config from text values; raises BadValue with one line that names what is allowed."""
        values: dict[str, Any] = {}
        raw = dict(raw)
        preset = raw.pop("preset", None)
        if preset is not None:
            if preset not in ("default", *self.presets):
                raise BadValue(f"preset={preset!r} is unknown; allowed: {', '.join(('default', *self.presets))}")
            values.update(self.presets.get(preset, {}))
        for name, value in raw.items():
            if name not in self.knobs():
                raise BadValue(f"{self.name} has no knob {name!r}; allowed: preset, {', '.join(self.knobs())}")
            found = self.knobs()[name].match(value)
            if found is None:
                allowed = ", ".join(map(str, self.knobs()[name].choices))
                several = ", or several joined by -" if self.knobs()[name].many else ""
                raise BadValue(f"{name}={value!r} is not possible; allowed: {allowed}{several}")
            values[name] = found[0]
        return dataclasses.replace(self.default(), **values)

    def lenient(self, raw: Mapping[str, Any]) -> tuple[Any, list[str]]:
        """Config from a URL: what fits is taken, a number is moved to the nearest choice, and each change is said."""
        config = self.default()
        values: dict[str, Any] = {}
        notes: list[str] = []
        for name, k in self.knobs().items():
            if name not in raw:
                continue
            found = k.match(raw[name]) or k.nearest(raw[name])
            value = found[0] if found else getattr(config, name)
            if k.match(raw[name]) is None:
                notes.append(
                    f"{k.label}: the link asks for a value that is not available here. Showing {k.text(value)}."
                )
            values[name] = value
        return dataclasses.replace(config, **values), notes

    def key(self, config: Any, seed: int) -> str:
        """The content key of a model: 16 hex digits of (experiment, version, config, data, seed).

        Raises core.data.Missing where the data set is not on this machine.
        """
        from core import data

        described = [self.name, self.version, config_dict(config), data.fingerprint(self.data_of(config)), seed]
        return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:16]


def config_dict(config: Any) -> dict[str, Any]:
    """The config as JSON-ready values; a set of choices is a list."""
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in dataclasses.asdict(config).items()
    }


def described(name: str, config: Mapping[str, Any]) -> str:
    """What differs from the defaults, in words: "Masked auto-encoder: data mnist, steps 400". Own data have no name here."""
    from core.data import own

    try:
        experiment = get(name)
    except BadValue:
        return name
    default, known = experiment.default(), experiment.knobs()
    changed = [
        f"{known[n].label.lower()} {own.PRIVATE.get(value, value) if isinstance(value, str) else _listed(value)}"
        for n, value in own.without_names(config, own.YOURS).items()
        if n in known and (n == "data" or _listed(value) != _listed(getattr(default, n)))
    ]
    return f"{experiment.title}: {', '.join(changed) or 'default'}"


def _listed(value: Any) -> Any:
    if isinstance(value, list | tuple):  # records have lists
        return ", ".join(map(str, value)) or "none"
    return value


def match(value: Any, choices: tuple[Any, ...]) -> tuple[Any] | None:
    """The choice that `value` names ("0.5", "off", "TRUE"...), wrapped, or None."""
    for choice in choices:
        if isinstance(value, str):
            if value.strip().lower() == str(choice).lower():
                return (choice,)
            number = _number(value)
        else:
            number = value if isinstance(value, int | float) else None
        if (
            number is not None
            and isinstance(choice, int | float)
            and isinstance(choice, bool) == isinstance(value, bool)
            and choice == number
        ):
            return (choice,)
    return None


def nearest(value: Any, choices: tuple[Any, ...]) -> tuple[Any] | None:
    """The numeric choice nearest to a number that is no choice, wrapped, or None."""
    number = _number(value)
    if number is None or not all(isinstance(c, int | float) and not isinstance(c, bool) for c in choices):
        return None
    return (min(choices, key=lambda c: abs(c - number)),)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def modules() -> dict[str, str]:
    """Experiment name -> the module that holds it.

    LATENT_LAB_EXPERIMENTS="name=module.path,..." adds to the list. An environment variable, because it must reach the
    worker process too: so tests train a tiny experiment there, and a course can bring one of its own.
    """
    found = {name: f"core.experiments.{name}" for name in EXPERIMENT_NAMES}
    for entry in os.environ.get("LATENT_LAB_EXPERIMENTS", "").split(","):
        name, _, module = entry.partition("=")
        if name.strip() and module.strip():
            found[name.strip()] = module.strip()
    return found


@cache
def get(name: str) -> Experiment:
    """The experiment of that name; BadValue names the allowed ones. Imports torch with the first call."""
    found = modules()
    if name not in found:
        raise BadValue(f"no experiment {name!r}; allowed: {', '.join(found)}")
    return importlib.import_module(found[name]).EXPERIMENT
