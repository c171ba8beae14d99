"""The training process: `python -m core.training.worker --device auto`, JSON lines on stdin and stdout.

Requests: {"op": "train", "job", "experiment", "config", "seed", "root"}, {"op": "stop", "job"},
{"op": "finish", "job"}, {"op": "ping"}. A run that is to finish learns no more: it measures and stores what it has.
Replies have a "type": ready, pong, beat, started, step, preview, learned, done, stopped, failed. The process ends with its
stdin, so it never outlives the process that serves the pages.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import queue
import shutil
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import torch

from core import device as devices
from core import experiment as experiments
from core.data import Missing
from core.events import Event, Preview, Step
from core.store.artefacts import CannotStore
from core.training import drive, wire
from core.training.pulse import Beating

STEP_EVERY, PREVIEW_EVERY = 1 / 15, 1 / 4  # seconds between messages; a page polls once a second
LEARNED_EVERY = 4.0  # and of the model while it learns: for each the page runs once

Send = Callable[[dict[str, Any]], None]


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m core.training.worker")
    arguments.add_argument("--device", default="auto")
    asked = arguments.parse_args()
    requests, replies = _take_pipes()
    writing = threading.Lock()

    def send(message: dict[str, Any]) -> None:
        with writing:
            replies.write(wire.line(message))
            replies.flush()

    devices.be_a_worker()
    device = devices.best_device(asked.device)
    trainings: queue.Queue[dict[str, Any]] = queue.Queue()
    stops: set[str] = set()
    enough: set[str] = set()
    threading.Thread(target=_listen, args=(requests, send, trainings, stops, enough), daemon=True).start()
    send({"type": "ready", "device": devices.describe(device), "pid": os.getpid()})
    while True:
        train(trainings.get(), device, send, stops, enough)


def train(
    request: dict[str, Any], device: torch.device, send: Send, stops: set[str], enough: Collection[str] = ()
) -> None:
    """Serve one training request; every way it can end becomes exactly one message, and none an exception.

    stops, enough: jobs that are to end at once, and those that are to finish.
    """
    job = str(request.get("job"))
    try:
        experiment = experiments.get(request["experiment"])
        config = experiment.strict(request["config"])
        send({"type": "started", "job": job})
        with Beating(send):
            relay, told = _Relay(job, send), _Told(lambda: job in enough)
            loop = told.listening(experiment)
            finished = drive.run(loop, config, int(request["seed"]), device, relay, lambda: job in stops)
            relay.flush()
            send(_stored(job, finished, None if told.heard else Path(request["root"])))
    except drive.Stopped:
        send({"type": "stopped", "job": job})
    except Exception as error:
        send({"type": "failed", "job": job, "message": sentence(error), "detail": traceback.format_exc()})
    finally:
        stops.discard(job)
        gc.collect()
        if device.type == "cuda":
            torch.cuda.empty_cache()  # the page process may want the memory


def sentence(error: Exception) -> str:
    """An exception in one sentence for a student."""
    if _out_of_memory(error):
        return "There was not enough memory for this training: choose a smaller setting and try again."
    if isinstance(error, Missing | experiments.BadValue | CannotStore):
        return str(error)
    first = (str(error).strip().splitlines() or [""])[0][:200]
    return f"The training stopped with an error ({type(error).__name__}: {first})."


def _out_of_memory(error: Exception) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error).lower()  # the CPU allocator and MPS raise a plain RuntimeError
    return isinstance(error, RuntimeError) and ("out of memory" in text or "can't allocate memory" in text)


class _Told:
    """Lets a training loop ask whether it is enough. heard: it asked and was told so, and has ended for that."""

    def __init__(self, enough: Callable[[], bool]) -> None:
        self._enough, self.heard = enough, False

    def listening(self, experiment: experiments.Experiment) -> experiments.Experiment:
        def train(config: Any, context: experiments.Context) -> Any:
            return experiment.train(config, replace(context, enough=self._asked))

        return replace(experiment, train=train)

    def _asked(self) -> bool:
        self.heard |= self._enough()
        return self.heard


def _stored(job: str, finished: drive.Finished, root: Path | None) -> dict[str, Any]:
    """Store the model and say where. Where `root` cannot be written, the tensors reach the page process through a
    temporary folder of the same layout. Raises CannotStore where that fails too.

    root: None for a model that ended early, which is not the model of its key and goes into no cache."""
    done = {"type": "done", "job": job, "key": finished.record.key, "early": root is None}
    reason = ""
    try:
        if root is not None:
            drive.store(finished, root)
            return done | {"stored": True, "root": str(root), "message": ""}
    except CannotStore as error:
        reason = str(error)
    try:
        temporary = _beside(finished)
    except (CannotStore, OSError) as error:
        raise CannotStore(
            f"The training is over, but the model could be written {f'neither to {root} nor' if root else 'not even'} to a temporary folder: "
            "free some space and train again."
        ) from error
    return done | {"stored": False, "root": str(temporary), "message": reason}


def _beside(finished: drive.Finished) -> Path:
    """Write the model into a temporary folder of its own. Raises CannotStore, OSError."""
    folder = Path(tempfile.mkdtemp(prefix=f"latent-lab-{os.getppid()}-"))
    try:
        drive.store(finished, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


class _Relay:
    """Sends events on at a bounded rate. What is held back is the newest of its kind, so nothing newer is lost."""

    def __init__(self, job: str, send: Send) -> None:
        self._job, self._send = job, send
        self._step: Step | None = None
        self._preview: Preview | None = None
        self._step_at = self._preview_at = float("-inf")
        self._learned_at = time.monotonic()
        self._phase = "training"

    def __call__(self, event: Event | drive.Finished) -> None:
        now = time.monotonic()
        if isinstance(event, drive.Finished):
            if not event.trained and now - self._learned_at < LEARNED_EVERY:
                return
            self._learned_at = now
            with contextlib.suppress(CannotStore, OSError):  # then the stage waits until it is measured
                self._send({"type": "learned", "job": self._job, "root": str(_beside(event))})
        elif isinstance(event, Step):
            if event.phase != self._phase and self._step is not None:
                self._send_step(now)  # the live curve ends where the training ended
            self._step = event
            if now - self._step_at >= STEP_EVERY or event.phase != self._phase:
                self._send_step(now)
        else:
            self._preview = event
            if now - self._preview_at >= PREVIEW_EVERY:
                self._send_preview(now)

    def flush(self) -> None:
        now = time.monotonic()
        if self._step is not None:
            self._send_step(now)
        if self._preview is not None:
            self._send_preview(now)

    def _send_step(self, now: float) -> None:
        assert self._step is not None
        self._send(wire.step_message(self._job, self._step))
        self._phase, self._step, self._step_at = self._step.phase, None, now

    def _send_preview(self, now: float) -> None:
        assert self._preview is not None
        self._send(wire.preview_message(self._job, self._preview))
        self._preview, self._preview_at = None, now


def _listen(
    requests: BinaryIO, send: Send, trainings: queue.Queue[dict[str, Any]], stops: set[str], enough: set[str]
) -> None:
    for text in requests:
        message = wire.parse(text) or {}
        match message.get("op"):
            case "train":
                trainings.put(message)
            case "stop":
                stops.add(str(message.get("job")))
            case "finish":
                enough.add(str(message.get("job")))
            case "ping":
                send({"type": "pong"})
    os._exit(0)  # the page process is gone; a training in progress has nobody left to tell


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """stdin and stdout for messages alone: what else prints or reads (also from C) gets stderr and an empty input."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    return requests, replies


if __name__ == "__main__":
    main()
