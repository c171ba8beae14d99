"""Is "Quick settings" quick, and is it any good? And how fast is the training against a peer of the same size?

Each data set is trained by the command line in a process of its own, with a cache of its own. The peer is
Hugging Face's ViTMAEForPreTraining with the same widths, depths and batch, in a plain loop without augmentation,
previews or events; the lab's side is its whole training loop with all of these.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import common

SECONDS = 20.0
ROUNDS = 5


def quick(data_name: str, cache: Path) -> dict[str, Any]:
    """One quick training, from the outside."""
    arguments = ["train", "mae", "--set", "preset=quick", "--set", f"data={data_name}", "--force", "--json"]
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "core", *arguments],
        cwd=common.ROOT, env={**os.environ, "LATENT_LAB_CACHE": str(cache)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    wall = time.perf_counter() - began
    found = json.loads(done.stdout)
    metrics = found["metrics"]
    mse, fills = metrics["masked_mse"], (metrics["neighbour_fill_mse"], metrics["mean_fill_mse"])
    return {
        "data": data_name,
        "wall_s": round(wall, 2),
        "recorded_s": found["seconds"],  # training and measuring, without the start of Python
        "steps": found["steps"],
        "device": found["device"],
        "masked_mse": mse,
        "neighbour_fill_mse": fills[0],
        "mean_fill_mse": fills[1],
        "over_neighbour": round(mse / fills[0], 3),
        "over_mean": round(mse / fills[1], 3),
        "beats_both_in_time": mse < min(fills) and found["seconds"] < SECONDS,
    }


def ours(config: Any, device: Any, seed: int) -> tuple[float, float]:
    """(images a second, last loss) of the lab's whole training loop; the measuring that follows is left out."""
    from core.events import Step
    from core.experiment import Context
    from core.experiments import mae

    loop = mae.train(config, Context(device, seed))
    first, last = None, None
    for event in loop:
        if isinstance(event, Step) and event.phase == "training":
            last = (time.perf_counter(), event.i, event.metrics["loss"])
            first = first or last
            if event.i == config.steps:
                break
    loop.close()
    return mae.BATCH * (last[1] - first[1]) / (last[0] - first[0]), last[2]


def peer(config: Any, device: Any, seed: int) -> tuple[float, float]:
    """(images a second, last loss) of Hugging Face's model in the plain loop that its documentation shows."""
    import torch

    from core import data
    from core.compat import torchvision
    from core.experiments import mae

    torchvision()  # transformers imports it, and beside a CPU build of torch that needs care
    from transformers import ViTMAEConfig, ViTMAEForPreTraining

    torch.manual_seed(seed)
    pictures = data.load(config.data)
    twin = mae.build(config)
    decoder_width = twin.mask_token.shape[-1]
    model = ViTMAEForPreTraining(
        ViTMAEConfig(
            image_size=pictures.side, patch_size=mae.PATCH, num_channels=pictures.channels,
            hidden_size=config.width, num_hidden_layers=config.depth,
            num_attention_heads=config.width // 16, intermediate_size=4 * config.width,
            decoder_hidden_size=decoder_width, decoder_num_hidden_layers=config.decoder_depth,
            decoder_num_attention_heads=decoder_width // 16, decoder_intermediate_size=4 * decoder_width,
            mask_ratio=config.mask_ratio, norm_pix_loss=config.target == "normalised",
        )
    ).to(device).train()  # fmt: skip
    x = pictures.train_x.to(device)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
    first = 0.0
    for i in range(config.steps):
        if i == 1:
            first = time.perf_counter()
        batch = x[torch.randint(len(x), (mae.BATCH,), device=device)].float() / 255 * 2 - 1
        loss = model(pixel_values=batch).loss
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    last = loss.item()  # waits for the device
    return mae.BATCH * (config.steps - 1) / (time.perf_counter() - first), last


def against_peer(data_name: str) -> dict[str, Any]:
    """Both in turn in this process, with the threads that a worker has; the medians of the rounds."""
    from core import device as devices
    from core.experiments import mae

    devices.be_a_worker()
    device = devices.best_device()
    config = mae.EXPERIMENT.strict({"preset": "quick", "data": data_name})
    speeds: dict[str, list[float]] = {"lab": [], "peer": []}
    for seed in range(ROUNDS):
        for name, run in (("lab", ours), ("peer", peer)):
            speeds[name].append(run(config, device, seed)[0])
    lab, other = (statistics.median(speeds[name]) for name in ("lab", "peer"))
    return {
        "data": data_name,
        "device": devices.describe(device),
        "lab_images_s": round(lab),
        "peer_images_s": round(other),
        "ratio": round(lab / other, 3),
        "rounds": {name: [round(v) for v in values] for name, values in speeds.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    from core import data

    result: dict[str, Any] = {"load_before": common.load()}
    names = [name for name in ("fashion", "mnist", "openmoji") if data.available(name)]
    with common.temporary_cache() as cache:
        result["quick"] = []
        for name in names:
            common.say(f"quick training on {name}")
            result["quick"].append(quick(name, cache))
    common.say("against the peer")
    result["peer"] = against_peer(names[0])
    lines = [f'preset "quick", {result["quick"][0]["steps"]} steps; seconds are training and measuring together', ""]
    for row in result["quick"]:
        beaten = "both fills beaten in time" if row["beats_both_in_time"] else "MISSED"
        lines.append(
            f"{row['data']:9} {row['recorded_s']:5.1f} s ({row['wall_s']:.1f} s with the start of Python)  "
            f"error {row['masked_mse']:.4f} = {row['over_neighbour']:.2f} × neighbour fill, "
            f"{row['over_mean']:.2f} × mean fill: {beaten} (target: both below 1 within {SECONDS:g} s)"
        )
    p = result["peer"]
    lines += [
        "",
        f"images a second on {p['data']}, {p['device']}: lab {p['lab_images_s']:,}, peer {p['peer_images_s']:,}: "
        f"the lab trains {p['ratio']:.2f} × as fast (target ≥ 1 ×: {'met' if p['ratio'] >= 1 else 'MISSED'})",
    ]
    common.finish(result, lines, args.json)


if __name__ == "__main__":
    main()
