"""The lab: what pages ask for models. It hands out a trained model where there is one, else the state of its training.

    shown = lab.view("mae", config, seed=0)      # Ready | Running | Queued | Failed | Stopped | Absent
    if isinstance(shown, lab.Ready):
        model = lab.model(shown.record)          # shared by all sessions: eval mode, no gradients

Nothing here knows Streamlit, and nothing here trains in this process.
"""

from __future__ import annotations

import atexit
import io
import sys
import threading
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from torch import nn

from core import data, device, experiment
from core.analysis.vectors import WordVectors
from core.data import own
from core.events import Preview
from core.nn import bert
from core.nn.efficientnet import Lite0
from core.store import artefacts, cache, paths
from core.store.artefacts import Damaged, Found, Record
from core.store.cache import ModelCache, Resident
from core.store.memo import Cost, memoized
from core.store.record import MODEL
from core.store.sizes import bytes_of
from core.training import presence
from core.training.drive import as_float32
from core.training.job import Full as Full
from core.training.job import JobView, Refused, Request
from core.training.job import browser_of as browser_of
from core.training.jobs import Board
from core.training.presence import Watcher as Watcher


@dataclass(frozen=True)
class Ready:
    """A trained model. source: "baked", "cache", "memory" (could not be stored; gone when the app restarts), "early" (in
    memory, too; of fewer steps than its setting says, because it was asked to finish), "measuring" (its record has no metrics
    yet), or "learning" (nor has it taken all steps).

    job: a run of the same key, where there is or was one (somebody trains the baked default live).
    """

    record: Record
    source: str
    job: JobView | None = None

    @property
    def measured(self) -> bool:
        return self.source not in ("learning", "measuring")


@dataclass(frozen=True)
class Running:
    job: JobView


@dataclass(frozen=True)
class Queued:
    job: JobView


@dataclass(frozen=True)
class Failed:
    message: str
    job: JobView


@dataclass(frozen=True)
class Stopped:
    job: JobView


@dataclass(frozen=True)
class Absent:
    """No model and no run; the message is one sentence. can_train: False where the data set is missing."""

    message: str
    can_train: bool = True


View = Ready | Running | Queued | Failed | Stopped | Absent
History = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Models:
    """What exists, as one session may see it: models on disk, what is resident in memory (each model, each kind of results),
    runs. hidden: how many models on disk learned from what other people brought, and are not listed."""

    stored: tuple[Found, ...]
    resident: tuple[Resident, ...]
    jobs: tuple[JobView, ...]
    hidden: int = 0


P = ParamSpec("P")
R = TypeVar("R")


# Computing once --------------------------------------------------------------------------------------------------


