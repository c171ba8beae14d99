"""What people bring is read in a process of its own: a file costs so much time and memory at most, and nobody else waits.

Decoders and `unicodedata` hold the interpreter while they work. In the process that serves pages one small file that was
made to be slow would stop every page.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.torch import load

from core.data.kinds import Raw
from core.data.own_pictures import SOURCE
from core.data.read_picture import MOST_BYTES as MOST_OF_PICTURE
from core.data.read_picture import Unreadable
from core.data.read_sound import MOST_BYTES as MOST_OF_SOUND
from core.data.read_sound import Second
from core.data.read_text import MOST_BYTES as MOST_OF_TEXT
from core.data.read_zip import MOST_BYTES as MOST_OF_ZIP
from core.data.read_zip import Folder
from core.data.reader import read_frame, write_frame
from core.store import paths

COMMAND = (sys.executable, "-m", "core.data.reader")
LIMITS = {"picture": 15.0, "text": 30.0, "folder": 60.0, "sound": 15.0}  # seconds
START = (
    60.0  # seconds more for a process that is only starting: its imports alone are 3 s of a processor that may be busy
)
MOST = {
    "picture": MOST_OF_PICTURE,
    "text": MOST_OF_TEXT,
    "folder": MOST_OF_ZIP,
    "sound": MOST_OF_SOUND,
}  # bytes; each reader says what is above it
IDLE = 120.0  # seconds until a process without work ends
SLOW = "The file takes too long to read: choose a smaller or simpler one."
DIED = "The file could not be read, perhaps for want of memory: choose a smaller or simpler one."
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def picture(content: bytes, side: int) -> tuple[np.ndarray, bool]:
    """The middle square of a picture, uint8 (side, side, 3), and whether its file ended too early. Raises Unreadable."""
    said, pixels = _READER.ask("picture", content, side=side)
    return np.frombuffer(pixels, np.uint8).reshape(side, side, 3).copy(), bool(said.get("cut"))


def text(content: bytes) -> str:
    """The text of a file, as `read_text` gives it. Raises Unreadable."""
    return _READER.ask("text", content)[1].decode()


def pasted(words: str) -> str:
    """A pasted text, with the same checks and the same tidying as a file. Raises Unreadable."""
    return text(words.encode("utf-8", "replace"))


def folder(content: bytes) -> Folder:
    """The pictures of a zip, as `read_folder` gives them. Raises Unreadable."""
    said, payload = _READER.ask("folder", content)
    try:
        raw = Raw(**load(payload), classes=tuple(said["classes"]), source=SOURCE, captions=tuple(said["captions"]))
    except (SafetensorError, KeyError, TypeError) as error:
        raise Unreadable(DIED) from error
    return Folder(raw, tuple(said["notes"]))


def sound(content: bytes) -> tuple[np.ndarray, float]:
    """The loudest word of a WAV file, float32 (SAMPLES,), and the seconds of the whole recording. Raises Unreadable."""
    said, samples = _READER.ask("sound", content, part="word")
    return np.frombuffer(samples, np.float32).copy(), float(said["seconds"])


def second(content: bytes) -> Second:
    """The loudest second of a WAV file. Raises Unreadable."""
    said, samples = _READER.ask("sound", content, part="second")
    return Second(np.frombuffer(samples, np.float32).copy(), float(said["start"]), float(said["seconds"]))


class Reader:
    """One process for all, started when it is needed. Who brings a file while another one is read waits for that one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._idle: threading.Timer | None = None

    def ask(self, kind: str, content: bytes, **settings: Any) -> tuple[dict[str, Any], bytes]:
        """The reply's header and bytes. Raises Unreadable; a process that is late or broke its word is ended."""
        with self._lock:
            if self._idle is not None:
                self._idle.cancel()
            header = {"kind": kind, "settings": settings}
            reply = self._exchange(
                header, content[: MOST[kind] + 1], LIMITS[kind]
            )  # enough to see that it is too large
            self._idle = threading.Timer(IDLE, self.close)
            self._idle.daemon = True
            self._idle.start()
        if reply[0].get("error") is not None:
            raise Unreadable(str(reply[0]["error"]))
        return reply

    def _exchange(self, header: dict[str, Any], content: bytes, limit: float) -> tuple[dict[str, Any], bytes]:
        before, process = self._process, self._there()
        limit += START if process is not before else 0.0
        late = threading.Event()
        timer = threading.Timer(limit, lambda: (late.set(), process.kill()))
        timer.daemon = True
        timer.start()
        reply = None
        try:
            with contextlib.suppress(OSError):  # a process that died is seen by its missing reply
                write_frame(process.stdin, header, content)
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                reply = read_frame(process.stdout)
        finally:
            timer.cancel()
        if reply is None:
            self._end()
            raise Unreadable(SLOW if late.is_set() else DIED)
        return reply

    def _there(self) -> subprocess.Popen:
        """The process. Raises Unreadable where none can be started."""
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            try:
                self._process = subprocess.Popen(
                    list(COMMAND),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    cwd=paths.REPOSITORY,
                    env={**os.environ, **ONE_THREAD},
                    start_new_session=True,  # Ctrl-C in the terminal is the server's; the process ends with its stdin
                )
            except OSError as error:
                raise Unreadable("The server has no room to read a file now: try again in a minute.") from error
        return self._process

    def close(self) -> None:
        """End the process; the next file gets a new one."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()


_READER = Reader()
