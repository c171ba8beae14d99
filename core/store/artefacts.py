"""Trained models on disk: `<root>/<experiment>/<key>/` with safetensors and one record.json.

Writing is atomic (a temporary folder beside the final one, then a rename). Reading verifies: an artefact in the
user's cache that is truncated, altered or half missing is set aside and counts as absent. Nothing unpickles.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import shutil
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors import torch as tensors_io

from core.events import Preview
from core.store import atomic, cache, paths
from core.store.record import CHECKPOINTS, KEY, MODEL, NAME, PREVIEWS, Damaged, Record, check
from core.store.sizes import bytes_of

RECORD = "record.json"
RECORD_BYTES = 5 << 20  # a longer record.json is no record of ours
State = Mapping[str, torch.Tensor]
T = TypeVar("T")


class CannotStore(Exception):
    """The model could not be written; the message is one sentence for the person who trained it."""


@dataclass(frozen=True)
class Found:
    """A record, where it lies ("cache": the user's folder, "baked": shipped with the program) and under which root."""

    record: Record
    source: str
    root: Path


# Writing ---------------------------------------------------------------------------------------------------------


# What a file system says where somebody else moved a folder meanwhile.
RACES = (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST, errno.EBUSY, errno.ENOTDIR, errno.ESTALE)


def save(
    root: Path,
    record: Record,
    state: State,
    checkpoints: Sequence[tuple[int, State]] = (),
    previews: Sequence[Preview] = (),
) -> Record:
    """Write one model, replacing an older one of the same key; returns the record with its checksums, or that of the same
    model as another app has stored it in the same moment.

    Raises CannotStore where the folder cannot be written or the disk is full; the older model then stays as it was.
    """
    check(record.name, record.key)
    shelf = Path(root) / record.name
    temporary = shelf / f".tmp-{record.key}-{uuid.uuid4().hex[:8]}"
    contents = {MODEL: _packed(state)}
    if checkpoints:
        contents[CHECKPOINTS] = _packed({f"{step}/{n}": t for step, younger in checkpoints for n, t in younger.items()})
    if previews:
        contents[PREVIEWS] = _packed(
            {f"{p.i}/{n}": torch.from_numpy(np.ascontiguousarray(a)) for p in previews for n, a in p.arrays.items()}
        )
    files = {n: {"sha256": hashlib.sha256(c).hexdigest(), "bytes": len(c)} for n, c in contents.items()}
    record = replace(record, files=files, checkpoints=tuple(step for step, _ in checkpoints))
    try:
        shelf.mkdir(parents=True, exist_ok=True)
        atomic.sweep(shelf)
        temporary.mkdir()
        for name, content in {**contents, RECORD: record.to_json().encode()}.items():
            atomic.write(temporary / name, content)
        atomic.put_in_place(temporary, shelf / record.key)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if error.errno in RACES and (other := read_record(Path(root), record.name, record.key)) is not None:
            return other  # another app on this cache stored the same model in the same moment
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = f"The disk of {root} is full" if full else f"The folder {root} cannot be written"
        raise CannotStore(f"{why}, so the model stays in memory until the app restarts.") from error
    return record


def rewrite(root: Path, record: Record) -> None:
    """Write the record of a stored model anew, its other files as they are. Raises CannotStore."""
    path = Path(root) / record.name / record.key / RECORD
    temporary = path.with_name(f".tmp-{uuid.uuid4().hex[:8]}")
    try:
        atomic.write(temporary, record.to_json().encode())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise CannotStore(f"The folder {root} cannot be written, so the record stays as it was.") from error


def delete(name: str, key: str) -> bool:
    """Remove a model from the user's cache (never a baked one); whether there was one that could be removed."""
    check(name, key)
    folder = paths.models_dir() / name / key
    gone = folder.with_name(f".old-{key}-{uuid.uuid4().hex[:8]}")
    try:
        folder.rename(gone)  # one step: a reader sees all of it or nothing
    except OSError:
        return False
    shutil.rmtree(gone, ignore_errors=True)
    return True


def _packed(tensors: State) -> bytes:
    # clone: safetensors refuses tied weights that share memory
    return tensors_io.save({name: t.detach().to("cpu").contiguous().clone() for name, t in tensors.items()})


# Reading ---------------------------------------------------------------------------------------------------------

REMEMBERED = 300  # records in memory, some 70 kB each: pages read them on each rerun
_Seen = tuple[int, ...]  # what `stat` said of a file


class _Parsed:
    """Records as they were read last, those that were asked for last; safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: OrderedDict[Path, tuple[_Seen, Record, int]] = OrderedDict()

    def read(self, path: Path, seen: _Seen) -> Record:
        """The record in the file; it is read again where the file has changed. Raises Damaged, OSError."""
        with self._lock:
            found = self._records.get(path)
            if found is not None and found[0] == seen:
                self._records.move_to_end(path)
                return found[1]
        record = Record.from_json(path.read_bytes())
        with self._lock:
            self._records[path] = (seen, record, bytes_of(record))
            self._records.move_to_end(path)
            if len(self._records) > REMEMBERED:
                self._records.popitem(last=False)
        return record

    def bytes(self) -> int:
        with self._lock:
            return sum(size for _, _, size in self._records.values())

    def clear(self) -> None:
        with self._lock:
            self._records.clear()


_parsed = _Parsed()
cache.beside("Records of models", "models", _parsed.bytes)


def find(name: str, key: str) -> Found | None:
    """The model from the user's cache, else the baked one, else None."""
    return next(places(name, key), None)


def places(name: str, key: str) -> Iterator[Found]:
    """All models of the key: the one from the user's cache, then the baked one."""
    for source, root in _places():
        record = read_record(root, name, key)
        if record is not None:
            yield Found(record, source, root)


def read_record(root: Path, name: str, key: str) -> Record | None:
    """The record, or None where there is none. A damaged artefact is set aside (a baked one: passed over)."""
    check(name, key)
    try:
        return _settled(Path(root) / name / key, lambda: _open(Path(root), name, key))
    except Damaged:
        set_aside(Path(root), name, key)
        return None


def damage(root: Path, name: str, key: str) -> str | None:
    """Why the artefact cannot be used, in one sentence, or None where it is absent or looks whole."""
    try:
        _open(Path(root), name, key)
    except Damaged as error:
        return str(error)
    return None


def list_records() -> list[Found]:
    """All models that can be read, the user's first; a key that is in both places appears twice."""
    found = []
    for source, root in _places():
        for folder in sorted(root.glob("*/*")) if root.is_dir() else ():
            if NAME.fullmatch(folder.parent.name) and KEY.fullmatch(folder.name):
                record = read_record(root, folder.parent.name, folder.name)
                if record is not None:
                    found.append(Found(record, source, root))
    return found


def load_state(root: Path, record: Record) -> dict[str, torch.Tensor]:
    """The weights, verified. Raises Damaged (and sets the artefact aside) where they are not what was stored."""
    return _load(root, record, MODEL)


def load_checkpoints(root: Path, record: Record) -> tuple[tuple[int, dict[str, torch.Tensor]], ...]:
    """(step, weights) of the younger models, oldest first; may be empty. Raises Damaged."""
    return _by_step(_load(root, record, CHECKPOINTS))


def load_previews(root: Path, record: Record) -> tuple[Preview, ...]:
    """The stored previews, oldest first; may be empty. Raises Damaged."""
    pictures = _by_step(_load(root, record, PREVIEWS))
    return tuple(Preview(step, {n: t.numpy() for n, t in arrays.items()}) for step, arrays in pictures)


def _places() -> tuple[tuple[str, Path], ...]:
    return (("cache", paths.models_dir()), ("baked", paths.baked_dir()))


def _open(root: Path, name: str, key: str) -> Record | None:
    """The record whose files all exist with their recorded sizes; None where there is no folder. Raises Damaged."""
    check(name, key)
    folder = root / name / key
    path = folder / RECORD
    try:
        if not folder.exists():
            return None
        stat = path.stat()
        if stat.st_size > RECORD_BYTES:
            raise Damaged(f"{path} is too long for a record.")
        seen: _Seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        record = _parsed.read(path, seen)
        if (record.name, record.key) != (name, key):
            raise Damaged(f"{path} describes another model.")
        for file, entry in record.files.items():
            size = (folder / file).stat().st_size
            if size != entry["bytes"]:
                hint = _pointer(folder / file)
                raise Damaged(f"{folder / file} has {size:,} bytes instead of {entry['bytes']:,}{hint}.")
    except OSError as error:
        raise Damaged(f"{error.filename or folder} cannot be read ({error.strerror}).") from error
    return record


def _pointer(path: Path) -> str:
    with open(path, "rb") as file:
        is_pointer = file.read(40).startswith(b"version https://git-lfs")
    return " (a git-lfs pointer: run `git lfs pull`)" if is_pointer else ""


def _load(root: Path, record: Record, file: str) -> dict[str, torch.Tensor]:
    """All tensors of one verified file; empty where the artefact has no such file."""

    def read() -> dict[str, torch.Tensor]:
        current = _open(root, record.name, record.key)  # not `record`: another writer may have replaced the folder
        if current is None:
            raise Damaged(f"The model {record.key} of {record.name} is no longer in {root}.")
        if file not in current.files:
            return {}
        path = root / record.name / record.key / file
        try:
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() != current.files[file]["sha256"]:
                raise Damaged(f"{path} is not what was stored: its checksum differs.")
            return tensors_io.load(content)
        except (OSError, SafetensorError, ValueError) as error:
            raise Damaged(f"{path} cannot be read ({error}).") from error

    root = Path(root)
    try:
        return _settled(root / record.name / record.key, read)
    except Damaged:
        set_aside(root, record.name, record.key)
        raise


def _settled(folder: Path, read: Callable[[], T]) -> T:
    """The result of `read`, again while a writer replaces the folder under it: only what stays wrong is damage."""
    for attempt in range(100):
        before = _identity(folder)
        try:
            return read()
        except Damaged as error:
            gone = before is None and attempt < 5  # a swap is two renames, with a moment of nothing between
            if _identity(folder) == before and not gone:
                raise
            last = error
        time.sleep(0.005)
    raise last


def _identity(folder: Path) -> tuple[int, ...] | None:
    try:
        stat = folder.stat()
    except OSError:
        return None
    return (stat.st_dev, stat.st_ino, stat.st_mtime_ns)


def _by_step(tensors: State) -> tuple[tuple[int, dict[str, torch.Tensor]], ...]:
    """{"<step>/<name>": tensor} -> ((step, {name: tensor}), ...), ascending."""
    steps: dict[int, dict[str, torch.Tensor]] = {}
    for full, tensor in tensors.items():
        step, _, name = full.partition("/")
        steps.setdefault(int(step), {})[name] = tensor
    return tuple(sorted(steps.items()))


def was_set_aside(name: str, key: str) -> bool:
    """Whether a damaged model of this key lies beside those of the user's cache."""
    return any((paths.models_dir() / ".damaged").glob(f"{name}-{key}-*"))


def set_aside(root: Path, name: str, key: str) -> None:
    """Move a damaged artefact out of the way, for a person to look at. Baked models and read-only folders stay."""
    if root == paths.baked_dir():
        return
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    with contextlib.suppress(OSError):
        (root / ".damaged").mkdir(exist_ok=True)
        (root / name / key).rename(root / ".damaged" / f"{name}-{key}-{stamp}")
