"""The registry of picture data sets and their cache on disk."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from core.data import fashion, mnist, openmoji, own_pictures, seal, shapes
from core.data.kept import kept
from core.data.kinds import Images, Missing, Raw, Source
from core.store import paths
from core.store.sizes import bytes_of

log = logging.getLogger(__name__)
TENSORS = ("train_x", "train_y", "test_x", "test_y")
FORMAT = 2  # raise it when the form of the cache file changes
ENTRIES = {"fashion": fashion.ENTRY, "mnist": mnist.ENTRY, "openmoji": openmoji.ENTRY, "shapes": shapes.ENTRY}


def names() -> tuple[str, ...]:
    """The data sets that come in packages; a person's own (core.data.own_pictures) can be loaded too."""
    return tuple(ENTRIES)


def available(name: str) -> bool:
    """Whether `load(name)` would find the data without a download. The name "none" stands for no data at all."""
    if name == "none" or own_pictures.exists(name):
        return True
    entry = ENTRIES.get(name)
    return entry is not None and (_cache_file(name).is_file() or entry.present())


def fingerprint(name: str) -> str:
    """The data set's fingerprint; from the cache's header where there is one. Raises Missing."""
    return "none" if name == "none" else load(name).fingerprint


def how_to_get(name: str) -> str:
    """One sentence for a person whose machine lacks the data set; empty for a name that is none."""
    if own_pictures.OWN.fullmatch(name):
        return own_pictures.HOW_TO_GET
    entry = ENTRIES.get(name)
    return entry.how_to_get if entry else ""


def cached(name: str) -> Path | None:
    """The cache file of a data set, where it exists."""
    path = _cache_file(name)
    return path if path.is_file() else None


def sources() -> list[dict[str, object]]:
    """One row a data set for `doctor`: found or missing, where, how large, how to get it."""
    rows = []
    for name, entry in ENTRIES.items():
        file = cached(name)
        rows.append(
            {
                "name": name,
                "title": entry.title,
                "found": available(name),
                "cached": str(file) if file else None,
                "bytes": file.stat().st_size if file else 0,
                "how_to_get": entry.how_to_get,
            }
        )
    return rows


def older_files() -> list[Path]:
    """Cache files of other versions, which nothing reads any more."""
    now = {_cache_file(name) for name in ENTRIES}
    return [file for name in ENTRIES for file in paths.data_dir().glob(f"{name}-*.safetensors") if file not in now]


def load(name: str) -> Images:
    """The data set, shared by all callers: treat its tensors as read-only. Raises Missing."""
    found = _load(name)
    if own_pictures.OWN.fullmatch(name):  # the file of what memory holds is in use as well
        own_pictures.touch(name)
    return found


def forget() -> None:
    """Read all pictures anew: some were removed."""
    _load.cache_clear()


def _own_bytes(images: Images) -> int:
    """Bytes of a data set that are this process's own: the system drops and reads again what is mapped, as it needs room."""
    return bytes_of((images.captions, images.classes)) if images.mapped else bytes_of(images)


@kept("Pictures", cost=_own_bytes)
def _load(name: str) -> Images:
    if own_pictures.OWN.fullmatch(name):
        return _fingerprinted(name, own_pictures.read(name))
    entry = ENTRIES.get(name)
    if entry is None:
        raise Missing(f"There is no data set called {name}; choose one of {', '.join(names())}.")
    found = _read_cache(name)
    if found is None:
        found = _fingerprinted(name, entry.read())
        _write_cache(found)
    return found


def _fingerprinted(name: str, raw: Raw) -> Images:
    digest = hashlib.sha256()
    for tensor in (raw.train_x, raw.train_y, raw.test_x, raw.test_y):
        digest.update(str(tuple(tensor.shape)).encode())
        digest.update(np.ascontiguousarray(tensor.numpy()).data)
    digest.update("\n".join(raw.captions).encode())
    return Images(name=name, fingerprint=digest.hexdigest()[:16], **vars(raw))


def _cache_file(name: str) -> Path:
    version = ENTRIES[name].version if name in ENTRIES else 0
    return paths.data_dir() / f"{name}-{version}.{FORMAT}.safetensors"


def _read_cache(name: str) -> Images | None:
    """The cached data set, or None where there is none or it is damaged (then it is read afresh and rewritten)."""
    path = _cache_file(name)
    try:
        with safe_open(path, framework="pt") as file:
            meta = json.loads(file.metadata()["images"])
            seal.check(path, meta)
            tensors = {key: file.get_tensor(key) for key in TENSORS}
        return Images(
            name=name,
            classes=tuple(meta["classes"]),
            captions=tuple(meta["captions"]),
            source=Source(**meta["source"]),
            fingerprint=str(meta["fingerprint"]),
            mapped=True,
            **tensors,
        )
    except FileNotFoundError:
        return None
    except (OSError, SafetensorError, AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        log.warning("the cached pictures %s are read anew: %s", name, error)
        return None


def _write_cache(images: Images) -> None:
    """Atomic; a full or read-only folder costs only the cache, so it is passed over in silence."""
    path = _cache_file(images.name)
    meta = {
        "classes": images.classes,
        "captions": images.captions,
        "source": asdict(images.source),
        "fingerprint": images.fingerprint,
    }
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        os.close(handle)
        tensors = {key: getattr(images, key).contiguous() for key in TENSORS}
        save_file(tensors, temporary, metadata={"images": json.dumps(seal.sealed(meta, tensors))})
        os.chmod(temporary, 0o644)  # mkstemp keeps it private, but accounts may share a cache
        os.replace(temporary, path)
    except (OSError, SafetensorError, RuntimeError):
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
