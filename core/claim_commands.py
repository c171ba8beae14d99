"""Claims on the command line: python -m core claims mask-ratio."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


def add(verb: Any) -> None:
    """Add the command; `verb(name, run, text)` makes a parser."""
    claims = verb(
        "claims", _claims, "Try out a claim of papers: trains what is missing, one record a training; resumes."
    )
    claims.add_argument("claim", choices=("mask-ratio",), help="mask-ratio: how much to hide, by kind of data")
    claims.add_argument("--kinds", default="", metavar="A,B", help="images, text, video; all without it")
    claims.add_argument(
        "--ratios", default="", metavar="R,R", help="shares hidden in training; those of the printed curves without it"
    )
    claims.add_argument("--seeds", type=_count, default=3, metavar="N", help="the seeds 0 to N - 1 (default 3)")
    claims.add_argument("--length", choices=("tiny", "short", "long"), default="short", help="of each training")
    claims.add_argument("--bake", action="store_true", help="write assets/claims/mask_ratio.json")


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 20:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no count; allowed: whole numbers from 1 to 20")


def _some(text: str, knob: Any, name: str) -> tuple[Any, ...]:
    """The choices of a knob that a list names, all of them for none. Raises BadValue."""
    from core.experiment import BadValue

    found = [knob.match(part.strip()) for part in text.split(",")] if text else [(choice,) for choice in knob.choices]
    if None in found:
        raise BadValue(f"--{name} {text!r} is not possible; allowed: {', '.join(map(str, knob.choices))}")
    return tuple(dict.fromkeys(one for (one,) in found))


def _claims(args: argparse.Namespace) -> int:
    from core import data
    from core import device as devices
    from core.claims import mask_ratio
    from core.experiment import get

    knobs = get("mask_ratio").knobs()
    sweep = mask_ratio.Sweep(
        _some(args.kinds, knobs["kind"], "kinds"),
        _some(args.ratios, knobs["ratio"], "ratios") if args.ratios else None,
        tuple(range(args.seeds)),
        args.length,
    )
    devices.be_a_worker(spare=0)  # no pages wait for this process

    def say(done: int, total: int, point: dict[str, Any]) -> None:
        if not args.json:
            text = f"{done}/{total} {point['kind']} {100 * point['ratio']:.0f}% seed {point['seed']}"
            print(
                f"{text}: loss {point['metrics']['held_out_loss']:.4f}, {point['seconds']:.0f} s",
                file=sys.stderr,
                flush=True,
            )

    try:
        points = mask_ratio.run(sweep, devices.best_device("auto"), say)
    except data.Missing as error:
        print(f"claims: {error}", file=sys.stderr)
        return 1
    if args.bake:
        mask_ratio.bake(points, sweep)
    print(json.dumps(points, indent=1) if args.json else mask_ratio.table(points))
    return 0
