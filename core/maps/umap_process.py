"""The process that computes maps: `python -m core.maps.umap_process`, lines on stdin and stdout.

A request is a line of JSON {"folder", "method", "settings"}: "x" in <folder>/x.safetensors becomes "points" in
<folder>/points.safetensors. The reply is a line of JSON {"error": null or one line of text}. The process stays for the
next map, because numba's compilation takes ten times as long as a map, and ends with its stdin.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from safetensors.numpy import load_file, save_file

from core.maps.methods import METHODS


def serve(requests: Iterable[bytes], replies: BinaryIO) -> None:
    """Answer one request after the other; a map that fails is a reply, not an end."""
    for line in requests:
        error = None
        try:
            request = json.loads(line)
            folder = Path(request["folder"])
            compute = METHODS[request["method"]].compute
            points = compute(load_file(folder / "x.safetensors")["x"], **request["settings"])
            save_file({"points": points}, folder / "points.safetensors")
        except Exception as reason:
            traceback.print_exc()
            first = (str(reason).strip().splitlines() or [""])[0][:200]
            error = f"{type(reason).__name__}: {first}"
        replies.write(json.dumps({"error": error}).encode() + b"\n")
        replies.flush()


def main() -> None:
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    if hasattr(os, "nice"):
        os.nice(10)  # pages first
    serve(sys.stdin.buffer, replies)


if __name__ == "__main__":
    main()
