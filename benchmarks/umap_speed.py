"""The lab's UMAP of 10,000 points of 128 numbers against plain umap-learn: how soon, and how much of the space it keeps.

python -m benchmarks.umap_speed                        # the principal components of Fashion-MNIST's test pictures
python -m benchmarks.umap_speed --x codes.npy --pairs 5   # other embeddings, float (N, D)

The same points, neighbours, min_dist and seed, with one thread: what the process that computes maps has. Sides take
turns, each in a fresh process, whose first map holds import and compilation: what a person waits for. The second map in
the same process holds neither. Reading the points is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import ROOT, finish, load, say
from core.maps import honest

POINTS, NUMBERS = 10_000, 128
NEIGHBOURS, MIN_DIST = 15, 0.1
SPEED, CLOSE = 2.0, 0.005
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")

LAB = f"""
from core.maps.umap_map import umap_2d
def mapped(seed): return umap_2d(x, {NEIGHBOURS}, {MIN_DIST}, seed, quick=%s)
"""
PLAIN = f"""
import umap
def mapped(seed): return umap.UMAP(n_neighbors={NEIGHBOURS}, min_dist={MIN_DIST}, random_state=seed, n_jobs=1).fit_transform(x)
"""
SIDES = {"umap": PLAIN, "lab": LAB % False, "quick": LAB % True}  # by name: what its process imports and does
CHILD = """
import json, sys, time
import numpy as np
x = np.load(sys.argv[1], allow_pickle=False)
began = time.perf_counter()
{side}
points = mapped({seed})
first = time.perf_counter()
mapped({seed})
second = time.perf_counter()
np.save(sys.argv[2], points)
print(json.dumps({{"first": first - began, "second": second - first}}))
"""


def embeddings() -> np.ndarray:
    """The first principal components of Fashion-MNIST's held-out pictures, float32 (POINTS, NUMBERS)."""
    from core import data
    from core.analysis.pca import pca

    pictures = data.load("fashion").test_x[:POINTS]
    return pca(pictures, NUMBERS).encode(pictures).numpy()


def measured(side: str, seed: int, x: Path, threads: int) -> dict[str, Any]:
    """Seconds of the first and the second map of a fresh process, and the points of the first."""
    points = x.with_name(f"{side}-{seed}.npy")
    done = subprocess.run(
        [sys.executable, "-c", CHILD.format(side=SIDES[side], seed=seed), str(x), str(points)],
        cwd=ROOT,
        env={**os.environ, **dict.fromkeys(THREADS, str(threads))},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{side} gave no map:\n{done.stderr[-2000:]}")
    return {**json.loads(done.stdout.splitlines()[-1]), "points": np.load(points, allow_pickle=False)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--x", type=Path, help="a .npy of embeddings (N, D) (default: Fashion-MNIST's components)")
    parser.add_argument("--pairs", type=int, default=3, help="turns of each side, each with its own seed (default 3)")
    parser.add_argument("--threads", type=int, default=1, help="of each side (default 1)")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()

    result: dict[str, Any] = {"load_before": load(), "threads": args.threads}
    x = np.load(args.x, allow_pickle=False) if args.x else embeddings()
    rows: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
    with tempfile.TemporaryDirectory(prefix="latent-lab-benchmark-") as folder:
        file = Path(folder) / "x.npy"
        np.save(file, x.astype(np.float32))
        for seed in range(args.pairs):
            for side in SIDES if seed % 2 == 0 else reversed(SIDES):
                row = measured(side, seed, file, args.threads)
                row["trust"] = honest.trustworthiness(x, row.pop("points"), NEIGHBOURS)
                say(f"{side}, seed {seed}: {row['first']:.1f} s, then {row['second']:.1f} s; T {row['trust']:.4f}")
                rows[side].append(row)

    lines = [
        f"{len(x):,} points of {x.shape[1]} numbers, {args.threads} thread(s), {args.pairs} seed(s); "
        f"T: trustworthiness, k = {NEIGHBOURS}",
        "",
        "         first map   second map        T   (medians)",
    ]
    for side, taken in rows.items():
        median = {key: statistics.median(row[key] for row in taken) for key in ("first", "second", "trust")}
        result[side] = {key: [round(row[key], 4) for row in taken] for key in median}
        lines.append(f"{side:7} {median['first']:8.1f} s {median['second']:10.1f} s   {median['trust']:.4f}")
    lines.append("")
    for side in ("lab", "quick"):
        pairs = list(zip(rows["umap"], rows[side], strict=True))
        ratio = {key: statistics.median(a[key] / b[key] for a, b in pairs) for key in ("first", "second")}
        apart = statistics.fmean(b["trust"] - a["trust"] for a, b in pairs)
        result[f"{side}_against_umap"] = {"first": ratio["first"], "second": ratio["second"], "trust": apart}
        met = min(ratio.values()) >= SPEED and abs(apart) <= CLOSE
        target = f" (target ≥ {SPEED:g} × both, T within {CLOSE:g}: {'met' if met else 'MISSED'})"
        lines.append(
            f"{side:6} {ratio['first']:.1f} × as fast with import and compilation, {ratio['second']:.1f} × without; "
            f"T {apart:+.4f}{target if side == 'quick' else ' (the default, whose maps are baked; no target)'}"
        )
    finish(result, lines, args.json)


if __name__ == "__main__":
    main()