def memo(
    function: Callable[P, R] | None = None, *, label: str = "", cost: Cost | None = None, group: str = "results"
) -> Callable[P, R] | Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator: the result of the same arguments is computed once for all sessions, within the memory budget of the models.

        @lab.memo(label="Codes of pictures")
        def code_space(record: Record, size: int) -> CodeSpace: ...

    Arguments are hashable values: records, names, numbers, bytes; arrays count by their content, an object of one's own by its
    `memo_key`. A module or a tensor is refused (TypeError). Sessions that ask at the same time wait for one computation. An
    error goes to all who wait, and the next call tries again. The least recently used is forgotten first; results of a
    model that is deleted are forgotten with it. Nobody may change a result: others hold it too.

    label: what the list of resident results calls them. cost: bytes of a result, or what computes them, where tensors,
    arrays, text and plain objects are not all that it holds. group: one of `core.store.cache.GROUPS`, for the Models page.
    """
    if function is None:
        return lambda decorated: memoized(decorated, model_cache, label, cost, group)
    return memoized(function, model_cache, label, cost, group)


# Looking ---------------------------------------------------------------------------------------------------------


def view(experiment_name: str, config: Any, seed: int, session_id: str = "") -> View:
    """What there is for this setting; cheap enough for each rerun. Raises BadValue for an unknown experiment.

    session_id: a model that was asked to finish early is there for the sessions alone that watched it learn; so is one that still
    learns, or is measured.
    """
    exp = experiment.get(experiment_name)
    if (missing := _missing_data(exp, config)) is not None:
        return missing
    key = exp.key(config, seed)
    shown = board().snapshot(key)
    early = shown is not None and shown.early
    if early and not board().saw(key, session_id):
        shown, early = None, False
    found = _find(exp.name, key, shown)
    if found is not None:
        return Ready(found.record, "early" if early and found.source == "memory" else found.source, shown)
    if (learned := next(_learned(exp.name, key, shown), None)) is not None and board().saw(key, session_id):
        return Ready(learned.record, learned.source, shown)
    if shown is not None and shown.state == "queued":
        return Queued(shown)
    if shown is not None and shown.live:
        return Running(shown)
    if shown is not None and shown.state == "failed":
        return Failed(shown.message, shown)
    if shown is not None and shown.state == "stopped":
        return Stopped(shown)
    reason = artefacts.damage(paths.baked_dir(), exp.name, key)
    if reason is not None:
        return Absent(f"The model that comes with the program cannot be used: {reason}")
    if artefacts.was_set_aside(exp.name, key):
        return Absent("The stored model of this setting was damaged, and was set aside: train it again.")
    return Absent("This setting has not been trained yet.")


def job(key: str) -> JobView | None:
    return board().snapshot(key)


def earlier(job: JobView, session_id: str) -> list[History]:
    """Losses to see a run's beside: of the model that is there for the same setting, and of the last runs of the same experiment
    that this session saw. Each is rows {"i", "total", **metrics}."""
    found = _find(job.experiment, job.key, None)
    return [*board().histories(job, session_id), *([found.record.history] if found is not None else [])]


def previews(record: Record) -> tuple[Preview, ...]:
    """The pictures stored during the training, oldest first. Raises Damaged."""
    return _previews(record)


def models(held: Collection[str] = ()) -> Models:
    """What there is, for a session that holds own data of these names. Of what others brought it sees neither names nor
    models; their runs stand in the queue without what they say."""

    def others(config: Mapping[str, Any]) -> bool:
        name = own.named_in(config)
        return name is not None and name not in held

    stored = artefacts.list_records()
    shown = tuple(found for found in stored if not others(found.record.config))
    jobs = tuple(job.anonymous() if others(job.config) else job for job in board().snapshots())
    return Models(shown, tuple(model_cache().resident()), jobs, len(stored) - len(shown))


def package(record: Record) -> bytes:
    """A zip with record.json, without names of own data, and model.safetensors, for download. Raises Damaged."""

    def packed(root: Path, current: Record) -> bytes:
        artefacts.load_state(root, current)  # verifies
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            folder = f"{current.name}-{current.key}"
            shown = replace(current, config=own.without_names(current.config))
            archive.writestr(f"{folder}/record.json", shown.to_json())
            archive.write(root / current.name / current.key / MODEL, f"{folder}/{MODEL}")
        return content.getvalue()

    return _from_disk(record, packed)


# Models ----------------------------------------------------------------------------------------------------------


def model(record: Record) -> nn.Module:
    """The trained module on this machine's best device, shared: eval mode, requires_grad_(False). Raises Damaged."""
    return model_cache().get(
        f"{record.name}/{record.key}/{record.fingerprint[:16]}",
        lambda: _from_disk(record, lambda root, current: _module(current, artefacts.load_state(root, current))),
        _label(record),
        [(record.name, record.key)],
    )


def word_vectors(record: Record) -> WordVectors:
    """The vectors of a model of words at unit length, shared. Raises Damaged."""
    return model_cache().get(
        f"{record.name}/{record.key}/{record.fingerprint[:16]}/words",
        lambda: model(record).word_vectors(),
        f"{_label(record)}, unit length",
        [(record.name, record.key)],
        _with_words,
        "words",
    )


def glove(vocabulary: int) -> WordVectors:
    """The first words of GloVe at unit length on this machine's best device, shared. Raises data.Missing."""
    return model_cache().get(
        f"glove/{vocabulary}",
        lambda: WordVectors(*data.glove.load(vocabulary)).to(device.best_device()),
        f"GloVe, {vocabulary:,} words",
        bytes=_with_words,
        group="words",
    )


