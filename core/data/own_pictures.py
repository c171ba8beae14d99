"""A person's own folder of pictures, kept in the user's cache under a secret name made of its content (see `core.data.own`).

The training process finds it there by that name, and two people who bring the same pictures share one model. A file is
safetensors with its class names as JSON beside the tensors; what is read must be what its name says.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from core.data import own
from core.data.kinds import Missing, Raw, Source

OWN = own.pattern("pictures")  # the name of a person's own pictures
OWN_BYTES = 300_000_000  # of all own pictures together; those that were not used for longest make room
SOURCE = Source("Your own pictures", "upload", "yours", "")
HOW_TO_GET = "They are no longer on this server: bring them again."
TENSORS = ("train_x", "train_y", "test_x", "test_y")


class CannotKeep(Exception):
    """Own pictures could not be written; the message is one sentence for the person who brought them."""


def exists(name: str) -> bool:
    """Whether pictures of that name are here; whether they are whole, `read` says."""
    return OWN.fullmatch(name) is not None and _file(name).is_file()


def keep(raw: Raw) -> str:
    """Write pictures (already checked) to the user's cache; their name. `raw.source` is not kept. Raises CannotKeep."""
    meta = {"classes": raw.classes, "captions": raw.captions}
    tensors = {key: getattr(raw, key).contiguous() for key in TENSORS}
    try:
        name = own.name("pictures", _hash(raw))
        path = _file(name)
        with contextlib.suppress(Missing):  # they are not there yet, or what is there is damaged
            read(name)
            return name
        own.write(path, save(tensors, metadata={"images": json.dumps(meta)}), "pictures-*.safetensors", OWN_BYTES)
    except OSError as error:
        raise CannotKeep("The server's folder cannot be written, so it cannot learn from pictures of yours.") from error
    return name


def read(name: str) -> Raw:
    """The pictures of that name, exactly as they were kept. Raises Missing where they are not here or are damaged."""
    if not exists(name):
        raise Missing(f"These pictures of yours are not on this machine. {HOW_TO_GET}")
    try:
        with safe_open(_file(name), framework="pt") as file:
            meta = json.loads(file.metadata()["images"])
            # A copy, because the file would stay mapped, and a mapped file cannot make room on every system.
            tensors = {key: file.get_tensor(key).clone() for key in TENSORS}
        raw = Raw(**tensors, classes=tuple(meta["classes"]), source=SOURCE, captions=tuple(meta["captions"]))
        if own.name("pictures", _hash(raw)) != name:
            raise ValueError("they are not what was stored")
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise Missing(f"These pictures of yours cannot be read ({error}). Bring them again.") from error
    touch(name)
    return raw


def touch(name: str) -> None:
    """Say that the pictures are in use: what is used stays longest."""
    own.touch(_file(name))


def _file(name: str) -> Path:
    return own.folder() / f"{name}.safetensors"


def _hash(raw: Raw) -> bytes:
    """The digest over pictures, labels, the split, and the names of classes."""
    digest = hashlib.sha256(json.dumps([raw.classes, raw.captions]).encode())
    for key in TENSORS:
        tensor = getattr(raw, key).contiguous()
        digest.update(f"{key} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.numpy().data)
    return digest.digest()
