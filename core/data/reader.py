"""The process that reads what people bring: `python -m core.data.reader`, frames on stdin and stdout.

A request is a line of JSON {"kind", "bytes"} and so many bytes; so is a reply, {"error": null or one sentence, "bytes", ...}.
A file that asks for more memory than there is ends the process, and nothing else.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from core.data.read_picture import Unreadable

MOST_MEMORY = 2 << 30  # bytes
Reply = tuple[dict[str, Any], bytes]


def picture(content: bytes, side: int) -> Reply:
    """The middle square, uint8 (side, side, 3), and whether the file ended too early."""
    from core.data.read_picture import read_picture, to_square

    read = read_picture(content)
    return {"cut": bool(read.info["cut"])}, to_square(read, side, 3).tobytes()


def text(content: bytes) -> Reply:
    """The text as UTF-8."""
    from core.data.read_text import read_text

    return {}, read_text(content).encode()


def folder(content: bytes) -> Reply:
    """The pictures of a zip as safetensors, and what there is to say about them."""
    from safetensors.torch import save

    from core.data.own_pictures import TENSORS
    from core.data.read_zip import read_folder

    found = read_folder(content)
    tensors = {name: getattr(found.raw, name).contiguous() for name in TENSORS}
    return {"classes": found.raw.classes, "captions": found.raw.captions, "notes": found.notes}, save(tensors)


def sound(content: bytes, part: str) -> Reply:
    """The loudest "word" or "second", float32 (SAMPLES,) at the rate of the spectrograms, and how long the whole recording is."""
    from core.data.read_sound import read_second, read_sound

    if part == "second":
        found = read_second(content)
        return {"seconds": found.seconds, "start": found.start}, found.samples.tobytes()
    word, seconds = read_sound(content)
    return {"seconds": seconds}, word.tobytes()


READ: dict[str, Callable[..., Reply]] = {"picture": picture, "text": text, "folder": folder, "sound": sound}


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next header and its bytes; None where the stream has ended. Raises ValueError where it is no frame."""
    line = stream.readline()
    if not line:
        return None
    header = json.loads(line)
    content = stream.read(header["bytes"])
    return (header, content) if len(content) == header["bytes"] else None


def write_frame(stream: BinaryIO, header: dict[str, Any], content: bytes = b"") -> None:
    stream.write(json.dumps({**header, "bytes": len(content)}).encode() + b"\n")
    stream.write(content)
    stream.flush()


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer one request after the other; a file that cannot be used is a reply, not an end."""
    while (frame := read_frame(requests)) is not None:
        header, content = frame
        try:
            said, payload = READ[header["kind"]](content, **header.get("settings", {}))
        except Unreadable as error:
            write_frame(replies, {"error": str(error)})
        else:
            write_frame(replies, {"error": None, **said}, payload)


def main() -> None:
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    if hasattr(os, "nice"):
        os.nice(5)  # pages first
    with contextlib.suppress(ImportError, OSError, ValueError):  # systems without such limits have the time limit alone
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    serve(sys.stdin.buffer, replies)


if __name__ == "__main__":
    main()