def minilm() -> bert.Bert:
    """MiniLM, which others trained, on this machine's best device, shared. Raises data.Missing."""

    def made() -> bert.Bert:
        try:
            return bert.from_hugging_face(*data.minilm.load()).to(device.best_device())
        except ValueError as error:  # weights that do not fit the config
            raise data.Missing(data.minilm.DAMAGED) from error

    return model_cache().get("minilm", made, "MiniLM (all-MiniLM-L6-v2)", bytes=bert.own_bytes)


def efficientnet() -> Lite0:
    """EfficientNet-lite0, which others trained, on this machine's best device, shared. Raises data.Missing."""

    def made() -> Lite0:
        try:
            return Lite0.from_state(data.efficientnet.load()).to(device.best_device())
        except ValueError as error:  # weights of another network
            raise data.Missing(data.efficientnet.DAMAGED) from error

    return model_cache().get("efficientnet", made, "EfficientNet-lite0")


def checkpoint(record: Record, step: int) -> nn.Module:
    """The module as it was at one of `record.checkpoints`. Raises KeyError for another step, Damaged."""
    if step not in record.checkpoints:
        raise KeyError(f"no checkpoint of step {step}; there are {list(record.checkpoints)}")
    return model_cache().get(
        f"{record.name}/{record.key}/{record.fingerprint[:16]}@{step}",
        lambda: _from_disk(
            record, lambda root, current: _module(current, dict(artefacts.load_checkpoints(root, current))[step])
        ),
        f"{_label(record)}, step {step}",
        [(record.name, record.key)],
    )


def may_delete(key: str, session_id: str, teacher: bool = False) -> Refused | None:
    """Refused while others look at the model, unless this session started its training, or is the teacher's."""
    looking = presence.others(key, session_id)
    if not looking or teacher or board().started_by(key) == browser_of(session_id):
        return None
    return Refused(looking, False, "model")


def delete(name: str, key: str) -> bool:
    """Remove a model from the user's cache, and it and its results from memory; whether there was one.

    A baked model stays on disk. Pages ask `may_delete` first.
    """
    removed = artefacts.delete(name, key)
    model_cache().drop_where(lambda about: (name, key) in about.models)
    shown = board().snapshot(key)
    in_memory = shown is not None and shown.state == "done" and not shown.stored
    board().forget(key)
    return removed or in_memory


# Training --------------------------------------------------------------------------------------------------------


def train(
    experiment_name: str,
    config: Any,
    seed: int,
    *,
    session_id: str | None = None,
    keep: bool = False,
    again: bool = False,
) -> View:
    """Start a training, or join the one that runs. A model that exists is not trained unless `again`.

    The run ends by itself when no page calls `watch` for it any more, unless `keep`. Raises Full where too many runs wait.
    """
    exp = experiment.get(experiment_name)
    if (missing := _missing_data(exp, config)) is not None:
        return missing
    key = exp.key(config, seed)
    shown = board().snapshot(key)
    again |= shown is not None and shown.early
    if again or _find(exp.name, key, shown) is None:
        request = Request(exp.name, config, seed, key)
        board().submit(request, keep=keep, session_id=session_id, again=again)
    return view(experiment_name, config, seed)


def watch(key: str, session_id: str) -> JobView | None:
    """A heartbeat: this session's page shows the run; and the run's view. Call it with each poll."""
    return board().watch(key, session_id)


def keep(key: str) -> None:
    board().keep(key)


def stop(key: str, session_id: str = "", force: bool = False, teacher: bool = False) -> Refused | None:
    """Stop the run within a second; Refused (with a message) while others watch it, unless who started it, or a teacher,
    forces it."""
    return board().stop(key, session_id, force, teacher)


def finish(key: str, session_id: str = "", force: bool = False, teacher: bool = False) -> Refused | None:
    """As `stop`, but the model stays as it is now: it is measured, and `view` has it for who watched."""
    return board().finish(key, session_id, force, teacher)


