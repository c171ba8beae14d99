"""What runs on the device that exists nowhere, in a process of its own because that device cannot be unplugged.

    python -m tests.helpers.virtual_checks train:mae page:attention ...      # all settings of mae; a line of JSON each: {"name", "error", "operations"}

`error` is empty where the check went through and nothing was refused on the way, not even where a page caught it.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from core import data, lab
from core.analysis import frechet, probes
from core.analysis.fine_tuning import Settings
from core.course import LESSONS
from core.data import scenes, sounds
from core.experiment import EXPERIMENT_NAMES, get
from core.experiments import (
    audio_visual,
    autoencoder,
    clip,
    colorization,
    denoising,
    mae,
    mask_ratio,
    pretrained_features,
    simclr,
    spectrogram_mae,
    text_to_image,
    video_mae,
)
from core.lessons.fill_in_the_blank import both_or_one
from core.lessons.how_much_to_hide import graph
from core.store import cache
from core.training import drive, pace
from tests.helpers import virtual_device
from tests.helpers.pages import PATIENCE, open_page
from tests.helpers.recordings import few_melodies

importlib.import_module(
    "torch._decomp.decompositions_for_jvp"
)  # torch compiles it, which it cannot once its factories are wrapped
HERE = virtual_device.plug_in()
SMALL: dict[str, dict[str, Any]] = {
    "mae": {"steps": 3, "depth": 1, "decoder_depth": 1, "width": 32},
    "autoencoder": {"steps": 3, "width": 64},
    "denoising": {"steps": 3, "bottleneck": 8},
    "word2vec": {"epochs": 1, "dimension": 10, "min_count": 1},
    "language_model": {"steps": 3, "depth": 2, "heads": 2, "width": 32, "context": 32},
    "simclr": {"steps": 3, "batch": 32, "width": 8},
    "features": {"steps": 3},
    "pretrained_features": {"layer": "stage 2", "steps": 3},
    "colorization": {"steps": 3},
    "masked_lm": {"steps": 3, "depth": 1, "heads": 2, "width": 32, "context": 16},
    "video_mae": {"steps": 3, "clips": 250},
    "spectrogram_mae": {"steps": 3, "depth": 1, "decoder_depth": 1, "width": 32},
    "mask_ratio": {"length": "tiny"},
    "clip": {"steps": 3, "batch": 16, "width": 8},
    "audio_visual": {"steps": 3, "batch": 16, "data": "melodies"},
    "text_to_image": {"steps": 3},
}
OTHERS: dict[str, tuple[dict[str, Any], ...]] = {  # settings with code of their own
    "mae": ({"data": "openmoji", "target": "normalised", "sampling": "block"},),
    "autoencoder": ({"encoder": "mlp"}, {"data": "openmoji"}),
    "denoising": ({"noise": "salt-and-pepper"}, {"data": "openmoji", "noise": "masking"}),
    "masked_lm": ({"corruption": "80-10-10", "share": 0.4},),
    "clip": (
        {"loss": "sigmoid", "data": "shapes", "temperature": "0.3", "text": "bag of words", "equal": "negatives"},
    ),
    "video_mae": ({"data": "mnist", "target": "normalised", "kind": "block"},),
    "word2vec": ({"method": "cbow"}, {"method": "ppmi-svd"}),
    "simclr": (
        {"data": "openmoji", "more": ("flip", "gray", "blur", "cutout", "rotation", "noise")},
        {"objective": "labels"},
    ),
}


# Trainings --------------------------------------------------------------------------------------------------------


def pictures(name: str) -> data.Images:
    """140 pictures of noise for training and 60 held-out ones, of ten classes, in the shape of the data set `name`."""
    channels, side = (3, 32) if name in ("openmoji", "shapes") else (1, 28)
    g = torch.Generator().manual_seed(0)
    x = torch.randint(256, (200, channels, side, side), generator=g, dtype=torch.uint8)
    y = torch.arange(200) % 10
    source = data.Source("noise", "made by the test", "none", "none")
    return data.Images(name, x[:140], y[:140], x[140:], y[140:], tuple("0123456789"), source, "0" * 16)


def story() -> str:
    """A text of 60 words and 600 sentences."""
    random = np.random.default_rng(0)
    words = [
        f"{a}{b}"
        for a in ("ka", "lo", "mi", "nu", "re", "so")
        for b in ("ba", "de", "fi", "go", "hu", "ja", "ky", "la", "me", "no")
    ]
    sentences = [" ".join(random.choice(words[:20] if i % 2 else words, 6)) + "." for i in range(600)]
    return "\n\n".join(" ".join(sentences[i : i + 5]) for i in range(0, len(sentences), 5))


def train(name: str, change: dict[str, Any]) -> None:
    """A few steps with previews and measuring; then, with the weights read back, a warm-up and the maps that would ship."""
    exp = get(name)
    with pytest.MonkeyPatch.context() as patch, few_melodies(train=2, validation=1, test=2):
        patch.setattr(pace, "STEP_SECONDS", 0.0)  # every step speaks and shows
        patch.setattr(pace, "PREVIEW_SECONDS", 0.0)
        for module in (mae, video_mae, spectrogram_mae):
            patch.setattr(module, "RATIOS", (module.MEASURED_AT,))
        patch.setattr(sounds, "COUNTS", {"train": 40, "test": 20})
        patch.setattr(scenes, "COUNTS", {"train": 400, "validation": 200, "test": 200})
        patch.setattr(clip, "SHOTS", (1, 2))
        patch.setattr(clip, "DRAWS", 1)
        patch.setattr(mask_ratio, "TUNING", Settings(rates=(2e-3,), epochs=1))
        patch.setattr(colorization, "HINT_COUNTS", (0, 1, 10))
        for count in ("TESTED", "TESTED_ELSEWHERE", "PROBED"):
            patch.setattr(video_mae, count, 50)
        for module in (mae, autoencoder, denoising, simclr, colorization, video_mae, mask_ratio, audio_visual):
            patch.setattr(module, "linear_probe", quick_probe)
        patch.setattr(
            probes, "ITERATIONS", 2
        )  # on the way to the best weights; that it gets there has tests of its own
        patch.setattr(simclr, "few_label_probe", lambda split, draws: probes.few_label_probe(split, draws, [10.0]))
        patch.setattr(
            audio_visual, "few_label_probe", lambda split, draws: probes.few_label_probe(split, draws, [10.0])
        )
        for module in (simclr, audio_visual):
            patch.setattr(module, "DRAWS", 2)
        patch.setattr(text_to_image, "frozen", lambda name, settings: clip.build(clip.Config(**settings)))
        for count, small in {
            "PICTURES": 96,
            "BATCH": 8,
            "OF_CODES": 8,
            "HELD": 6,
            "SEEN": 6,
            "DRAWS": 1,
            "STEPS": 2,
            "PRIOR_STEPS": 2,
        }.items():
            patch.setattr(text_to_image, count, small)
        patch.setattr(text_to_image, "WEIGHTS", (1.0, 2.0))
        patch.setattr(text_to_image, "KEPT_DIRECTIONS", (1, 64))
        patch.setattr(frechet, "RESAMPLES", 2)
        patch.setattr(pretrained_features, "SHOWN_QUICKLY", 2)
        patch.setattr(pretrained_features, "COLOURS_FROM", 2)
        if name in ("word2vec", "language_model", "masked_lm"):
            change = {"data": data.texts.keep(story()), **change}
        else:
            patch.setattr(data, "load", pictures)
            patch.setattr(data, "fingerprint", lambda name: "0" * 16)
        config = dataclasses.replace(exp.config(), **SMALL[name], **change)
        finished = drive.run(exp, config, 0, HERE)

        def restored(state: drive.State) -> torch.nn.Module:
            model = exp.build(config)
            model.load_state_dict(drive.as_float32(state))
            return model.to(HERE).eval().requires_grad_(False)

        model, younger = restored(finished.state), {step: restored(state) for step, state in finished.checkpoints}
        exp.warm(model, config)
        for one in exp.maps(model, exp.strict({"data": config.data} if "data" in exp.knobs() else {}), younger):
            assert one.x.device.type == "cpu", f"the map {one.name} is handed over on the device"


def quick_probe(split: probes.Split, penalties: Sequence[float] = ()) -> probes.Reading:
    """One penalty shows as much as ten."""
    return _probe(split, [10.0])


_probe = probes.linear_probe


# What a page asks of the lab and of the analysis ------------------------------------------------------------------


def words() -> None:
    """GloVe on the device, and everything that is computed with word vectors."""
    from core.analysis import vectors as v
    from core.analysis.analogies import Rules, answer_all
    from core.analysis.soft_lookup import look_up

    glove = lab.glove(5_000)
    assert glove.unit.device.type == HERE.type
    terms = {"king": 1.0, "man": -1.0, "woman": 2.0}
    for scores in (v.cos_add(glove, terms), v.cos_mul(glove, terms), v.pair_direction(glove, "man", "king", "woman")):
        assert len(v.best(glove, scores, 3, terms)) == 3 and v.rank(glove, scores, "queen", terms) >= 1
    v.neighbours(glove, "king")
    questions = {"family": [("man", "king", "woman", "queen")] * 3}
    for method in ("add", "mul"):
        assert answer_all(glove, questions, Rules(method=method)).total.asked == 3
    x = glove.of(["king", "queen", "man", "woman"])
    look_up(x[0], x, x)


def sentences() -> None:
    """MiniLM on the device, read with all heads and with one switched off."""
    from core.analysis.held_out import without
    from core.analysis.reading import read

    model = lab.minilm()
    pieces = data.minilm.tokens("The cat sat on the mat.", 16)
    for heads_on in (None, without(model, [(0, 1)])):
        reading = read(model, pieces, heads_on, causal=False)
        assert reading.weights.device.type == reading.maps.device.type == "cpu" and len(reading.head(1, 2)) == 4


def photographs() -> None:
    """EfficientNet-lite0 on the device: classes, the maps of a layer, and the gradient of a unit by the picture."""
    network = lab.efficientnet()
    x = torch.stack([data.gallery.picture(i) for i in (0, data.gallery.COUNT - 1)]).to(HERE).float() / 255
    assert network(x).argmax(dim=1).cpu().shape == (2,)
    x.requires_grad_(True)
    network.activations(x, "stage 3")[:, 0].mean().backward()
    assert float(x.grad.abs().sum()) > 0


def embeddings() -> None:
    """Measures of embeddings that lie on the device, and groups of them."""
    from core.analysis.clusters import k_means
    from core.analysis.contrastive import alignment, embedding_std, uniformity
    from core.analysis.fills import masked_mse, mean_fill, neighbour_fill
    from core.analysis.pca import pca, reconstruction_mse
    from core.analysis.probes import Split, few_label_probe, linear_probe, nearest_neighbours
    from core.analysis.regression import ridge_errors
    from core.analysis.shortcuts import neighbours_ranks

    g = torch.Generator().manual_seed(0)
    x, y = torch.randn(200, 8, generator=g).to(HERE), torch.randint(3, (200,), generator=g)
    alignment(x, x + 0.1), uniformity(x), embedding_std(x)
    k_means(x, 3, g)
    reconstruction_mse(pca(x, 4), x, (1, 4))
    split = Split(x[:100], y[:100], x[100:150], y[100:150], x[150:], y[150:])
    linear_probe(split, [10.0]), few_label_probe(split, [torch.arange(30)], [10.0]), nearest_neighbours(split)
    ridge_errors(x, y.cpu().float())
    colour = torch.rand(40, 3, 28, 28, generator=g).to(HERE)
    neighbours_ranks(x[:40], (colour * 255).to(torch.uint8))
    hidden = (torch.arange(49).expand(40, -1) % 2 == 0).to(HERE)
    for fill in (mean_fill, neighbour_fill):
        masked_mse(colour, fill(colour, hidden, 4), hidden, 4)


REFUSED: dict[str, Callable[[], object]] = {  # each of these must fail, so that the checks above can
    "mixing": lambda: torch.ones(2, device=HERE) + torch.ones(2),
    "numpy": lambda: np.ascontiguousarray(torch.ones(2, device=HERE)),
    "double": lambda: torch.ones(2, device=HERE).double(),
    "generator": lambda: torch.multinomial(torch.ones(2, device=HERE), 1, generator=torch.Generator()),
    "indices": lambda: torch.ones(2)[torch.zeros(1, dtype=torch.long, device=HERE)],
}


# Pages ------------------------------------------------------------------------------------------------------------


def page(slug: str, query: dict[str, str]) -> None:
    """The page as a link opens it, until nothing on it waits for an answer."""
    cache._shared = None  # what a check before this one has computed would not be computed on the device again
    both_or_one.ASKED = 12  # held-out blanks; 300 take half a minute here
    graph.DRAWS = 4
    at = open_page(slug, **query)
    end = time.monotonic() + PATIENCE
    while at.get("progress") or at.get("spinner"):
        assert time.monotonic() < end, "the page still waits"
        time.sleep(0.2)
        at.run()
    at.run()
    assert not at.exception, [e.message for e in at.exception]
    assert not at.error, [e.value for e in at.error]


def drawings() -> None:
    """What networks make of a drawing; the page of the lesson does it when somebody asks."""
    from core.lessons.memory import eyes

    x = eyes.pictures("fashion")
    assert all(found.rank == 1 for found in eyes.compare("fashion", 3, x[3]))
    assert len(eyes.drift("fashion", x[0], [x[1], x[2]])) == len(eyes.eyes("fashion")) > 2


def checks() -> Iterator[tuple[str, Callable[[], None]]]:
    """Every check by its name."""
    for name in EXPERIMENT_NAMES:
        for i, change in enumerate(({}, *OTHERS.get(name, ()))):
            yield f"train:{name}" + (f"-{i}" if i else ""), lambda name=name, change=change: train(name, change)
    yield from (
        ("analysis:words", words),
        ("analysis:sentences", sentences),
        ("analysis:photographs", photographs),
        ("analysis:embeddings", embeddings),
        ("analysis:drawings", drawings),
    )
    for kind, breach in REFUSED.items():
        yield f"refused:{kind}", breach
    for lesson in LESSONS:
        yield f"page:{lesson.slug}", lambda slug=lesson.slug: page(slug, {})


def main(wanted: list[str]) -> None:
    known = dict(checks())
    answers, sys.stdout = sys.stdout, sys.stderr  # what a page prints is no answer
    for name in (one for one in known if not wanted or one.split("-")[0] in wanted):
        virtual_device.refused.clear()
        before, error = virtual_device.operations(), ""
        started = time.process_time()
        try:
            known[name]()
        except Exception:
            error = traceback.format_exc()
        error = error or "".join(virtual_device.refused)
        found = {"name": name, "error": error, "operations": virtual_device.operations() - before}
        print(json.dumps(found | {"seconds": round(time.process_time() - started, 1)}), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
