"""The process that speaks: one JSON list on stdin, one line and the samples of each request on stdout.

It runs as a file by itself and imports nothing of this project: eSpeak NG (GPL 3) is a program that is asked for sounds, and a fault in its
compiled code ends this process and nothing else. A request is [voice, word, words a minute, pitch, range of pitch].
"""

from __future__ import annotations

import ctypes
import json
import os
import sys

SYNCHRONOUS, DO_NOT_EXIT = 2, 0x8000  # options of espeak_Initialize
RATE, PITCH, RANGE = 1, 3, 4  # parameters of espeak_SetParameter
UTF8 = 1
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def main() -> None:
    asked = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the library prints is no sound
    library = ctypes.CDLL(asked["library"])
    rate = library.espeak_Initialize(SYNCHRONOUS, 0, asked["data"].encode(), DO_NOT_EXIT)
    if rate <= 0:
        raise SystemExit("eSpeak NG does not start")
    heard: list[bytes] = []

    def hear(samples, count, events) -> int:
        if samples and count > 0:
            heard.append(ctypes.string_at(samples, 2 * count))
        return 0

    kept = CALLBACK(hear)  # the library holds no reference to it
    library.espeak_SetSynthCallback(kept)
    for number, (voice, word, speed, pitch, spread) in enumerate(asked["requests"]):
        library.espeak_ng_SetRandSeed(ctypes.c_long(number + 1))  # breath and hiss: the same words every time
        heard.clear()
        if library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise SystemExit(f"eSpeak NG has no voice {voice!r}")
        for parameter, value in ((RATE, speed), (PITCH, pitch), (RANGE, spread)):
            library.espeak_SetParameter(parameter, int(value), 0)
        text = word.encode() + b"\0"
        library.espeak_Synth(text, ctypes.c_size_t(len(text)), 0, 1, 0, UTF8, None, None)
        samples = b"".join(heard)
        answers.write(json.dumps({"rate": rate, "bytes": len(samples)}).encode() + b"\n" + samples)
    answers.flush()


if __name__ == "__main__":
    main()