def drop_early(key: str, session_id: str) -> None:
    """Forget a model that was asked to finish early, if this session watched it learn."""
    shown = board().snapshot(key)
    if shown is not None and shown.early and board().saw(key, session_id):
        board().forget(key)


# One of each a process -------------------------------------------------------------------------------------------

_once = threading.Lock()
_board: Board | None = None


def board() -> Board:
    """The board of this process, made with the first call."""
    global _board
    with _once:
        if _board is None or _board.closed:
            _board = Board()
            atexit.register(_board.close)
        return _board


def close() -> None:
    """Stop all runs and end the workers; a board that is asked for later is a new one."""
    with _once:
        board = _board
    if board is not None:
        board.close()


def model_cache() -> ModelCache:
    """The resident models of this process, with all else that is in its memory budget."""
    return cache.shared()


# Inside ----------------------------------------------------------------------------------------------------------


def _missing_data(exp: experiment.Experiment, config: Any) -> Absent | None:
    """Said before the key is asked for: that would load the data, and perhaps try to download it in the page."""
    name = exp.data_of(config)
    if data.available(name):
        return None
    shown = "What this setting learned from" if own.is_own(name) else f"The data set {name}"
    return Absent(f"{shown} is not on this machine. {data.how_to_get(name)}".strip(), can_train=False)


def _find(name: str, key: str, shown: JobView | None) -> Found | None:
    """The first of `_places`."""
    return next(_places(name, key, shown), None)


def _places(name: str, key: str, shown: JobView | None) -> Iterator[Found]:
    """Where models of this key lie: what a run could not store and left in a temporary folder, the newest; then the user's
    cache, then baked."""
    if shown is not None and shown.state == "done" and not shown.stored:
        record = artefacts.read_record(Path(shown.root), name, key)
        if record is not None:
            yield Found(record, "memory", Path(shown.root))
    yield from artefacts.places(name, key)


def _learned(name: str, key: str, shown: JobView | None) -> Iterator[Found]:
    """The model of a run that goes on, as it was last and before that."""
    for root in reversed(shown.learned) if shown is not None else ():
        record = artefacts.read_record(Path(root), name, key)
        if record is not None:
            yield Found(record, "measuring" if shown.phase == "measuring" else "learning", Path(root))


def _from_disk(record: Record, read: Callable[[Path, Record], Any]) -> Any:
    """`read(root, record)` from the first place that holds this very model whole, and no other one of the same key; a
    damaged one is set aside on the way."""
    for _ in range(3):
        about = record.name, record.key, board().snapshot(record.key)
        places = chain(_places(*about), _learned(*about))
        found = next((one for one in places if one.record.fingerprint == record.fingerprint), None)
        if found is None:
            break
        try:
            return read(found.root, found.record)
        except Damaged as error:
            if found.source == "baked":
                raise Damaged(f"The model that comes with the program cannot be used: {error}") from error
            artefacts.set_aside(found.root, record.name, record.key)
    raise Damaged("The stored model was damaged or deleted: train this setting again.")


def _module(record: Record, state: Mapping[str, Any]) -> nn.Module:
    exp = experiment.get(record.name)
    try:
        module = exp.build(exp.strict(record.config))
        module.load_state_dict(as_float32(state))
    except (experiment.BadValue, RuntimeError) as error:  # knobs that are gone; other names or shapes
        raise Damaged("The stored weights do not fit this version of the program; train the setting again.") from error
    return module.to(device.best_device())


def _with_words(vectors: WordVectors) -> int:
    """Bytes of vectors with their words and the table of their rows, which is as large as the vectors themselves."""
    texts = sum(map(sys.getsizeof, vectors.words)) + sys.getsizeof(vectors.words)
    return bytes_of(vectors) + texts + sys.getsizeof(vectors.index) + len(vectors) * sys.getsizeof(len(vectors))


def _label(record: Record) -> str:
    return f"{experiment.get(record.name).title} ({record.key[:6]})"


@memo(label="Pictures kept while models learned")
def _previews(record: Record) -> tuple[Preview, ...]:
    return _from_disk(record, artefacts.load_previews)
